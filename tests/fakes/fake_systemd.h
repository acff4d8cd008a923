// SPDX-License-Identifier: MIT
// A system bus with systemd's manager on it, in a thread of its own, as far as boardgate talks to it: units that a
// test sets, jobs that end at once, signals. While it lives, sd_bus_open_system(3) finds it and not the machine's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace boardgate::fakes {

class FakeSystemd {
public:
    /// As Listen= of a socket: kind and address.
    using Address = std::pair<std::string, std::string>;
    using Value = std::variant<std::string, std::int32_t, std::uint64_t, std::vector<std::uint8_t>, std::vector<Address>>;

    FakeSystemd();
    ~FakeSystemd();
    FakeSystemd(const FakeSystemd&) = delete;
    FakeSystemd& operator=(const FakeSystemd&) = delete;

    /// Sets properties of a unit, whatever their interface, and tells who subscribed.
    void set(const std::string& unit, const std::map<std::string, Value>& properties);
    /// As when it is not loaded.
    void forget(const std::string& unit);
    [[nodiscard]] std::string property(const std::string& unit, const std::string& name);

    /// What was asked: `StartUnit x.service`; of StartTransientUnit the whole message, see transient().
    [[nodiscard]] std::vector<std::string> asked();
    /// The StartTransientUnit calls, as busctl(1) would show them.
    [[nodiscard]] std::vector<std::string> transient();

    /// A socket on one of these ports cannot be bound: its job ends with `failed`.
    void take_ports(const std::set<int>& ports);
    /// The error of every further call of this method; empty: none.
    void refuse(const std::string& method, const std::string& error);
    /// As when somebody's `systemctl start` comes right behind the next stop.
    void start_after_next_stop(const std::string& unit);
    /// Ends all connections, as when the bus is restarted.
    void hang_up();
    [[nodiscard]] int subscribers();

private:
    struct World;
    std::unique_ptr<World> world_;
};

}  // namespace boardgate::fakes

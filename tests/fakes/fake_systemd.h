// SPDX-License-Identifier: MIT
// A system bus with the part of systemd's manager that boardgate uses, in a thread of its own: units set by the test,
// jobs that end immediately, signals. During its lifetime sd_bus_open_system(3) connects to it.
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

    /// Sets properties of a unit, of any interface, and notifies subscribers.
    void set(const std::string& unit, const std::map<std::string, Value>& properties);
    /// Makes the unit look unloaded.
    void forget(const std::string& unit);
    [[nodiscard]] std::string property(const std::string& unit, const std::string& name);

    /// The calls so far: `StartUnit x.service`; for StartTransientUnit see transient().
    [[nodiscard]] std::vector<std::string> asked();
    /// The StartTransientUnit calls, as busctl(1) would show them.
    [[nodiscard]] std::vector<std::string> transient();

    /// Ports that cannot be bound: the job of such a socket ends with `failed`.
    void take_ports(const std::set<int>& ports);
    /// The error of every further call of this method; empty: none.
    void refuse(const std::string& method, const std::string& error);
    /// Starts the unit immediately after the next stop, like a concurrent `systemctl start`.
    void start_after_next_stop(const std::string& unit);
    /// Closes all connections, like a restart of the bus.
    void hang_up();
    [[nodiscard]] int subscribers();
    /// Method calls so far.
    [[nodiscard]] int calls();

private:
    struct World;
    std::unique_ptr<World> world_;
};

}  // namespace boardgate::fakes

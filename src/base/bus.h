// SPDX-License-Identifier: MIT
// sd-bus(3) in owning types, as far as boardgate uses it: calls to systemd's manager with a deadline.
#pragma once

#include <systemd/sd-bus.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "src/base/error.h"

namespace boardgate {

struct BusMessageUnref {
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using BusMessage = std::unique_ptr<sd_bus_message, BusMessageUnref>;

struct BusUnref {
    void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
};

/// A connection to the system bus that talks to systemd's manager (org.freedesktop.systemd1(5)). When a call fails, the error
/// holds systemd's message as `what` and the D-Bus name of the error as `subject`, which is empty if the bus itself failed.
class Bus {
public:
    static constexpr const char* service = "org.freedesktop.systemd1";
    static constexpr const char* manager_path = "/org/freedesktop/systemd1";
    static constexpr const char* manager = "org.freedesktop.systemd1.Manager";
    static constexpr std::chrono::microseconds deadline = std::chrono::seconds(10);

    [[nodiscard]] static Result<Bus> open_system();
    [[nodiscard]] sd_bus* get() const { return bus_.get(); }

    /// A new call of a manager's method; arguments are appended by the caller.
    [[nodiscard]] BusMessage manager_call(const char* method) const;
    [[nodiscard]] Result<BusMessage> call(const BusMessage& message) const;
    /// manager_call + call for arguments that fit sd_bus_message_append(3).
    template <class... Arguments>
    [[nodiscard]] Result<BusMessage> ask(const char* method, const char* types, Arguments... arguments) const {
        BusMessage message = manager_call(method);
        if (message == nullptr) return failure("out of memory");
        if (const int status = sd_bus_message_append(message.get(), types, arguments...); status < 0)
            return failure(std::strerror(-status));
        return call(message);
    }

    /// A string property of a unit; empty if the unit is not loaded or lacks it.
    [[nodiscard]] std::string unit_property(const std::string& unit, const char* interface, const char* property) const;
    /// A string property of systemd itself; empty if it is unknown.
    [[nodiscard]] std::string manager_property(const char* property) const;
    /// When this system's userspace started, in microseconds since 1970; 0 if unknown. Another one after a soft reboot.
    [[nodiscard]] std::uint64_t userspace_start() const;
    /// A property of type t; nullopt if the unit lacks it, or systemd reports it as unknown or unlimited.
    [[nodiscard]] std::optional<std::uint64_t> unit_counter(const std::string& unit, const char* interface, const char* property) const;
    /// ActiveState: active, inactive, failed, activating, deactivating, reloading.
    [[nodiscard]] std::string active_state(const std::string& unit) const {
        return unit_property(unit, "org.freedesktop.systemd1.Unit", "ActiveState");
    }

private:
    explicit Bus(sd_bus* bus) : bus_(bus) {}
    std::unique_ptr<sd_bus, BusUnref> bus_;
};

/// Did a call fail because systemd has not loaded the unit?
[[nodiscard]] inline bool is_no_such_unit(const Error& error) { return error.subject == "org.freedesktop.systemd1.NoSuchUnit"; }

/// `/org/freedesktop/systemd1/unit/...` of a unit, and back; back is empty for any other path.
[[nodiscard]] std::string unit_path(const std::string& unit);
[[nodiscard]] std::string unit_of_path(const char* path);

}  // namespace boardgate

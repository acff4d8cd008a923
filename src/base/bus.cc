// SPDX-License-Identifier: MIT
#include "src/base/bus.h"

#include <cstdlib>
#include <stdexcept>

namespace boardgate {

namespace {
constexpr const char* unit_prefix = "/org/freedesktop/systemd1/unit";
}

Result<Bus> Bus::open_system() {
    sd_bus* raw = nullptr;
    if (const int status = sd_bus_open_system(&raw); status < 0) {
        return system_error("cannot connect to the system bus", {}, -status);
    }
    Bus bus(raw);
    sd_bus_set_method_call_timeout(raw, static_cast<std::uint64_t>(deadline.count()));
    return bus;
}

BusMessage Bus::manager_call(const char* method) const {
    sd_bus_message* message = nullptr;
    if (sd_bus_message_new_method_call(bus_.get(), &message, service, manager_path, manager, method) < 0) return nullptr;
    return BusMessage(message);
}

Result<BusMessage> Bus::call(const BusMessage& message) const {
    sd_bus_error error{};
    sd_bus_message* reply = nullptr;
    const int status = sd_bus_call(bus_.get(), message.get(), 0, &error, &reply);
    BusMessage answer(reply);
    if (status >= 0) return answer;
    Error failure{error.message == nullptr ? std::strerror(-status) : error.message, error.name == nullptr ? "" : error.name, {}};
    sd_bus_error_free(&error);
    return tl::make_unexpected(std::move(failure));
}

std::string Bus::unit_property(const std::string& unit, const char* interface, const char* property) const {
    sd_bus_error error{};
    char* value = nullptr;
    const int status = sd_bus_get_property_string(bus_.get(), service, unit_path(unit).c_str(), interface, property, &error, &value);
    sd_bus_error_free(&error);
    const std::unique_ptr<char, decltype(&std::free)> owned(value, &std::free);
    return status < 0 ? std::string() : std::string(value);
}

std::string Bus::manager_property(const char* property) const {
    sd_bus_error error{};
    char* value = nullptr;
    const int status = sd_bus_get_property_string(bus_.get(), service, manager_path, manager, property, &error, &value);
    sd_bus_error_free(&error);
    const std::unique_ptr<char, decltype(&std::free)> owned(value, &std::free);
    return status < 0 ? std::string() : std::string(value);
}

std::uint64_t Bus::userspace_start() const {
    std::uint64_t value = 0;
    sd_bus_error error{};
    const int status = sd_bus_get_property_trivial(bus_.get(), service, manager_path, manager, "UserspaceTimestamp", &error, 't', &value);
    sd_bus_error_free(&error);
    return status < 0 ? 0 : value;
}

std::optional<std::uint64_t> Bus::unit_counter(const std::string& unit, const char* interface, const char* property) const {
    std::uint64_t value = 0;
    sd_bus_error error{};
    const int status = sd_bus_get_property_trivial(bus_.get(), service, unit_path(unit).c_str(), interface, property, &error, 't', &value);
    sd_bus_error_free(&error);
    if (status < 0 || value == UINT64_MAX) return std::nullopt;
    return value;
}

std::string unit_path(const std::string& unit) {
    char* path = nullptr;
    if (sd_bus_path_encode(unit_prefix, unit.c_str(), &path) < 0) throw std::bad_alloc();
    const std::unique_ptr<char, decltype(&std::free)> owned(path, &std::free);
    return path;
}

std::string unit_of_path(const char* path) {
    char* unit = nullptr;
    if (sd_bus_path_decode(path, unit_prefix, &unit) <= 0) return {};
    const std::unique_ptr<char, decltype(&std::free)> owned(unit, &std::free);
    return unit;
}

}  // namespace boardgate

// SPDX-License-Identifier: MIT
#include "src/base/loaded_unit.h"

#include <string_view>

namespace boardgate {

namespace {

Error bus_failure(const std::string& unit, const std::string& message) { return {"cannot read the unit", unit, message}; }

std::string hexadecimal_of(const void* bytes, std::size_t size) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
        const unsigned char byte = static_cast<const unsigned char*>(bytes)[i];
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

/// The address of the first pair of an a(ss).
std::string first_address_in(sd_bus_message* message) {
    const char* kind = nullptr;
    const char* address = "";
    sd_bus_message_enter_container(message, 'a', "(ss)");
    (void)sd_bus_message_read(message, "(ss)", &kind, &address);
    while (sd_bus_message_skip(message, "(ss)") > 0) {
    }
    sd_bus_message_exit_container(message);
    return address;
}

}  // namespace

/// One `{sv}` of a GetAll reply. Types that no caller needs are skipped. False at the end.
bool LoadedUnit::take_property(sd_bus_message* message) {
    if (sd_bus_message_enter_container(message, 'e', "sv") <= 0) return false;
    const char* name = nullptr;
    const char* contents = nullptr;
    if (sd_bus_message_read(message, "s", &name) < 0 || sd_bus_message_peek_type(message, nullptr, &contents) < 0) return false;
    const std::string_view type = contents;
    if (type == "s" || type == "t" || type == "i" || type == "ay" || type == "a(ss)") {
        if (sd_bus_message_enter_container(message, 'v', contents) < 0) return false;
        Value& value = properties_[name];
        if (type == "s") {
            const char* text = "";
            sd_bus_message_read(message, "s", &text);
            value = text;
        } else if (type == "t") {
            sd_bus_message_read(message, "t", &value.emplace<std::uint64_t>());
        } else if (type == "i") {
            sd_bus_message_read(message, "i", &value.emplace<std::int32_t>());
        } else if (type == "ay") {
            const void* bytes = nullptr;
            std::size_t size = 0;
            sd_bus_message_read_array(message, 'y', &bytes, &size);
            value = hexadecimal_of(bytes, size);
        } else {
            value = first_address_in(message);
        }
        if (sd_bus_message_exit_container(message) < 0) return false;
    } else if (sd_bus_message_skip(message, "v") < 0) {
        return false;
    }
    return sd_bus_message_exit_container(message) >= 0;
}

Result<std::optional<LoadedUnit>> LoadedUnit::read(const Bus& bus, const std::string& unit) {
    if (const auto loaded = bus.ask("GetUnit", "s", unit.c_str()); !loaded) {
        if (is_no_such_unit(loaded.error())) return std::nullopt;
        return tl::make_unexpected(bus_failure(unit, loaded.error().what));
    }
    sd_bus_error error{};
    sd_bus_message* raw = nullptr;
    // An empty interface means all of them (org.freedesktop.DBus.Properties).
    const int status = sd_bus_call_method(bus.get(), Bus::service, unit_path(unit).c_str(), "org.freedesktop.DBus.Properties", "GetAll",
                                          &error, &raw, "s", "");
    const std::string message = error.message == nullptr ? "" : error.message;
    sd_bus_error_free(&error);
    const BusMessage reply(raw);
    if (status < 0 || sd_bus_message_enter_container(raw, 'a', "{sv}") < 0) return tl::make_unexpected(bus_failure(unit, message));
    LoadedUnit found;
    while (found.take_property(raw)) {
    }
    return found;
}

template <class T>
const T* LoadedUnit::find(const std::string& property) const {
    const auto found = properties_.find(property);
    return found == properties_.end() ? nullptr : std::get_if<T>(&found->second);
}

std::string LoadedUnit::text(const std::string& property) const {
    const auto* value = find<std::string>(property);
    return value == nullptr ? std::string() : *value;
}

std::optional<std::uint64_t> LoadedUnit::counter(const std::string& property) const {
    const auto* value = find<std::uint64_t>(property);
    if (value == nullptr || *value == UINT64_MAX) return std::nullopt;
    return *value;
}

std::int32_t LoadedUnit::number(const std::string& property) const {
    const auto* value = find<std::int32_t>(property);
    return value == nullptr ? 0 : *value;
}

}  // namespace boardgate

// SPDX-License-Identifier: MIT
// The messages of an event file, by the table in schema.inc. Accepts what TensorBoard's data server accepts when it parses a
// message, and writes messages in the same form.
#pragma once

#include <string>
#include <string_view>

#include "src/events/protobuf.h"

namespace boardgate::events {

enum class Message : std::uint8_t {
#define MESSAGE(name) name,
#define FIELD(...)
#include "src/events/schema.inc"
#undef MESSAGE
#undef FIELD
};

/// Numbers of fields: `number_of::Value::tag`.
namespace number_of {
#define MESSAGE(name)
#define FIELD(message, name, number, ...)         \
    namespace message {                           \
    inline constexpr std::uint32_t name = number; \
    }
#include "src/events/schema.inc"
#undef MESSAGE
#undef FIELD
}  // namespace number_of

/// Would a parser of this schema accept the message? Ignores the contents of unknown fields.
[[nodiscard]] bool is_well_formed(std::string_view bytes, Message message, Loader* loader = nullptr, int depth_left = Fields::deepest);

/// Appends a well-formed message in proto3's form: fields sorted by number, without defaults and unknown fields, numbers packed.
void append_canonical(std::string& to, std::string_view bytes, Message message);
[[nodiscard]] inline std::string canonical(std::string_view bytes, Message message) {
    std::string out;
    append_canonical(out, bytes, message);
    return out;
}

}  // namespace boardgate::events

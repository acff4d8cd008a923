// SPDX-License-Identifier: MIT
// The scalars in an event of an event file: the needed parts of Event, Summary and TensorProto of TensorFlow's
// event.proto, summary.proto and tensor.proto.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace boardgate::logdirs {

struct SummaryValue {
    std::string_view tag;
    std::optional<double> value;  ///< a simple value, or a tensor of one floating-point number
    std::string_view plugin;      ///< usually only with the first value of a tag
    bool simple = false;          ///< a simple value is a scalar, whatever the plugin
};

/// The event's step, if it has a summary; `use` gets each value before. A truncated message is read up to its end.
[[nodiscard]] std::optional<std::int64_t> read_event(std::string_view event,
                                                     const std::function<void(std::int64_t step, const SummaryValue&)>& use);

}  // namespace boardgate::logdirs

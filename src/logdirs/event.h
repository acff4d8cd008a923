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

/// The step of the event, when it has a summary; each value of it goes to `use` before. A message that breaks off is
/// read as far as it goes.
[[nodiscard]] std::optional<std::int64_t> read_event(std::string_view bytes,
                                                     const std::function<void(std::int64_t step, const SummaryValue&)>& use);

}  // namespace boardgate::logdirs

// SPDX-License-Identifier: MIT
// What an event of an event file says about scalars: Event, Summary and TensorProto of TensorFlow's event.proto,
// summary.proto and tensor.proto, as far as this needs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace boardgate::logdirs {

struct SummaryValue {
    std::string_view tag;
    std::optional<double> value;  ///< a simple value, or a tensor of one floating-point number
    std::string_view plugin;      ///< told with the first value of a tag only, as a rule
    bool simple = false;          ///< a simple value is a scalar, whatever plugin is named
};

/// The event's step, when it has a summary; each value of it goes to `use` before. A message that breaks off is
/// read as far as it goes.
[[nodiscard]] std::optional<std::int64_t> read_event(std::string_view event,
                                                     const std::function<void(std::int64_t step, const SummaryValue&)>& use);

}  // namespace boardgate::logdirs

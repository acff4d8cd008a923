// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace boardgate {

/// Whether this version of TensorBoard, such as `2.21.0`, confines its projector to the log directory. False for a text that is
/// no version.
[[nodiscard]] bool confines_projector(std::string_view version);

}  // namespace boardgate

// SPDX-License-Identifier: MIT
// Which board shows a folder: for scripts that print where their curves are to be seen.
#pragma once

#include <json/value.h>

#include <string>

namespace boardgate::cli {

/// The board on this absolute folder, or on the nearest folder above it; of two on the same folder the newer one.
/// nullptr when there is none. Names are compared, not what links point to.
[[nodiscard]] const Json::Value* board_of_folder(const Json::Value& boards, const std::string& folder);

}  // namespace boardgate::cli

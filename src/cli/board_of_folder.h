// SPDX-License-Identifier: MIT
// The board that shows a folder: for scripts that print the address of their curves.
#pragma once

#include <json/value.h>

#include <string>

namespace boardgate::cli {

/// The board on this absolute path, or on the nearest folder above it; of two boards on a folder the newer one.
/// nullptr if there is none. Compares names and follows no links.
[[nodiscard]] const Json::Value* board_of_folder(const Json::Value& boards, const std::string& folder);

}  // namespace boardgate::cli

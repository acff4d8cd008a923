// SPDX-License-Identifier: MIT
// The board that a person means: by id, by the beginning of one, by folder or by title.
#pragma once

#include <json/value.h>

#include <string>

#include "src/cli/connection.h"

namespace boardgate::cli {

/// The server needs absolute paths; on the server itself relative ones are below the current folder. From another machine they
/// stay as they are: the server takes them as below the home. So do names and several paths in one text.
[[nodiscard]] std::string path_for_server(const std::string& folder);
/// Is this machine the server, so that its folders are the boards' folders?
[[nodiscard]] bool is_server();

/// `text` is the person's word for a board. Where several boards fit, the newest is meant, and standard error names it.
[[nodiscard]] CommandResult<Json::Value> find_board(const Json::Value& boards, const std::string& text);

/// As board_of_folder(), with the links of this server followed where the names alone find nothing.
[[nodiscard]] const Json::Value* board_above(const Json::Value& boards, const std::string& folder);

}  // namespace boardgate::cli

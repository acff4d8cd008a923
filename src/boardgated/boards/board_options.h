// SPDX-License-Identifier: MIT
// The options of a board: from JSON, to JSON, and as the launcher's specification of a door.
#pragma once

#include "src/base/board_values.h"
#include "src/base/names.h"
#include "src/base/settings.h"
#include "src/boardgated/common/json.h"
#include "src/wire/messages.h"

namespace boardgate::boardgated {

namespace option {
using Text = std::string;
using Number = std::int64_t;
using Flag = bool;
/// Absolute paths, or the names of all folders of a board with several.
using Folders = std::vector<std::string>;
}  // namespace option

struct BoardOptions {
#define OPTION(name, type, standard, least, most) option::type name = standard;
#include "src/boardgated/boards/board_options.inc"
#undef OPTION
};

/// The options of a board whose owner chose nothing.
[[nodiscard]] BoardOptions default_options(const Settings& settings);

/// Returns `options` with the fields of `json` replaced, after checking all of them. `options` are the defaults of a new board
/// or the present options of a changed board. Unknown fields of `json` are a problem.
[[nodiscard]] ApiResult<BoardOptions> take_options(JsonObject& json, BoardOptions options, const Settings& settings);

/// Adds every option as a field.
void add_options(Json::Value& to, const BoardOptions& options);
/// Options as the text in the database, and back.
[[nodiscard]] std::string options_text(const BoardOptions& options);
[[nodiscard]] BoardOptions options_of_text(const std::string& text);

[[nodiscard]] wire::DoorSpec door_spec(const BoardId& board, const BoardOptions& options, const std::string& home = {});
/// The options from which a door was made.
[[nodiscard]] BoardOptions options_of_door(const wire::DoorSpec& door);

/// Does the door accept connections from other machines, without the gate?
[[nodiscard]] bool is_open_to_network(const BoardOptions& options);

/// logdir and more_logdirs.
[[nodiscard]] std::vector<std::string> folders_of(const BoardOptions& options);
/// Identifies a set of folders, in any order; `//` and a final slash make no difference.
[[nodiscard]] std::string set_of(const std::vector<std::string>& folders);
/// What a change of options does to an awake board: the title is boardgate's; the unit takes another priority and idle_sleep while
/// it runs; TensorBoard, or the door, starts anew for all else.
enum class Change { of_title, in_place, restart };
[[nodiscard]] Change change_between(const BoardOptions& one, const BoardOptions& other);
/// The last component of a path, for a title: `runs` for `/home/alice/runs/`.
[[nodiscard]] std::string folder_name(const std::string& path);
/// The title of a board whose owner chose none: the names of its folders.
[[nodiscard]] std::string derived_title(const BoardOptions& options);

}  // namespace boardgate::boardgated

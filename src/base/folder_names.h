// SPDX-License-Identifier: MIT
// The names of a board's folders, where it has several: their runs are shown below them.
#pragma once

#include <string>
#include <vector>

namespace boardgate {

/// Can it be the name of a link: one component of a path, UTF-8, no control characters?
[[nodiscard]] bool is_folder_name(const std::string& text);

/// A unique name for each folder. A name that is not empty in `given` stays. Others are as much of the end of the path as
/// needed, with `-` for `/`: `/x/runs` and `/y/runs` are `x-runs` and `y-runs`.
[[nodiscard]] std::vector<std::string> names_apart(const std::vector<std::string>& folders, const std::vector<std::string>& given = {});

}  // namespace boardgate

// SPDX-License-Identifier: MIT
// What the owner of a board should know of its folders before it starts.
#pragma once

#include <vector>

#include "src/boardgated/boards/board.h"
#include "src/wire/folder_messages.h"

namespace boardgate::boardgated {

/// `reports`: one for each folder of `options`.
[[nodiscard]] std::vector<Notice> notices_of(const std::vector<wire::FolderReport>& reports, const BoardOptions& options);

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// Notices about the folders of a board, before it starts.
#pragma once

#include <vector>

#include "src/boardgated/boards/board.h"
#include "src/wire/folder_messages.h"

namespace boardgate::boardgated {

/// `reports`: one for each folder of `options`.
[[nodiscard]] std::vector<Notice> notices_of(const std::vector<wire::FolderReport>& reports, const BoardOptions& options);

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// Logs on which node of the cluster a board runs, once for each job: squeue(1) forgets jobs, the journal keeps it.
#pragma once

#include <map>
#include <string>

#include "src/base/lock_guarded.h"
#include "src/boardgated/boards/board.h"

namespace boardgate::boardgated {

class JobAudit {
public:
    /// A listener of the registry.
    void board_changed(const Board& board, bool gone);

private:
    LockGuarded<std::map<BoardId, std::string>> jobs_;  ///< logged already
};

}  // namespace boardgate::boardgated

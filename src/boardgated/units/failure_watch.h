// SPDX-License-Identifier: MIT
// When a board fails, reads the log since its last start and diagnoses the failure, once for each failed start. Then the unit
// is reset: a board's failure must not make the whole server "degraded" (systemctl is-system-running).
#pragma once

#include "src/boardgated/boards/registry.h"
#include "src/boardgated/clients/board_launcher.h"
#include "src/boardgated/clients/journal_client.h"
#include "src/boardgated/common/thread_pool.h"

namespace boardgate::boardgated {

class FailureWatch {
public:
    FailureWatch(Registry& registry, const JournalClient& journal, BoardLauncher& launcher)
        : registry_(registry), journal_(journal), launcher_(launcher) {}

    /// A listener of the registry.
    void board_changed(const Board& board, bool gone);
    /// Finishes the queued work and accepts no more. Call it before other listeners are destroyed: the work changes boards.
    void finish() { threads_.finish(); }

private:
    [[nodiscard]] std::vector<std::string> lines_of(const Board& board) const;
    void examine(const BoardId& id);

    Registry& registry_;
    const JournalClient& journal_;
    BoardLauncher& launcher_;
    ThreadPool threads_{"diagnosis", {4, 1, 400, 50}};
};

}  // namespace boardgate::boardgated

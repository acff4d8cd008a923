// SPDX-License-Identifier: MIT
// Boards over the API: made, read, changed, woken, put to sleep, removed; each only by its owner.
#pragma once

#include "src/boardgated/board_launcher.h"
#include "src/boardgated/call.h"
#include "src/boardgated/journal_client.h"
#include "src/boardgated/presets.h"
#include "src/boardgated/registry.h"
#include "src/boardgated/unit_watch.h"
#include "src/boardgated/waker.h"

namespace boardgate::boardgated {

class ApiBoards {
public:
    ApiBoards(Registry& registry, BoardLauncher& launcher, Waker& waker, UnitWatch& watch, const JournalClient& journal, Presets& presets,
              const Settings& settings)
        : registry_(registry),
          launcher_(launcher),
          waker_(waker),
          watch_(watch),
          journal_(journal),
          presets_(presets),
          settings_(settings) {}

    [[nodiscard]] Reply list(Call& call) const;
    [[nodiscard]] Reply make(Call& call);
    [[nodiscard]] Reply read(Call& call) const;
    [[nodiscard]] Reply change(Call& call);
    [[nodiscard]] Reply remove(Call& call);
    [[nodiscard]] Reply wake(Call& call);
    [[nodiscard]] Reply sleep(Call& call);
    [[nodiscard]] Reply restart(Call& call);
    [[nodiscard]] Reply log(Call& call) const;

private:
    /// What its owner should know of all its folders; a problem when one cannot be a log directory.
    [[nodiscard]] Answer<std::vector<Notice>> inspect(const Token& token, const BoardOptions& options);
    [[nodiscard]] Answer<void> open(const Token& token, const Board& board, bool awake);
    /// The board as it is now, and what else its owner should know.
    [[nodiscard]] Answer<Board> acted_on(const Call& call) const;
    [[nodiscard]] Reply now(const BoardId& id, int status, const std::vector<Notice>& more = {}) const;

    Registry& registry_;
    BoardLauncher& launcher_;
    Waker& waker_;
    UnitWatch& watch_;
    const JournalClient& journal_;
    Presets& presets_;
    const Settings& settings_;
    BoardLocks changing_;
};

/// The board, when it is the session's user's.
[[nodiscard]] Answer<Board> own_board(const Registry& registry, const BoardId& id, const Session& session);

}  // namespace boardgate::boardgated

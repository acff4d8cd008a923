// SPDX-License-Identifier: MIT
// Boards over the API: create, read, change, wake, put to sleep, remove. Only the owner may do that.
#pragma once

#include "src/boardgated/api/call.h"
#include "src/boardgated/boards/presets.h"
#include "src/boardgated/boards/registry.h"
#include "src/boardgated/clients/board_launcher.h"
#include "src/boardgated/clients/journal_client.h"
#include "src/boardgated/units/board_scheduler.h"
#include "src/boardgated/units/unit_watch.h"

namespace boardgate::boardgated {

class ApiBoards {
public:
    ApiBoards(Registry& registry, BoardLauncher& launcher, BoardScheduler& scheduler, UnitWatch& watch, const JournalClient& journal,
              Presets& presets, const Settings& settings)
        : registry_(registry),
          launcher_(launcher),
          scheduler_(scheduler),
          watch_(watch),
          journal_(journal),
          presets_(presets),
          settings_(settings) {}

    [[nodiscard]] ApiResult<Response> list(Call& call) const;
    [[nodiscard]] ApiResult<Response> create(Call& call);
    [[nodiscard]] ApiResult<Response> read(Call& call) const;
    [[nodiscard]] ApiResult<Response> update(Call& call);
    [[nodiscard]] ApiResult<Response> remove(Call& call);
    [[nodiscard]] ApiResult<Response> wake(Call& call);
    [[nodiscard]] ApiResult<Response> sleep(Call& call);
    [[nodiscard]] ApiResult<Response> restart(Call& call);
    [[nodiscard]] ApiResult<Response> log(Call& call) const;

private:
    /// Notices about the folders; a problem when one of them cannot be a log directory.
    [[nodiscard]] ApiResult<std::vector<Notice>> inspect(const Token& token, const BoardOptions& options);
    [[nodiscard]] ApiResult<void> make_door(const Token& token, const Board& board, bool awake);
    [[nodiscard]] ApiResult<Board> acted_on(const Call& call) const;
    /// The response with the board's present state and additional notices.
    [[nodiscard]] ApiResult<Response> current(const BoardId& id, int status, const std::vector<Notice>& more = {}) const;

    Registry& registry_;
    BoardLauncher& launcher_;
    BoardScheduler& scheduler_;
    UnitWatch& watch_;
    const JournalClient& journal_;
    Presets& presets_;
    const Settings& settings_;
    BoardLocks changes_;
};

}  // namespace boardgate::boardgated

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
    [[nodiscard]] ApiResult<Response> restore(Call& call);
    [[nodiscard]] ApiResult<Response> wake(Call& call);
    [[nodiscard]] ApiResult<Response> sleep(Call& call);
    [[nodiscard]] ApiResult<Response> restart(Call& call);
    [[nodiscard]] ApiResult<Response> log(Call& call) const;
    [[nodiscard]] ApiResult<Response> offer(Call& call);

private:
    /// The body of a request for a board.
    struct Wanted {
        BoardOptions options;
        bool titled = false;   ///< it has a title
        bool another = false;  ///< "new": also where a board shows these folders
        bool wake = false;
        bool foreign = false;  ///< its folders may be in somebody else's home
    };
    struct Inspected {
        std::vector<Notice> notices;
        std::string targets;  ///< set_of() the folders after all links; empty: unknown
        std::string home;     ///< HomeMark of the owner's home; empty: unknown
        std::string home_of;  ///< the person in whose home one of them is, if that is not the asking one
    };
    [[nodiscard]] ApiResult<Response> list_deleted(Call& call) const;
    enum class For { a_board, a_change };
    [[nodiscard]] ApiResult<Wanted> wanted(const Call& call, const BoardOptions& before, For what);
    [[nodiscard]] ApiResult<void> resolve_folders_in(JsonObject& json, const Token& token);
    /// A problem when one of the folders cannot be a log directory. `foreign`: they may be in somebody else's home, where the site
    /// lets people do that.
    [[nodiscard]] ApiResult<Inspected> inspect(const Token& token, const BoardOptions& options, bool foreign);
    [[nodiscard]] std::optional<Board> board_on(const Call& call, const BoardOptions& options, const std::string& targets);
    [[nodiscard]] ApiResult<Response> make(Call& call, const Wanted& wanted, const Inspected& found, BoardLocks::Held choosing);
    [[nodiscard]] ApiResult<Response> open_again(Call& call, const BoardId& id, const std::vector<Notice>& notices);
    [[nodiscard]] ApiResult<void> change(Call& call, const Board& board, const BoardOptions& options);
    [[nodiscard]] ApiResult<void> wake_board(const Call& call, const Board& board);
    [[nodiscard]] ApiResult<void> keep(const Board& board, const BoardOptions& options);
    [[nodiscard]] ApiResult<void> make_door(const Token& token, const Board& board, bool awake);
    [[nodiscard]] ApiResult<Board> acted_on(const Call& call) const;
    /// Why a change of a board was not kept: it was deleted meanwhile, or the database refuses.
    [[nodiscard]] tl::unexpected<Problem> not_kept(const BoardId& id, const Error& error) const;
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
    BoardLocks choices_;  ///< by person: of two requests for the same folder, the second finds the board of the first
};

}  // namespace boardgate::boardgated

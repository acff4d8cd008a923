// SPDX-License-Identifier: MIT
// To whom a board is shown: the owner's list and changes, what others show a person, and persons who ask to see a board.
#pragma once

#include "src/boardgated/api/call.h"
#include "src/boardgated/api/event_streams.h"
#include "src/boardgated/clients/board_launcher.h"
#include "src/boardgated/sharing/shares.h"
#include "src/boardgated/units/board_locks.h"

namespace boardgate::boardgated {

/// Why no board, or this board, can be shown to others.
[[nodiscard]] ApiResult<void> shareable(const Board& board, const Settings& settings);
/// A board as a visitor sees it in a list: without its folder.
[[nodiscard]] Json::Value shared_board_json(const Board& board, const BoardShare& share, const std::optional<WallTime>& until);

/// These shares in the launcher's words. Root lets those people wake the board, and confines it to its folders.
[[nodiscard]] std::vector<wire::ShownTo> shown_to(const std::vector<BoardShare>& shares);

class ApiShares {
public:
    ApiShares(Registry& registry, Shares& shares, EventStreams& streams, BoardLauncher& launcher, const Settings& settings,
              const Clock& clock)
        : registry_(registry), shares_(shares), streams_(streams), launcher_(launcher), settings_(settings), clock_(clock) {}

    [[nodiscard]] ApiResult<Response> list(Call& call) const;
    [[nodiscard]] ApiResult<Response> put(Call& call);
    [[nodiscard]] ApiResult<Response> remove(Call& call);
    [[nodiscard]] ApiResult<Response> shown_to_me(Call& call);
    [[nodiscard]] ApiResult<Response> ask(Call& call);
    [[nodiscard]] ApiResult<Response> dismiss(Call& call);

private:
    [[nodiscard]] ApiResult<BoardShare> wanted(const Call& call) const;
    [[nodiscard]] ApiResult<void> find_number(BoardShare& share, const Session& owner) const;
    [[nodiscard]] Json::Value share_json(const BoardShare& share) const;
    /// Root's record of these shares.
    [[nodiscard]] ApiResult<void> tell_launcher(const Token& token, const BoardId& board, const std::vector<BoardShare>& shares);
    void tell_visitors(const char* event, const Board& board, const BoardShare& share);

    Registry& registry_;
    Shares& shares_;
    EventStreams& streams_;
    BoardLauncher& launcher_;
    const Settings& settings_;
    const Clock& clock_;
    BoardLocks changes_;
};

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
#include "src/boardgated/api/api_views.h"

#include <fmt/format.h>

#include "src/boardgated/api/api_shares.h"
#include "src/boardgated/common/json.h"
#include "src/boardgated/gate/audit.h"

namespace boardgate::boardgated {

namespace {

/// A board wakes in half a second; the page asks again.
constexpr std::chrono::milliseconds patience{1500};

/// What the visitor reads while the board is not ready: neither its log nor why it failed.
std::string why_not_ready(const Board& board, bool own) {
    const std::string owner = board.owner.str();
    switch (board.state) {
        case State::waiting:
            return own ? board.waiting_for : owner + " has as many boards awake as allowed. This one opens when another falls asleep.";
        case State::queued:
            return owner + "'s board waits in the cluster's queue. It opens when a node is free.";
        case State::starting:
        case State::ready:
            return "Waking " + owner + "'s board.";
        case State::asleep:
        case State::off:
        case State::failed:
            break;
    }
    return owner + " has to open it once before it can be shown again.";
}

Response not_ready(const Board& board, bool own) {
    Json::Value body(Json::objectValue);
    body["state"] = name_of(board.state);
    body["title"] = board.options.title;
    body["owner"] = board.owner.str();
    body["waiting_for"] = why_not_ready(board, own);
    Response response = json_response(202, body);
    response.with("Retry-After", "1");
    return response;
}

}  // namespace

/// By the owner's own token, or by a visitor's with the share that root's record has.
ApiResult<void> ApiViews::wake(const Call& call, const Board& board) {
    if (board.state != State::asleep && board.state != State::off && board.state != State::waiting) return {};
    const bool own = board.uid == call.session->uid;
    const auto woken = own ? scheduler_.wake(*call.token, board.id) : scheduler_.wake_shared(*call.token, board.id);
    // Root's record does not have the share: the board has no door, or an older boardgate made it.
    if (!woken && !own && woken.error().code == Code::not_shown) return {};
    if (!woken) return error_of(woken);
    if (*woken) audit(Event::board_woken, *call.session, call.request.address(), "woke", board);
    return {};
}

ApiResult<Response> ApiViews::open(Call& call) {
    if (const auto empty = check_no_fields(call.body); !empty) return error_of(empty);
    const auto board = registry_.find(*call.board);
    if (!board) return problem(Code::no_such_board, "there is no board " + call.board->str());
    const bool own = board->uid == call.session->uid;
    const auto share = own ? std::nullopt : shares_.fitting_now(board->id, call.session->uid, call.session->user);
    // Neither title nor owner: only who sees the board may know.
    if (!own && !share) {
        return problem(Code::not_shown,
                       fmt::format("ask its owner to show it to you: Share in the menu of its card, or boardgate share {} --with {}",
                                   board->id.str(), call.session->user));
    }
    if (const auto possible = shareable(*board, settings_); !possible) return error_of(possible);
    if (board->held) return problem(Code::held, "an administrator holds the board asleep");
    if (!gate_.healthy()) {
        return problem(Code::gate_unsound,
                       "no board is served until the server's packet filter is in force again; an administrator can find out why");
    }
    if (const auto woken = wake(call, *board); !woken) return error_of(woken);
    scheduler_.looked_at(board->id);
    const auto after = registry_.wait(board->id, patience, [](const Board& now) {
        return now.state == State::ready || now.state == State::failed || now.state == State::waiting || now.state == State::off;
    });
    if (!after) return problem(Code::no_such_board, "there is no board " + board->id.str());
    if (after->state == State::failed) {
        return problem(Code::board_failed, fmt::format("{} failed; {} is shown why", own ? "the board" : after->owner.str() + "'s board",
                                                       own ? "its page" : after->owner.str()));
    }
    if (after->state != State::ready) return not_ready(*after, own);
    return opened(call, *after, share);
}

ApiResult<Response> ApiViews::opened(const Call& call, const Board& board, const std::optional<BoardShare>& share) {
    front_ends_.look(board);
    if (front_ends_.view_version_for(board).empty()) {
        return problem(
            Code::not_shareable,
            "the pages for shared boards are not published for its TensorBoard; an administrator finds out why with boardgate doctor");
    }
    const auto capability = views_.open(*call.session, board.id);
    if (!capability) return error_of(capability);
    Json::Value body(Json::objectValue);
    body["place"] = "/v/" + capability->reveal() + "/";
    body["title"] = board.options.title;
    body["owner"] = board.owner.str();
    const auto until = share ? shares_.ends_at(*share) : std::nullopt;
    body["until"] = until ? Json::Value(rfc3339(*until)) : Json::Value();
    body["ends_with"] = share ? Json::Value(share->with()) : Json::Value();
    return json_response(201, body);
}

ApiResult<Response> ApiViews::close(Call& call) {
    if (!registry_.find(*call.board)) return problem(Code::no_such_board, "there is no board " + call.board->str());
    views_.end_of(call.session->token, *call.board);
    return empty_response(204);
}

}  // namespace boardgate::boardgated

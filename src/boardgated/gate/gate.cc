// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/gate.h"

#include "src/base/log.h"
#include "src/boardgated/web/same_origin.h"

namespace boardgate::boardgated {

namespace {

std::optional<BoardId> id_after_prefix(std::string_view path, std::string_view ends) {
    constexpr std::string_view prefix = "/b/";
    if (!path.starts_with(prefix)) return std::nullopt;
    path.remove_prefix(prefix.size());
    if (path.size() > BoardId::text_size && ends.find(path[BoardId::text_size]) == std::string_view::npos) return std::nullopt;
    auto id = BoardId::parse(path.substr(0, BoardId::text_size));
    if (!id) return std::nullopt;
    return *std::move(id);
}

}  // namespace

std::optional<BoardId> board_of_path(std::string_view raw_uri, std::string_view path) {
    auto raw = id_after_prefix(raw_uri, "/?");
    auto seen = id_after_prefix(path, "/");
    if (!raw || !seen || *raw != *seen) return std::nullopt;
    return seen;
}

void Gate::set_healthy(bool healthy) {
    if (healthy_.exchange(healthy) == healthy) return;
    if (healthy) {
        log_event(Event::gate_open, "the packet filter is in force: boardgate serves boards");
    } else {
        log_event(Event::gate_closed, "boardgate-gate.service is not active: boardgate refuses all boards until it is");
    }
}

GateQuestion Gate::question_of(const Parameters& request) {
    return {request.raw_uri(),
            request.path(),
            request.parameter("HTTP_COOKIE"),
            request.parameter("HTTP_ORIGIN"),
            request.host(),
            request.parameter("HTTP_UPGRADE"),
            request.parameter("HTTP_SEC_FETCH_SITE"),
            request.is_navigation()};
}

GateDecision Gate::decide(const GateQuestion& question) const {
    GateDecision decision;
    const auto token = session_token(question.cookie);
    if (token) decision.session = sessions_.find(token->hash());
    decision.board = board_of_path(question.raw_uri, question.path);
    const auto no = [&](Refusal refusal) {
        decision.refusal = refusal;
        return decision;
    };
    if (!decision.session) return no(Refusal::unauthenticated);
    if (!decision.board) return no(Refusal::malformed);
    // Another site may link to a board, but neither fetch from it nor open a WebSocket to it.
    const bool ours = question.fetch_site.empty() || question.fetch_site == "same-origin" || question.fetch_site == "none";
    if (!ours && !question.navigation) return no(Refusal::cross_site);
    if (!question.upgrade.empty() && question.origin != "https://" + std::string(question.host)) return no(Refusal::cross_site);
    const auto board = registry_.gate_view(*decision.board);
    if (!board) return no(Refusal::no_such_board);
    if (board->uid != decision.session->uid) return no(Refusal::not_your_board);
    decision.state = board->state;
    if (!healthy_) return no(Refusal::unsound);
    // BoardAnswer wakes or explains boards that are not ready. A connection to the door would wake the board even without a
    // free slot.
    if (board->state != State::ready) return no(Refusal::not_ready);
    // An administrator's hold counts before the board has ended.
    if (board->held) return no(Refusal::not_ready);
    // door_ports was changed: the packet filter's next start closes this door (boardgate-launcher --close-strays).
    if (!settings_.is_door_port(board->port)) return no(Refusal::unsound);
    decision.refusal = Refusal::none;
    decision.port = board->port;
    return decision;
}

Gate::Answer Gate::answer(const Parameters& request) {
    const GateQuestion question = question_of(request);
    Answer answer{decide(question), {}};
    const GateDecision& decision = answer.decision;
    Response& response = answer.response;
    if (decision.refusal == Refusal::none) {
        registry_.viewed(*decision.board);
        if (question.navigation) sessions_.touch(decision.session->token);
        response.status = 204;
        response.with("X-Boardgate-Port", std::to_string(decision.port));
        // nginx serves these few files itself, from the shared front ends, if it gets the board's version.
        if (!request.parameter("BG_PLACE").empty()) {
            const auto board = registry_.find(*decision.board);
            if (board) response.with("X-Boardgate-Frontend", front_ends_.version_for(*board));
        }
    } else {
        response.status = decision.refusal == Refusal::unauthenticated ? 401 : 403;
    }
    return answer;
}

}  // namespace boardgate::boardgated

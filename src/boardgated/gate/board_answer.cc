// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/board_answer.h"

#include <fmt/format.h>

#include "src/boardgated/boards/diagnosis.h"
#include "src/boardgated/common/json.h"
#include "src/boardgated/gate/audit.h"
#include "src/boardgated/gate/state_page.h"
#include "src/boardgated/gate/visitor_page.h"

namespace boardgate::boardgated {

namespace {

/// A board wakes in half a second, so most people never see the page of state starting.
constexpr std::chrono::milliseconds patience_of_person{1500};
/// A script cannot use a page, so it waits longer. nginx has a longer time limit than this.
constexpr std::chrono::milliseconds patience_of_script{10000};

/// Makes nginx send the request through the gate again (nginx/gate.conf has the location).
Response to_the_board(const Request& request) {
    Response response;
    response.with("X-Accel-Redirect", request.parameter("BG_PLACE") == "index" ? "@boardgate_index" : "@boardgate_board");
    return response;
}

Response refusal(const Problem& problem, bool navigation) { return navigation ? problem_page(problem) : problem_response(problem); }

Problem not_ready(const Board& board) {
    const std::string named = "board " + board.id.str();
    if (board.state == State::failed) {
        const Failure failure = board.failure ? *board.failure : diagnose(board, {});
        return {Code::board_failed, fmt::format("{}: {}. {}", named, failure.summary, failure.remedy)};
    }
    if (board.state == State::queued)
        return {Code::board_not_ready, fmt::format("{} is in Slurm's queue: {}", named, reason_in_words(board.job())), {}, 1};
    if (board.state == State::waiting) return {Code::board_not_ready, named + " is waiting: " + board.waiting_for, {}, 1};
    return {Code::board_not_ready, fmt::format("{} is {}; ask again in a moment", named, name_of(board.state)), {}, 1};
}

/// For the bar on TensorBoard's page, which can ask only below the board's own address. It is no visit.
Response about_board(const Board& board) {
    Json::Value value(Json::objectValue);
    value["title"] = board.options.title;
    value["owner"] = board.owner.str();
    value["state"] = name_of(shown_state(board));
    return json_response(200, value);
}

/// Is waiting for another state useless? The board waits for other boards, or has failed and its log was read.
bool is_final(const Board& board) { return board.state == State::waiting || (board.state == State::failed && board.failure); }

Response state_of_board(const Board& board, bool navigation) { return navigation ? state_page(board) : problem_response(not_ready(board)); }

}  // namespace

void BoardAnswer::handle(std::unique_ptr<Request> request) {
    const GateQuestion question = Gate::question_of(*request);
    const GateDecision decision = gate_.decide(question);
    const std::string named = decision.board ? decision.board->str() : "of this name";
    const bool about = request->parameter("BG_ROLE") == "board_about";
    const auto refuse = [&](const Problem& problem) { write_response(*request, refusal(problem, question.navigation)); };
    switch (decision.refusal) {
        case Refusal::unauthenticated:
            if (!question.navigation) return refuse({Code::unauthenticated, "log in first"});
            // Only the board's own page has a place to come back to.
            return write_response(*request,
                                  login_redirect(decision.board, request->path().ends_with('/') ? request->query() : std::string_view()));
        case Refusal::malformed:
        case Refusal::no_such_board:
            return refuse({Code::no_such_board, "there is no board " + named});
        case Refusal::not_your_board:
            if (question.navigation) return write_response(*request, visitor_page(*decision.board));
            return refuse({Code::not_your_board, fmt::format("board {} belongs to somebody else", named)});
        case Refusal::cross_site:
            return refuse({Code::cross_site, "the request came from another site"});
        case Refusal::unsound:
            return refuse({Code::gate_unsound,
                           "no board is served until the server's packet filter is in force again; an administrator can find out why",
                           {},
                           10});
        case Refusal::not_ready:
            break;
        case Refusal::none:
            if (about) break;
            // The gate would let it pass now: the board became ready meanwhile, or closed the connection to nginx.
            const std::string_view upstream = request->parameter("BG_UPSTREAM_STATUS");
            if (upstream != "502" && upstream != "504") return write_response(*request, to_the_board(*request));
            return refuse({Code::board_not_ready, fmt::format("board {} closed the connection; try again in a moment", named), {}, 1});
    }
    if (about) {
        const auto board = registry_.find(*decision.board);
        return board ? write_response(*request, about_board(*board)) : refuse({Code::no_such_board, "there is no board " + named});
    }
    if (const auto board = registry_.find(*decision.board); board && board->held) {
        return write_response(*request,
                              question.navigation ? state_page(*board) : problem_response(BoardScheduler::held_problem(*board->held)));
    }
    // A visit to a waiting board tries again: another board of the person may be idle now.
    if (decision.state == State::failed || (decision.state == State::waiting && !question.navigation)) {
        scheduler_.looked_at(*decision.board);
        const auto board = registry_.find(*decision.board);
        if (!board) return refuse({Code::no_such_board, "there is no board " + named});
        if (is_final(*board)) return write_response(*request, state_of_board(*board, question.navigation));
    }
    const std::shared_ptr<Request> shared = std::move(request);
    const bool navigation = question.navigation;
    if (!launches_.add(share_of(decision.session->uid), [this, shared, session = *decision.session, board = *decision.board, navigation] {
            wake_and_answer(*shared, session, board, navigation);
        })) {
        write_response(*shared, refusal({Code::busy, "too many boards are being woken; try again in a moment", {}, 2}, navigation));
    }
}

void BoardAnswer::wake_and_answer(Request& request, const Session& session, const BoardId& id, bool navigation) {
    const auto token = session_token(request.parameter("HTTP_COOKIE"));
    const auto before = registry_.find(id);
    if (!token || !before) return write_response(request, refusal({Code::no_such_board, "there is no board " + id.str()}, navigation));
    if (before->state == State::asleep || before->state == State::off || before->state == State::waiting) {
        const auto woken = scheduler_.wake(*token, id);
        if (!woken) return write_response(request, refusal(woken.error(), navigation));
        if (*woken) audit(Event::board_woken, session, request.address(), "woke", *before);
    }
    const auto after = registry_.wait(id, navigation ? patience_of_person : patience_of_script,
                                      [](const Board& board) { return board.state == State::ready || is_final(board); });
    if (!after) return write_response(request, refusal({Code::no_such_board, "there is no board " + id.str()}, navigation));
    if (after->state != State::ready) return write_response(request, state_of_board(*after, navigation));
    // The gate answers from memory in a moment which files the page has.
    if (!request.parameter("BG_PLACE").empty()) front_ends_.look(*after);
    write_response(request, to_the_board(request));
}

}  // namespace boardgate::boardgated

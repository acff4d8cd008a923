// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/view_answer.h"

#include "src/boardgated/common/json.h"

namespace boardgate::boardgated {

namespace {

/// TensorBoard's own answer has its paths, flags and the address of its data server.
Response environment_of(const Board& board) {
    Json::Value value(Json::objectValue);
    value["version"] = "";
    value["data_location"] = board.owner.str() + "'s board";
    value["window_title"] = board.options.title;
    value["experiment_name"] = "";
    value["experiment_description"] = "";
    value["creation_time"] = 0;
    return json_response(200, value);
}

}  // namespace

Response view_answer(const ViewDecision& decision, const Registry& registry) {
    switch (decision.refusal) {
        case ViewRefusal::ours:
            if (const auto board = registry.find(*decision.board)) return environment_of(*board);
            return problem_response({Code::not_shown, "the board was deleted"});
        // The page goes on without it.
        case ViewRefusal::malformed:
            return problem_response({Code::no_such_route, "this is not part of a shared board"});
        case ViewRefusal::wrong_place:
            return problem_response({Code::cross_site, "a shared board is shown by the portal's own page only"});
        case ViewRefusal::no_such_view:
            return problem_response({Code::not_shown, "the view has ended; open the board again"});
        case ViewRefusal::unauthenticated:
            return problem_response({Code::unauthenticated, "your session has ended; log in again"});
        case ViewRefusal::no_such_board:
        case ViewRefusal::not_shown:
            return problem_response({Code::not_shown, "the board is shown to you no longer"});
        case ViewRefusal::unsound:
            return problem_response({Code::gate_unsound, "no board is served until the server's packet filter is in force again"});
        case ViewRefusal::none:
        case ViewRefusal::not_ready:
            break;
    }
    return problem_response({Code::board_not_ready, "the board is not ready; ask again in a moment", {}, 1});
}

}  // namespace boardgate::boardgated

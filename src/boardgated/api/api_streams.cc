// SPDX-License-Identifier: MIT
#include "src/boardgated/api/api_streams.h"

#include "src/base/log.h"
#include "src/boardgated/api/api_boards.h"
#include "src/boardgated/api/log_json.h"
#include "src/boardgated/api/router.h"

namespace boardgate::boardgated {

struct ApiStreams::Row {
    std::string_view pattern;
    ApiResult<void> (ApiStreams::*opener)(std::unique_ptr<Request>&, Caller, const std::optional<BoardId>&);
};

const ApiStreams::Row ApiStreams::table[] = {
#define ROUTE(method, pattern, pool, access, handler, meaning)
#define STREAM(pattern, opener, meaning) {pattern, &ApiStreams::opener},
#include "src/boardgated/api/routes.inc"
#undef STREAM
#undef ROUTE
};

void ApiStreams::handle(std::unique_ptr<Request> request) {
    if (const auto opened = open_stream(request); !opened) write_response(*request, problem_response(opened.error()));
}

ApiResult<void> ApiStreams::open_stream(std::unique_ptr<Request>& request) {
    if (request->method() != "GET") return tl::make_unexpected(wrong_method("GET"));
    auto caller = caller_of(*request, sessions_);
    if (!caller) return problem(Code::unauthenticated, "log in first");
    for (const Row& row : table) {
        PathNames names;
        if (matches(row.pattern, *request, names)) return (this->*row.opener)(request, *std::move(caller), names.board);
    }
    return problem(Code::no_such_route, "there is nothing at this address");
}

ApiResult<void> ApiStreams::events(std::unique_ptr<Request>& request, Caller caller, const std::optional<BoardId>&) {
    return event_streams_.open_events(request, caller.session);
}

ApiResult<void> ApiStreams::log(std::unique_ptr<Request>& request, Caller caller, const std::optional<BoardId>& id) {
    const auto lines_at_first = query_number(*request, "lines", 200, 1, JournalClient::most_lines);
    if (!lines_at_first) return error_of(lines_at_first);
    const auto board = own_board(registry_, *id, caller.session);
    if (!board) return error_of(board);
    auto place = event_streams_.place_for_feed(caller.session.uid);
    if (!place) return error_of(place);
    {
        const auto openings = openings_.lock();
        const std::string person = share_of(caller.session.uid);
        if (const double wait = openings->wait(person); wait > 0) {
            return tl::make_unexpected(
                Problem{Code::busy, "you opened too many logs; try again in a moment", {}, 1 + static_cast<int>(wait)});
        }
        openings->take(person);
    }
    // A browser that reconnects names the last line it has (HTML standard, Last-Event-ID).
    auto journal = journal_.follow(board->unit(), std::string(request->parameter("HTTP_LAST_EVENT_ID").substr(0, wire::longest::cursor)),
                                   *lines_at_first);
    if (!journal) {
        log_event(Event::request_fault, "boardgated cannot follow a log: " + journal.error().text(), {{"BOARD_ID", id->str()}});
        return problem(Code::busy, "the log cannot be read now; try again");
    }
    const auto translate = [](const wire::Datagram* datagram) -> EventStreams::Message {
        const auto line = datagram == nullptr ? failure("") : wire::decode<wire::LogLine>(*datagram);
        if (!line) return {{}, datagram == nullptr};
        return {event_text("line", to_text(log_line_json(*line)), line->cursor), false};
    };
    // No time limit for the source: a board may log nothing for days.
    event_streams_.open_feed(std::move(request), caller.session, *std::move(place), {*std::move(journal), translate});
    return {};
}

ApiResult<void> ApiStreams::runs(std::unique_ptr<Request>& request, Caller caller, const std::optional<BoardId>&) {
    return folders_.follow_runs(request, std::move(caller));
}

}  // namespace boardgate::boardgated

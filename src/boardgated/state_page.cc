// SPDX-License-Identifier: MIT
#include "src/boardgated/state_page.h"

#include "src/boardgated/diagnosis.h"

namespace boardgate::boardgated {

namespace {

const char* meaning_of(State state) {
    static constexpr const char* meanings[] = {
#define STATE(name, meaning) meaning,
#include "src/boardgated/states.inc"
#undef STATE
    };
    return meanings[static_cast<std::size_t>(state)];
}

Response page(int status, const std::string& title, const std::string& head, const std::string& main) {
    Response response{status, {}, {}};
    response.with("Content-Type", "text/html; charset=utf-8").with("Cache-Control", "no-store");
    response.body =
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
        escaped(title) +
        " · boardgate</title>\n"
        "<link rel=\"stylesheet\" href=\"/assets/style.css\">\n" +
        head + "</head>\n<body class=\"state-page\">\n" + main + "</body>\n</html>\n";
    return response;
}

std::string failure_text(const Failure& failure) {
    std::string lines;
    for (const std::string& line : failure.log_tail) lines += escaped(line) + "\n";
    return "<p class=\"failure-summary\">" + escaped(failure.summary) + ".</p>\n<p class=\"failure-detail\">" + escaped(failure.detail) +
           "</p>\n<p class=\"failure-remedy\">" + escaped(failure.remedy) + "</p>\n" +
           (lines.empty() ? "" : "<h2>Last lines of its log</h2>\n<pre class=\"log\">" + lines + "</pre>\n");
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

Response state_page(const Board& board) {
    const std::string state = name_of(board.state);
    const bool failed = board.state == State::failed;
    const Failure failure = !failed ? Failure{} : board.failure ? *board.failure : diagnose(board, {});
    // For state.js: what PATCH may change before the next attempt.
    const std::string change = failed ? to_text(failure_json(failure)["change"]) : "null";
    std::string head = "<script type=\"module\" src=\"/assets/state.js\"></script>\n";
    // For those without scripts, in the states that end by themselves.
    if (!failed) head += "<noscript><meta http-equiv=\"refresh\" content=\"3\"></noscript>\n";
    std::string main = "<main data-board=\"" + board.id.str() + "\" data-state=\"" + state + "\" data-change=\"" + escaped(change) +
                       "\" data-waiting-for=\"" + escaped(board.waiting_for) + "\">\n<h1>" + escaped(board.options.title) + "</h1>\n" +
                       "<p class=\"logdir\">" + escaped(board.options.logdir) + "</p>\n" +
                       "<p><strong class=\"board-state\" data-state=\"" + state + "\">" + state +
                       "</strong>: " + (board.waiting_for.empty() ? meaning_of(board.state) : escaped(board.waiting_for)) + ".</p>\n";
    if (failed) main += failure_text(failure);
    main += "<div id=\"live\"></div>\n<p><a href=\"/\">All my boards</a></p>\n</main>\n";
    Response response = page(503, board.options.title, head, main);
    if (!failed) response.with("Retry-After", "1");
    return response;
}

Response problem_page(const Problem& problem) {
    const Response plain = problem_response(problem);
    Response response = page(plain.status, name_of(problem.code), "",
                             "<main>\n<h1>" + std::to_string(plain.status) + "</h1>\n<p>" + escaped(problem.detail) +
                                 ".</p>\n<p><a href=\"/\">All my boards</a></p>\n</main>\n");
    if (problem.retry_after > 0) response.with("Retry-After", std::to_string(problem.retry_after));
    return response;
}

Response login_redirect(const std::optional<BoardId>& board) {
    Response response = empty_response(303);
    response.with("Location", board ? "/login?board=" + board->str() : "/login");
    return response;
}

}  // namespace boardgate::boardgated

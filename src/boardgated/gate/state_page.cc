// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/state_page.h"

#include <fmt/format.h>

#include "src/base/clock.h"
#include "src/boardgated/boards/diagnosis.h"
#include "src/boardgated/gate/portal_page.h"

namespace boardgate::boardgated {

namespace {

using namespace fmt::literals;

const char* meaning_of(State state) {
    static constexpr const char* meanings[] = {
#define STATE(name, meaning) meaning,
#include "src/boardgated/boards/states.inc"
#undef STATE
    };
    return meanings[static_cast<std::size_t>(state)];
}

std::string failure_html(const Failure& failure) {
    return fmt::format(R"(<div class="failure">
<p class="failure-summary">{}.</p>
<p class="failure-detail">{}</p>
<p class="failure-remedy">{}</p>
</div>
)",
                       escaped(failure.summary), escaped(failure.detail), escaped(failure.remedy));
}

std::string held_text(const Hold& hold) {
    return fmt::format(
        "<div class=\"notice held\"><p>{} holds this board asleep since {}: {}</p>\n<p>Only an administrator can release it.</p></div>\n",
        escaped(hold.by), rfc3339(hold.since), escaped(hold.reason));
}

/// All but letters, digits and -._~ (RFC 3986, 2.3).
std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::string_view("-._~").find(c) != std::string_view::npos;
        out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string last_lines(const Failure& failure) {
    if (failure.log_tail.empty()) return {};
    std::string lines;
    for (const std::string& line : failure.log_tail) lines += escaped(line) + "\n";
    return fmt::format("<h2>Last lines of its log</h2>\n<pre class=\"log\">{}</pre>\n", lines);
}

}  // namespace

Response state_page(const Board& board) {
    const std::string state = name_of(board.state);
    const bool failed = board.state == State::failed;
    const Failure failure = !failed ? Failure{} : board.failure ? *board.failure : diagnose(board, {});
    // For state.js: the change of options with which a new attempt may succeed.
    const std::string change = failed ? to_text(failure_json(failure)["change"]) : "null";
    std::string head = portal_script("state.js");
    // Browsers without scripts reload the page, in states that end by themselves.
    if (!failed && !board.held) head += "<noscript><meta http-equiv=\"refresh\" content=\"3\"></noscript>\n";
    const std::string reason = board.state == State::queued ? "In Slurm's queue: " + reason_in_words(board.job()) : board.waiting_for;
    std::string folders;
    for (const std::string& folder : folders_of(board.options)) folders += (folders.empty() ? "" : " + ") + escaped(folder);
    // state.js puts its buttons into #live, and replaces the last lines by the whole log.
    const std::string main = fmt::format(
        R"(<main id="main" tabindex="-1" data-board="{id}" data-state="{state}" data-since="{since}" data-change="{change}" data-reason="{reason}"{is_held}>
<section class="card" aria-labelledby="board-heading">
<h1 id="board-heading">{title}</h1>
<p class="path">{folders}</p>
<p class="state-line"><strong class="board-state" data-state="{state}">{state}</strong>: {meaning}.</p>
{held}{failure}<div id="live"></div>
<div id="log">{log}</div>
</section>
</main>
)",
        "id"_a = board.id.str(), "state"_a = state, "since"_a = rfc3339(board.state_since), "change"_a = escaped(change),
        "is_held"_a = board.held ? " data-held" : "", "reason"_a = escaped(reason), "title"_a = escaped(board.options.title),
        "folders"_a = folders, "meaning"_a = reason.empty() ? meaning_of(board.state) : escaped(reason),
        "held"_a = board.held ? held_text(*board.held) : "", "failure"_a = failed ? failure_html(failure) : "",
        "log"_a = failed ? last_lines(failure) : "");
    Response response = portal_page(503, board.options.title, board.owner.str(), head, main);
    if (!failed && !board.held) response.with("Retry-After", "1");
    return response;
}

Response problem_page(const Problem& problem) {
    const Response plain = problem_response(problem);
    const std::string main = fmt::format(R"(<main id="main" tabindex="-1">
<section class="card">
<h1>{}</h1>
<p class="detail">{}.</p>
<p><a class="button" href="/boards">All my boards</a></p>
</section>
</main>
)",
                                         title_of(problem.code), escaped(problem.detail));
    Response response = portal_page(plain.status, title_of(problem.code), "", portal_script("problem.js"), main);
    if (const int seconds = retry_after_of(problem); seconds > 0) response.with("Retry-After", std::to_string(seconds));
    return response;
}

Response login_redirect(const std::optional<BoardId>& board, std::string_view query) {
    std::string to = "/login";
    if (board) to += "?board=" + board->str();
    if (board && !query.empty()) to += "&at=" + percent_encoded("?" + std::string(query));
    Response response = empty_response(303);
    response.with("Location", to);
    return response;
}

}  // namespace boardgate::boardgated

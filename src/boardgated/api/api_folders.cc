// SPDX-License-Identifier: MIT
#include "src/boardgated/api/api_folders.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/base/names.h"
#include "src/boardgated/common/json.h"

namespace boardgate::boardgated {

namespace {

constexpr std::uint32_t standard_rows = 100;
/// What earlier versions accepted. No answer has more than standard_rows.
constexpr std::uint32_t most_rows = 500;
constexpr std::uint32_t furthest_row = 100'000;

struct Order {
    wire::RunSort sort;
    bool reversed;
    std::string tag;
};

bool is_text(const std::string& text, std::size_t longest) {
    return text.size() <= longest && is_utf8(text) && !has_control_character(text);
}

/// `newest`, `name`, `step`, `bytes`, or `value:TAG`, `max:TAG`, `min:TAG`, with `-` before it for the other way round.
ApiResult<Order> order_of(std::string text) {
    Order order{wire::RunSort::newest, text.starts_with('-'), {}};
    if (order.reversed) text.erase(0, 1);
    constexpr std::pair<const char*, wire::RunSort> names[] = {
        {"newest", wire::RunSort::newest}, {"name", wire::RunSort::name}, {"step", wire::RunSort::step}, {"bytes", wire::RunSort::bytes}};
    if (text.empty() && !order.reversed) return order;
    for (const auto& [name, sort] : names) {
        order.sort = sort;
        if (text == name) return order;
    }
    constexpr std::pair<std::string_view, wire::RunSort> of_tags[] = {
        {"value:", wire::RunSort::value}, {"max:", wire::RunSort::greatest}, {"min:", wire::RunSort::least}};
    for (const auto& [name, sort] : of_tags) {
        if (!text.starts_with(name)) continue;
        order.sort = sort;
        order.tag = text.substr(name.size());
        if (!order.tag.empty() && is_text(order.tag, wire::longest::tag)) return order;
    }
    return problem(Code::bad_field, "sort must be newest, name, step, bytes, value:TAG, max:TAG or min:TAG, or one of them behind a -",
                   "sort");
}

/// One tag a line.
ApiResult<std::vector<std::string>> tags_of(const std::string& text) {
    std::vector<std::string> tags;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        tags.push_back(text.substr(at, end - at));
        at = end + 1;
        if (tags.back().empty() || !is_text(tags.back(), wire::longest::tag) || tags.size() > wire::longest::curves) {
            return problem(Code::bad_field, fmt::format("tags must be at most {} names of tags, one a line", wire::longest::curves),
                           "tags");
        }
    }
    return tags;
}

ApiResult<wire::FindRuns> run_search(const Request& request) {
    wire::FindRuns search;
    search.root = request.query_value("root");
    if (const auto good = check_typed_path(search.root, "root"); !good) return error_of(good);
    search.query = request.query_value("query");
    if (!is_text(search.query, wire::longest::query)) {
        return problem(Code::bad_field, fmt::format("query must be text of at most {} bytes", wire::longest::query), "query");
    }
    auto order = order_of(request.query_value("sort"));
    if (!order) return error_of(order);
    search.sort = order->sort;
    search.reversed = order->reversed;
    search.tag = std::move(order->tag);
    auto tags = tags_of(request.query_value("tags"));
    if (!tags) return error_of(tags);
    search.tags = *std::move(tags);
    search.folders = request.query_value("folders") == "1";
    search.without_points = request.query_value("without_points") == "1";
    const auto limit = query_number(request, "limit", standard_rows, 1, most_rows);
    if (!limit) return error_of(limit);
    search.limit = static_cast<std::uint16_t>(std::min(*limit, standard_rows));
    const auto cursor = query_number(request, "cursor", 0, 0, furthest_row);
    if (!cursor) return error_of(cursor);
    search.first = *cursor;
    return search;
}

}  // namespace

ApiResult<Response> ApiFolders::list(Call& call) {
    std::string path = call.request.query_value("path");
    // With `complete=1`, a path without a final slash is half typed: list all folders that begin like it.
    const bool whole = call.request.query_value("complete") != "1" && !path.empty() && !path.ends_with('/');
    if (whole) path += '/';
    if (const auto good = check_typed_path(path, "path"); !good) return error_of(good);
    const auto reader = launcher_.open_logdirs(*call.token);
    if (!reader) return error_of(reader);
    return list_folders(*reader, path).map([&](FolderListing listing) {
        if (whole) listing.end.path = listing.end.folder;
        return json_response(200, listing_json(listing));
    });
}

ApiResult<Fd> ApiFolders::begin_run_search(const Token& token, const wire::FindRuns& search) {
    auto reader = launcher_.open_logdirs(token);
    if (!reader) return reader;
    if (const auto asked = ask_for_runs(*reader, search); !asked) return error_of(asked);
    return reader;
}

/// Of boards that show one folder; where several show the same, the newest.
BoardsOfFolders ApiFolders::boards_of_folders(std::uint32_t uid) const {
    std::vector<Board> boards = registry_.boards_of(uid);
    std::sort(boards.begin(), boards.end(), [](const Board& a, const Board& b) { return a.created < b.created; });
    BoardsOfFolders of_folders;
    for (const Board& board : boards) {
        const std::vector<std::string> folders = folders_of(board.options);
        if (folders.size() == 1) of_folders.insert_or_assign(tidy_path(folders.front()), board.id.str());
    }
    return of_folders;
}

ApiResult<Response> ApiFolders::runs(Call& call) {
    const auto search = run_search(call.request);
    if (!search) return error_of(search);
    const auto reader = begin_run_search(*call.token, *search);
    if (!reader) return error_of(reader);
    return collect_runs(*reader, search->limit).map([&](const FoundRuns& found) {
        return json_response(200, runs_json(found, boards_of_folders(call.session->uid)));
    });
}

ApiResult<void> ApiFolders::follow_runs(std::unique_ptr<Request>& request, Caller caller) {
    auto search = run_search(*request);
    if (!search) return error_of(search);
    struct Job {
        std::unique_ptr<Request> request;
        Caller caller;
        wire::FindRuns search;
    };
    search->early = true;
    const auto job = std::make_shared<Job>(Job{std::move(request), std::move(caller), *std::move(search)});
    const auto open = [this, job]() -> ApiResult<void> {
        auto place = event_streams_.place_for_feed(job->caller.session.uid);
        if (!place) return error_of(place);
        auto reader = begin_run_search(job->caller.token, job->search);
        if (!reader) return error_of(reader);
        const auto translate = [boards = boards_of_folders(job->caller.session.uid)](const wire::Datagram* datagram) {
            const RunSearchEvent event = run_search_event(run_search_update(datagram), boards);
            return EventStreams::Message{event_text(event.name, to_text(event.data)), event.last};
        };
        event_streams_.open_feed(std::move(job->request), job->caller.session, *std::move(place),
                                 {*std::move(reader), translate, patience_with_folders});
        return {};
    };
    if (threads_.add(share_of(job->caller.session.uid), [open, job] {
            if (const auto opened = open(); !opened) write_response(*job->request, problem_response(opened.error()));
        })) {
        return {};
    }
    request = std::move(job->request);
    return tl::make_unexpected(Problem{Code::busy, "the server is busy; try again in a moment", {}, 2});
}

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
#include "src/boardgated/api/api_folders.h"

#include "src/boardgated/api/folder_json.h"
#include "src/boardgated/common/json.h"

namespace boardgate::boardgated {

namespace {

constexpr std::uint32_t standard_runs = 200;
constexpr std::uint32_t most_runs = 500;

/// The query of a search for runs.
struct RunQuery {
    std::string root;
    std::uint16_t limit;
};

ApiResult<RunQuery> run_query(const Request& request) {
    std::string root = request.query_value("root");
    if (const auto good = check_typed_path(root, "root"); !good) return error_of(good);
    return query_number(request, "limit", standard_runs, 1, most_runs).map([&](std::uint32_t limit) {
        return RunQuery{std::move(root), static_cast<std::uint16_t>(limit)};
    });
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

ApiResult<Fd> ApiFolders::begin_run_search(const Token& token, const std::string& root, std::uint16_t limit) {
    auto reader = launcher_.open_logdirs(token);
    if (!reader) return reader;
    if (const auto asked = ask_for_runs(*reader, root, limit); !asked) return error_of(asked);
    return reader;
}

ApiResult<Response> ApiFolders::runs(Call& call) {
    const auto query = run_query(call.request);
    if (!query) return error_of(query);
    const auto reader = begin_run_search(*call.token, query->root, query->limit);
    if (!reader) return error_of(reader);
    return collect_runs(*reader, query->limit).map([](const FoundRuns& found) { return json_response(200, runs_json(found)); });
}

ApiResult<void> ApiFolders::follow_runs(std::unique_ptr<Request>& request, Caller caller) {
    auto query = run_query(*request);
    if (!query) return error_of(query);
    struct Job {
        std::unique_ptr<Request> request;
        Caller caller;
        RunQuery query;
    };
    const auto job = std::make_shared<Job>(Job{std::move(request), std::move(caller), *std::move(query)});
    const auto open = [this, job]() -> ApiResult<void> {
        auto place = event_streams_.place_for_feed(job->caller.session.uid);
        if (!place) return error_of(place);
        auto reader = begin_run_search(job->caller.token, job->query.root, job->query.limit);
        if (!reader) return error_of(reader);
        const auto translate = [](const wire::Datagram* datagram) {
            const RunSearchEvent event = run_search_event(run_search_update(datagram));
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

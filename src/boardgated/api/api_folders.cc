// SPDX-License-Identifier: MIT
#include "src/boardgated/api/api_folders.h"

#include "src/boardgated/api/folder_json.h"
#include "src/boardgated/common/json.h"

namespace boardgate::boardgated {

namespace {

constexpr std::uint32_t standard_runs = 200;
constexpr std::uint32_t most_runs = 500;

/// What the query of a look for runs says.
struct Wanted {
    std::string root;
    std::uint16_t limit;
};

ApiResult<Wanted> wanted_in(const Request& request) {
    std::string root = request.query_value("root");
    if (const auto good = check_typed_path(root, "root"); !good) return error_of(good);
    return query_number(request, "limit", standard_runs, 1, most_runs).map([&](std::uint32_t limit) {
        return Wanted{std::move(root), static_cast<std::uint16_t>(limit)};
    });
}

}  // namespace

class ApiFolders::Turn {
public:
    Turn(ApiFolders& api, std::uint32_t uid) : api_(&api), uid_(uid) {}
    Turn(Turn&& other) noexcept : api_(std::exchange(other.api_, nullptr)), uid_(other.uid_) {}
    Turn& operator=(Turn&&) = delete;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
        if (api_ == nullptr) return;
        const std::lock_guard lock(api_->mutex_);
        if (--api_->asking_[uid_] == 0) api_->asking_.erase(uid_);
    }

private:
    ApiFolders* api_;
    std::uint32_t uid_;
};

ApiResult<ApiFolders::Turn> ApiFolders::turn_of(std::uint32_t uid) {
    const std::lock_guard lock(mutex_);
    int& asking = asking_[uid];
    if (asking >= most_questions_of_user) {
        return tl::make_unexpected(
            Problem{Code::busy, "your earlier requests for folders are not answered yet; try again in a moment", {}, 2});
    }
    ++asking;
    return Turn(*this, uid);
}

ApiResult<Response> ApiFolders::list(Call& call) {
    std::string path = call.request.query_value("path");
    // Without its last slash a path may be half typed, and all that begins like it is wanted.
    const bool whole = call.request.query_value("complete") != "1" && !path.empty() && !path.ends_with('/');
    if (whole) path += '/';
    if (const auto good = check_typed_path(path, "path"); !good) return error_of(good);
    const auto turn = turn_of(call.session->uid);
    if (!turn) return error_of(turn);
    const auto reader = launcher_.open_logdirs(*call.token);
    if (!reader) return error_of(reader);
    return list_folders(*reader, path).map([&](FolderListing listing) {
        if (whole) listing.end.path = listing.end.folder;
        return json_response(200, listing_json(listing));
    });
}

ApiResult<Fd> ApiFolders::begin(const Token& token, const std::string& root, std::uint16_t limit) {
    auto reader = launcher_.open_logdirs(token);
    if (!reader) return reader;
    if (const auto asked = ask_for_runs(*reader, root, limit); !asked) return error_of(asked);
    return reader;
}

ApiResult<Response> ApiFolders::runs(Call& call) {
    const auto wanted = wanted_in(call.request);
    if (!wanted) return error_of(wanted);
    const auto turn = turn_of(call.session->uid);
    if (!turn) return error_of(turn);
    const auto reader = begin(*call.token, wanted->root, wanted->limit);
    if (!reader) return error_of(reader);
    return collect_runs(*reader, wanted->limit).map([](const FoundRuns& found) { return json_response(200, runs_json(found)); });
}

ApiResult<void> ApiFolders::follow_runs(std::unique_ptr<Request>& request, Caller caller) {
    auto wanted = wanted_in(*request);
    if (!wanted) return error_of(wanted);
    struct Job {
        std::unique_ptr<Request> request;
        Caller caller;
        Wanted wanted;
    };
    const auto job = std::make_shared<Job>(Job{std::move(request), std::move(caller), *std::move(wanted)});
    const auto open = [this, job]() -> ApiResult<void> {
        const auto turn = turn_of(job->caller.session.uid);
        if (!turn) return error_of(turn);
        auto reader = begin(job->caller.token, job->wanted.root, job->wanted.limit);
        if (!reader) return error_of(reader);
        const auto said = [](const wire::Datagram* datagram) {
            const RunSearchEvent event = run_search_event(run_search_update(datagram));
            return EventStreams::Said{event_text(event.name, to_text(event.data)), event.last};
        };
        return event_streams_.open_feed(job->request, job->caller.session, {*std::move(reader), said, patience_with_folders});
    };
    if (lane_.add([open, job] {
            if (const auto opened = open(); !opened) write_response(*job->request, problem_response(opened.error()));
        })) {
        return {};
    }
    request = std::move(job->request);
    return tl::make_unexpected(Problem{Code::busy, "the server is busy; try again in a moment", {}, 2});
}

}  // namespace boardgate::boardgated

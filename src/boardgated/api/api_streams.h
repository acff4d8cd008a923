// SPDX-License-Identifier: MIT
// Opens event streams, by the STREAM rows of routes.inc. EventStreams serves them.
#pragma once

#include <memory>

#include "src/boardgated/api/api_folders.h"
#include "src/boardgated/api/event_streams.h"
#include "src/boardgated/boards/registry.h"
#include "src/boardgated/clients/journal_client.h"
#include "src/boardgated/common/token_buckets.h"

namespace boardgate::boardgated {

class ApiStreams {
public:
    ApiStreams(EventStreams& event_streams, const Registry& registry, const Sessions& sessions, const JournalClient& journal,
               ApiFolders& folders, const Clock& clock)
        : event_streams_(event_streams),
          registry_(registry),
          sessions_(sessions),
          journal_(journal),
          folders_(folders),
          openings_(TokenBuckets(clock, most_openings)) {}

    void handle(std::unique_ptr<Request> request);

private:
    struct Row;
    static const Row table[];
    [[nodiscard]] ApiResult<void> open_stream(std::unique_ptr<Request>& request);
    [[nodiscard]] ApiResult<void> events(std::unique_ptr<Request>& request, Caller caller, const std::optional<BoardId>& board);
    [[nodiscard]] ApiResult<void> log(std::unique_ptr<Request>& request, Caller caller, const std::optional<BoardId>& id);
    [[nodiscard]] ApiResult<void> runs(std::unique_ptr<Request>& request, Caller caller, const std::optional<BoardId>& board);

    EventStreams& event_streams_;
    const Registry& registry_;
    const Sessions& sessions_;
    const JournalClient& journal_;
    ApiFolders& folders_;
    /// Logs that a person opens, by uid: one process reads them for everybody.
    static constexpr TokenBuckets::Rate most_openings{30, 1};
    LockGuarded<TokenBuckets> openings_;
};

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// The picker of folders, and the runs that a person has: asked of the person's own boardgate-logdirs.
#pragma once

#include <map>
#include <mutex>

#include "src/boardgated/api/call.h"
#include "src/boardgated/api/event_streams.h"
#include "src/boardgated/clients/board_launcher.h"
#include "src/boardgated/common/thread_pool.h"

namespace boardgate::boardgated {

class ApiFolders {
public:
    /// One person's home may hang; the threads for everybody's questions must not all wait for it.
    static constexpr int most_questions_of_user = 4;

    ApiFolders(BoardLauncher& launcher, EventStreams& event_streams, ThreadPool& lane)
        : launcher_(launcher), event_streams_(event_streams), lane_(lane) {}

    [[nodiscard]] ApiResult<Response> list(Call& call);
    [[nodiscard]] ApiResult<Response> runs(Call& call);
    /// The runs as a stream; the request belongs to a thread of the lane, and then to the event_streams.
    [[nodiscard]] ApiResult<void> follow_runs(std::unique_ptr<Request>& request, Caller caller);

private:
    /// One of a person's questions, for as long as it lives.
    class Turn;
    [[nodiscard]] ApiResult<Turn> turn_of(std::uint32_t uid);
    /// A reader that was asked for runs.
    [[nodiscard]] ApiResult<Fd> begin(const Token& token, const std::string& root, std::uint16_t limit);

    BoardLauncher& launcher_;
    EventStreams& event_streams_;
    ThreadPool& lane_;
    std::mutex mutex_;
    std::map<std::uint32_t, int> asking_;  ///< by uid; guarded by mutex_
};

}  // namespace boardgate::boardgated

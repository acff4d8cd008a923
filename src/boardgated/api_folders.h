// SPDX-License-Identifier: MIT
// The picker of folders, and the runs that a person has: asked of the person's own boardgate-logdirs.
#pragma once

#include <map>
#include <mutex>

#include "src/boardgated/board_launcher.h"
#include "src/boardgated/call.h"
#include "src/boardgated/router.h"
#include "src/boardgated/stream_hub.h"
#include "src/boardgated/work_lane.h"

namespace boardgate::boardgated {

class ApiFolders {
public:
    /// One person's home may hang; the threads for everybody's questions must not all wait for it.
    static constexpr int most_questions_of_user = 4;

    ApiFolders(BoardLauncher& launcher, StreamHub& hub, WorkLane& lane) : launcher_(launcher), hub_(hub), lane_(lane) {}

    [[nodiscard]] Reply list(Call& call);
    [[nodiscard]] Reply runs(Call& call);
    /// The runs as a stream; the request belongs to a thread of the lane, and then to the hub.
    [[nodiscard]] Answer<void> follow_runs(std::unique_ptr<Request>& request, Caller caller);

private:
    /// One of a person's questions, for as long as it lives.
    class Turn;
    [[nodiscard]] Answer<Turn> turn_of(std::uint32_t uid);
    /// A reader that was asked for runs.
    [[nodiscard]] Answer<Fd> begin(const Token& token, const std::string& root, std::uint16_t limit);

    BoardLauncher& launcher_;
    StreamHub& hub_;
    WorkLane& lane_;
    std::mutex mutex_;
    std::map<std::uint32_t, int> asking_;  ///< by uid; guarded by mutex_
};

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// Lists folders for the folder picker, and a person's runs. A boardgate-logdirs process of that person reads them.
#pragma once

#include "src/boardgated/api/call.h"
#include "src/boardgated/api/event_streams.h"
#include "src/boardgated/api/folder_json.h"
#include "src/boardgated/clients/board_launcher.h"
#include "src/boardgated/common/thread_pool.h"

namespace boardgate::boardgated {

class ApiFolders {
public:
    ApiFolders(BoardLauncher& launcher, const Registry& registry, EventStreams& event_streams, ThreadPool& threads)
        : launcher_(launcher), registry_(registry), event_streams_(event_streams), threads_(threads) {}

    [[nodiscard]] ApiResult<Response> list(Call& call);
    [[nodiscard]] ApiResult<Response> runs(Call& call);
    [[nodiscard]] ApiResult<Response> curves(Call& call);
    /// The runs as a stream. The request moves to a thread of the pool, and then to EventStreams.
    [[nodiscard]] ApiResult<void> follow_runs(std::unique_ptr<Request>& request, Caller caller);

private:
    /// A connection to boardgate-logdirs that delivers runs.
    [[nodiscard]] ApiResult<Fd> begin_run_search(const Token& token, const wire::FindRuns& search);
    [[nodiscard]] ApiResult<FoundRuns> runs_with_curves(const Token& token, const std::string& folder);
    [[nodiscard]] BoardsOfFolders boards_of_folders(std::uint32_t uid) const;

    BoardLauncher& launcher_;
    const Registry& registry_;
    EventStreams& event_streams_;
    ThreadPool& threads_;
};

}  // namespace boardgate::boardgated

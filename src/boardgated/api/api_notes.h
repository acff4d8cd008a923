// SPDX-License-Identifier: MIT
// A person's notes on runs.
#pragma once

#include "src/boardgated/api/call.h"
#include "src/boardgated/boards/run_notes.h"
#include "src/boardgated/clients/board_launcher.h"

namespace boardgate::boardgated {

class ApiNotes {
public:
    ApiNotes(RunNotes& notes, BoardLauncher& launcher) : notes_(notes), launcher_(launcher) {}

    [[nodiscard]] ApiResult<Response> list(Call& call) const;
    [[nodiscard]] ApiResult<Response> put(Call& call);

private:
    [[nodiscard]] ApiResult<HomeMark> home_of(const Call& call) const;

    RunNotes& notes_;
    BoardLauncher& launcher_;
};

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// Starts boards: the one way by which boardgated wakes one.
#pragma once

#include "src/boardgated/board_launcher.h"
#include "src/boardgated/registry.h"
#include "src/boardgated/unit_watch.h"

namespace boardgate::boardgated {

class Waker {
public:
    Waker(BoardLauncher& launcher, Registry& registry, UnitWatch& watch) : launcher_(launcher), registry_(registry), watch_(watch) {}

    /// Starts it, and its door again where that is gone. Returns when systemd has taken the job, not when the
    /// board answers.
    [[nodiscard]] Answer<void> wake(const Token& token, const BoardId& board);
    [[nodiscard]] Answer<void> restart(const Token& token, const BoardId& board);

private:
    [[nodiscard]] Answer<void> started(const BoardId& board, const Answer<std::uint16_t>& port);

    BoardLauncher& launcher_;
    Registry& registry_;
    UnitWatch& watch_;
};

}  // namespace boardgate::boardgated

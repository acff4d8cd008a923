// SPDX-License-Identifier: MIT
// A board that is shown to others reads its log directories and what programs need, and nothing else of its owner: a
// person who may write to a log directory could plant a link there (landlock(7)).
#pragma once

#include <string>
#include <vector>

#include "src/base/error.h"
#include "src/base/names.h"

namespace boardgate::board {

/// Below which folders the process may read and run programs, and below which it may write. Missing ones do no harm.
struct Confinement {
    std::vector<std::string> read;
    std::vector<std::string> write;

    /// Of a board with these log directories and this `tensorboard`. `own`: the unit's temporary folder; `cache`: its owner's; both
    /// may be empty.
    [[nodiscard]] static Confinement of(const std::vector<LogDir>& folders, const std::string& tensorboard, const std::string& own,
                                        const std::string& cache);
    /// For this process and all that it starts from now on, for ever. Call it while there is one thread.
    [[nodiscard]] Result<void> enter() const;
};

/// For boards that nobody else sees: what is in /proc of the owner's other processes (memory, environment, and by `root` the sockets
/// of the host's /run) is out of reach from now on, as it is for confined ones; from Linux 6.12 on, signals too. Nothing is done
/// where the kernel has no Landlock.
void keep_apart();

}  // namespace boardgate::board

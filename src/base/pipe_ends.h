// SPDX-License-Identifier: MIT
// Both ends of a pipe(7), which no program that is started later inherits.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "src/base/error.h"
#include "src/base/fd.h"

namespace boardgate {

struct PipeEnds {
    Fd reading;
    Fd writing;
};

[[nodiscard]] inline Result<PipeEnds> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("cannot make a pipe");
    return PipeEnds{Fd(ends[0]), Fd(ends[1])};
}

}  // namespace boardgate

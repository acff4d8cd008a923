// SPDX-License-Identifier: MIT
// The last step of a run and a curve or two, from its event files. Long files are read in evenly spaced parts, so that the
// cost does not depend on the length of a training.
#pragma once

#include <string>

#include "src/base/clock.h"
#include "src/logdirs/curves.h"

namespace boardgate::logdirs {

struct Preview {
    std::optional<std::int64_t> last_step;
    std::vector<wire::Curve> curves;
};

/// `names` are files in `folder`, oldest first. Stops at `end` with what it has.
[[nodiscard]] Preview preview(const std::string& folder, const std::vector<std::string>& names, const Clock& clock, BootTime end);

}  // namespace boardgate::logdirs

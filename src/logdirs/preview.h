// SPDX-License-Identifier: MIT
// The last step of a run and its curves, out of its event files, as TensorBoard would show them. Files with much to
// read are read in parts that lie evenly in them, so that what a look costs does not depend on how long a training went.
#pragma once

#include <string>

#include "src/base/clock.h"
#include "src/logdirs/curves.h"

namespace boardgate::logdirs {

/// Where an event file is damaged; TensorBoard reads nothing behind that.
struct DamagedPlace {
    std::string file;  ///< its name
    std::uint64_t byte = 0;
};

struct Preview {
    bool complete = false;  ///< the time was enough
    std::optional<std::int64_t> last_step;
    std::vector<wire::Curve> curves;       ///< of all tags (Curves::all)
    std::optional<DamagedPlace> damage{};  ///< the first one
};

/// `names` are files in `folder`, in the order in which TensorBoard reads them: by name. Stops at `end` with what it has.
[[nodiscard]] Preview preview(const std::string& folder, const std::vector<std::string>& names, const Clock& clock, BootTime end);

}  // namespace boardgate::logdirs

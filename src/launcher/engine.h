// SPDX-License-Identifier: MIT
// What differs between the engines that run boards: the program of the unit, and what this program reads beside the options of
// boardgate-board. boardgate-far (Slurm) takes its own words out and sends the rest to the node.
#pragma once

#include <string>
#include <vector>

#include "src/base/names.h"
#include "src/base/settings.h"

namespace boardgate::launcher {

/// Absolute path.
[[nodiscard]] const char* program_of(Engine engine);
/// Each as one `--name=value` word; none for systemd.
[[nodiscard]] std::vector<std::string> words_of(const UnitName& unit, Engine engine, const Settings& settings);

}  // namespace boardgate::launcher

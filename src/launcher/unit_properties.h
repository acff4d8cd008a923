// SPDX-License-Identifier: MIT
// A board's door and unit as one StartTransientUnit call, with the properties that differ between boards. The common
// ones are in systemd/tensorboard-.service.d and tensorboard-.socket.d, and those of boards of Slurm beside them.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "src/base/bus.h"
#include "src/base/names.h"
#include "src/base/peer.h"
#include "src/base/settings.h"
#include "src/wire/messages.h"

namespace boardgate::launcher {

struct DoorPlan {
    UnitName unit;
    Account owner;
    Port port;
    wire::DoorSpec door;
    std::string tensorboard;                              ///< absolute path of the environment's program
    std::chrono::seconds longest_awake;                   ///< 0: no limit
    setting::Loader loader = setting::Loader::automatic;  ///< where the board's owner chose none
    bool confined = false;                                ///< it reads nothing outside of its folders
    std::vector<std::string> engine_words{};              ///< words_of() its engine
};

/// The options of the unit's program, each as one `--name=value` word, which it reads from its standard input.
[[nodiscard]] std::vector<std::string> board_arguments(const DoorPlan& plan);

/// The call, ready to be sent; nullptr if memory is exhausted. `input` is the file that becomes the board's standard input.
[[nodiscard]] BusMessage start_transient_call(const Bus& bus, const DoorPlan& plan, const std::string& input);

}  // namespace boardgate::launcher

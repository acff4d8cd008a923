// SPDX-License-Identifier: MIT
// A board's door and unit as one StartTransientUnit call. Only what differs from board to board is said here;
// what is the same for all stands in systemd/tensorboard-.service.d and tensorboard-.socket.d.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "src/base/bus.h"
#include "src/base/names.h"
#include "src/base/peer.h"
#include "src/wire/messages.h"

namespace boardgate::launcher {

struct DoorPlan {
    UnitName unit;
    Account owner;
    Port port;
    wire::DoorSpec door;
    std::string tensorboard;             ///< absolute path of the environment's program
    std::chrono::seconds longest_awake;  ///< 0: no such end
};

/// The argument vector of boardgate-board, each option as one `--name=value` word; passed on as escape_exec_argument()
/// writes it.
[[nodiscard]] std::vector<std::string> board_arguments(const DoorPlan& plan);

/// The call, ready to be sent; nullptr when memory is out.
[[nodiscard]] BusMessage start_transient_call(const Bus& bus, const DoorPlan& plan);

}  // namespace boardgate::launcher

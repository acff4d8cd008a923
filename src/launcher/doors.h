// SPDX-License-Identifier: MIT
// Makes and removes doors. A door is the socket unit of a board: systemd listens for it on a loopback port, and the first
// connection starts the board's service unit. (Not Solaris' doors.)
#pragma once

#include "src/base/settings.h"
#include "src/launcher/door_record.h"
#include "src/launcher/unit_jobs.h"
#include "src/launcher/unit_properties.h"

namespace boardgate::launcher {

template <class T>
using Launched = tl::expected<T, wire::Refused>;

class Doors {
public:
    Doors(const Settings& settings, const Bus& bus, UnitJobs& jobs, const DoorRecords& records)
        : settings_(settings), bus_(bus), jobs_(jobs), records_(records) {}

    /// Makes and records the door and the unit behind it; replaces those of the board.
    /// `door.port` 0 takes the first free port of the range. Returns the port.
    [[nodiscard]] Launched<Port> make(const Account& owner, const wire::DoorSpec& door);
    /// Makes a recorded door again; on another port if its port is in use or outside of door_ports.
    [[nodiscard]] Launched<Port> make_again(const Account& owner, const DoorRecord& record);
    /// Stops door and unit; the record stays, so that the door can open again. False if one of them did not stop.
    [[nodiscard]] bool close(const UnitName& unit);
    /// Removes door and unit, and then the record if it is this owner's.
    [[nodiscard]] Launched<void> remove(const Account& owner, const BoardId& board);

    /// The record of a board, if it is this owner's.
    [[nodiscard]] Launched<DoorRecord> owned(const Account& owner, const BoardId& board) const;
    /// The record of a board of any owner.
    [[nodiscard]] Launched<DoorRecord> of_anybody(const BoardId& board) const;
    [[nodiscard]] bool is_open(const UnitName& unit) const { return bus_.active_state(unit.socket()) == "active"; }

private:
    [[nodiscard]] std::string program_of(const std::string& environment) const;
    /// The program that listens on a port, for an error message.
    [[nodiscard]] std::string holder_of(const Account& asking, std::uint16_t port) const;
    enum class Bound { yes, port_taken };
    [[nodiscard]] Launched<Bound> open_on(const DoorPlan& plan);
    [[nodiscard]] Launched<DoorPlan> plan(const Account& owner, const wire::DoorSpec& door) const;

    const Settings& settings_;
    const Bus& bus_;
    UnitJobs& jobs_;
    const DoorRecords& records_;
};

/// A refusal with its text.
[[nodiscard]] tl::unexpected<wire::Refused> refuse(wire::Refusal reason, std::string text);

}  // namespace boardgate::launcher

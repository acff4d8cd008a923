// SPDX-License-Identifier: MIT
// Makes and removes doors. A door is the socket unit of a board: systemd listens for it on a loopback port, and the first
// connection starts the board's service unit. (Not Solaris' doors.)
#pragma once

#include <optional>
#include <set>

#include "src/base/settings.h"
#include "src/launcher/door_record.h"
#include "src/launcher/unit_jobs.h"
#include "src/launcher/unit_properties.h"

namespace boardgate::launcher {

/// A refusal travels to boardgated as a code, which Error does not have.
template <class T>
using LauncherResult = tl::expected<T, wire::Refused>;

class Doors {
public:
    Doors(const Settings& settings, const Bus& bus, UnitJobs& jobs, const DoorRecords& records)
        : settings_(settings), bus_(bus), jobs_(jobs), records_(records) {}

    /// Makes the board's door and service unit, in place of existing ones, and records them. `door.port` 0 takes the `former`
    /// port, or else the first free one of the range. When none is free, the board that was woken longest ago rests. Returns
    /// the port.
    [[nodiscard]] LauncherResult<Port> make(const Account& owner, const wire::DoorSpec& door, std::uint16_t former = 0);
    /// Makes a door again from its record; on another port when its own is taken or outside the range, and by
    /// another engine when the site has its own no more.
    [[nodiscard]] LauncherResult<Port> make_again(const Account& owner, const DoorRecord& record);
    /// The board was woken: the time counts for door_rest.
    void woken(const BoardId& board, std::chrono::sys_seconds now) const;
    /// The owner made the door, perhaps on a port of choice.
    void made(const BoardId& board, std::chrono::sys_seconds now, bool keeps_port) const;
    /// Closes the door of a board that nobody wakes, until the next wake. False when it has to stay: the board is awake, its
    /// owner chose the port, or the door is open to the network, where boardgate sees no visits.
    [[nodiscard]] bool rest(const DoorRecord& record);
    [[nodiscard]] bool rests(const BoardId& board) const { return records_.use(board).rests; }
    /// Stops both units and keeps the record, from which the door can be made again. False when a unit still runs.
    [[nodiscard]] bool close(const UnitName& unit, DoorRecord record);
    /// Removes both units, and then the record if it belongs to this owner.
    [[nodiscard]] LauncherResult<void> remove(const Account& owner, const BoardId& board);

    /// Records to whom the owner shows the board. A board that is shown to others is confined to its folders: an awake board
    /// that is not confined yet has ended when this returns. True if that happened.
    [[nodiscard]] LauncherResult<bool> show_to(const Account& owner, DoorRecord record, std::vector<wire::ShownTo> to);

    /// A session of the owner has ended: asks the owner's boards to end the connections that they have now.
    void end_connections(const Account& owner) const;

    /// The record of a board, if it belongs to this owner.
    [[nodiscard]] LauncherResult<DoorRecord> owned(const Account& owner, const BoardId& board) const;
    /// The record of a board of any owner.
    [[nodiscard]] LauncherResult<DoorRecord> of_anybody(const BoardId& board) const;
    /// Excludes other requests that change this board's door, while the result lives.
    [[nodiscard]] FolderLock lock(const BoardId& board) const { return records_.lock(board); }
    /// Has somebody other than the launcher stopped the open door? The record keeps that, so that it stays closed.
    [[nodiscard]] bool is_stopped(const UnitName& unit, DoorRecord record) const;
    void reset_failed(const UnitName& unit) const;
    /// Ends that, and makes the door again.
    [[nodiscard]] LauncherResult<Port> reopen(const Account& owner, DoorRecord record);
    [[nodiscard]] bool has_engine(const DoorRecord& record) const { return settings_.engine.allows(record.door.engine); }
    [[nodiscard]] bool is_open(const UnitName& unit) const { return bus_.active_state(unit.socket()) == "active"; }

private:
    /// Gives an open door's board another priority and idle_sleep, if nothing else differs. False: the door must be made anew.
    [[nodiscard]] bool change_in_place(const DoorPlan& plan, DoorRecord record, std::uint16_t former) const;
    [[nodiscard]] bool is_running(const UnitName& unit) const;
    [[nodiscard]] bool stop_units(const UnitName& unit);
    [[nodiscard]] std::string program_of(const std::string& environment) const;
    /// The program that listens on a port, for an error message.
    [[nodiscard]] std::string holder_of(const Account& asking, std::uint16_t port) const;
    /// The requested port, or the ports of the range that no other door and no other program has.
    [[nodiscard]] std::vector<std::uint16_t> candidates_for(const wire::DoorSpec& door, std::uint16_t former) const;
    /// Records the door. False if another board's record has its port.
    [[nodiscard]] LauncherResult<bool> claim(DoorRecord& record) const;
    /// Ports where no door may open; they are asked for once. Two doors could open on one port: both are root's.
    [[nodiscard]] const std::set<std::uint16_t>& taken_ports() const;
    /// Lets the board rest that was woken longest ago; the port is free then.
    [[nodiscard]] std::optional<std::uint16_t> free_a_port(const BoardId& except);
    /// Opens the door on the first of these ports that can be had; nothing if none can.
    [[nodiscard]] LauncherResult<Port> open(DoorPlan& plan, std::uint16_t former);
    [[nodiscard]] LauncherResult<std::optional<Port>> open_on(const std::vector<std::uint16_t>& candidates, DoorPlan& plan);
    enum class Bound { yes, port_taken };
    [[nodiscard]] LauncherResult<Bound> start_units(const DoorPlan& plan);
    [[nodiscard]] LauncherResult<DoorPlan> plan(const Account& owner, const wire::DoorSpec& door) const;

    const Settings& settings_;
    const Bus& bus_;
    UnitJobs& jobs_;
    const DoorRecords& records_;
    mutable std::optional<std::set<std::uint16_t>> taken_;
    mutable bool knows_ports_ = true;
};

/// A refusal with its text.
[[nodiscard]] tl::unexpected<wire::Refused> refuse(wire::Refusal reason, std::string text);

}  // namespace boardgate::launcher

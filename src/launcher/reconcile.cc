// SPDX-License-Identifier: MIT
#include "src/launcher/reconcile.h"

#include <fmt/format.h>

#include "src/base/log.h"
#include "src/tickets/closed_accounts.h"
#include "src/tickets/shadow.h"

namespace boardgate::launcher {

namespace {

void say(const DoorRecord& record, const std::string& what) {
    log_event(Event::reconciled, what, {{"BOARD_ID", record.door.board}, {"USER_NAME", record.owner}});
}

/// Whether the board has no door now because nobody woke it for door_rest.
bool rests(const DoorRecord& record, const DoorRecords& records, Doors& doors, const Settings& settings, const Clock& clock) {
    const BoardId board = *BoardId::parse(record.door.board);
    const DoorUse use = records.use(board);
    if (use.rests) return true;
    const auto now = std::chrono::floor<std::chrono::seconds>(clock.wall());
    if (use.woken == std::chrono::sys_seconds()) {
        // An older boardgate made the door.
        doors.woken(board, now);
        (void)records.take_port(record.door.port, board);
        return false;
    }
    return settings.door_rest.count() > 0 && now - use.woken > settings.door_rest && doors.rest(record);
}

/// False if a door could not be made.
bool reconcile_one(const DoorRecord& record, const DoorRecords& records, Doors& doors, const Settings& settings, const Clock& clock) {
    const auto account = account_of(record.uid);
    // A directory service that does not answer closes no account.
    if (!account && account.error().sys != ENOENT) return true;
    const BoardId board = *BoardId::parse(record.door.board);
    const std::string door = "the door of board " + record.door.board;
    const auto owner = UserName::parse(record.owner);
    if (!owner) return true;
    const UnitName unit(*owner, board, record.door.engine);

    if (!account || !record.is_of(*account)) {
        if (!doors.close(unit, record)) return false;
        records.remove(board);
        say(record, account ? fmt::format("{} was removed: the account {} is called {} now; its boards move when {} logs in", door,
                                          record.owner, account->name, account->name)
                            : fmt::format("{} was removed: its owner {} no longer has an account", door, record.owner));
        return true;
    }
    if (const std::string why = tickets::why_closed(*account, settings, clock); !why.empty()) {
        const bool was_open = doors.is_open(unit);
        const bool closed = doors.close(unit, record);
        if (was_open) say(record, door + (closed ? " was closed" : " cannot be closed") + ", with its owner's account: " + why);
        return closed;
    }
    if (rests(record, records, doors, settings, clock)) return true;
    if (doors.is_stopped(unit, record) || (doors.is_open(unit) && doors.has_engine(record))) return true;
    const auto made = doors.make_again(*account, record);
    if (!made) say(record, door + " cannot be made: " + made.error().text);
    return made.has_value();
}

}  // namespace

bool reconcile(const DoorRecords& records, Doors& doors, const Settings& settings, const Clock& clock) {
    records.remove_leftovers(std::chrono::floor<std::chrono::seconds>(clock.wall()));
    std::vector<std::string> damaged;
    bool good = true;
    for (const DoorRecord& seen : records.all(&damaged)) {
        const BoardId board = *BoardId::parse(seen.door.board);
        const auto lock = records.lock(board);
        // As it is now: it may have been changed or removed before this process had its turn.
        const auto record = records.read(board);
        if (record && !reconcile_one(*record, records, doors, settings, clock)) good = false;
    }
    for (const std::string& name : damaged)
        log_event(Event::reconciled, fmt::format("the record of board {} is damaged; boardgate-launcher leaves it alone", name));
    return good;
}

void log_outdated(const tickets::Ticket& ticket) {
    log_event(Event::login_ended, fmt::format("a login of {} has ended: its password has changed, or it is another account", ticket.user),
              {{"USER_NAME", ticket.user}});
}

void revoke_outdated(const tickets::TicketStore& tickets) {
    tickets.revoke_if([&](const tickets::Ticket& ticket) {
        const auto account = account_of(ticket.uid);
        if (!account && account.error().sys != ENOENT) return false;
        if (account && account->name == ticket.user && tickets::is_mark_of(ticket.mark, ticket.user)) return false;
        log_outdated(ticket);
        return true;
    });
}

void release_all(const DoorRecords& records) {
    for (DoorRecord& record : records.all()) {
        const auto lock = records.lock(*BoardId::parse(record.door.board));
        record.opened = 0;
        if (!records.write(record)) say(record, fmt::format("the door of board {} cannot be released", record.door.board));
    }
}

void close_strays(const DoorRecords& records, Doors& doors, const Settings& settings) {
    for (const DoorRecord& record : records.all()) {
        const auto owner = UserName::parse(record.owner);
        if (!owner || settings.is_door_port(record.door.port)) continue;
        const BoardId board = *BoardId::parse(record.door.board);
        const auto lock = records.lock(board);
        const UnitName unit(*owner, board, record.door.engine);
        if (!doors.is_open(unit)) continue;
        const char* what = doors.close(unit, record) ? "is closed" : "cannot be closed, and local users may reach it";
        say(record,
            fmt::format("the door of board {} {}: port {} is not in door_ports any more", record.door.board, what, record.door.port));
    }
}

}  // namespace boardgate::launcher

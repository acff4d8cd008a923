// SPDX-License-Identifier: MIT
#include "src/tickets/ticket_store.h"

#include <fmt/format.h>

#include <charconv>
#include <map>

namespace boardgate::tickets {

namespace {

constexpr std::size_t longest_ticket = 512;  // names are 256 bytes at most
/// An unfinished file of this age is left over: a login writes its ticket within milliseconds.
constexpr std::chrono::seconds longest_write{60};

/// `uid expires name\n`, numbers in decimal. No name has a line break (UserName).
Result<Ticket> ticket_in(std::string_view text) {
    std::int64_t uid = -1;
    std::int64_t expires = -1;
    const char* end = text.data() + text.size();
    auto [at, fault] = std::from_chars(text.data(), end, uid);
    if (fault == std::errc{} && at != end && *at == ' ') {
        auto [stop, fault2] = std::from_chars(at + 1, end, expires);
        const std::string_view rest(stop, static_cast<std::size_t>(end - stop));
        const bool whole = rest.size() > 2 && rest.front() == ' ' && rest.find('\n') == rest.size() - 1;
        if (fault2 == std::errc{} && whole && uid > 0 && uid < 0xFFFFFFFF && expires > 0) {
            return Ticket{static_cast<uid_t>(uid), std::chrono::sys_seconds(std::chrono::seconds(expires)),
                          std::string(rest.substr(1, rest.size() - 2))};
        }
    }
    return system_error("the ticket is damaged", {}, ENOENT);
}

}  // namespace

Result<TicketStore> TicketStore::open(const std::string& path) {
    auto opened = PrivateFolder::open_private(path, "tickets");
    if (!opened) return error_of(opened);
    return TicketStore(*std::move(opened));
}

Result<void> TicketStore::write(const TokenHash& token, const Ticket& ticket) const {
    make_room(ticket.uid);
    const std::string text = fmt::format("{} {} {}\n", ticket.uid, ticket.expires.time_since_epoch().count(), ticket.user);
    const auto written = folder_.write(token.hex(), text, PrivateFolder::IfUnfinished::fail);
    if (!written) return system_error("cannot write a ticket", {}, written.error().sys);
    return {};
}

Result<Ticket> TicketStore::load(const std::string& name) const {
    const auto text = folder_.read(name, longest_ticket);
    if (!text) return system_error("cannot read a ticket", {}, text.error().sys);
    return ticket_in(*text);
}

Result<Ticket> TicketStore::check(const TokenHash& token, std::chrono::sys_seconds now) const {
    auto ticket = load(token.hex());
    if (ticket && ticket->expires <= now) return system_error("the ticket has ended", {}, ENOENT);
    return ticket;
}

void TicketStore::revoke(const TokenHash& token) const { (void)folder_.remove(token.hex()); }

void TicketStore::make_room(uid_t uid) const {
    std::multimap<std::chrono::sys_seconds, std::string> own;
    for (const std::string& name : folder_.names()) {
        const auto ticket = load(name);
        if (ticket && ticket->uid == uid) own.emplace(ticket->expires, name);
    }
    for (auto first = own.begin(); own.size() >= most_of_user; first = own.erase(first)) (void)folder_.remove(first->second);
}

std::size_t TicketStore::revoke_all(uid_t uid) const {
    std::size_t count = 0;
    for (const std::string& name : folder_.names()) {
        const auto ticket = load(name);
        if (ticket && ticket->uid == uid && folder_.remove(name)) ++count;
    }
    return count;
}

void TicketStore::sweep(std::chrono::sys_seconds now) const {
    for (const std::string& name : folder_.names()) {
        if (name.ends_with(PrivateFolder::unfinished)) {
            // A file that disappeared meanwhile counts as old; then there is nothing to remove.
            if (folder_.changed(name) + longest_write < now) (void)folder_.remove(name);
            continue;
        }
        const auto ticket = load(name);
        const bool ended = ticket ? ticket->expires <= now : ticket.error().sys == ENOENT;
        if (ended) (void)folder_.remove(name);
    }
}

}  // namespace boardgate::tickets

// SPDX-License-Identifier: MIT
#include "src/tickets/ticket_store.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <map>

namespace boardgate::tickets {

namespace {

constexpr std::size_t longest_ticket = 512;  // names have 256 bytes at most, marks 64

constexpr std::string_view format = "2";
constexpr std::string_view local = "local";
constexpr std::string_view session = "session";

/// The decimal number that the whole text is; 0 if it is not one.
std::int64_t number_in(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    return fault == std::errc{} && end == text.data() + text.size() ? number : 0;
}

std::string text_of(const Ticket& ticket) {
    return fmt::format("{} {} {} {} {} {}\n", format, static_cast<std::uint32_t>(ticket.uid), ticket.expires.time_since_epoch().count(),
                       ticket.mark, ticket.local ? local : session, ticket.user);
}

/// The ticket of a text of text_of(). No name has a line break or a space (UserName).
Result<Ticket> ticket_in(std::string_view text) {
    std::array<std::string_view, 6> words;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::size_t end = text.find(i + 1 < words.size() ? ' ' : '\n');
        if (end == std::string_view::npos) return system_error("the ticket is damaged", {}, ENOENT);
        words[i] = text.substr(0, end);
        text.remove_prefix(end + 1);
    }
    const auto& [version, uid_text, expires_text, mark, kind, user] = words;
    const std::int64_t uid = number_in(uid_text);
    const std::int64_t expires = number_in(expires_text);
    const bool whole = text.empty() && version == format && uid > 0 && uid < 0xFFFFFFFF && expires > 0 && !mark.empty() &&
                       (kind == local || kind == session) && !user.empty() && user.find(' ') == std::string_view::npos;
    if (!whole) return system_error("the ticket is damaged", {}, ENOENT);
    return Ticket{static_cast<uid_t>(uid), std::chrono::sys_seconds(std::chrono::seconds(expires)), std::string(user), std::string(mark),
                  kind == local};
}

}  // namespace

Result<TicketStore> TicketStore::open(const std::string& path) {
    auto opened = PrivateFolder::open_private(path, "tickets");
    if (!opened) return error_of(opened);
    return TicketStore(*std::move(opened));
}

Result<void> TicketStore::write(const TokenHash& token, const Ticket& ticket) const {
    make_room(ticket.uid);
    const auto written = folder_.write(token.hex(), text_of(ticket), PrivateFolder::IfUnfinished::fail);
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

bool TicketStore::take_local(const TokenHash& token, const Ticket& ticket) const {
    if (!ticket.local) return false;
    Ticket taken = ticket;
    taken.local = false;
    // Only one of two concurrent processes removes it.
    return folder_.remove(token.hex()) && write(token, taken).has_value();
}

void TicketStore::revoke_if(const std::function<bool(const Ticket&)>& ended) const {
    for (const std::string& name : folder_.names()) {
        const auto ticket = load(name);
        if (ticket && ended(*ticket)) (void)folder_.remove(name);
    }
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

void TicketStore::sweep(std::chrono::sys_seconds now) const {
    folder_.remove_unfinished(now);
    for (const std::string& name : folder_.names()) {
        if (name.ends_with(PrivateFolder::unfinished)) continue;
        const auto ticket = load(name);
        const bool ended = ticket ? ticket->expires <= now : ticket.error().sys == ENOENT;
        if (ended) (void)folder_.remove(name);
    }
}

}  // namespace boardgate::tickets

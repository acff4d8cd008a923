// SPDX-License-Identifier: MIT
#include "src/tickets/ticket_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <charconv>
#include <map>
#include <memory>
#include <vector>

namespace boardgate::tickets {

namespace {

constexpr std::string_view unfinished = ".new";  // suffix of a temporary file

/// `uid expires name\n`, numbers in decimal. No name holds a line break (UserName).
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
    Fd dir(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    struct stat info {};
    if (!dir || fstat(dir.get(), &info) != 0) return system_error("cannot open the folder of tickets", path);
    if (info.st_uid != geteuid() || (info.st_mode & 077U) != 0) {
        return failure("other accounts can access the folder of tickets", path, "chown it to root and chmod it to 0700");
    }
    return TicketStore(std::move(dir));
}

Result<void> TicketStore::write(const TokenHash& token, const Ticket& ticket) const {
    make_room(ticket.uid);
    const std::string name = token.hex();
    const std::string temporary = name + std::string(unfinished);
    const std::string text =
        std::to_string(ticket.uid) + " " + std::to_string(ticket.expires.time_since_epoch().count()) + " " + ticket.user + "\n";
    const Fd file(openat(dir_.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    const bool written = file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         fsync(file.get()) == 0 && renameat(dir_.get(), temporary.c_str(), dir_.get(), name.c_str()) == 0 &&
                         fsync(dir_.get()) == 0;
    if (!written) {
        auto error = system_error("cannot write a ticket");
        unlinkat(dir_.get(), temporary.c_str(), 0);
        return error;
    }
    return {};
}

Result<Ticket> TicketStore::load(const std::string& name) const {
    const Fd file(openat(dir_.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) return system_error("no such ticket");
    char buffer[512];  // names are 256 bytes at most
    const ssize_t got = read(file.get(), buffer, sizeof buffer);
    if (got < 0) return system_error("cannot read a ticket");
    return ticket_in({buffer, static_cast<std::size_t>(got)});
}

Result<Ticket> TicketStore::check(const TokenHash& token, std::chrono::sys_seconds now) const {
    auto ticket = load(token.hex());
    if (ticket && ticket->expires <= now) return system_error("the ticket has ended", {}, ENOENT);
    return ticket;
}

void TicketStore::revoke(const TokenHash& token) const { unlinkat(dir_.get(), token.hex().c_str(), 0); }

template <class Use>
void TicketStore::each(Use use) const {
    // A new descriptor: fdopendir takes it over, and its position is not shared with another walk.
    const int fd = openat(dir_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(fd < 0 ? nullptr : fdopendir(fd), &closedir);
    if (!dir) return;
    std::vector<std::string> names;
    while (const dirent* entry = readdir(dir.get())) {
        if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    }
    for (const std::string& name : names) use(name);
}

void TicketStore::make_room(uid_t uid) const {
    std::multimap<std::chrono::sys_seconds, std::string> own;
    each([&](const std::string& name) {
        const auto ticket = load(name);
        if (ticket && ticket->uid == uid) own.emplace(ticket->expires, name);
    });
    for (auto first = own.begin(); own.size() >= most_of_user; first = own.erase(first)) unlinkat(dir_.get(), first->second.c_str(), 0);
}

std::size_t TicketStore::revoke_all(uid_t uid) const {
    std::size_t count = 0;
    each([&](const std::string& name) {
        const auto ticket = load(name);
        if (ticket && ticket->uid == uid && unlinkat(dir_.get(), name.c_str(), 0) == 0) ++count;
    });
    return count;
}

void TicketStore::sweep(std::chrono::sys_seconds now) const {
    each([&](const std::string& name) {
        if (name.ends_with(unfinished)) {
            // Another login may be writing it now, so remove only old ones.
            struct stat info {};
            const bool old =
                fstatat(dir_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && info.st_mtime + 60 < now.time_since_epoch().count();
            if (old) unlinkat(dir_.get(), name.c_str(), 0);
            return;
        }
        const auto ticket = load(name);
        const bool ended = ticket ? ticket->expires <= now : ticket.error().sys == ENOENT;
        if (ended) unlinkat(dir_.get(), name.c_str(), 0);
    });
}

}  // namespace boardgate::tickets

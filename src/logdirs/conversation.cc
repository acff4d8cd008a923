// SPDX-License-Identifier: MIT
#include "src/logdirs/conversation.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "src/base/home_mark.h"
#include "src/base/log.h"
#include "src/logdirs/listing.h"
#include "src/logdirs/suggestion.h"
#include "src/logdirs/typed_folders.h"

namespace boardgate::logdirs {

namespace {

/// The first request comes immediately; a folder picker sends the next ones as a person clicks.
constexpr std::chrono::seconds patience{30};
/// A peer that does not read an answer for this long is gone.
constexpr timeval longest_send{20, 0};

const wire::FolderReport readable_folder{wire::FolderVerdict::readable};

template <class Message>
bool reply(int connection, Message message) {
    return wire::send(connection, message).has_value();
}

}  // namespace

struct FolderRequests::Row {
    wire::Type type;
    bool (FolderRequests::*handle)(int, const wire::Datagram&);
};

const FolderRequests::Row FolderRequests::table[] = {
    {wire::Type::InspectFolder, &FolderRequests::take<wire::InspectFolder, &FolderRequests::inspect>},
    {wire::Type::ListFolders, &FolderRequests::take<wire::ListFolders, &FolderRequests::list>},
    {wire::Type::ResolveFolders, &FolderRequests::take<wire::ResolveFolders, &FolderRequests::resolve>},
    {wire::Type::FindRuns, &FolderRequests::take<wire::FindRuns, &FolderRequests::find>},
    {wire::Type::AskHome, &FolderRequests::take<wire::AskHome, &FolderRequests::home>},
};

void FolderRequests::serve(int connection) {
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &longest_send, sizeof longest_send);
    for (;;) {
        const auto datagram = wire::receive(connection, patience);
        if (!datagram || !*datagram) return;
        bool keep_open = false;
        bool known = false;
        for (const Row& row : table) {
            if (static_cast<std::uint16_t>(row.type) != (*datagram)->type()) continue;
            known = true;
            keep_open = (this->*row.handle)(connection, **datagram);
        }
        if (!known) log_event(Event::bad_message, "boardgate-logdirs does not accept a message of this type");
        if (!keep_open) return;
    }
}

namespace {
/// The report on a missing folder, or that the home which should have it is missing: then it is not the person's slip.
wire::FolderReport without_home(wire::FolderReport report, const std::string& path, const std::string& home) {
    struct stat info {};
    if (report.verdict != wire::FolderVerdict::missing || !lies_in(tidy(path), tidy(home)) || stat(home.c_str(), &info) == 0) return report;
    wire::FolderReport missing{wire::FolderVerdict::no_home, printable(home)};
    missing.detail.resize(std::min(missing.detail.size(), wire::longest::sentence));
    return missing;
}
}  // namespace

template <class Request, bool (FolderRequests::*handle)(int, const Request&)>
bool FolderRequests::take(int connection, const wire::Datagram& datagram) {
    const auto request = wire::decode<Request>(datagram);
    if (request) return (this->*handle)(connection, *request);
    log_event(Event::bad_message, request.error().text());
    return false;
}

bool FolderRequests::inspect(int connection, const wire::InspectFolder& request) {
    const auto me = who_();
    const auto path = LogDir::parse(request.path);
    return me && path && reply(connection, without_home(inspect_folder(folders_, *path, me->home, request.foreign), path->str(), me->home));
}

bool FolderRequests::list(int connection, const wire::ListFolders& request) {
    const auto me = who_();
    const auto path = typed_path(request.path, me ? me->home : "");
    if (!me || !path) return false;
    auto listing = list_folders(folders_, path->str(), me->home);
    if (!listing) return reply(connection, without_home(listing.error(), path->str(), me->home));
    if (!reply(connection, readable_folder)) return false;
    for (auto row = listing->rows.begin(); row != listing->rows.end();) {
        wire::FolderRows some;
        while (row != listing->rows.end() && some.rows.size() < wire::longest::folder_rows) some.rows.push_back(std::move(*row++));
        if (!reply(connection, std::move(some))) return false;
    }
    return reply(connection, std::move(listing->end));
}

bool FolderRequests::resolve(int connection, const wire::ResolveFolders& request) {
    const auto me = who_();
    return me && reply(connection, typed_folders(request.texts, me->home));
}

bool FolderRequests::find(int connection, const wire::FindRuns& request) {
    const auto me = who_();
    if (!me) return false;
    std::vector<std::string> roots;
    wire::FolderReport report = readable_folder;
    const auto add = [&](const std::string& root) {
        if (const auto good = folders_.readable(root)) {
            roots.push_back(root);
        } else {
            report = without_home(good.error(), root, me->home);
        }
    };
    if (request.root.empty()) {
        // Not every person has every root of boardgate.conf.
        for (const std::string& root : expanded_roots(run_roots_, me->home, me->name)) add(root);
        if (!roots.empty()) report = readable_folder;
    } else {
        const auto root = typed_path(request.root, me->home);
        if (!root) return false;
        add(tidy(root->str()));
    }
    if (!reply(connection, report)) return false;
    if (roots.empty()) return true;
    bool sent = true;
    const auto send_on = [&](auto message) { return sent = reply(connection, std::move(message)); };
    run_search_.run(request, roots, *me, {send_on, send_on, send_on});
    return sent;
}

bool FolderRequests::home(int connection, const wire::AskHome&) {
    const auto me = who_();
    const auto mark = me ? HomeMark::of(me->home, me->uid) : std::nullopt;
    return reply(connection, wire::HomeIs{mark ? mark->str() : std::string()});
}

Result<LogDir> typed_path(const std::string& text, const std::string& home) {
    if (text.empty() || text == "~") return LogDir::parse(home + "/");
    if (text.starts_with("~/")) return LogDir::parse(home + text.substr(1));
    if (text.starts_with('/')) return LogDir::parse(text);
    if (text.starts_with('~') || fmt::format("/{}/", text).find("/../") != std::string::npos)
        return failure("this is no path below the home", text);
    return LogDir::parse(home + "/" + text);
}

}  // namespace boardgate::logdirs

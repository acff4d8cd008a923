// SPDX-License-Identifier: MIT
#include "src/logdirs/conversation.h"

#include <sys/socket.h>
#include <sys/time.h>

#include "src/base/log.h"
#include "src/logdirs/listing.h"
#include "src/logdirs/suggestion.h"

namespace boardgate::logdirs {

namespace {

/// The first request comes immediately; a folder picker sends the next ones as a person clicks.
constexpr std::chrono::seconds patience{30};
/// A peer that does not read an answer for this long is gone.
constexpr timeval longest_send{20, 0};

const wire::FolderReport nothing_to_say_against{wire::FolderVerdict::readable};

template <class Message>
bool reply(int connection, Message message) {
    return wire::send(connection, message).has_value();
}

}  // namespace

struct Answers::Row {
    wire::Type type;
    bool (Answers::*answer)(int, const wire::Datagram&);
};

const Answers::Row Answers::table[] = {
    {wire::Type::InspectFolder, &Answers::take<wire::InspectFolder, &Answers::inspect>},
    {wire::Type::ListFolders, &Answers::take<wire::ListFolders, &Answers::list>},
    {wire::Type::FindRuns, &Answers::take<wire::FindRuns, &Answers::find>},
};

void Answers::converse(int connection) {
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &longest_send, sizeof longest_send);
    for (;;) {
        const auto datagram = wire::receive(connection, patience);
        if (!datagram || !*datagram) return;
        bool goes_on = false;
        bool known = false;
        for (const Row& row : table) {
            if (static_cast<std::uint16_t>(row.type) != (*datagram)->type()) continue;
            known = true;
            goes_on = (this->*row.answer)(connection, **datagram);
        }
        if (!known) log_event(Event::bad_message, "boardgate-logdirs does not accept a message of this type");
        if (!goes_on) return;
    }
}

template <class Question, bool (Answers::*answer)(int, const Question&)>
bool Answers::take(int connection, const wire::Datagram& datagram) {
    const auto question = wire::decode<Question>(datagram);
    if (question) return (this->*answer)(connection, *question);
    log_event(Event::bad_message, question.error().text());
    return false;
}

bool Answers::inspect(int connection, const wire::InspectFolder& question) {
    const auto me = who_();
    const auto path = LogDir::parse(question.path);
    return me && path && reply(connection, inspect_folder(folders_, *path, me->home));
}

bool Answers::list(int connection, const wire::ListFolders& question) {
    const auto me = who_();
    const auto path = typed_path(question.path, me ? me->home : "");
    if (!me || !path) return false;
    auto listing = list_folders(folders_, path->str(), me->home);
    if (!listing) return reply(connection, listing.error());
    if (!reply(connection, nothing_to_say_against)) return false;
    for (auto row = listing->rows.begin(); row != listing->rows.end();) {
        wire::FolderRows some;
        while (row != listing->rows.end() && some.rows.size() < wire::longest::folder_rows) some.rows.push_back(std::move(*row++));
        if (!reply(connection, std::move(some))) return false;
    }
    return reply(connection, std::move(listing->end));
}

bool Answers::find(int connection, const wire::FindRuns& question) {
    const auto me = who_();
    if (!me) return false;
    std::vector<std::string> roots;
    wire::FolderReport report = nothing_to_say_against;
    const auto add = [&](const std::string& root) {
        if (const auto good = folders_.readable(root)) {
            roots.push_back(root);
        } else {
            report = good.error();
        }
    };
    if (question.root.empty()) {
        // Not every person has each of the site's roots.
        for (const std::string& root : expanded_roots(run_roots_, me->home, me->name)) add(root);
        if (!roots.empty()) report = nothing_to_say_against;
    } else {
        const auto root = typed_path(question.root, me->home);
        if (!root) return false;
        add(tidy(root->str()));
    }
    if (!reply(connection, report)) return false;
    if (roots.empty()) return true;
    bool heard = true;
    const auto pass_on = [&](auto message) { return heard = reply(connection, std::move(message)); };
    find_runs(folders_, roots, question.limit, {pass_on, pass_on, pass_on});
    return heard;
}

Result<LogDir> typed_path(const std::string& text, const std::string& home) {
    if (text.empty() || text == "~") return LogDir::parse(home + "/");
    return LogDir::parse(text.starts_with("~/") ? home + text.substr(1) : text);
}

}  // namespace boardgate::logdirs

// SPDX-License-Identifier: MIT
#include "src/base/log.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <string>
#include <utility>

#include "src/base/background_log.h"
#include "src/base/lock_guarded.h"
#include "src/base/names.h"

namespace boardgate {

namespace {

const char* identifier = "boardgate";

struct Row {
    const char* id;
    int priority;
};

constexpr Row rows[] = {
#define EVENT(name, id, priority, meaning) {id, priority},
#include "src/base/events.inc"
#undef EVENT
};

}  // namespace

void set_log_identifier(const char* name) noexcept { identifier = name; }

namespace {

/// For programs without BackgroundLogging.
constexpr std::chrono::milliseconds longest_wait{1000};
std::atomic<BackgroundLog*> background = nullptr;

/// Lines of NAME=value, as journald reads them.
std::string message_of(Event event, std::string_view message, std::initializer_list<LogField> fields) {
    const Row& row = rows[static_cast<std::size_t>(event)];
    std::string lines =
        fmt::format("MESSAGE={}\nMESSAGE_ID={}\nPRIORITY={}\nSYSLOG_IDENTIFIER={}\n", printable(message), row.id, row.priority, identifier);
    for (const auto& [name, value] : fields) lines.append(name).append("=").append(printable(value)).append("\n");
    return lines;
}

std::string dropped_message(std::size_t dropped) {
    return message_of(Event::log_dropped, std::to_string(dropped) + " messages were dropped while journald took none", {});
}

struct Journal {
    JournalSocket socket{};
    std::size_t dropped = 0;

    JournalSocket::Outcome send(const std::string& message) {
        // Waits once, and not again until journald takes messages.
        const auto outcome = socket.send(message, dropped > 0 ? std::chrono::milliseconds(0) : longest_wait);
        if (outcome == JournalSocket::Outcome::full) ++dropped;
        if (outcome == JournalSocket::Outcome::sent && dropped > 0)
            (void)socket.send(dropped_message(std::exchange(dropped, 0)), std::chrono::milliseconds(0));
        return outcome;
    }
};

}  // namespace

BackgroundLogging::BackgroundLogging() : log_(std::make_unique<BackgroundLog>(JournalSocket(), &dropped_message)) {
    background = log_.get();
}
BackgroundLogging::~BackgroundLogging() { background = nullptr; }

void log_event(Event event, std::string_view message, std::initializer_list<LogField> fields) noexcept {
    try {
        std::string lines = message_of(event, message, fields);
        if (BackgroundLog* const log = background) return log->add(std::move(lines));
        static LockGuarded<Journal> journal;
        if (journal.lock()->send(lines) != JournalSocket::Outcome::missing) return;
        std::fprintf(stderr, "<%d>%s: %s\n", rows[static_cast<std::size_t>(event)].priority, identifier, printable(message).c_str());
    } catch (...) {
        // A failure to log must not end the program.
        std::fputs("boardgate: out of memory while logging\n", stderr);
    }
}

}  // namespace boardgate

// SPDX-License-Identifier: MIT
// The only way to log: one call per event, with fields, to the journal. A journald that takes no messages holds up nobody
// for long: messages are dropped, and their number is logged later.
// Without a journal (unit tests, a terminal) the message goes to stderr.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace boardgate {

/// A row of events.inc.
enum class Event {
#define EVENT(name, id, priority, meaning) name,
#include "src/base/events.inc"
#undef EVENT
};

using LogField = std::pair<std::string_view, std::string_view>;

/// `message` is a sentence for people; fields are upper-case names such as BOARD_ID, USER_NAME, UNIT,
/// REMOTE_ADDR. Control characters in values are replaced, so that no value can forge a line. Never throws.
void log_event(Event event, std::string_view message, std::initializer_list<LogField> fields = {}) noexcept;

class BackgroundLog;

/// While it lives, log_event() does not wait at all. For one object, in a program with threads that does not fork.
class BackgroundLogging {
public:
    BackgroundLogging();
    BackgroundLogging(const BackgroundLogging&) = delete;
    BackgroundLogging& operator=(const BackgroundLogging&) = delete;
    /// No other thread may log any more.
    ~BackgroundLogging();

private:
    std::unique_ptr<BackgroundLog> log_;
};

/// The program's name in the journal; set once, at the start of main.
void set_log_identifier(const char* name) noexcept;

}  // namespace boardgate

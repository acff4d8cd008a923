// SPDX-License-Identifier: MIT
#include "src/base/log.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "src/base/names.h"

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

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

void log_event(Event event, std::string_view message, std::initializer_list<LogField> fields) noexcept {
    try {
        const Row& row = rows[static_cast<std::size_t>(event)];
        std::vector<std::string> entries = {
            "MESSAGE=" + printable(message),
            std::string("MESSAGE_ID=") + row.id,
            "PRIORITY=" + std::to_string(row.priority),
            std::string("SYSLOG_IDENTIFIER=") + identifier,
        };
        for (const auto& [name, value] : fields) entries.push_back(std::string(name) + "=" + printable(value));
        std::vector<iovec> vectors;
        vectors.reserve(entries.size());
        for (std::string& entry : entries) vectors.push_back({entry.data(), entry.size()});
        // Returns 0 even without a journal, so check its socket first.
        if (access("/run/systemd/journal/socket", W_OK) == 0 && sd_journal_sendv(vectors.data(), static_cast<int>(vectors.size())) == 0) {
            return;
        }
        std::fprintf(stderr, "<%d>%s: %s\n", row.priority, identifier, entries.front().c_str() + sizeof "MESSAGE");
    } catch (...) {
        // A failure to log must not end the program.
        std::fputs("boardgate: out of memory while logging\n", stderr);
    }
}

}  // namespace boardgate

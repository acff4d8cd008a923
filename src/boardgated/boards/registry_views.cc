// SPDX-License-Identifier: MIT
// What the registry keeps of views of a board. The gate's thread calls it: it waits neither for the disk nor for listeners.
#include <utility>

#include "src/base/log.h"
#include "src/base/unix_time.h"
#include "src/boardgated/boards/registry.h"

namespace boardgate::boardgated {

void Registry::viewed(const BoardId& id) {
    const WallTime now = clock_.wall();
    {
        // A dashboard sends many requests a second, most of which need the shared lock only.
        const auto contents = contents_.read();
        const Entry* entry = contents->find(id);
        if (entry == nullptr) return;
        if (const auto last = entry->board.last_viewed; last && entry->unsaved_view && now - *last < std::chrono::seconds(1)) return;
    }
    auto contents = contents_.lock();
    Entry* entry = contents->find(id);
    if (entry == nullptr) return;
    entry->board.last_viewed = now;
    entry->unsaved_view = true;
    if (now - entry->notified_view < between_notified_views) return;
    entry->notified_view = now;
    notify_later(std::move(contents), entry->board);
}

void Registry::save_views() {
    std::vector<UseRow> views;
    {
        const auto contents = contents_.lock();
        for (auto& [id, entry] : contents->entries) {
            if (std::exchange(entry.unsaved_view, false)) views.push_back({id.str(), seconds_of(*entry.board.last_viewed)});
        }
    }
    const auto written = store_.boards_viewed(views);
    if (written) return;
    log_event(Event::storage_fault, written.error().text());
    const auto contents = contents_.lock();
    for (const UseRow& view : views) {
        if (Entry* entry = contents->find(*BoardId::parse(view.key)); entry != nullptr) entry->unsaved_view = true;
    }
}

void Registry::visited(const BoardId& id, const std::string& visitor) {
    const WallTime now = clock_.wall();
    const auto fresh = [&](const Board& board) {
        return board.last_visit && board.last_visit->visitor == visitor && now - board.last_visit->time < std::chrono::seconds(1);
    };
    {
        const auto contents = contents_.read();
        const Entry* entry = contents->find(id);
        if (entry == nullptr || fresh(entry->board)) return;
    }
    auto contents = contents_.lock();
    Entry* entry = contents->find(id);
    if (entry == nullptr) return;
    entry->board.last_visit = Visit{now, visitor};
    if (now - entry->notified_view < between_notified_views) return;
    entry->notified_view = now;
    notify_later(std::move(contents), entry->board);
}

}  // namespace boardgate::boardgated

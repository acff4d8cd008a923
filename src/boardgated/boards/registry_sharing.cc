// SPDX-License-Identifier: MIT
// What the registry keeps of others who see a board.
#include "src/boardgated/boards/registry.h"

namespace boardgate::boardgated {

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
    notify(std::move(contents), entry->board);
}

void Registry::set_sharing(const BoardId& id, const SharingSummary& summary) {
    auto contents = contents_.lock();
    Entry* entry = contents->find(id);
    if (entry == nullptr || entry->board.sharing == summary) return;
    entry->board.sharing = summary;
    notify(std::move(contents), entry->board);
}

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// What the registry keeps of the shares of a board.
#include "src/boardgated/boards/registry.h"

namespace boardgate::boardgated {

void Registry::set_sharing(const BoardId& id, const SharingSummary& summary) {
    auto contents = contents_.lock();
    Entry* entry = contents->find(id);
    if (entry == nullptr || entry->board.sharing == summary) return;
    entry->board.sharing = summary;
    notify(std::move(contents), entry->board);
}

}  // namespace boardgate::boardgated

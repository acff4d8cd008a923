// SPDX-License-Identifier: MIT
// Which boards of a uid belong to the person who logs in: those of the person's home.
#include <utility>

#include "src/boardgated/boards/registry.h"

namespace boardgate::boardgated {

namespace {
enum class Verdict { own, other, unknown };
Verdict verdict_on(const BoardRow& row, const UserName& owner, const std::optional<HomeMark>& home) {
    const bool same_name = row.owner == owner.str();
    if (!home) return same_name ? Verdict::unknown : Verdict::other;
    const auto mark = HomeMark::parse(row.home);
    if (!mark) return same_name ? Verdict::own : Verdict::other;
    return mark->is_same_home(*home) ? Verdict::own : Verdict::other;
}
}  // namespace

Result<void> Registry::judge(const BoardRow& row, const UserName& owner, const std::optional<HomeMark>& home, Changes& changes) {
    auto board = board_of(row);
    const Verdict verdict = verdict_on(row, owner, home);
    if (!board || verdict == Verdict::unknown) return {};
    BoardRow after = row;
    after.aside = verdict == Verdict::other;
    if (!after.aside) {
        after.owner = owner.str();
        if (after.home.empty() && home) after.home = home->str();
    }
    if (after.aside == row.aside && (after.aside || (after.owner == row.owner && after.home == row.home))) return {};
    if (auto written = store_.put_board(after); !written) return written;
    if (row.deleted != 0) return {};
    if (after.aside) {
        const auto contents = contents_.lock();
        contents->entries.erase(board->id);
        contents->aside.insert(board->id);
        changes.aside.push_back(*std::move(board));
    } else if (row.aside || after.owner != row.owner) {
        board->owner = owner;
        board->home = after.home;
        const auto contents = contents_.lock();
        contents->entries.insert_or_assign(board->id, Entry(*board));
        contents->aside.erase(board->id);
        changes.taken.push_back(*std::move(board));
    } else {
        const auto contents = contents_.lock();
        if (Entry* entry = contents->find(board->id); entry != nullptr) entry->board.home = after.home;
    }
    return {};
}

Result<Registry::Changes> Registry::person_arrives(std::uint32_t uid, const UserName& owner, const std::optional<HomeMark>& home) {
    Changes changes;
    {
        const std::lock_guard definition(definition_changes_);
        const auto rows = store_.boards_of(uid);
        if (!rows) return error_of(rows);
        for (const BoardRow& row : *rows) {
            if (const auto judged = judge(row, owner, home, changes); !judged) return error_of(judged);
        }
    }
    for (const Board& board : changes.aside) notify(contents_.lock(), board, true);
    for (const Board& board : changes.taken) notify(contents_.lock(), board);
    return changes;
}

}  // namespace boardgate::boardgated

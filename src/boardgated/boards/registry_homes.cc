// SPDX-License-Identifier: MIT
// Which boards of a uid belong to the person who logs in: those of the person's home.
#include <utility>

#include "src/boardgated/boards/registry.h"

namespace boardgate::boardgated {

namespace {
enum class Verdict { own, other, unproved, unknown };
Verdict verdict_on(const BoardRow& row, const UserName& owner, const std::optional<HomeMark>& home) {
    const bool same_name = row.owner == owner.str();
    if (!home) return !same_name ? Verdict::other : row.home.empty() ? Verdict::unknown : Verdict::unproved;
    const auto mark = HomeMark::parse(row.home);
    if (!mark) return same_name ? Verdict::own : Verdict::other;
    return mark->is_same_home(*home) ? Verdict::own : Verdict::other;
}
}  // namespace

Result<void> Registry::judge(const BoardRow& row, const UserName& owner, const std::optional<HomeMark>& home, Changes& changes) {
    auto board = board_of(row);
    const Verdict verdict = verdict_on(row, owner, home);
    if (!board || verdict == Verdict::unknown) return {};
    changes.awaits_home |= verdict == Verdict::unproved;
    BoardRow after = row;
    after.aside = verdict != Verdict::own;
    // A board that was set aside has no door to come back to.
    after.hidden = verdict == Verdict::unproved && (!row.aside || row.hidden);
    if (!after.aside) {
        after.owner = owner.str();
        if (after.home.empty() && home) after.home = home->str();
    }
    const bool same_place = after.aside == row.aside && after.hidden == row.hidden;
    if (same_place && (after.aside || (after.owner == row.owner && after.home == row.home))) return {};
    const auto held = stored_hold(board->id);
    if (!held) return error_of(held);
    if (auto written = store_.put_board(after); !written) return written;
    if (row.deleted != 0) return {};
    board->held = *held;
    const auto contents = contents_.lock();
    if (after.aside) {
        const Entry* entry = contents->find(board->id);
        const bool awake = entry != nullptr && is_awake(entry->board);
        contents->entries.erase(board->id);
        contents->aside.insert(board->id);
        contents->hidden.erase(board->id);
        if (after.hidden) contents->hidden.emplace(board->id, Hidden{row.uid, awake});
        (after.hidden ? changes.hidden : changes.aside).push_back(*std::move(board));
    } else if (row.aside || after.owner != row.owner) {
        board->owner = owner;
        board->home = after.home;
        contents->entries.insert_or_assign(board->id, Entry(*board));
        contents->aside.erase(board->id);
        // Its door was left alone, unless that has another name.
        const bool back = contents->hidden.erase(board->id) > 0 && after.owner == row.owner;
        (back ? changes.back : changes.taken).push_back(*std::move(board));
    } else if (Entry* entry = contents->find(board->id); entry != nullptr) {
        entry->board.home = after.home;
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
    for (const auto* gone : {&changes.aside, &changes.hidden}) {
        for (const Board& board : *gone) notify(contents_.lock(), board, true);
    }
    for (const auto* come : {&changes.taken, &changes.back}) {
        for (const Board& board : *come) notify(contents_.lock(), board);
    }
    return changes;
}

}  // namespace boardgate::boardgated

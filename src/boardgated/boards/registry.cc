// SPDX-License-Identifier: MIT
#include "src/boardgated/boards/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "src/base/log.h"
#include "src/base/unix_time.h"
#include "src/boardgated/boards/diagnosis.h"
#include "src/boardgated/boards/sleep_reason.h"

namespace boardgate::boardgated {

Result<void> Registry::load() {
    const auto rows = store_.boards();
    if (!rows) return error_of(rows);
    const auto holds = store_.holds();
    if (!holds) return error_of(holds);
    const auto contents = contents_.lock();
    for (const BoardRow& row : *rows) {
        auto board = board_of(row);
        if (!board) {
            log_event(Event::reconciled, "a board in the database has a malformed id or owner; boardgate ignores it");
            continue;
        }
        // An older boardgate wrote it.
        if (row.paths.empty()) {
            if (auto written = write(*board); !written) return written;
        }
        const BoardId id = board->id;
        if (row.aside) {
            contents->aside.insert(id);
            if (row.hidden) contents->hidden.emplace(id, Hidden{row.uid, false});
            continue;
        }
        contents->entries.emplace(id, Entry(*std::move(board)));
    }
    const auto failures = store_.failures();
    if (!failures) return error_of(failures);
    for (const FailureRow& row : *failures) {
        const auto id = BoardId::parse(row.board);
        if (Entry* entry = id ? contents->find(*id) : nullptr; entry != nullptr)
            entry->kept_failure = KeptFailure{row.invocation, failure_of_text(row.failure), WallTime(std::chrono::microseconds(row.since))};
    }
    for (const HoldRow& row : *holds) {
        const auto id = BoardId::parse(row.board);
        if (Entry* entry = id ? contents->find(*id) : nullptr; entry != nullptr) entry->board.held = hold_of(row);
    }
    return {};
}

Hold Registry::hold_of(const HoldRow& row) { return {row.holder, row.reason, time_of(row.since)}; }

Result<std::optional<Hold>> Registry::stored_hold(const BoardId& id) const {
    const auto holds = store_.holds();
    if (!holds) return error_of(holds);
    const auto found = std::ranges::find(*holds, id.str(), &HoldRow::board);
    return found == holds->end() ? std::nullopt : std::optional(hold_of(*found));
}

std::optional<Board> Registry::board_of(const BoardRow& row) const {
    const auto id = BoardId::parse(row.id);
    const auto owner = UserName::parse(row.owner);
    if (!id || !owner) return std::nullopt;
    Board board{*id, row.uid,    *owner,       options_of_text(row.options), row.port, time_of(row.created), {}, row.home,
                {},  State::off, clock_.wall()};
    board.longest_awake = longest_awake_;
    board.options.engine = name_of(engines_.usable(board.engine()));
    board.targets = row.folders;
    if (row.last_viewed != 0) board.last_viewed = time_of(row.last_viewed);
    return board;
}

BoardRow Registry::row_of(const Board& board) {
    return {board.id.str(),
            board.uid,
            board.owner.str(),
            board.port,
            options_text(board.options),
            seconds_of(board.created),
            board.last_viewed ? seconds_of(*board.last_viewed) : 0,
            set_of(folders_of(board.options)),
            board.targets,
            0,
            board.home};
}

Result<void> Registry::write(const Board& board) { return store_.put_board(row_of(board)); }

/// If another thread is already notifying, this queues the change for it: listeners see all changes in order.
void Registry::notify(LockedContents::Writer contents, const Board& board, bool gone) {
    changed_.notify_all();
    contents->notifications.push_back({board, gone});
    empty_queue(std::move(contents));
}

void Registry::notify_later(LockedContents::Writer contents, const Board& board) {
    changed_.notify_all();
    contents->notifications.push_back({board, false});
    const bool notifying = contents->notifying;
    contents.lock().unlock();
    if (!notifying) later_([this] { empty_queue(contents_.lock()); });
}

void Registry::empty_queue(LockedContents::Writer contents) {
    if (std::exchange(contents->notifying, true)) return;
    while (!contents->notifications.empty()) {
        const Notification notification = std::move(contents->notifications.front());
        contents->notifications.pop_front();
        contents.lock().unlock();
        try {
            for (const Listener& listener : listeners_) listener(notification.board, notification.gone);
        } catch (const std::exception& exception) {
            // Go on: listeners are still notified of the next change.
            log_event(Event::request_fault, fmt::format("a listener failed on a change of a board: {}", exception.what()));
        }
        contents.lock().lock();
    }
    contents->notifying = false;
}

ApiResult<void> Registry::has_room(std::uint32_t uid, std::int64_t most) const {
    std::int64_t boards = 0;
    for_each([&](const Board& board) { boards += board.uid == uid ? 1 : 0; });
    for_each_hidden([&](const Hidden& hidden) { boards += hidden.uid == uid ? 1 : 0; });
    if (boards < most) return {};
    return problem(Code::too_many_boards, fmt::format("you have {} boards, which is the limit for one person; delete one", most));
}

ApiResult<Board> Registry::add(std::uint32_t uid, const UserName& owner, const BoardOptions& options, std::int64_t most,
                               const std::string& targets, const std::string& home) {
    std::unique_lock definition(definition_changes_);
    if (auto room = has_room(uid, most); !room) return error_of(room);
    BoardId id = BoardId::make();
    while (find(id)) id = BoardId::make();
    // In whole seconds, as in the store, so that a restart does not change the time.
    const WallTime now = time_of(seconds_of(clock_.wall()));
    Board board{id, uid, owner, options, 0, now, {}, home, {}, State::off, now};
    board.longest_awake = longest_awake_;
    board.targets = targets;
    if (const auto written = write(board); !written) return storage_problem(written.error());
    auto contents = contents_.lock();
    contents->entries.emplace(id, Entry(board));
    definition.unlock();
    notify(std::move(contents), board);
    return board;
}

std::optional<Board> Registry::find(const BoardId& id) const {
    const auto contents = contents_.read();
    const Entry* entry = contents->find(id);
    return entry == nullptr ? std::nullopt : std::optional(entry->board);
}

bool Registry::knows(const BoardId& id) const {
    const auto contents = contents_.read();
    return contents->entries.contains(id) || contents->aside.contains(id);
}

std::optional<GateView> Registry::gate_view(const BoardId& id) const {
    const auto contents = contents_.read();
    const Entry* entry = contents->find(id);
    if (entry == nullptr) return std::nullopt;
    return GateView{entry->board.uid, entry->board.port, entry->board.state, entry->board.held.has_value()};
}

void Registry::for_each(const std::function<void(const Board&)>& see) const {
    const auto contents = contents_.read();
    for (const auto& [id, entry] : contents->entries) see(entry.board);
}

void Registry::for_each_hidden(const std::function<void(const Hidden&)>& see) const {
    const auto contents = contents_.read();
    for (const auto& [id, hidden] : contents->hidden) see(hidden);
}

std::vector<Board> Registry::boards_of(std::uint32_t uid) const {
    std::vector<Board> boards;
    for_each([&](const Board& board) {
        if (board.uid == uid) boards.push_back(board);
    });
    return boards;
}

std::vector<Board> Registry::all() const {
    std::vector<Board> boards;
    for_each([&](const Board& board) { boards.push_back(board); });
    return boards;
}

template <class Change>
Result<void> Registry::change(const BoardId& id, Change change) {
    std::unique_lock definition(definition_changes_);
    auto planned = find(id);
    if (!planned) return failure("no such board", id.str());
    change(*planned);
    if (auto written = write(*planned); !written) return written;
    auto contents = contents_.lock();
    Entry& entry = contents->entries.at(id);  // exists: definition_changes_ is locked since find()
    change(entry.board);
    entry.stored_port = planned->port;
    definition.unlock();
    notify(std::move(contents), entry.board);
    return {};
}

Result<void> Registry::set_options(const BoardId& id, const BoardOptions& options) {
    return change(id, [&](Board& board) {
        if (set_of(folders_of(board.options)) != set_of(folders_of(options))) board.targets.clear();
        board.options = options;
    });
}

Result<void> Registry::set_targets(const BoardId& id, const std::string& targets) {
    return change(id, [&](Board& board) { board.targets = targets; });
}

std::vector<Board> Registry::boards_on(std::uint32_t uid, const BoardOptions& options, const std::string& targets) const {
    std::vector<Board> boards;
    const auto found = store_.boards_on(uid, set_of(folders_of(options)), targets);
    if (!found) log_event(Event::storage_fault, found.error().text());
    for (const std::string& text : found.value_or(std::vector<std::string>())) {
        const auto id = BoardId::parse(text);
        if (auto board = id ? find(*id) : std::nullopt) boards.push_back(*std::move(board));
    }
    return boards;
}

Result<void> Registry::set_port(const BoardId& id, std::uint16_t port) {
    {
        const auto contents = contents_.read();
        const Entry* entry = contents->find(id);
        if (entry != nullptr && entry->board.port == port && entry->stored_port == port) return {};
    }
    return change(id, [&](Board& board) { board.port = port; });
}

Result<void> Registry::remove(const BoardId& id) {
    std::unique_lock definition(definition_changes_);
    if (!find(id)) return {};
    if (auto deleted = store_.delete_board(id.str()); !deleted) return deleted;
    auto contents = contents_.lock();
    const auto gone = contents->entries.extract(id);
    definition.unlock();
    notify(std::move(contents), gone.mapped().board, true);
    return {};
}

Result<void> Registry::move_to_deleted(const BoardId& id) {
    std::unique_lock definition(definition_changes_);
    const auto board = find(id);
    if (!board) return {};
    BoardRow row = row_of(*board);
    row.deleted = seconds_of(clock_.wall());
    if (auto written = store_.put_board(row); !written) return written;
    const auto deleted = store_.deleted_boards(board->uid);  // the newest first
    for (std::size_t i = most_deleted; deleted && i < deleted->size(); ++i) {
        if (auto gone = store_.delete_board((*deleted)[i].id); !gone) log_event(Event::storage_fault, gone.error().text());
    }
    auto contents = contents_.lock();
    const auto gone = contents->entries.extract(id);
    definition.unlock();
    notify(std::move(contents), gone.mapped().board, true);
    return {};
}

Result<std::vector<DeletedBoard>> Registry::deleted_of(std::uint32_t uid) const {
    const auto rows = store_.deleted_boards(uid);
    if (!rows) return error_of(rows);
    std::vector<DeletedBoard> deleted;
    for (const BoardRow& row : *rows) {
        if (clock_.wall() - time_of(row.deleted) > kept_deleted) continue;
        if (auto board = board_of(row)) deleted.push_back({*std::move(board), time_of(row.deleted)});
    }
    return deleted;
}

ApiResult<Board> Registry::restore(std::uint32_t uid, const BoardId& id, std::int64_t most) {
    std::unique_lock definition(definition_changes_);
    const auto deleted = deleted_of(uid);
    if (!deleted) return storage_problem(deleted.error());
    const auto found = std::ranges::find(*deleted, id, [](const DeletedBoard& each) { return each.board.id; });
    if (found == deleted->end()) return problem(Code::no_such_board, fmt::format("you have no deleted board {}", id.str()));
    if (auto room = has_room(uid, most); !room) return error_of(room);
    Board board = found->board;
    const auto held = stored_hold(id);
    if (!held) return storage_problem(held.error());
    board.held = *held;
    if (const auto written = write(board); !written) return storage_problem(written.error());
    auto contents = contents_.lock();
    contents->entries.emplace(id, Entry(board));
    definition.unlock();
    notify(std::move(contents), board);
    return board;
}

std::optional<MadeBoard> Registry::made_with(std::uint32_t uid, const std::string& key) const {
    const auto row = store_.made_board(uid, key);
    if (!row) log_event(Event::storage_fault, row.error().text());
    if (!row || !*row || clock_.wall() - time_of((*row)->made) > kept_keys) return std::nullopt;
    const auto board = BoardId::parse((*row)->board);
    return board ? std::optional(MadeBoard{*board, (*row)->request}) : std::nullopt;
}

Result<void> Registry::set_made_with(const Board& board, const std::string& key, const std::string& request) {
    return store_.put_made_board(board.uid, {key, request, board.id.str(), seconds_of(clock_.wall())});
}

void Registry::purge() {
    if (const auto gone = store_.forget_made_boards(seconds_of(clock_.wall() - kept_keys)); !gone)
        return log_event(Event::storage_fault, gone.error().text());
    const auto rows = store_.boards_deleted_before(seconds_of(clock_.wall() - kept_deleted));
    if (!rows) return log_event(Event::storage_fault, rows.error().text());
    for (const BoardRow& row : *rows) {
        if (const auto gone = store_.delete_board(row.id); !gone) return log_event(Event::storage_fault, gone.error().text());
    }
}

Result<void> Registry::set_hold(const BoardId& id, const std::optional<Hold>& hold) {
    std::unique_lock definition(definition_changes_);
    if (!gate_view(id)) return failure("no such board", id.str());
    auto written = hold ? store_.put_hold({id.str(), hold->by, hold->reason, seconds_of(hold->since)}) : store_.delete_hold(id.str());
    if (!written) return written;
    auto contents = contents_.lock();
    Entry* entry = contents->find(id);
    if (entry == nullptr) return failure("no such board", id.str());
    entry->board.held = hold;
    definition.unlock();
    notify(std::move(contents), entry->board);
    return {};
}

Result<void> Registry::rebuild(std::uint32_t uid, const UserName& owner, const wire::DoorSpec& door) {
    std::unique_lock definition(definition_changes_);
    const auto id = BoardId::parse(door.board);
    if (!id || find(*id)) return {};
    const WallTime now = time_of(seconds_of(clock_.wall()));
    Board board{*id, uid, owner, options_of_door(door), door.port, now, {}, door.home, {}, State::off, now};
    board.longest_awake = longest_awake_;
    board.options.engine = name_of(engines_.usable(board.engine()));
    if (auto written = write(board); !written) return written;
    auto contents = contents_.lock();
    contents->entries.insert_or_assign(board.id, Entry(board));
    definition.unlock();
    notify(std::move(contents), board);
    return {};
}

void Registry::set_facts(const BoardId& id, const UnitFacts& facts) {
    auto contents = contents_.lock();
    Entry* entry = contents->find(id);
    if (entry == nullptr || entry->board.facts == facts) return;
    // A new start, even if only its failure was seen.
    if (entry->board.facts.invocation != facts.invocation) entry->board.failure.reset();
    const bool learned_since = entry->board.facts.since == 0 && facts.since != 0;
    entry->board.facts = facts;
    // The port in a restored database may belong to another person's door now.
    if (facts.port != 0) entry->board.port = facts.port;
    if (!facts.socket_active.empty()) entry->board.rests = false;
    update_state(*entry, learned_since);
    notify(std::move(contents), entry->board);
}

/// Derives the state and what depends on it from facts, waiting and the clock.
void Registry::update_state(Entry& entry, bool learned_since) const {
    Board& board = entry.board;
    State state = state_of(board.facts);
    if (state == State::off && board.rests) state = State::asleep;
    // The unit of the failed run was reset.
    const bool failed_before =
        entry.kept_failure && !board.facts.invocation.empty() && entry.kept_failure->invocation == board.facts.invocation;
    if (state == State::asleep && failed_before) {
        state = State::failed;
        board.failure = entry.kept_failure->failure;
    }
    const bool awake = state == State::queued || state == State::starting || state == State::ready;
    if (awake) entry.waiting_for.clear();
    if (!entry.waiting_for.empty()) state = State::waiting;
    // Only at the beginning of a start: the reason of a sleep may be set during the start.
    if (state != board.state && awake && board.state != State::queued) entry.asleep_because.clear();
    if (state == State::asleep && entry.asleep_because.empty()) entry.asleep_because = reason_of_sleep(board, clock_.wall());
    board.asleep_because = state == State::asleep ? entry.asleep_because : std::string();
    const bool known = state != State::waiting && state != State::off && board.facts.since > 0;
    const bool begins = state == State::queued || (state == State::starting && board.state != State::queued);
    if (begins && state != board.state) board.peak_memory.reset();
    if (state != board.state || (learned_since && known)) {
        if (state != board.state) board.state_before = std::exchange(board.state, state);
        board.state_since = known ? WallTime(std::chrono::microseconds(board.facts.since)) : clock_.wall();
        if (state == State::failed && failed_before) board.state_since = entry.kept_failure->since;
    }
    board.waiting_for = entry.waiting_for;
    if (state != State::failed) board.failure.reset();
    if (state != State::ready) board.usage = {};
}

void Registry::set_resting(const BoardId& id) {
    auto contents = contents_.lock();
    Entry* entry = contents->find(id);
    // A wake may have made its door meanwhile.
    if (entry == nullptr || entry->board.state != State::off) return;
    entry->board.rests = true;
    update_state(*entry);
    notify(std::move(contents), entry->board);
}

void Registry::set_waiting(const BoardId& id, const std::string& reason) {
    auto contents = contents_.lock();
    Entry* entry = contents->find(id);
    if (entry == nullptr || entry->waiting_for == reason) return;
    entry->waiting_for = reason;
    update_state(*entry);
    notify(std::move(contents), entry->board);
}

void Registry::set_asleep_because(const BoardId& id, const std::string& reason) {
    auto contents = contents_.lock();
    Entry* entry = contents->find(id);
    if (entry == nullptr) return;
    entry->asleep_because = reason;
    if (entry->board.state != State::asleep) return;
    update_state(*entry);
    notify(std::move(contents), entry->board);
}

void Registry::set_usage(const BoardId& id, const Usage& usage) {
    auto contents = contents_.lock();
    Entry* entry = contents->find(id);
    if (entry == nullptr || !is_awake(entry->board)) return;
    // It would be that of the process on this server, not of TensorBoard on the node.
    if (entry->board.engine() == Engine::slurm) return;
    // Also of a board that starts: it may need too much memory while it reads its folder.
    entry->board.peak_memory = std::max(entry->board.peak_memory, usage.memory);
    if (entry->board.state != State::ready || entry->board.usage == usage) return;
    entry->board.usage = usage;
    notify(std::move(contents), entry->board);
}

bool Registry::set_failure(const BoardId& id, const UnitFacts& facts, const Failure& failure) {
    auto contents = contents_.lock();
    Entry* entry = contents->find(id);
    if (entry == nullptr || entry->board.state != State::failed || entry->board.facts != facts) return false;
    entry->board.failure = failure;
    entry->kept_failure = KeptFailure{facts.invocation, failure, entry->board.state_since};
    const FailureRow row{id.str(), facts.invocation, failure_text(failure),
                         std::chrono::duration_cast<std::chrono::microseconds>(entry->board.state_since.time_since_epoch()).count()};
    notify(std::move(contents), entry->board);
    if (const auto kept = store_.put_failure(row); !kept) log_event(Event::storage_fault, kept.error().text());
    return true;
}

std::optional<Board> Registry::wait(const BoardId& id, std::chrono::milliseconds patience,
                                    const std::function<bool(const Board&)>& enough) const {
    auto contents = contents_.read();
    changed_.wait_for(contents.lock(), patience, [&] {
        const Entry* entry = contents->find(id);
        return contents->ending || entry == nullptr || enough(entry->board);
    });
    const Entry* entry = contents->find(id);
    return entry == nullptr ? std::nullopt : std::optional(entry->board);
}

void Registry::stop_waiting() {
    contents_.lock()->ending = true;
    changed_.notify_all();
}

}  // namespace boardgate::boardgated

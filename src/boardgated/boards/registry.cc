// SPDX-License-Identifier: MIT
#include "src/boardgated/boards/registry.h"

#include <algorithm>
#include <utility>

#include "src/base/log.h"

namespace boardgate::boardgated {

namespace {
/// A page that shows when a board was viewed need not know to the second.
constexpr std::chrono::seconds between_told_views{10};

std::int64_t seconds_of(WallTime time) { return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count(); }
WallTime time_of(std::int64_t seconds) { return WallTime(std::chrono::seconds(seconds)); }
}  // namespace

Result<void> Registry::load() {
    const auto rows = store_.boards();
    if (!rows) return error_of(rows);
    const Lock lock(mutex_);
    for (const BoardRow& row : *rows) {
        const auto id = BoardId::parse(row.id);
        const auto owner = UserName::parse(row.owner);
        if (!id || !owner) {
            log_event(Event::reconciled, "a board in the database has a malformed id or owner; boardgate ignores it");
            continue;
        }
        Board board{*id, row.uid, *owner, options_of_text(row.options), row.port, time_of(row.created), {}, {}, State::off, clock_.wall()};
        board.longest_awake = longest_awake_;
        if (row.last_viewed != 0) board.last_viewed = time_of(row.last_viewed);
        entries_.emplace(*id, Entry{std::move(board)});
    }
    return {};
}

Result<void> Registry::write(const Board& board) {
    return store_.put_board({board.id.str(), board.uid, board.owner.str(), board.port, options_text(board.options),
                             seconds_of(board.created), board.last_viewed ? seconds_of(*board.last_viewed) : 0});
}

/// Whoever finds somebody telling leaves it to him, so that listeners hear of all changes in their order.
void Registry::notify(Lock lock, const Board& board, bool gone) {
    changed_.notify_all();
    notifications_.push_back({board, gone});
    if (std::exchange(notifying_, true)) return;
    while (!notifications_.empty()) {
        const Notification notification = std::move(notifications_.front());
        notifications_.pop_front();
        lock.unlock();
        try {
            for (const Listener& listener : listeners_) listener(notification.board, notification.gone);
        } catch (const std::exception& exception) {
            // The next change is told all the same.
            log_event(Event::request_fault, std::string("a listener failed on a change of a board: ") + exception.what());
        }
        lock.lock();
    }
    notifying_ = false;
}

ApiResult<Board> Registry::add(std::uint32_t uid, const UserName& owner, const BoardOptions& options, std::int64_t most) {
    std::unique_lock definition(definitions_);
    if (static_cast<std::int64_t>(boards_of(uid).size()) >= most) {
        return problem(Code::too_many_boards,
                       "you have " + std::to_string(most) + " boards, which is the limit for one person; delete one");
    }
    BoardId id = BoardId::make();
    while (find(id)) id = BoardId::make();
    // In seconds, as the store keeps it: the same before and after a restart.
    const WallTime now = time_of(seconds_of(clock_.wall()));
    Board board{id, uid, owner, options, 0, now, {}, {}, State::off, now};
    board.longest_awake = longest_awake_;
    if (const auto written = write(board); !written) return storage_problem(written.error());
    Lock lock(mutex_);
    entries_.emplace(id, Entry{board});
    definition.unlock();
    notify(std::move(lock), board);
    return board;
}

std::optional<Board> Registry::find(const BoardId& id) const {
    const std::shared_lock lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return std::nullopt;
    return found->second.board;
}

std::optional<GateView> Registry::gate_view(const BoardId& id) const {
    const std::shared_lock lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return std::nullopt;
    const Board& board = found->second.board;
    return GateView{board.uid, board.port, board.state};
}

void Registry::for_each(const std::function<void(const Board&)>& see) const {
    const std::shared_lock lock(mutex_);
    for (const auto& [id, entry] : entries_) see(entry.board);
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
    std::unique_lock definition(definitions_);
    auto planned = find(id);
    if (!planned) return failure("no such board", id.str());
    change(*planned);
    if (auto written = write(*planned); !written) return written;
    Lock lock(mutex_);
    Board& board = entries_.find(id)->second.board;  // nobody else removes it meanwhile
    change(board);
    definition.unlock();
    notify(std::move(lock), board);
    return {};
}

Result<void> Registry::set_options(const BoardId& id, const BoardOptions& options) {
    return change(id, [&](Board& board) { board.options = options; });
}

Result<void> Registry::set_port(const BoardId& id, std::uint16_t port) {
    const auto now = gate_view(id);
    if (now && now->port == port) return {};
    return change(id, [&](Board& board) { board.port = port; });
}

Result<void> Registry::remove(const BoardId& id) {
    std::unique_lock definition(definitions_);
    if (!find(id)) return {};
    if (auto deleted = store_.delete_board(id.str()); !deleted) return deleted;
    Lock lock(mutex_);
    const auto gone = entries_.extract(id);
    definition.unlock();
    notify(std::move(lock), gone.mapped().board, true);
    return {};
}

Result<void> Registry::remove_of_others(std::uint32_t uid, const UserName& owner) {
    for (const Board& board : boards_of(uid)) {
        if (board.owner == owner) continue;
        if (auto removed = remove(board.id); !removed) return removed;
        log_event(Event::reconciled,
                  "board " + board.id.str() + " was removed: the uid of its owner " + board.owner.str() + " is " + owner.str() + "'s now",
                  {{"BOARD_ID", board.id.str()}, {"USER_NAME", board.owner.str()}});
    }
    return {};
}

void Registry::set_facts(const BoardId& id, const UnitFacts& facts) {
    Lock lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.board.facts == facts) return;
    // Another run, even if nothing but its failure was seen of it.
    if (found->second.board.facts.invocation != facts.invocation) found->second.board.failure.reset();
    found->second.board.facts = facts;
    // A database of yesterday may name another port, which may be another person's door by now.
    if (facts.port != 0) found->second.board.port = facts.port;
    update_state(found->second);
    notify(std::move(lock), found->second.board);
}

namespace {
/// Why a board that was ready sleeps now, if that was to come at this time: a board ends by itself.
std::string usual_reason(const Board& board, WallTime now) {
    // It counts by what flows and we by what the gate sees, and systemd tells in a moment.
    constexpr std::chrono::seconds roughly{15};
    const auto due = board.sleeps_at();
    if (!due || now + roughly < *due) return {};
    const bool at_its_end = board.longest_awake.count() > 0 && now + roughly >= board.state_since + board.longest_awake;
    return at_its_end ? "it was awake as long as this server allows"
                      : "nobody viewed it for " + in_words(std::chrono::seconds(board.options.idle_sleep));
}
}  // namespace

/// Makes the state of what is known.
void Registry::update_state(Entry& entry) const {
    Board& board = entry.board;
    State state = state_of(board.facts);
    if (state == State::starting || state == State::ready) entry.waiting_for.clear();
    if (!entry.waiting_for.empty()) state = State::waiting;
    // Not while it starts: somebody may just have put it to sleep.
    if (state != board.state && (state == State::starting || state == State::ready)) entry.asleep_because.clear();
    if (state == State::asleep && board.state == State::ready && entry.asleep_because.empty())
        entry.asleep_because = usual_reason(board, clock_.wall());
    board.asleep_because = state == State::asleep ? entry.asleep_because : std::string();
    if (state != board.state) {
        board.state_before = std::exchange(board.state, state);
        const bool known = state != State::waiting && state != State::off && board.facts.since > 0;
        board.state_since = known ? WallTime(std::chrono::microseconds(board.facts.since)) : clock_.wall();
    }
    board.waiting_for = entry.waiting_for;
    if (state != State::failed) board.failure.reset();
    if (state != State::ready) board.usage = {};
    if (state == State::starting) board.peak_memory.reset();
}

void Registry::set_waiting(const BoardId& id, const std::string& reason) {
    Lock lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.waiting_for == reason) return;
    found->second.waiting_for = reason;
    update_state(found->second);
    notify(std::move(lock), found->second.board);
}

void Registry::set_asleep_because(const BoardId& id, const std::string& reason) {
    Lock lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    found->second.asleep_because = reason;
    if (found->second.board.state != State::asleep) return;
    update_state(found->second);
    notify(std::move(lock), found->second.board);
}

void Registry::set_usage(const BoardId& id, const Usage& usage) {
    Lock lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.board.state != State::ready || found->second.board.usage == usage) return;
    found->second.board.usage = usage;
    found->second.board.peak_memory = std::max(found->second.board.peak_memory, usage.memory);
    notify(std::move(lock), found->second.board);
}

bool Registry::set_failure(const BoardId& id, const UnitFacts& facts, const Failure& failure) {
    Lock lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return false;
    Board& board = found->second.board;
    if (board.state != State::failed || board.facts != facts) return false;
    board.failure = failure;
    notify(std::move(lock), board);
    return true;
}

std::optional<Board> Registry::wait(const BoardId& id, std::chrono::milliseconds patience,
                                    const std::function<bool(const Board&)>& enough) const {
    std::shared_lock lock(mutex_);
    const auto over = [&] {
        const auto found = entries_.find(id);
        return found == entries_.end() || enough(found->second.board);
    };
    changed_.wait_for(lock, patience, over);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return std::nullopt;
    return found->second.board;
}

void Registry::viewed(const BoardId& id) {
    const WallTime now = clock_.wall();
    {
        // A dashboard asks many times a second, and the gate must not make its threads wait for one another.
        const std::shared_lock lock(mutex_);
        const auto found = entries_.find(id);
        if (found == entries_.end()) return;
        if (const auto last = found->second.board.last_viewed; last && found->second.unsaved_view && now - *last < std::chrono::seconds(1))
            return;
    }
    Lock lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    entry.board.last_viewed = now;
    entry.unsaved_view = true;
    if (now - entry.notified_view < between_told_views) return;
    entry.notified_view = now;
    notify(std::move(lock), entry.board);
}

void Registry::save_views() {
    std::vector<UseRow> views;
    {
        const Lock lock(mutex_);
        for (auto& [id, entry] : entries_) {
            if (std::exchange(entry.unsaved_view, false)) views.push_back({id.str(), seconds_of(*entry.board.last_viewed)});
        }
    }
    const auto written = store_.boards_viewed(views);
    if (written) return;
    log_event(Event::storage_fault, written.error().text());
    const Lock lock(mutex_);
    for (const UseRow& view : views) {
        const auto found = entries_.find(*BoardId::parse(view.key));
        if (found != entries_.end()) found->second.unsaved_view = true;
    }
}

}  // namespace boardgate::boardgated

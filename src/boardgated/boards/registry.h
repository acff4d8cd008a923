// SPDX-License-Identifier: MIT
// All boards, in memory; the only writer of boards to the store. Who wants to know of changes subscribes.
// Thread-safe: readers get copies, and never wait for the disk.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "src/base/clock.h"
#include "src/boardgated/boards/board.h"
#include "src/boardgated/common/problem.h"
#include "src/boardgated/storage/store.h"

namespace boardgate::boardgated {

/// What the gate needs of a board, without copying all of it.
struct GateView {
    std::uint32_t uid;
    std::uint16_t port;
    State state;
};

class Registry {
public:
    /// Called after each change, in the order of the changes, one at a time, without a lock held; by the thread that
    /// made it, or by one that is still telling of another. `gone` for a removed board.
    using Listener = std::function<void(const Board&, bool gone)>;

    /// Awake for `longest_awake` a board sleeps whatever happens; 0: no such end.
    Registry(Store& store, const Clock& clock, std::chrono::seconds longest_awake = {})
        : store_(store), clock_(clock), longest_awake_(longest_awake) {}

    [[nodiscard]] Result<void> load();
    /// Once, before threads start.
    void listen(Listener listener) { listeners_.push_back(std::move(listener)); }

    /// A problem when the person has `most` boards already.
    [[nodiscard]] ApiResult<Board> add(std::uint32_t uid, const UserName& owner, const BoardOptions& options,
                                       std::int64_t most = std::numeric_limits<std::int64_t>::max());
    [[nodiscard]] std::optional<Board> find(const BoardId& id) const;
    [[nodiscard]] std::optional<GateView> gate_view(const BoardId& id) const;
    [[nodiscard]] std::vector<Board> boards_of(std::uint32_t uid) const;
    [[nodiscard]] std::vector<Board> all() const;
    /// Shows each without a copy, to one that must not ask or change anything here.
    void for_each(const std::function<void(const Board&)>& see) const;

    [[nodiscard]] Result<void> set_options(const BoardId& id, const BoardOptions& options);
    [[nodiscard]] Result<void> set_port(const BoardId& id, std::uint16_t port);
    [[nodiscard]] Result<void> remove(const BoardId& id);
    /// Removes the boards of a deleted account whose number this one got.
    [[nodiscard]] Result<void> remove_of_others(std::uint32_t uid, const UserName& owner);
    /// What systemd says now. Unknown boards are ignored.
    void set_facts(const BoardId& id, const UnitFacts& facts);
    void set_usage(const BoardId& id, const Usage& usage);
    /// The board waits for a slot, for the reason given; an empty one ends that.
    void set_waiting(const BoardId& id, const std::string& reason);
    /// Somebody is putting the board to sleep, for the reason given; it is told as soon as it sleeps. Without one, it is
    /// what the board's options say, or nothing.
    void set_asleep_because(const BoardId& id, const std::string& reason);
    /// Why the board failed, as far as these facts show it. Nothing changes, and false, when they are not the newest.
    bool set_failure(const BoardId& id, const UnitFacts& facts, const Failure& failure);
    /// Waits until `enough` is true of the board, it is gone, or the time is over; the board as it is then.
    [[nodiscard]] std::optional<Board> wait(const BoardId& id, std::chrono::milliseconds patience,
                                            const std::function<bool(const Board&)>& enough) const;
    /// The gate let somebody in. Written to the store by save_views().
    void viewed(const BoardId& id);
    void save_views();

private:
    struct Entry {
        Board board;
        std::string waiting_for{};
        std::string asleep_because{};  // from before it sleeps
        bool unsaved_view = false;
        WallTime notified_view{};  // when listeners last heard of a view
    };
    struct Notification {
        Board board;
        bool gone;
    };
    using Lock = std::unique_lock<std::shared_mutex>;
    [[nodiscard]] Result<void> write(const Board& board);
    void notify(Lock lock, const Board& board, bool gone = false);
    void update_state(Entry& entry) const;
    template <class Change>
    [[nodiscard]] Result<void> change(const BoardId& id, Change change);

    Store& store_;
    const Clock& clock_;
    std::chrono::seconds longest_awake_;
    std::vector<Listener> listeners_;
    /// Held while a definition is on its way to the disk and into memory, so that both have the same. Before mutex_.
    std::mutex definitions_;
    mutable std::shared_mutex mutex_;  // guards all that follows; never held while something is written
    mutable std::condition_variable_any changed_;
    std::map<BoardId, Entry> entries_;
    std::deque<Notification> notifications_;
    bool notifying_ = false;
};

}  // namespace boardgate::boardgated

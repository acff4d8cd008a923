// SPDX-License-Identifier: MIT
// All boards, in memory. Only the registry writes boards to the store. Notifies listeners of each change.
// Thread-safe: readers get copies, and never wait for the disk.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <vector>

#include "src/base/clock.h"
#include "src/base/home_mark.h"
#include "src/base/lock_guarded.h"
#include "src/boardgated/boards/board.h"
#include "src/boardgated/common/problem.h"
#include "src/boardgated/storage/store.h"

namespace boardgate::boardgated {

/// The part of a board that the gate reads: copying all of it would take longer.
struct GateView {
    std::uint32_t uid;
    std::uint16_t port;
    State state;
    bool held;
};

struct MadeBoard {
    BoardId board;
    std::string request;  ///< SHA-256 of the body, hexadecimal
};

struct DeletedBoard {
    Board board;
    WallTime deleted;
};

class Registry {
public:
    static constexpr std::chrono::days kept_deleted{30};
    /// Of one person. Boards could be made and deleted without end.
    static constexpr std::size_t most_deleted = 100;
    static constexpr std::chrono::hours kept_keys{24};

    /// Called after each change, one call at a time, in the order of the changes, with no lock held: by the thread that
    /// made the change, or by a thread that is still notifying of an earlier one. `gone`: the board was removed.
    using Listener = std::function<void(const Board&, bool gone)>;
    /// Does the work soon, in another thread. It may drop work while earlier work waits.
    using Later = std::function<void(std::function<void()>)>;

    /// A board sleeps after `longest_awake` even when it is used; 0: no limit. A board of an engine that is not one of `engines` moves
    /// to the first of them.
    Registry(Store& store, const Clock& clock, std::chrono::seconds longest_awake = {}, setting::Engines engines = {})
        : store_(store), clock_(clock), longest_awake_(longest_awake), engines_(engines) {}

    [[nodiscard]] Result<void> load();
    /// Call it before threads start.
    void listen(Listener listener) { listeners_.push_back(std::move(listener)); }
    /// How listeners are notified of views: the gate's thread must not wait for them. Call it before threads start.
    void notify_of_views_by(Later later) { later_ = std::move(later); }

    /// A problem when the person already has `most` boards.
    [[nodiscard]] ApiResult<Board> add(std::uint32_t uid, const UserName& owner, const BoardOptions& options,
                                       std::int64_t most = std::numeric_limits<std::int64_t>::max(), const std::string& targets = {},
                                       const std::string& home = {});
    /// Adds a board again that the database has lost.
    [[nodiscard]] Result<void> rebuild(std::uint32_t uid, const UserName& owner, const wire::DoorSpec& door);
    /// The person's boards on these folders, the newest first; some by `targets`, which may be outdated.
    [[nodiscard]] std::vector<Board> boards_on(std::uint32_t uid, const BoardOptions& options, const std::string& targets) const;
    [[nodiscard]] std::optional<Board> find(const BoardId& id) const;
    /// Is it set aside only until its owner's home is known?
    [[nodiscard]] bool is_hidden(const BoardId& id) const { return contents_.read()->hidden.contains(id); }
    struct Hidden {
        std::uint32_t uid;
        bool awake;  ///< when it was hidden: its process may run on
    };
    /// Visits the hidden boards: they count for all limits, as nobody may hide boards to have more. `see` must not call the registry.
    void for_each_hidden(const std::function<void(const Hidden&)>& see) const;
    [[nodiscard]] bool has_hidden(std::uint32_t uid) const {
        bool any = false;
        for_each_hidden([&](const Hidden& hidden) { any |= hidden.uid == uid; });
        return any;
    }
    /// Is it a board of the database, though set aside?
    [[nodiscard]] bool knows(const BoardId& id) const;
    [[nodiscard]] std::optional<GateView> gate_view(const BoardId& id) const;
    [[nodiscard]] std::vector<Board> boards_of(std::uint32_t uid) const;
    [[nodiscard]] std::vector<Board> all() const;
    /// Visits each board without a copy. `see` must not call the registry.
    void for_each(const std::function<void(const Board&)>& see) const;

    [[nodiscard]] Result<void> set_options(const BoardId& id, const BoardOptions& options);
    [[nodiscard]] Result<void> set_targets(const BoardId& id, const std::string& targets);
    [[nodiscard]] Result<void> set_port(const BoardId& id, std::uint16_t port);
    /// For good: a board that could not be made, or of a deleted account.
    [[nodiscard]] Result<void> remove(const BoardId& id);
    /// The board that a request with this Idempotency-Key made in the last day.
    [[nodiscard]] std::optional<MadeBoard> made_with(std::uint32_t uid, const std::string& key) const;
    [[nodiscard]] Result<void> set_made_with(const Board& board, const std::string& key, const std::string& request);
    /// It can be restored for `kept_deleted`, unless the person deletes `most_deleted` boards after it.
    [[nodiscard]] Result<void> move_to_deleted(const BoardId& id);
    [[nodiscard]] Result<std::vector<DeletedBoard>> deleted_of(std::uint32_t uid) const;
    /// A problem when there is no such deleted board, or the person already has `most` boards.
    [[nodiscard]] ApiResult<Board> restore(std::uint32_t uid, const BoardId& id, std::int64_t most);
    /// Removes what was deleted too long ago, and old Idempotency-Keys.
    void purge();
    /// Decides by the home which of the boards of this uid are the person's, also of deleted ones. Boards of another home are
    /// set aside: they stay in the database, and nobody sees them until a login with their home. Without `home` it is unknown:
    /// nobody sees boards that are bound to a home until it is known. The account may be another person's, who stops the program
    /// that reads the home.
    struct Changes {
        std::vector<Board> aside{};
        std::vector<Board> hidden{};  ///< until the home is known
        std::vector<Board> taken{};   ///< set aside before, or of an earlier name of the account
        std::vector<Board> back{};    ///< were hidden
        bool awaits_home = false;
    };
    [[nodiscard]] Result<Changes> person_arrives(std::uint32_t uid, const UserName& owner, const std::optional<HomeMark>& home);
    /// nullopt releases it.
    [[nodiscard]] Result<void> set_hold(const BoardId& id, const std::optional<Hold>& hold);
    /// Sets the present state of the board's units. Ignores unknown boards.
    void set_facts(const BoardId& id, const UnitFacts& facts);
    /// Its door was closed because nobody woke it for long: it is asleep without one.
    void set_resting(const BoardId& id);
    void set_usage(const BoardId& id, const Usage& usage);
    /// Sets why the board waits for a slot; an empty reason ends the waiting.
    void set_waiting(const BoardId& id, const std::string& reason);
    /// Sets why the board is about to be put to sleep; the owner sees that as soon as it sleeps. Without a reason, the board's
    /// own limits may explain its sleep.
    void set_asleep_because(const BoardId& id, const std::string& reason);
    /// Sets why the board failed, according to `facts`. The board stays failed until its next start, also when its unit is reset.
    /// Returns false, and changes nothing, if the board has newer facts.
    bool set_failure(const BoardId& id, const UnitFacts& facts, const Failure& failure);
    /// Waits until `enough` is true of the board, the board is removed, or `patience` is over. Returns the board of that moment.
    [[nodiscard]] std::optional<Board> wait(const BoardId& id, std::chrono::milliseconds patience,
                                            const std::function<bool(const Board&)>& enough) const;
    /// When the program ends: nobody waits from now on.
    void stop_waiting();
    /// Somebody other than the owner looked at it. It keeps the board awake; it does not count when the owner's boards compete
    /// for a slot.
    void visited(const BoardId& id, const std::string& visitor);
    void set_sharing(const BoardId& id, const SharingSummary& summary);
    /// The gate let a request to the board pass. save_views() stores the time.
    void viewed(const BoardId& id);
    void save_views();

private:
    /// Between two notifications of views of a board. Short enough: pages show the time of the last view less precisely.
    static constexpr std::chrono::seconds between_notified_views{10};
    struct KeptFailure {
        std::string invocation;
        Failure failure;
        WallTime since;
    };
    struct Entry {
        explicit Entry(Board read_or_written) : board(std::move(read_or_written)), stored_port(board.port) {}
        Board board;
        std::uint16_t stored_port;  ///< the store's; board.port is the socket's as soon as that is known
        std::string waiting_for{};
        std::string asleep_because{};  // set before the board sleeps
        std::optional<KeptFailure> kept_failure{};
        bool unsaved_view = false;
        WallTime notified_view{};  // when listeners were last notified of a view
    };
    struct Notification {
        Board board;
        bool gone;
    };
    struct Contents {
        std::map<BoardId, Entry> entries{};
        std::deque<Notification> notifications{};
        bool notifying = false;
        bool ending = false;
        std::set<BoardId> aside{};           ///< in the database only
        std::map<BoardId, Hidden> hidden{};  ///< of those: until the home is known

        [[nodiscard]] Entry* find(const BoardId& id) {
            const auto found = entries.find(id);
            return found == entries.end() ? nullptr : &found->second;
        }
        [[nodiscard]] const Entry* find(const BoardId& id) const { return const_cast<Contents*>(this)->find(id); }
    };
    using LockedContents = LockGuarded<Contents, std::shared_mutex>;
    [[nodiscard]] static BoardRow row_of(const Board& board);
    [[nodiscard]] std::optional<Board> board_of(const BoardRow& row) const;
    [[nodiscard]] Result<void> write(const Board& board);
    [[nodiscard]] ApiResult<void> has_room(std::uint32_t uid, std::int64_t most) const;
    [[nodiscard]] Result<void> judge(const BoardRow& row, const UserName& owner, const std::optional<HomeMark>& home, Changes& changes);
    [[nodiscard]] static Hold hold_of(const HoldRow& row);
    [[nodiscard]] Result<std::optional<Hold>> stored_hold(const BoardId& id) const;
    void notify(LockedContents::Writer contents, const Board& board, bool gone = false);
    /// The same from another thread.
    void notify_later(LockedContents::Writer contents, const Board& board);
    void empty_queue(LockedContents::Writer contents);
    /// `learned_since`: the facts of the same state lacked the time of the last change until now.
    void update_state(Entry& entry, bool learned_since = false) const;
    template <class Change>
    [[nodiscard]] Result<void> change(const BoardId& id, Change change);

    Store& store_;
    const Clock& clock_;
    std::chrono::seconds longest_awake_;
    setting::Engines engines_;
    std::vector<Listener> listeners_;
    Later later_ = [](const std::function<void()>& work) { work(); };
    /// Serializes changes of definitions, so that store and memory stay equal. Locked before contents_.
    std::mutex definition_changes_;
    LockedContents contents_;  ///< never locked while the store writes
    mutable std::condition_variable_any changed_;
};

}  // namespace boardgate::boardgated

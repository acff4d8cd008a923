// SPDX-License-Identifier: MIT
// To whom boards are shown, and who asks to see one. Readers get copies and never wait for the disk. The shares of a board
// end with it: a restored board is shown to nobody. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "src/base/lock_guarded.h"
#include "src/base/settings.h"
#include "src/boardgated/boards/registry.h"
#include "src/boardgated/logins/sessions.h"
#include "src/boardgated/sharing/board_share.h"
#include "src/boardgated/sharing/memberships.h"

namespace boardgate::boardgated {

class Shares {
public:
    static constexpr std::size_t most_of_board = 50;
    static constexpr std::size_t most_askers_of_board = 20;
    static constexpr std::size_t most_asks_of_person = 20;
    /// An account or a group that the directory has not for this long is gone.
    static constexpr std::chrono::hours patience_with_directory{1};

    Shares(Store& store, Registry& registry, Memberships& memberships, const Settings& settings, const Clock& clock)
        : store_(store), registry_(registry), memberships_(memberships), settings_(settings), clock_(clock) {}

    /// Call it after the registry's load(): shares of boards that do not exist are forgotten.
    [[nodiscard]] Result<void> load();

    [[nodiscard]] std::vector<BoardShare> of_board(const BoardId& board) const;
    /// The share as put() would keep it, by the site's limits.
    [[nodiscard]] ApiResult<BoardShare> planned(const BoardId& board, BoardShare share) const;
    /// Adds a share, or changes until when it lasts. Keeps the time of the last view. True for a new one.
    [[nodiscard]] ApiResult<bool> put(const BoardId& board, BoardShare share);
    /// Ends these shares of a board: one, or all. Returns those that there were.
    [[nodiscard]] ApiResult<std::vector<BoardShare>> remove(const BoardId& board, const std::optional<BoardShare>& which);

    /// The share by which the person sees the board now, from memory. Group shares count while Memberships knows of them.
    [[nodiscard]] std::optional<BoardShare> fitting(const BoardId& board, std::uint32_t uid, const std::string& user) const;
    /// The same, after the directory was asked; it may wait.
    [[nodiscard]] std::optional<BoardShare> fitting_now(const BoardId& board, std::uint32_t uid, const std::string& user);
    struct Shown {
        BoardId board;
        BoardShare share;
    };
    /// What others show the person; asks the directory.
    [[nodiscard]] std::vector<Shown> shown_to(std::uint32_t uid, const std::string& user);
    /// When the share ends, also by the limit of the site; nothing: it does not.
    [[nodiscard]] std::optional<WallTime> ends_at(const BoardShare& share) const;

    /// Somebody looked at the board because of this share. sweep() stores the time.
    void viewed(const BoardId& board, const BoardShare& share, const std::string& visitor);

    /// A person asks the owner to see a board. It has no effect when the person or the board has too many.
    [[nodiscard]] ApiResult<void> ask(const BoardId& board, std::uint32_t uid, const std::string& user);
    /// The owner answered.
    [[nodiscard]] ApiResult<void> forget_asker(const BoardId& board, const std::string& user);

    /// Before a person's login is answered. A person with another home than at the login before is another person under the same
    /// number: what was shown to the one before ends. Until an unknown home is known, boards that are shown to a user by name are
    /// not shown.
    struct Arrival {
        bool another = false;
        bool awaits_home = false;
        std::vector<Shown> ended{};
    };
    [[nodiscard]] Result<Arrival> person_arrives(std::uint32_t uid, const std::string& user, const std::optional<HomeMark>& home);
    /// Is the person's home known, as far as it ever was?
    [[nodiscard]] bool is_proved(std::uint32_t uid) const;
    /// A listener of the registry.
    void board_changed(const Board& board, bool gone);
    /// Ends the shares whose time is over and stores the times of views. Called periodically. Returns the ended ones.
    [[nodiscard]] std::vector<Shown> sweep();
    /// Ends the shares with accounts and groups that are gone; asks the directory. Called periodically. Returns the ended ones.
    [[nodiscard]] std::vector<Shown> end_gone();

    [[nodiscard]] std::size_t count() const;

private:
    struct OfBoard {
        std::vector<BoardShare> shares{};
        std::vector<Asker> askers{};
        bool unsaved_views = false;
    };
    using Boards = std::map<BoardId, OfBoard>;
    enum class Groups { known, ask };

    [[nodiscard]] bool counts(const BoardShare& share) const;
    [[nodiscard]] static ShareRow row_of(const BoardId& board, const BoardShare& share);
    /// The directory is asked once about each group in `asked`.
    using Asked = std::map<Membership, bool>;
    [[nodiscard]] std::optional<BoardShare> fitting(const std::vector<BoardShare>& shares, std::uint32_t uid, const std::string& user,
                                                    Groups groups, Asked& asked) const;
    [[nodiscard]] std::vector<Shown> all() const;
    [[nodiscard]] std::vector<Shown> end_all(const std::vector<Shown>& these);
    void summarize(const BoardId& board);

    Store& store_;
    Registry& registry_;
    Memberships& memberships_;
    const Settings& settings_;
    const Clock& clock_;
    std::mutex changes_;                             ///< serializes changes, so that store and memory stay equal; locked before boards_
    LockGuarded<Boards, std::shared_mutex> boards_;  ///< never locked while the store writes
    LockGuarded<std::map<std::uint32_t, PersonRow>, std::shared_mutex> people_;
    LockGuarded<std::map<std::string, BootTime>> missing_;  ///< accounts and groups, and since when the directory has them not
};

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// Open views: a visitor's look at a board, with an address of its own, /v/<43 characters>/. The address is a capability: only
// its hash is kept, and it is worth nothing without the visitor's session. Stored, so that a restart of boardgated interrupts
// no page. Thread-safe; readers never wait for the disk.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "src/base/clock.h"
#include "src/base/lock_guarded.h"
#include "src/base/names.h"
#include "src/base/secret.h"
#include "src/boardgated/common/problem.h"
#include "src/boardgated/logins/sessions.h"
#include "src/boardgated/storage/store.h"

namespace boardgate::boardgated {

struct View {
    TokenHash session;
    std::uint32_t uid;
    BoardId board;
};

class Views {
public:
    static constexpr std::size_t most_of_session = 20;
    /// The capabilities of one person's views of one board begin with the same characters, by which nginx counts a visitor's
    /// connections to the board ($boardgate_visitor). 210 bits remain secret.
    static constexpr std::size_t size_of_beginning = 8;
    static constexpr std::chrono::hours longest_unused{12};

    Views(Store& store, const Sessions& sessions, const Clock& clock) : store_(store), sessions_(sessions), clock_(clock) {}

    [[nodiscard]] Result<void> load();
    /// A new view, and its capability. Beyond most_of_session, the session's longest unused view ends.
    [[nodiscard]] ApiResult<Token> open(const Session& session, const BoardId& board);
    [[nodiscard]] std::optional<View> find(const TokenHash& hash) const;
    /// Somebody uses it.
    void touch(const TokenHash& hash) const;
    /// Ends it in memory; sweep() deletes what the store has.
    void end(const TokenHash& hash);
    /// The session's views of the board.
    void end_of(const TokenHash& session, const BoardId& board);
    void end_of_board(const BoardId& board);
    /// Ends views without a session, or unused for too long. Called periodically.
    void sweep();
    [[nodiscard]] std::size_t count() const { return entries_.read()->size(); }

private:
    struct Entry {
        View view;
        mutable std::atomic<BootTime::rep> used = 0;
    };
    using Entries = std::unordered_map<TokenHash, std::unique_ptr<Entry>>;
    template <class Which>
    void end_if(Which which);
    [[nodiscard]] std::string beginning_of(std::uint32_t uid, const BoardId& board) const;

    Store& store_;
    const Sessions& sessions_;
    const Clock& clock_;
    const Token key_ = Token::make();  ///< nobody else knows how somebody's capabilities begin
    LockGuarded<Entries, std::shared_mutex> entries_;
    LockGuarded<std::vector<std::string>> ended_;  ///< to be deleted from the store
};

}  // namespace boardgate::boardgated

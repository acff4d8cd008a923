// SPDX-License-Identifier: MIT
// A board: a durable definition, and the state that systemd reports of its unit and door.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/base/clock.h"
#include "src/base/file_notices.h"
#include "src/base/names.h"
#include "src/boardgated/boards/board_options.h"
#include "src/boardgated/boards/cluster_status.h"

namespace boardgate::boardgated {

enum class State {
#define STATE(name, meaning) name,
#include "src/boardgated/boards/states.inc"
#undef STATE
};
[[nodiscard]] const char* name_of(State state);

/// What systemd reports of a board's unit and door (org.freedesktop.systemd1(5)).
struct UnitFacts {
    std::string socket_active;                    ///< ActiveState of the door; empty: not loaded
    std::uint16_t port = 0;                       ///< of the door; 0 when it is not loaded
    std::string service_active;                   ///< ActiveState of the unit
    std::string result;                           ///< Result of the unit: success, exit-code, signal, oom-kill, timeout, ...
    int exit_code = 0;                            ///< si_code: CLD_EXITED, CLD_KILLED, CLD_DUMPED
    int exit_status = 0;                          ///< exit status or signal
    std::string invocation;                       ///< InvocationID of the unit's last start, hexadecimal
    std::string status_text;                      ///< StatusText, which boardgate-board sets
    std::optional<std::uint64_t> memory_limit{};  ///< MemoryMax, in bytes, after an oom-kill
    std::int64_t since = 0;                       ///< the last change of state, in microseconds since 1970; 0: none
    friend bool operator==(const UnitFacts&, const UnitFacts&) = default;
};

/// The state according to systemd alone; only boardgated knows `waiting`.
[[nodiscard]] State state_of(const UnitFacts& facts);

/// Information for the owner: a row of base/notices.inc.
struct Notice {
    std::string code;
    std::string text;
};
/// Its text, with the names in it; nullopt where the code is in no row.
[[nodiscard]] std::optional<Notice> notice_of(const FileNotice& found);
/// The notices whose codes are in the unit's status text.
[[nodiscard]] std::vector<Notice> notices_of(const UnitFacts& facts);

/// The resources that a unit uses; nothing for what the kernel does not count.
struct Usage {
    std::optional<std::uint64_t> memory{};  ///< bytes
    std::optional<double> cpu_seconds{};
    friend bool operator==(const Usage&, const Usage&) = default;
};

/// Why a board failed, for its owner.
struct Failure {
    std::string code;  ///< of failures.inc
    std::string summary;
    std::string detail;
    std::string remedy;
    std::optional<int> exit_status{};
    std::vector<std::string> log_tail{};
    /// An option and a value with which a new attempt may succeed; empty when there is no such option.
    std::string change_option{};
    std::string change_value{};
};

/// An administrator keeps a board asleep.
struct Hold {
    std::string by;
    std::string reason;
    WallTime since{};
};

/// A person who asks the owner to see a board.
struct Asker {
    std::uint32_t uid = 0;
    std::string name;
    WallTime since{};
    friend bool operator==(const Asker&, const Asker&) = default;
};

/// What the list of boards says about others who see a board; Shares has the rest.
struct SharingSummary {
    std::size_t shares = 0;
    std::vector<Asker> askers{};
    friend bool operator==(const SharingSummary&, const SharingSummary&) = default;
};

/// The last request of somebody other than the owner.
struct Visit {
    WallTime time{};
    std::string visitor;
};

struct Board {
    BoardId id;
    std::uint32_t uid;
    UserName owner;
    BoardOptions options;
    std::uint16_t port = 0;  ///< of the door; 0 before the door is first made
    WallTime created{};
    std::optional<WallTime> last_viewed{};  ///< by its owner
    std::string home{};                     ///< HomeMark of the owner's home for which it was made; empty when unknown
    UnitFacts facts{};
    State state = State::off;
    WallTime state_since{};
    std::string waiting_for{};     ///< a sentence, in state waiting
    std::string asleep_because{};  ///< a sentence, in state asleep; empty when unknown
    Usage usage{};
    std::optional<std::uint64_t> peak_memory{};  ///< the maximum since the last start, in bytes
    std::chrono::seconds longest_awake{};        ///< then it sleeps even when used; 0: no limit
    State state_before = State::off;             ///< the previous state
    std::optional<Failure> failure{};            ///< in state failed, once the log was read
    std::optional<Hold> held{};                  ///< it cannot be woken
    bool rests = false;                          ///< the launcher has closed its door, since nobody woke it for long
    std::string targets{};                       ///< set_of() its folders after all links; empty: unknown

    SharingSummary sharing{};
    std::optional<Visit> last_visit{};

    [[nodiscard]] Engine engine() const { return engine_named(options.engine).value_or(Engine::systemd); }
    [[nodiscard]] UnitName unit() const { return {owner, id, engine()}; }
    /// Where its job is; all empty for a board on this server, and while it sleeps.
    [[nodiscard]] ClusterStatus job() const;
    /// When the board is expected to sleep; nothing unless it is ready.
    [[nodiscard]] std::optional<WallTime> sleeps_at() const;
    [[nodiscard]] std::string url() const { return "/b/" + id.str() + "/"; }
};

/// The state that the owner sees. Finding the reason of a failure takes a moment, and until then the owner sees the state
/// before, if boardgated knows it.
[[nodiscard]] inline State shown_state(const Board& board) {
    const bool examined = board.state != State::failed || board.failure || board.state_before == State::off;
    return examined ? board.state : board.state_before;
}

/// Does the board use a slot? (In Slurm's queue, too: it may start at any moment.)
[[nodiscard]] inline bool is_awake(const Board& board) {
    return board.state == State::ready || board.state == State::starting || board.state == State::queued;
}

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// A board: a durable definition, and the state that systemd reports of its unit and door.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/base/clock.h"
#include "src/base/names.h"
#include "src/boardgated/boards/board_options.h"

namespace boardgate::boardgated {

enum class State {
#define STATE(name, meaning) name,
#include "src/boardgated/boards/states.inc"
#undef STATE
};
[[nodiscard]] const char* name_of(State state);

/// What systemd says of a board's unit and door (org.freedesktop.systemd1(5)).
struct UnitFacts {
    std::string socket_active;                    ///< ActiveState of the door; empty: not loaded
    std::uint16_t port = 0;                       ///< that the door listens on; 0 when it is not loaded
    std::string service_active;                   ///< ActiveState of the unit
    std::string result;                           ///< Result of the unit: success, exit-code, signal, oom-kill, timeout, ...
    int exit_code = 0;                            ///< si_code: CLD_EXITED, CLD_KILLED, CLD_DUMPED
    int exit_status = 0;                          ///< exit status or signal
    std::string invocation;                       ///< InvocationID of the unit's last run, hexadecimal
    std::string status_text;                      ///< StatusText, boardgate-board's own words
    std::optional<std::uint64_t> memory_limit{};  ///< MemoryMax, in bytes, where a lack of memory was the end
    std::int64_t since = 0;                       ///< microseconds since 1970: the last change of state; 0 when systemd knows of none
    friend bool operator==(const UnitFacts&, const UnitFacts&) = default;
};

/// What systemd's facts alone say; `waiting` is boardgated's own.
[[nodiscard]] State state_of(const UnitFacts& facts);

/// Something its owner should know: a row of base/notices.inc.
struct Notice {
    std::string code;
    std::string text;
};
/// The notices that a unit's status line names.
[[nodiscard]] std::vector<Notice> notices_of(const UnitFacts& facts);

/// What a unit uses, where the kernel counts it.
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
    /// An option and the value with which a new attempt may succeed; empty where there is none.
    std::string change_option{};
    std::string change_value{};
};

struct Board {
    BoardId id;
    std::uint32_t uid;
    UserName owner;
    BoardOptions options;
    std::uint16_t port = 0;  ///< of the door; 0 before it was first made
    WallTime created{};
    std::optional<WallTime> last_viewed{};
    UnitFacts facts{};
    State state = State::off;
    WallTime state_since{};
    std::string waiting_for{};     ///< a sentence, in state waiting
    std::string asleep_because{};  ///< a sentence, in state asleep, where it is known
    Usage usage{};
    std::optional<std::uint64_t> peak_memory{};  ///< the most that was seen of this run, in bytes
    std::chrono::seconds longest_awake{};        ///< it sleeps then, used or not; 0: no such end
    State state_before = State::off;             ///< the one before this
    std::optional<Failure> failure{};            ///< set in state failed, as soon as the log was read

    [[nodiscard]] UnitName unit() const { return {owner, id}; }
    /// When it will sleep, as far as it is known here; nothing unless it is ready.
    [[nodiscard]] std::optional<WallTime> sleeps_at() const;
    [[nodiscard]] std::string url() const { return "/b/" + id.str() + "/"; }
};

/// What its owner is told: that it failed only together with the reason, which takes a moment to find. (Where it had
/// failed already when boardgated started there is nothing else to tell.)
[[nodiscard]] inline State shown_state(const Board& board) {
    const bool examined = board.state != State::failed || board.failure || board.state_before == State::off;
    return examined ? board.state : board.state_before;
}

/// Does it use a slot, and memory?
[[nodiscard]] inline bool is_awake(const Board& board) { return board.state == State::ready || board.state == State::starting; }

}  // namespace boardgate::boardgated

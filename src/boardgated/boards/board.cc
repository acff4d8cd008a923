// SPDX-License-Identifier: MIT
#include "src/boardgated/boards/board.h"

#include <algorithm>
#include <sstream>

namespace boardgate::boardgated {

const char* name_of(State state) {
    static constexpr const char* names[] = {
#define STATE(name, meaning) #name,
#include "src/boardgated/boards/states.inc"
#undef STATE
    };
    return names[static_cast<std::size_t>(state)];
}

std::vector<Notice> notices_of(const UnitFacts& facts) {
    std::vector<Notice> notices;
    const std::string status = own_status(facts.status_text);
    const std::size_t open = status.rfind('[');
    if (open == std::string::npos || !status.ends_with(']')) return notices;
    std::istringstream words(status.substr(open + 1, status.size() - open - 2));
    for (std::string word; words >> word;) {
        if (auto notice = notice_of(from_status_word(word))) notices.push_back(*std::move(notice));
    }
    return notices;
}

std::optional<Notice> notice_of(const FileNotice& found) {
    static const Notice all[] = {
#define NOTICE(code, text) {#code, text},
#include "src/base/notices.inc"
#undef NOTICE
    };
    const auto* const row = std::ranges::find(all, found.code, &Notice::code);
    if (row == std::end(all)) return std::nullopt;
    Notice notice = *row;
    if (const std::size_t at = notice.text.find("{}"); at != std::string::npos) notice.text.replace(at, 2, safe_detail(found.detail));
    return notice;
}

State state_of(const UnitFacts& facts) {
    // The unit stays active while the link to its node is away.
    const bool active = facts.service_active == "active" || facts.service_active == "reloading";
    if (active) return cluster_status(facts.status_text).is_starting() ? State::starting : State::ready;
    if (facts.service_active == "activating") return cluster_status(facts.status_text).is_queued() ? State::queued : State::starting;
    if (facts.socket_active != "active") return State::off;
    // systemd knows the failure before the last process of the unit has ended.
    const bool failing = facts.service_active == "deactivating" && !facts.result.empty() && facts.result != "success";
    if (facts.service_active == "failed" || failing) return State::failed;
    // Also while the unit stops: a connection then waits at the door and wakes the board again.
    return State::asleep;
}

ClusterStatus Board::job() const {
    return engine() == Engine::slurm && is_awake(*this) ? cluster_status(facts.status_text) : ClusterStatus();
}

std::optional<WallTime> Board::sleeps_at() const {
    if (state != State::ready) return std::nullopt;
    // Measured by the gate's requests. The board measures traffic, so it may sleep a little later.
    const WallTime seen = std::max(last_viewed.value_or(WallTime{}), last_visit ? last_visit->time : WallTime{});
    const WallTime idle = std::max(state_since, seen) + std::chrono::seconds(options.idle_sleep);
    return longest_awake.count() == 0 ? idle : std::min(idle, state_since + longest_awake);
}

}  // namespace boardgate::boardgated

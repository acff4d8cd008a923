// SPDX-License-Identifier: MIT
#include "src/boardgated/boards/sleep_reason.h"

namespace boardgate::boardgated {

namespace {
std::string usual_reason(const Board& board, WallTime now) {
    // The board measures idle time by traffic, we by the gate's requests, and systemd reports late: allow for that.
    constexpr std::chrono::seconds tolerance{15};
    const auto due = board.sleeps_at();
    if (!due || now + tolerance < *due) return {};
    const bool reached_longest_awake = board.longest_awake.count() > 0 && now + tolerance >= board.state_since + board.longest_awake;
    return reached_longest_awake ? "it was awake as long as this server allows"
                                 : "nobody viewed it for " + in_words(std::chrono::seconds(board.options.idle_sleep));
}
}  // namespace

std::string reason_of_sleep(const Board& board, WallTime now) {
    if (!is_awake(board)) return {};
    const std::string end = board.engine() == Engine::slurm ? reason_of_end(cluster_status(board.facts.status_text)) : std::string();
    return end.empty() ? usual_reason(board, now) : end;
}

}  // namespace boardgate::boardgated

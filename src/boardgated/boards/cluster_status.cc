// SPDX-License-Identifier: MIT
#include "src/boardgated/boards/cluster_status.h"

#include <algorithm>
#include <sstream>

namespace boardgate::boardgated {

namespace {

constexpr std::string_view mark = " [";
constexpr std::size_t longest_name = 64;

bool is_name(std::string_view text) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return !text.empty() && text.size() <= longest_name && text.find_first_not_of(letters) == std::string_view::npos;
}

/// The words after the code: `job=ID node=NODE`, or one of them, or none. False when there is anything else.
bool take_words(const std::string& words, ClusterStatus& status) {
    std::istringstream in(words);
    for (std::string word; in >> word;) {
        const std::size_t equals = word.find('=');
        const std::string key = word.substr(0, equals);
        const std::string value = equals == std::string::npos ? std::string() : word.substr(equals + 1);
        if (key == "job") {
            if (is_name(value)) status.job = value;
        } else if (key == "node") {
            if (is_name(value)) status.node = value;
        } else {
            return false;
        }
    }
    return true;
}

}  // namespace

ClusterStatus cluster_status(std::string_view status_text) {
    ClusterStatus none{std::string(status_text), {}, {}, {}};
    const std::size_t open = status_text.rfind(mark);
    const std::size_t close = open == std::string_view::npos ? open : status_text.find(']', open);
    if (close == std::string_view::npos) return none;
    ClusterStatus status;
    if (!take_words(std::string(status_text.substr(close + 1)), status)) return none;
    status.text = status_text.substr(0, open);
    status.code = status_text.substr(open + mark.size(), close - open - mark.size());
    // Without a job it may be the code or the notices of a board on this server.
    const bool has_job = !status.job.empty() || !status.node.empty();
    return has_job || status.code.starts_with("slurm_") ? status : none;
}

std::string own_status(std::string_view status_text) {
    const ClusterStatus status = cluster_status(status_text);
    const bool runs = status.code == "slurm_running" || status.code == "slurm_starting" || status.code == "slurm_queued";
    return status.code.empty() || runs ? status.text : status.text + " [" + status.code + "]";
}

std::string reason_of_end(const ClusterStatus& status) {
    static constexpr std::pair<std::string_view, const char*> ends[] = {
#define CLUSTER_END(code, reason) {#code, reason},
#include "src/boardgated/boards/cluster_ends.inc"
#undef CLUSTER_END
    };
    const auto* const found = std::ranges::find(ends, status.code, &std::pair<std::string_view, const char*>::first);
    return found == std::end(ends) ? std::string() : found->second;
}

std::string reason_in_words(const ClusterStatus& queued) {
    static constexpr std::pair<std::string_view, const char*> reasons[] = {
#define REASON(word, words) {#word, words},
#include "src/boardgated/boards/slurm_reasons.inc"
#undef REASON
    };
    constexpr std::string_view lead = "In Slurm's queue: ";
    const std::string word = queued.text.starts_with(lead) ? queued.text.substr(lead.size()) : std::string();
    const auto* const found = std::ranges::find(reasons, word, &std::pair<std::string_view, const char*>::first);
    if (found != std::end(reasons)) return found->second;
    return word.empty() ? "Slurm has not started it yet" : "Slurm's reason is " + word;
}

}  // namespace boardgate::boardgated

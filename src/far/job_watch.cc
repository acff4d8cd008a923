// SPDX-License-Identifier: MIT
#include "src/far/job_watch.h"

#include <algorithm>
#include <array>

#include "src/link/link.h"

namespace boardgate::far {

namespace {

using std::chrono::milliseconds;

constexpr std::array pauses = {milliseconds(500), milliseconds(1000), milliseconds(2000), milliseconds(5000), milliseconds(15000)};

constexpr std::string_view running[] = {"RUNNING", "COMPLETING", "SIGNALING", "STAGE_OUT"};
constexpr std::string_view ended[] = {"COMPLETED", "FAILED", "LAUNCH_FAILED", "RECONFIG_FAIL", "REVOKED"};

template <std::size_t size>
bool is_one_of(const std::string_view (&words)[size], std::string_view word) {
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// Host names, from Slurm or from the node.
std::string plain(std::string_view name) {
    constexpr std::size_t longest = 64;
    constexpr std::string_view known = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    std::string out;
    for (const char c : name.substr(0, longest)) out += known.find(c) == std::string_view::npos ? '?' : c;
    return out;
}

/// Slurm's words for why a job waits, which may name users and jobs of others.
std::string plain_reason(std::string_view reason) {
    constexpr std::size_t longest = 80;
    std::string text = printable(reason.substr(0, longest));
    std::ranges::replace(text, '[', '(');
    std::ranges::replace(text, ']', ')');
    return text;
}

}  // namespace

JobEnd job_end(const SlurmEnd& end, const std::string& more, bool runs) {
    std::string text = end.sentence;
    if (!more.empty()) text += ": " + more;
    std::ranges::replace(text, '[', '(');
    std::ranges::replace(text, ']', ')');
    return {end.status, text + " [" + end.code + "]", runs};
}

std::optional<JobEnd> JobWatch::take(const JobLine& line) {
    if (line.state != state_ || line.reason != reason_) questions_ = 0;
    state_ = line.state;
    reason_ = line.reason;
    if (!line.node.empty()) node_ = plain(line.node);
    if (const SlurmEnd* end = end_for_state(state_)) return end_of(*end);
    const BootTime now = clock_.boot();
    if (is_one_of(ended, state_)) {
        if (!was_linked_) return job_end(own_end("slurm_never"), "the job has ended; is boardgate-node installed there?");
        if (state_ != "COMPLETED") return end_of(own_end("slurm_node_lost"), "its job has failed");
        return JobEnd{0, "Its job has ended", false};
    }
    if (is_one_of(running, state_)) {
        queued_since_.reset();
        if (!without_link_ && !linked_) without_link_ = now;
        return std::nullopt;
    }
    // It waits, for the first time or again.
    without_link_.reset();
    if (!queued_since_) queued_since_ = now;
    if (const SlurmEnd* end = end_for_reason(reason_)) return job_end(*end, {}, true);
    return std::nullopt;
}

std::optional<JobEnd> JobWatch::take_unknown() const {
    return end_of(own_end(was_linked_ ? "slurm_node_lost" : "slurm_never"), "Slurm does not know its job any more");
}

void JobWatch::linked(const std::string& node) {
    if (node_.empty()) node_ = plain(node);
    state_ = "RUNNING";
    linked_ = was_linked_ = true;
    without_link_.reset();
    queued_since_.reset();
}

void JobWatch::unlinked() {
    linked_ = false;
    without_link_ = clock_.boot();
    questions_ = 0;
    last_question_ = clock_.boot();
}

std::optional<JobEnd> JobWatch::check() const {
    const BootTime now = clock_.boot();
    if (queued_since_ && now - *queued_since_ >= longest_queue_)
        return job_end(own_end("slurm_queue_too_long"), "Slurm's reason is " + plain_reason(reason_), true);
    if (without_link_ && now - *without_link_ >= link::longest_without_link)
        return end_of(own_end(was_linked_ ? "slurm_node_lost" : "slurm_never"), {}, true);
    return std::nullopt;
}

JobEnd JobWatch::end_of(const SlurmEnd& end, std::string more, bool runs) const {
    constexpr std::string_view lost = "slurm_node_lost";
    if (end.code == lost && !node_.empty()) more = more.empty() ? node_ : node_ + ", " + more;
    return job_end(end, more, runs);
}

std::optional<BootTime> JobWatch::next_question() const {
    if (linked_) return std::nullopt;
    return last_question_ + (hurries_ ? pauses.front() : pauses[std::min(questions_, pauses.size() - 1)]);
}

void JobWatch::asked() {
    last_question_ = clock_.boot();
    ++questions_;
}

std::optional<BootTime> JobWatch::deadline() const {
    if (queued_since_) return *queued_since_ + longest_queue_;
    if (without_link_) return *without_link_ + link::longest_without_link;
    return std::nullopt;
}

std::string JobWatch::status() const {
    if (linked_) return {};
    if (queued_since_) return "In Slurm's queue: " + plain_reason(reason_ == "None" ? "Scheduling" : reason_) + " [slurm_queued]";
    return "Starting on " + (node_.empty() ? std::string("a node") : node_) + " [slurm_starting]";
}

}  // namespace boardgate::far

// SPDX-License-Identifier: MIT
// What a board's job is doing, from what squeue says and whether its node is linked; and when that is the end. While there is a
// link, only the link counts.
#pragma once

#include <optional>
#include <string>

#include "src/base/clock.h"
#include "src/far/slurm.h"

namespace boardgate::far {

struct JobEnd {
    int status = 0;
    std::string sentence{};  ///< for everybody, with its code
    bool runs = false;       ///< the job has to be cancelled
};
/// The sentence of a row, Slurm's own words, and the code.
[[nodiscard]] JobEnd job_end(const SlurmEnd& end, const std::string& more = {}, bool runs = false);

class JobWatch {
public:
    JobWatch(const Clock& clock, std::chrono::seconds longest_queue)
        : clock_(clock), longest_queue_(longest_queue), queued_since_(clock.boot()) {}

    /// squeue's answer.
    [[nodiscard]] std::optional<JobEnd> take(const JobLine& line);
    /// squeue does not know the job.
    [[nodiscard]] std::optional<JobEnd> take_unknown() const;
    void linked(const std::string& node);
    void unlinked();
    /// In Slurm's queue, for the first time or again.
    [[nodiscard]] bool waits() const { return queued_since_.has_value(); }
    /// The job ends; Slurm will soon say why.
    void hurry() { hurries_ = true; }
    /// Has something lasted too long?
    [[nodiscard]] std::optional<JobEnd> check() const;

    /// When squeue is to be asked next; nothing while there is a link.
    [[nodiscard]] std::optional<BootTime> next_question() const;
    void asked();
    /// When check() may have something to say.
    [[nodiscard]] std::optional<BootTime> deadline() const;

    /// For the unit's status, without job and node. Nothing while there is a link.
    [[nodiscard]] std::string status() const;
    /// May be empty.
    [[nodiscard]] const std::string& node() const { return node_; }

private:
    /// A lost node is named.
    [[nodiscard]] JobEnd end_of(const SlurmEnd& end, std::string more = {}, bool runs = false) const;

    const Clock& clock_;
    std::chrono::seconds longest_queue_;
    std::string state_ = "PENDING";
    std::string reason_ = "None";
    std::string node_;
    bool linked_ = false;
    bool was_linked_ = false;
    bool hurries_ = false;
    std::optional<BootTime> queued_since_;  ///< while it waits
    std::optional<BootTime> without_link_;  ///< since when it runs and no link is there
    std::size_t questions_ = 0;             ///< since the last change
    BootTime last_question_{};
};

}  // namespace boardgate::far

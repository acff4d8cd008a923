// SPDX-License-Identifier: MIT
// What boardgate-far tells systemd of a board's job (STATUS=): `TEXT [code] job=ID node=NODE`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace boardgate::boardgated {

struct ClusterStatus {
    std::string text;  ///< without code, job and node; a board on this server has nothing else
    std::string code;  ///< empty: the status has no code of a cluster
    std::string job;   ///< Slurm's id; empty when unknown
    std::string node;  ///< empty when unknown

    /// In Slurm's queue: the job is not on a node yet.
    [[nodiscard]] bool is_queued() const { return code == "slurm_queued"; }
    /// On a node, or about to be, but without a link to it.
    [[nodiscard]] bool is_starting() const { return code == "slurm_starting"; }
};

/// The owner runs boardgate-far, so the status can be any text. A node or job of other characters than names have is none.
[[nodiscard]] ClusterStatus cluster_status(std::string_view status_text);

/// The status text as the board's own program wrote it on the node, with its notices and codes.
[[nodiscard]] std::string own_status(std::string_view status_text);

/// Why a board sleeps whose job ended in this way; empty for another end.
[[nodiscard]] std::string reason_of_end(const ClusterStatus& status);

/// Slurm's reason for a job that waits, as a sentence without a full stop.
[[nodiscard]] std::string reason_in_words(const ClusterStatus& queued);

}  // namespace boardgate::boardgated

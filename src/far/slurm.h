// SPDX-License-Identifier: MIT
// Slurm's commands as text: what boardgate-far runs, and what they answer. Only options and formats that every Slurm of the last ten
// years knows; `squeue --json` changes with each release.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/far/options.h"
#include "src/link/orders.h"

namespace boardgate::far {

/// A row of slurm_ends.inc.
enum class EndKind { refusal, reason, state, own };
struct SlurmEnd {
    const char* code;
    EndKind kind;
    const char* words;
    int status;
    const char* sentence;
};

/// `text` is what sbatch wrote. There is always a row.
[[nodiscard]] const SlurmEnd& refusal_of(std::string_view text);
[[nodiscard]] const SlurmEnd* end_for_reason(std::string_view reason);
[[nodiscard]] const SlurmEnd* end_for_state(std::string_view state);
/// A row of kind own.
[[nodiscard]] const SlurmEnd& own_end(std::string_view code);

/// What squeue says of a job.
struct JobLine {
    std::string state;
    std::string reason;
    std::string node;
};
[[nodiscard]] std::optional<JobLine> job_line_in(std::string_view output);
/// squeue does not know the job any more.
[[nodiscard]] bool is_unknown_job(std::string_view text);
/// The id that `sbatch --parsable` printed.
[[nodiscard]] std::optional<std::string> job_id_in(std::string_view output);
/// Slurm's own sentence in what a command wrote: without its name, printable and short.
[[nodiscard]] std::string sentence_in(std::string_view text);

/// Command lines, the program first. Nothing of the board is in them but its id.
[[nodiscard]] std::vector<std::string> submit_words(const Options& options);
[[nodiscard]] std::vector<std::string> ask_words(const Options& options, const std::string& job);
/// All jobs of this name.
[[nodiscard]] std::vector<std::string> cancel_words(const Options& options, const std::string& user);
[[nodiscard]] std::vector<std::string> cancel_job_words(const Options& options, const std::string& job);
/// The environment of these commands, and of the job: nothing of the person's.
[[nodiscard]] std::vector<std::string> environment_of(const Options& options);
/// The job's script, which ends with the orders.
[[nodiscard]] Secret script_of(const Options& options, const link::Orders& orders);

}  // namespace boardgate::far

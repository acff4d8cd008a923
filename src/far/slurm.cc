// SPDX-License-Identifier: MIT
#include "src/far/slurm.h"

#include <strings.h>

#include <algorithm>

namespace boardgate::far {

namespace {

constexpr SlurmEnd ends[] = {
#define SLURM_END(code, where, words, status, sentence) {#code, EndKind::where, words, status, sentence},
#include "src/far/slurm_ends.inc"
#undef SLURM_END
};

constexpr std::size_t longest_sentence = 300;

bool has(std::string_view text, std::string_view words) {
    const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
    return words.empty() || std::search(text.begin(), text.end(), words.begin(), words.end(), same) != text.end();
}

const SlurmEnd* find(EndKind kind, std::string_view word) {
    const auto* const found = std::ranges::find_if(ends, [&](const SlurmEnd& end) { return end.kind == kind && end.words == word; });
    return found == std::end(ends) ? nullptr : found;
}

std::string command(const Options& options, const char* name) { return options.commands + "/" + name; }

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

const SlurmEnd& refusal_of(std::string_view text) {
    // The last row of its kind has no words.
    return *std::ranges::find_if(ends, [&](const SlurmEnd& end) { return end.kind == EndKind::refusal && has(text, end.words); });
}

const SlurmEnd* end_for_reason(std::string_view reason) { return find(EndKind::reason, reason); }

const SlurmEnd* end_for_state(std::string_view state) { return find(EndKind::state, state); }

const SlurmEnd& own_end(std::string_view code) {
    return *std::ranges::find_if(ends, [&](const SlurmEnd& end) { return end.kind == EndKind::own && end.code == code; });
}

std::optional<JobLine> job_line_in(std::string_view output) {
    const std::string_view line = first_line(output);
    const std::size_t reason = line.find('|');
    const std::size_t node = reason == std::string_view::npos ? reason : line.find('|', reason + 1);
    if (reason == 0 || node == std::string_view::npos) return std::nullopt;
    return JobLine{std::string(line.substr(0, reason)), std::string(line.substr(reason + 1, node - reason - 1)),
                   std::string(line.substr(node + 1))};
}

bool is_unknown_job(std::string_view text) { return has(text, "Invalid job id"); }

std::optional<std::string> job_id_in(std::string_view output) {
    // ID, or ID;CLUSTER.
    const std::string_view line = first_line(output);
    const std::string_view id = line.substr(0, line.find(';'));
    constexpr std::size_t longest = 20;
    if (id.empty() || id.size() > longest || id.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    return std::string(id);
}

std::string sentence_in(std::string_view text) {
    std::string_view line = first_line(text);
    for (const std::string_view prefix : {"sbatch: ", "squeue: ", "scancel: ", "error: ", "Batch job submission failed: "}) {
        if (line.starts_with(prefix)) line.remove_prefix(prefix.size());
    }
    return printable(line.substr(0, longest_sentence));
}

std::vector<std::string> submit_words(const Options& options) {
    std::vector<std::string> words = {
        command(options, "sbatch"),
        "--parsable",
        "--job-name=" + options.job_name,
        "--comment=boardgate " + options.address + "/b/" + options.board.str() + "/",
        "--ntasks=1",
        "--nodes=1",
        "--cpus-per-task=" + options.cpus,
        "--mem=" + options.memory,
        "--chdir=/",
        "--input=/dev/null",
        "--output=/dev/null",
        "--error=/dev/null",
        // With NONE or a list, slurmd would run the person's profile on the node. The environment of sbatch is clean.
        "--export=ALL",
        "--propagate=NONE",
        "--no-requeue",
        // A board never runs twice.
        "--dependency=singleton",
        // To the script itself, a minute before the time limit: the board ends in order.
        "--signal=B:USR1@60",
    };
    if (options.time.count() > 0) words.push_back("--time=" + std::to_string((options.time.count() + 59) / 60));
    const auto add = [&](const char* option, const std::string& value) {
        if (!value.empty()) words.push_back(option + value);
    };
    add("--partition=", options.partition);
    add("--account=", options.account);
    add("--qos=", options.qos);
    words.insert(words.end(), options.sbatch.begin(), options.sbatch.end());
    return words;
}

std::vector<std::string> ask_words(const Options& options, const std::string& job) {
    return {command(options, "squeue"), "--noheader", "--states=all", "--jobs=" + job, "--format=%T|%r|%N"};
}

std::vector<std::string> cancel_words(const Options& options, const std::string& user) {
    return {command(options, "scancel"), "--quiet", "--user=" + user, "--name=" + options.job_name};
}

std::vector<std::string> cancel_job_words(const Options& options, const std::string& job) {
    return {command(options, "scancel"), "--quiet", job};
}

std::vector<std::string> environment_of(const Options& options) {
    std::vector<std::string> environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8"};
    if (!options.slurm_conf.empty()) environment.push_back("SLURM_CONF=" + options.slurm_conf);
    return environment;
}

Secret script_of(const Options& options, const link::Orders& orders) {
    // Nothing in the orders is a line like this one: each has `=` or is known.
    static constexpr const char* mark = "boardgate-end-of-orders";
    const Secret text = link::text_of(orders);
    std::string script;
    script.reserve(text.reveal().size() + options.node_program.size() + 256);
    script.append("#!/bin/sh\nexec ").append(options.node_program).append(" <<'").append(mark).append("'\n");
    script.append(text.reveal()).append(mark).append("\n");
    return Secret(std::move(script));
}

}  // namespace boardgate::far

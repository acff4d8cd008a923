// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/fd.h"
#include "src/base/peer.h"
#include "src/cli/examine.h"
#include "src/cli/program.h"
#include "src/cli/slurm_facts.h"

namespace boardgate::cli {

namespace {

/// Slurm's commands give up after 9 s when slurmctld is away.
constexpr std::chrono::seconds patience{20};
/// A job on a node, with some time in the queue.
constexpr std::chrono::seconds patience_with_job{90};
/// More than this delays each wake noticeably.
constexpr int usual_delay = 3;

std::string last_line(const std::string& output) {
    const std::size_t end = output.find_last_not_of('\n');
    if (end == std::string::npos) return "it says nothing";
    const std::size_t begin = output.rfind('\n', end);
    return output.substr(begin == std::string::npos ? 0 : begin + 1, end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

/// A command of Slurm, in the environment in which boards submit: nothing of the caller's changes what it does.
std::vector<std::string> slurm_command(const Settings& settings, const char* name) {
    std::vector<std::string> words = {"env", "-i", "PATH=/usr/bin:/bin", "LANG=C.UTF-8"};
    if (!settings.slurm_conf.empty()) words.push_back("SLURM_CONF=" + settings.slurm_conf);
    words.push_back(settings.slurm_commands + "/" + name);
    return words;
}

ProgramEnd ask_slurm(const Settings& settings, const char* name, const std::vector<std::string>& more) {
    std::vector<std::string> words = slurm_command(settings, name);
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words, patience);
}

/// What a board's job asks for.
std::vector<std::string> words_of_job(const Settings& settings) {
    std::vector<std::string> words = {"--mem=" + settings.slurm_memory, "--cpus-per-task=" + std::to_string(settings.slurm_cpus)};
    if (!settings.slurm_partition.empty()) words.push_back("--partition=" + settings.slurm_partition);
    if (!settings.slurm_account.empty()) words.push_back("--account=" + settings.slurm_account);
    if (!settings.slurm_qos.empty()) words.push_back("--qos=" + settings.slurm_qos);
    words.insert(words.end(), settings.slurm_options.begin(), settings.slurm_options.end());
    return words;
}

/// `scontrol show partition` of the boards' partition; of Slurm's default where boardgate.conf names none.
std::string partition(Findings& to, const Settings& settings) {
    const std::string named = settings.slurm_partition;
    const ProgramEnd end = named.empty() ? ask_slurm(settings, "scontrol", {"show", "partition", "--oneliner"})
                                         : ask_slurm(settings, "scontrol", {"show", "partition", named, "--oneliner"});
    if (end.status != 0) {
        to.push_back(
            {false, fmt::format("Slurm has no partition {}", named), "set slurm_partition in boardgate.conf; sinfo lists the partitions"});
        return {};
    }
    std::size_t begin = 0;
    while (begin < end.output.size()) {
        const std::size_t newline = std::min(end.output.find('\n', begin), end.output.size());
        std::string line = end.output.substr(begin, newline - begin);
        if (!named.empty() || slurm_value(line, "Default") == "YES") return line;
        begin = newline + 1;
    }
    to.push_back({false, "Slurm has no default partition", "set slurm_partition in boardgate.conf; sinfo lists the partitions"});
    return {};
}

void examine_partition(Findings& to, const Settings& settings, const std::string& config) {
    const std::string line = partition(to, settings);
    if (line.empty()) return;
    const std::string name = slurm_value(line, "PartitionName").value_or("");
    const std::string state = slurm_value(line, "State").value_or("");
    if (state != "UP") {
        to.push_back({false, fmt::format("the partition {} is {}: no board starts there", name, state),
                      fmt::format("scontrol update PartitionName={} State=UP", name)});
    } else {
        to.push_back({true, fmt::format("the partition {} is up", name), {}});
    }
    const auto longest = slurm_time(slurm_value(line, "MaxTime").value_or(""));
    if (!longest || settings.slurm_time <= *longest) return;
    // EnforcePartLimits=NO is Slurm's default.
    const bool waits = slurm_value(config, "EnforcePartLimits").value_or("NO") == "NO";
    to.push_back({false,
                  fmt::format("slurm_time is {}, and the partition {} allows {}: {}", in_words(settings.slurm_time), name,
                              in_words(*longest), waits ? "boards would wait for ever" : "Slurm refuses boards"),
                  fmt::format("set slurm_time in boardgate.conf to at most {}min, or 0 for the partition's own", longest->count() / 60)});
}

void examine_delay(Findings& to, const std::string& config) {
    const int seconds = batch_delay(slurm_value(config, "SchedulerParameters").value_or(""));
    if (seconds > usual_delay) {
        to.push_back(
            {false, fmt::format("Slurm looks at a new job after {} seconds (batch_sched_delay), and boards wake that much later", seconds),
             "in slurm.conf: SchedulerParameters=batch_sched_delay=1; then scontrol reconfigure"});
    } else {
        to.push_back(
            {true,
             fmt::format("Slurm looks at a new job after {} s{}", seconds, seconds > 1 ? "; batch_sched_delay=1 wakes boards sooner" : ""),
             {}});
    }
}

/// A socket at link_address, as boardgate-far opens one for each awake board.
Fd listen_for_nodes(const Settings& settings, std::string& place) {
    const bool v6 = settings.link_address.find(':') != std::string::npos;
    const std::uint16_t first = settings.link_ports.first;
    for (std::uint32_t port = first; port <= settings.link_ports.last; ++port) {
        Fd socket(::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_storage address{};
        socklen_t size = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
        auto* const in6 = reinterpret_cast<sockaddr_in6*>(&address);
        auto* const in4 = reinterpret_cast<sockaddr_in*>(&address);
        address.ss_family = v6 ? AF_INET6 : AF_INET;
        (v6 ? in6->sin6_port : in4->sin_port) = htons(static_cast<std::uint16_t>(port));
        void* const to = v6 ? static_cast<void*>(&in6->sin6_addr) : static_cast<void*>(&in4->sin_addr);
        if (inet_pton(address.ss_family, settings.link_address.c_str(), to) != 1) return {};
        if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
            if (errno == EADDRINUSE) continue;
            return {};
        }
        if (listen(socket.get(), 1) != 0 || getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
        const std::uint16_t got = ntohs(v6 ? in6->sin6_port : in4->sin_port);
        place = v6 ? fmt::format("[{}]:{}", settings.link_address.c_str(), got) : fmt::format("{}:{}", settings.link_address.c_str(), got);
        return socket;
    }
    return {};
}

Finding no_link_address(const Settings& settings) {
    return {false,
            fmt::format("link_address {} is not an address of this server, or link_ports has no free port", settings.link_address.c_str()),
            "ip address; then correct link_address or link_ports in boardgate.conf"};
}

}  // namespace

void examine_cluster(Findings& to, const Settings& settings) {
    if (!settings.engine.allows(Engine::slurm)) return;
    const std::string sbatch = settings.slurm_commands + "/sbatch";
    if (access(sbatch.c_str(), X_OK) != 0) {
        to.push_back(
            {false, sbatch + " does not exist, and engine is slurm", "apt install slurm-client, or set slurm_commands in boardgate.conf"});
        return;
    }
    const ProgramEnd config = ask_slurm(settings, "scontrol", {"show", "config"});
    if (config.status != 0) {
        to.push_back({false, "the cluster's scheduler does not answer: " + last_line(config.output),
                      "on the scheduler's machine: systemctl status slurmctld; here: scontrol ping, and munge -n | unmunge"});
        return;
    }
    to.push_back({true, fmt::format("Slurm {} answers", slurm_value(config.output, "SLURM_VERSION").value_or("")), {}});
    examine_delay(to, config.output);
    examine_partition(to, settings, config.output);
    std::string place;
    if (listen_for_nodes(settings, place)) {
        to.push_back({true, fmt::format("link_address {} is this server's", settings.link_address.c_str()), {}});
    } else {
        to.push_back(no_link_address(settings));
    }
    // Root's jobs pass where others' are refused.
    if (geteuid() == 0) return;
    std::vector<std::string> job = words_of_job(settings);
    job.insert(job.end(), {"--test-only", "--wrap=true"});
    const ProgramEnd test = ask_slurm(settings, "sbatch", job);
    if (test.status == 0) {
        to.push_back({true, "Slurm would take a board's job of yours", {}});
    } else {
        to.push_back({false, "Slurm would refuse a board's job of yours: " + last_line(test.output),
                      "correct slurm_* in boardgate.conf, or ask the cluster's administrator"});
    }
}

void examine_node(Findings& to, const Settings& settings, const std::string& account) {
    const auto person = account_of(account);
    if (!person)
        return to.push_back(
            {false, fmt::format("there is no account {}", account), "name another account: boardgate doctor --node --user NAME"});
    std::string place;
    const Fd listener = listen_for_nodes(settings, place);
    if (!listener) return to.push_back(no_link_address(settings));
    std::vector<std::string> words;
    if (geteuid() == 0) words = {"runuser", "-u", account, "--"};
    for (const std::string& word : slurm_command(settings, "srun")) words.push_back(word);
    for (const std::string& word : words_of_job(settings)) words.push_back(word);
    words.insert(words.end(), {"--quiet", "--ntasks=1", "--time=2", "--immediate=60", "--chdir=/", "--propagate=NONE",
                               "--job-name=boardgate-doctor", settings.node_program, "--check", "--head=" + place,
                               "--uid=" + std::to_string(person->uid), std::string("--version=") + BOARDGATE_VERSION});
    for (const auto& [name, program] : settings.environments) words.push_back("--program=" + program);
    const ProgramEnd end = run_program(words, patience_with_job);
    const Findings found = node_findings(end.output);
    to.insert(to.end(), found.begin(), found.end());
    if (!found.empty()) return;
    if (end.too_long) {
        to.push_back({false, fmt::format("a job of {} on a node does not answer within {}", account, in_words(patience_with_job)),
                      "squeue; nodes must be able to connect to this server: its firewall may refuse them (docs/slurm.md)"});
    } else if (end.output.find("No such file or directory") != std::string::npos) {
        to.push_back({false, fmt::format("the node has no {}: {}", settings.node_program.c_str(), last_line(end.output)),
                      "install boardgate-node on every node, or set node_program in boardgate.conf"});
    } else {
        to.push_back({false, fmt::format("a job of {} does not run: {}", account, last_line(end.output)),
                      "sinfo -R; scontrol show partition; docs/slurm.md has the site's steps"});
    }
}

}  // namespace boardgate::cli

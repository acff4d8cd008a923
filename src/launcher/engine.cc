// SPDX-License-Identifier: MIT
#include "src/launcher/engine.h"

namespace boardgate::launcher {

const char* program_of(Engine engine) {
    return engine == Engine::slurm ? BOARDGATE_LIBEXECDIR "/boardgate-far" : BOARDGATE_LIBEXECDIR "/boardgate-board";
}

std::vector<std::string> words_of(const UnitName& unit, Engine engine, const Settings& settings) {
    if (engine != Engine::slurm) return {};
    std::vector<std::string> words = {
        "--job-name=" + unit.stem(),
        "--memory=" + settings.slurm_memory,
        "--cpus=" + std::to_string(settings.slurm_cpus),
        "--time=" + std::to_string(settings.slurm_time.count()),
        "--commands=" + settings.slurm_commands,
        "--link-address=" + settings.link_address,
        "--node-program=" + settings.node_program,
        "--longest-queue=" + std::to_string(settings.longest_queue.count()),
    };
    const auto add = [&](const char* option, const std::string& value) {
        if (!value.empty()) words.push_back(option + value);
    };
    add("--address=", settings.address);
    add("--partition=", settings.slurm_partition);
    add("--account=", settings.slurm_account);
    add("--qos=", settings.slurm_qos);
    add("--slurm-conf=", settings.slurm_conf);
    if (settings.link_ports.first != 0) {
        words.push_back("--first-port=" + std::to_string(settings.link_ports.first));
        words.push_back("--last-port=" + std::to_string(settings.link_ports.last));
    }
    for (const std::string& option : settings.slurm_options) words.push_back("--sbatch=" + option);
    return words;
}

}  // namespace boardgate::launcher

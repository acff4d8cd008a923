// SPDX-License-Identifier: MIT
#include "src/cli/slurm_facts.h"

#include <charconv>
#include <sstream>

namespace boardgate::cli {

std::optional<std::string> slurm_value(const std::string& output, const std::string& key) {
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
        if (const std::size_t equals = line.find(" = "); equals != std::string::npos) {
            const std::size_t end = line.find_last_not_of(' ', equals);
            if (line.substr(0, end + 1) == key) return line.substr(equals + 3);
            continue;
        }
        std::istringstream words(line);
        for (std::string word; words >> word;) {
            if (word.starts_with(key + "=")) return word.substr(key.size() + 1);
        }
    }
    return std::nullopt;
}

std::optional<std::chrono::seconds> slurm_time(const std::string& text) {
    std::vector<std::int64_t> numbers;
    const char* at = text.data();
    const char* const end = at + text.size();
    bool days = false;
    while (at != end) {
        std::int64_t number = 0;
        const auto [rest, fault] = std::from_chars(at, end, number);
        if (fault != std::errc{} || number < 0 || number > 100'000'000) return std::nullopt;
        numbers.push_back(number);
        if (rest != end && *rest != ':' && *rest != '-') return std::nullopt;
        if (rest != end && *rest == '-') days = true;
        at = rest == end ? end : rest + 1;
    }
    if (numbers.empty() || numbers.size() > 4 || (numbers.size() == 4 && !days)) return std::nullopt;
    // sbatch(1), --time: minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes, days-hours:minutes:seconds.
    std::vector<std::int64_t> units = days ? std::vector<std::int64_t>{86400, 3600, 60, 1} : std::vector<std::int64_t>{60, 1};
    if (!days && numbers.size() == 3) units = {3600, 60, 1};
    std::int64_t seconds = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) seconds += numbers[i] * units[i];
    return std::chrono::seconds(seconds);
}

int batch_delay(const std::string& scheduler_parameters) {
    constexpr int usual = 3;
    constexpr std::string_view key = "batch_sched_delay=";
    const std::size_t at = scheduler_parameters.find(key);
    if (at == std::string::npos) return usual;
    int seconds = usual;
    std::from_chars(scheduler_parameters.data() + at + key.size(), scheduler_parameters.data() + scheduler_parameters.size(), seconds);
    return seconds;
}

Findings node_findings(const std::string& output) {
    Findings found;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find('\t');
        if (first == std::string::npos) continue;
        const std::string verdict = line.substr(0, first);
        const std::size_t second = line.find('\t', first + 1);
        const std::string what = line.substr(first + 1, second == std::string::npos ? second : second - first - 1);
        if (verdict == "fine") found.push_back({true, what, {}});
        if (verdict == "wrong") found.push_back({false, what, second == std::string::npos ? std::string() : line.substr(second + 1)});
    }
    return found;
}

}  // namespace boardgate::cli

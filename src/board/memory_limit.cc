// SPDX-License-Identifier: MIT
#include "src/board/memory_limit.h"

#include <fstream>
#include <sstream>

#include "src/base/byte_size.h"

namespace boardgate::board {

namespace {

std::optional<std::uint64_t> number_in(const std::string& file) {
    std::ifstream in(file);
    std::uint64_t number = 0;
    if (!(in >> number)) return std::nullopt;  // "max", or there is no such file
    // Version 1 has a number of pages near 2^63 in place of "max".
    return number >= 1ULL << 62 ? std::nullopt : std::optional(number);
}

/// The number behind a word at the beginning of a line.
std::optional<std::uint64_t> counter_in(const std::string& file, const std::string& word) {
    std::ifstream in(file);
    std::string name;
    for (std::uint64_t number = 0; in >> name >> number;) {
        if (name == word) return number;
    }
    return std::nullopt;
}

/// Does the line of /proc/self/cgroup name this controller? The line of version 2 has none.
bool has_controller(const std::string& controllers, const std::string& wanted) {
    std::istringstream in(controllers);
    for (std::string each; std::getline(in, each, ',');) {
        if (each == wanted) return true;
    }
    return false;
}

}  // namespace

MemoryUse memory_use(const std::string& proc, const std::string& mounted) {
    MemoryUse use;
    std::ifstream in(proc);
    for (std::string line; std::getline(in, line);) {
        // number:controllers:/path
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const std::string path = line.substr(second + 1);
        if (has_controller(controllers, "memory")) {
            const std::string folder = mounted + "/memory" + path;
            use.limit = number_in(folder + "/memory.limit_in_bytes");
            use.peak = number_in(folder + "/memory.max_usage_in_bytes");
            const auto kills = counter_in(folder + "/memory.oom_control", "oom_kill");
            // Kernels before 4.13 do not count kills, only how often the limit was reached.
            const bool full = use.limit && use.peak && *use.peak >= *use.limit;
            use.kills = kills ? *kills : full ? number_in(folder + "/memory.failcnt").value_or(0) : 0;
            return use;
        }
        if (!controllers.empty()) continue;
        use.limit = number_in(mounted + path + "/memory.max");
        use.peak = number_in(mounted + path + "/memory.peak");  // since Linux 5.19
        use.kills = counter_in(mounted + path + "/memory.events", "oom_kill").value_or(0);
    }
    return use;
}

std::string memory_text(const MemoryUse& use) {
    std::string text;
    if (use.limit) text = "its limit is " + byte_size(*use.limit);
    if (use.peak) text += (text.empty() ? "" : ", and ") + ("it used " + byte_size(*use.peak));
    return text;
}

}  // namespace boardgate::board

// SPDX-License-Identifier: MIT
#include "src/logdirs/silence.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "src/logdirs/homes.h"

namespace boardgate::logdirs {

namespace {

/// proc(5): space, tab, line break and backslash are octal numbers behind a backslash.
std::string unescaped(const std::string& text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size()) {
            plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

}  // namespace

SilentFolders& SilentFolders::of_process() {
    static SilentFolders* const folders = std::make_unique<SilentFolders>().release();
    return *folders;
}

bool SilentFolders::add(const std::string& folder, std::thread thread) {
    const auto contents = contents_.lock();
    for (std::thread& ended : contents->ended) ended.join();
    contents->ended.clear();
    contents->waiting.emplace(folder, std::move(thread));
    return contents->waiting.size() < most;
}

void SilentFolders::remove_this_thread() {
    const auto contents = contents_.lock();
    const auto mine = std::find_if(contents->waiting.begin(), contents->waiting.end(),
                                   [](const auto& one) { return one.second.get_id() == std::this_thread::get_id(); });
    if (mine == contents->waiting.end()) return;
    contents->ended.push_back(std::move(mine->second));
    contents->waiting.erase(mine);
}

std::optional<std::string> SilentFolders::above(const std::string& path) const {
    const auto contents = contents_.read();
    for (const auto& [folder, thread] : contents->waiting) {
        if (lies_in(path, folder)) return folder;
    }
    return std::nullopt;
}

std::string mount_point_below(const std::string& start, const std::string& path) {
    std::ifstream mounts("/proc/self/mountinfo");
    std::string longest;
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream fields(line);
        std::string skipped;
        std::string point;
        fields >> skipped >> skipped >> skipped >> skipped >> point;
        point = unescaped(point);
        if (point.size() > std::max(longest.size(), start.size()) && lies_in(path, point)) longest = point;
    }
    return longest.empty() ? path : longest;
}

}  // namespace boardgate::logdirs

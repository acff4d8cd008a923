// SPDX-License-Identifier: MIT
#include "src/logdirs/suggestion.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace boardgate::logdirs {

namespace {

constexpr Budget of_each_above{std::chrono::milliseconds(150), 5000};
constexpr std::size_t most_levels_up = 3;

std::string parent_of(const std::string& folder) {
    const std::size_t slash = folder.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : folder.substr(0, slash);
}
std::string how_many_runs(std::uint32_t runs) { return runs == 1 ? "1 run" : std::to_string(runs) + " runs"; }
std::string levels(std::size_t count, const char* direction) {
    return (count == 1 ? std::string("one level ") : std::to_string(count) + " levels ") + direction;
}

/// The deepest folder with everything below `folder`. For a single run, the folder above it: more runs will follow.
std::string target_of(const EventFiles& found, const std::string& folder) {
    if (!found.complete || found.common == folder) return folder;
    return found.runs == 1 ? parent_of(found.common) : found.common;
}

std::optional<Suggestion> suggestion_below(const EventFiles& found, const std::string& here) {
    const std::string target = target_of(found, here);
    if (target == here) return std::nullopt;
    const auto down = static_cast<std::size_t>(
        std::count(target.begin() + static_cast<std::ptrdiff_t>(here == "/" ? 0 : here.size()), target.end(), '/'));
    return Suggestion{target, found.runs, fmt::format("no event files here; {} {}", how_many_runs(found.runs), levels(down, "down"))};
}

/// For a name that does not exist, most likely because of a typing error.
bool is_slip(wire::FolderVerdict verdict) {
    return verdict == wire::FolderVerdict::missing || verdict == wire::FolderVerdict::not_a_folder;
}

std::optional<Suggestion> suggestion_above(Folders& folders, const std::string& here, const std::string& home) {
    std::string above = here;
    for (std::size_t up = 1; up <= most_levels_up; ++up) {
        above = parent_of(above);
        // Above a home are the homes of others, and the root is not a useful log directory.
        if (above == "/" || (above != home && lies_in(home, above))) return std::nullopt;
        if (const auto good = folders.readable(above); !good) {
            if (is_slip(good.error().verdict)) continue;
            return std::nullopt;
        }
        const EventFiles found = find_event_files(above, folders.clock(), of_each_above);
        if (found.count == 0) continue;
        const std::string target = target_of(found, above);
        const std::string where = target == above ? levels(up, "up") : "in " + target.substr(target.rfind('/') + 1);
        return Suggestion{target, found.runs, fmt::format("no event files here or below; {} {}", how_many_runs(found.runs), where)};
    }
    return std::nullopt;
}

}  // namespace

std::optional<Suggestion> suggestion_for(Folders& folders, const std::string& here, const EventFiles& found, const std::string& home) {
    if (found.direct > 0) return std::nullopt;
    // An incompletely searched folder may have event files further down.
    auto suggestion = found.count > 0   ? suggestion_below(found, here)
                      : !found.complete ? std::nullopt
                                        : suggestion_above(folders, here, home);
    // A found folder may have a name that is invalid for a log directory.
    if (suggestion && !LogDir::parse(suggestion->path)) suggestion.reset();
    return suggestion;
}

wire::FolderReport inspect_folder(Folders& folders, const LogDir& path, const std::string& home, bool foreign) {
    wire::FolderReport report;
    EventFiles found;
    const auto good = foreign ? folders.readable_anywhere(path.str()) : folders.readable(path.str()).map([] { return std::string(); });
    if (good) {
        FileNotices notices;
        found = find_event_files(path.str(), folders.clock(), {}, &notices);
        report = {wire::FolderVerdict::readable, {}, found.count, found.newest};
        for (const FileNotice& notice : notices.list()) report.notices.push_back({notice.code, notice.detail});
        report.unreadable = found.unreadable;
        report.home_of = *good;
        std::error_code gone;
        report.target = std::filesystem::canonical(path.str(), gone).string();
        if (LogDir::parse(found.unreadable_folder)) report.unreadable_folder = found.unreadable_folder;
    } else {
        report = good.error();
        if (!is_slip(report.verdict)) return report;
    }
    if (found.count > 0) return report;
    if (const auto meant = suggestion_for(folders, tidy(path.str()), found, home)) {
        report.suggestion = meant->path;
        report.suggestion_runs = meant->runs;
    }
    return report;
}

}  // namespace boardgate::logdirs

// SPDX-License-Identifier: MIT
#include "src/logdirs/event_files.h"

#include <algorithm>

namespace boardgate::logdirs {

namespace {

/// The deepest common folder of both.
std::string common_folder(const std::string& a, const std::string& b) {
    const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    const bool a_ends = in_a == a.end() && (in_b == b.end() || *in_b == '/');
    const bool b_ends = in_b == b.end() && (in_a == a.end() || *in_a == '/');
    if (a_ends) return a;
    if (b_ends) return b;
    const std::string above(a.begin(), std::find(std::reverse_iterator(in_a), a.rend(), '/').base() - 1);
    return above.empty() ? "/" : above;
}

}  // namespace

std::vector<EventFiles> find_event_files(const std::vector<std::string>& folders, const Clock& clock, Budget budget) {
    std::vector<EventFiles> all(folders.size());
    Walk walk(clock, budget);
    for (const std::string& folder : folders) walk.start_at(folder);
    walk.run([&](const Seen& seen) {
        EventFiles& found = all[seen.start];
        const auto here = static_cast<std::uint32_t>(seen.event_files.size());
        if (!seen.readable && ++found.unreadable == 1) found.unreadable_folder = seen.path;
        if (seen.depth == 0) {
            found.readable = seen.readable;
            found.direct = here;
        }
        if (here == 0) return true;
        found.count += here;
        ++found.runs;
        found.newest = std::max(found.newest, seen.newest);
        found.common = found.runs == 1 ? seen.path : common_folder(found.common, seen.path);
        return true;
    });
    for (std::size_t i = 0; i < all.size(); ++i) all[i].complete = walk.complete(i);
    return all;
}

EventFiles find_event_files(const std::string& folder, const Clock& clock, Budget budget) {
    return find_event_files(std::vector<std::string>{folder}, clock, budget).front();
}

}  // namespace boardgate::logdirs

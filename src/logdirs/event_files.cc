// SPDX-License-Identifier: MIT
#include "src/logdirs/event_files.h"

#include <fcntl.h>

#include <algorithm>
#include <optional>
#include <set>

#include "src/base/fd.h"
#include "src/events/file_content.h"
#include "src/events/utf8.h"

namespace boardgate::logdirs {

namespace {

/// A person waits, and storage may be slow.
constexpr std::size_t most_inspected = 2000;

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

/// Opens only regular files, which the walk has found, and never waits.
std::optional<events::Content> content_of(const std::string& path) {
    const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    return fd ? std::optional(events::content_of(fd.get())) : std::nullopt;
}

void inspect(const Seen& seen, FileNotices& notices) {
    const auto shown = [&](const std::string& name) { return events::as_unicode(seen.path + "/" + name); };
    for (const std::string& name : seen.dead_links) notices.add("dead_links", shown(name));
    const std::set<std::string, std::less<>> names(seen.event_files.begin(), seen.event_files.end());
    std::vector<std::string> empty;
    for (const std::string& name : seen.event_files) {
        const auto content = content_of(seen.path + "/" + name);
        if (!content && (errno == EACCES || errno == EPERM)) notices.add("unreadable_event_files", shown(name));
        if (content == events::Content::empty) {
            empty.push_back(name);
        } else if (content && events::notice_of(*content) != nullptr) {
            notices.add(events::notice_of(*content), shown(name));
        }
        if (events::is_copy_leftover(name, names)) notices.add("copy_leftovers", shown(name));
    }
    // A writer makes its file before the first event.
    if (empty.size() < seen.event_files.size()) return;
    for (const std::string& name : empty) notices.add("empty_event_files", shown(name));
}

}  // namespace

std::vector<EventFiles> find_event_files(const std::vector<std::string>& folders, const Clock& clock, Budget budget, FileNotices* notices) {
    std::size_t inspected = 0;
    std::vector<EventFiles> all(folders.size());
    Walk walk(clock, budget);
    for (const std::string& folder : folders) walk.start_at(folder);
    walk.run([&](const Seen& seen) {
        EventFiles& found = all[seen.start];
        const auto here = static_cast<std::uint32_t>(seen.event_files.size());
        if (!seen.readable && !seen.copies && ++found.unreadable == 1) found.unreadable_folder = seen.path;
        if (seen.depth == 0) {
            found.readable = seen.readable;
            found.direct = here;
        }
        if (notices != nullptr && (inspected += here) <= most_inspected) inspect(seen, *notices);
        // The board shows copies, too, but nobody looks for them.
        if (here == 0 || seen.copies) return true;
        found.count += here;
        ++found.runs;
        found.newest = std::max(found.newest, seen.newest);
        found.common = found.runs == 1 ? seen.path : common_folder(found.common, seen.path);
        return true;
    });
    for (std::size_t i = 0; i < all.size(); ++i) all[i].complete = walk.complete(i);
    return all;
}

EventFiles find_event_files(const std::string& folder, const Clock& clock, Budget budget, FileNotices* notices) {
    return find_event_files(std::vector<std::string>{folder}, clock, budget, notices).front();
}

}  // namespace boardgate::logdirs

// SPDX-License-Identifier: MIT
#include "src/logdirs/listing.h"

#include <strings.h>

#include <algorithm>

#include "src/logdirs/event_files.h"
#include "src/logdirs/suggestion.h"

namespace boardgate::logdirs {

using wire::FolderReport;

namespace {

using std::chrono::milliseconds;

// Small: nearly every key stroke starts a new search.
constexpr Budget of_rows{milliseconds(400), 10000};
constexpr Budget of_here{milliseconds(250), 10000};
constexpr std::size_t most_entries = 20000;

std::string below(const std::string& folder, const std::string& name) { return (folder == "/" ? "" : folder) + "/" + name; }

bool completes(const std::string& name, const std::string& begun) {
    if (name == "." || name == ".." || (name.front() == '.' && !begun.starts_with('.'))) return false;
    return strncasecmp(name.c_str(), begun.c_str(), begun.size()) == 0;
}

bool is_folder(const std::string& folder, const dirent& entry) {
    if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
    struct stat info {};
    return stat(below(folder, entry.d_name).c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

/// The names of the folders in `folder` that start with `begun`; `end` gets what is missing.
std::vector<std::string> names_in(const std::string& folder, const std::string& begun, wire::FolderList& end) {
    std::vector<std::string> names;
    const Dir dir(opendir(folder.c_str()));
    if (dir == nullptr) return names;
    std::size_t seen = 0;
    while (const dirent* entry = readdir(dir.get())) {
        if (++seen > most_entries) {
            end.truncated = true;
            break;
        }
        const std::string name = entry->d_name;
        if (!completes(name, begun) || !is_folder(folder, *entry)) continue;
        if (LogDir::parse(below(folder, name))) {
            names.push_back(name);
        } else {
            ++end.left_out;
        }
    }
    std::sort(names.begin(), names.end());
    if (names.size() > Listing::most_folders) {
        names.resize(Listing::most_folders);
        end.truncated = true;
    }
    return names;
}

/// Checks a found folder. A link may lead anywhere; a real folder is inside a checked one, so its owner is enough.
bool may_look_into(Folders& folders, OwnedHomes& homes, const std::string& path) {
    struct stat info {};
    if (lstat(path.c_str(), &info) != 0) return false;
    return S_ISLNK(info.st_mode) ? folders.readable(path).has_value() : !homes.foreign_owner(info);
}

std::vector<wire::FolderRow> rows_of(Folders& folders, const std::string& folder, const std::vector<std::string>& names) {
    std::vector<wire::FolderRow> rows;
    std::vector<std::string> looked_into;
    OwnedHomes homes = folders.owned_homes();
    for (const std::string& name : names) {
        const std::string path = below(folder, name);
        rows.push_back({name, 0, 0, 0, may_look_into(folders, homes, path), true});
        if (rows.back().readable) looked_into.push_back(path);
    }
    const std::vector<EventFiles> found = find_event_files(looked_into, folders.clock(), of_rows);
    auto next = found.begin();
    for (wire::FolderRow& row : rows) {
        if (!row.readable) continue;
        row.event_files = next->count;
        row.runs = next->runs;
        row.newest = next->newest;
        row.readable = next->readable;
        row.complete = next->complete;
        ++next;
    }
    return rows;
}

void say_what_is_here(Folders& folders, const std::string& here, const std::string& home, wire::FolderList& end) {
    if (!folders.readable(here)) return;
    const EventFiles found = find_event_files(here, folders.clock(), of_here);
    end.here = true;
    end.here_files = found.direct;
    end.here_runs = found.runs;
    end.here_newest = found.newest;
    end.here_complete = found.complete;
    const auto suggestion = suggestion_for(folders, here, found, home);
    if (!suggestion) return;
    end.suggestion = suggestion->path;
    end.suggestion_runs = suggestion->runs;
    end.why = suggestion->why;
}

}  // namespace

tl::expected<Listing, FolderReport> list_folders(Folders& folders, const std::string& path, const std::string& home) {
    const std::size_t slash = path.rfind('/');
    const std::string folder = tidy(path.substr(0, slash + 1));
    const std::string begun = path.substr(slash + 1);
    if (const auto good = folders.readable(folder); !good) return error_of(good);
    Listing listing;
    listing.end.path = path;
    listing.end.folder = folder;
    listing.rows = rows_of(folders, folder, names_in(folder, begun, listing.end));
    say_what_is_here(folders, begun.empty() ? folder : below(folder, begun), home, listing.end);
    return listing;
}

}  // namespace boardgate::logdirs

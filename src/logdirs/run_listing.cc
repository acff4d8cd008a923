// SPDX-License-Identifier: MIT
#include "src/logdirs/run_listing.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "src/logdirs/homes.h"

namespace boardgate::logdirs {

namespace {

constexpr std::chrono::milliseconds between_words{200};
/// Between the first rows and further ones. A look that is shorter gives its rows once more only.
constexpr std::chrono::milliseconds between_early_rows{700};
/// The most event files kept per run: a preview reads as many.
constexpr std::size_t most_names = 16;
/// Large folders that never contain a person's runs.
constexpr std::array<std::string_view, 12> never_looked_into = {"node_modules", "__pycache__", "site-packages", ".git",
                                                                ".cache",       ".conda",      ".cargo",        ".rustup",
                                                                ".npm",         ".venv",       ".vscode",       ".vscode-server"};

bool may_hold_runs(std::string_view name) {
    return std::find(never_looked_into.begin(), never_looked_into.end(), name) == never_looked_into.end();
}

/// Links are followed, but not to the root or to a folder above.
bool leads_elsewhere(const std::string& target, const std::vector<std::string>& roots) {
    return target.size() > 1 && std::none_of(roots.begin(), roots.end(), [&](const std::string& root) { return lies_in(root, target); });
}

Walk::Admit admission(Folders& folders, const std::vector<std::string>& roots) {
    const auto homes = std::make_shared<OwnedHomes>(folders.owned_homes());
    return {[&folders, roots](const std::string& path, std::string_view name, bool link) {
                if (!may_hold_runs(name)) return false;
                return !link || (folders.readable(path) && leads_elsewhere(resolved(path), roots));
            },
            [homes](const struct stat& folder) { return !homes->foreign_owner(folder); }};
}

Run run_of(const Seen& seen) {
    Run run{seen.path,        seen.start,  seen.newest, seen.bytes, seen.largest, static_cast<std::uint32_t>(seen.event_files.size()),
            seen.event_files, seen.changed};
    // Event files have their creation time in their names.
    if (run.names.size() > most_names) run.names.erase(run.names.begin(), run.names.end() - most_names);
    return run;
}

}  // namespace

std::shared_ptr<RunListing> look_for_runs(Folders& folders, const std::vector<std::string>& roots, const Budget& budget,
                                          std::size_t most_found, std::shared_ptr<DirectoryCache> cache, const LookWatcher& watcher,
                                          std::chrono::milliseconds patience) {
    const Clock& clock = folders.clock();
    auto listing = std::make_shared<RunListing>();
    listing->roots = roots;
    const BootTime began = clock.boot();
    Walk walk(clock, budget, std::move(cache));
    for (const std::string& root : roots) walk.start_at(root);
    walk.tell_each_once();
    walk.be_patient_for(patience);
    walk.admit_only([&folders, roots] { return admission(folders, roots); });
    BootTime next_word = began + between_words;
    BootTime next_early = began;
    std::size_t told_early = 0;
    bool heard = true;
    std::string where = roots.front();
    walk.meanwhile([&] {
        const BootTime now = clock.boot();
        const bool early = watcher.early && now >= next_early && listing->runs.size() > 2 * told_early;
        if (!early && now < next_word) return true;
        next_word = now + between_words;
        heard = watcher.progress({listing->looked_at, static_cast<std::uint32_t>(listing->runs.size()), where});
        if (!early || !heard) return heard;
        told_early = listing->runs.size();
        next_early = now + between_early_rows;
        return heard = watcher.early(*listing);
    });
    walk.run([&](const Seen& seen) {
        if (seen.silent) {
            if (listing->silent.size() < wire::longest::silent_folders && LogDir::parse(seen.path)) listing->silent.push_back(seen.path);
            return true;
        }
        ++listing->looked_at;
        const bool has_name = LogDir::parse(seen.path).has_value();
        if (has_name) where = seen.path;
        if (seen.event_files.empty()) return true;
        if (seen.copies) {
            ++listing->copies;
        } else if (!has_name) {
            ++listing->left_out;
        } else {
            listing->runs.push_back(run_of(seen));
        }
        return listing->runs.size() < most_found;
    });
    if (!heard) return nullptr;
    listing->complete = walk.complete() && listing->runs.size() < most_found;
    listing->as_of = std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count();
    listing->looked = clock.boot();
    return listing;
}

std::optional<Run> looked_at_again(const Run& run) {
    const SystemClock clock;
    std::optional<Run> now;
    Walk walk(clock, Budget{std::chrono::seconds(2), 100000, 0});
    walk.start_at(run.path);
    walk.run([&](const Seen& seen) {
        if (!seen.event_files.empty()) now = run_of(seen);
        return false;
    });
    if (now) now->start = run.start;
    return now;
}

}  // namespace boardgate::logdirs

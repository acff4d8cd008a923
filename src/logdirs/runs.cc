// SPDX-License-Identifier: MIT
#include "src/logdirs/runs.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

#include "src/logdirs/preview.h"

namespace boardgate::logdirs {

namespace {

constexpr std::chrono::milliseconds between_words{200};
/// The most event files kept per run: a preview reads as many.
constexpr std::size_t most_names = 16;
/// Large folders that never contain a person's runs.
constexpr std::array<std::string_view, 3> never_looked_into = {"node_modules", "__pycache__", "site-packages"};

class Finder {
public:
    Finder(Folders& folders, const std::vector<std::string>& roots, const RunsTaker& taker, const RunsBudget& budget)
        : folders_(folders), clock_(folders.clock()), roots_(roots), taker_(taker), budget_(budget) {}

    void run(std::size_t limit) {
        if (!look()) return;
        std::sort(runs_.begin(), runs_.end(), [](const Run& a, const Run& b) {
            return std::tie(b.folder.newest, a.folder.path) < std::tie(a.folder.newest, b.folder.path);
        });
        const std::size_t most = std::min(limit, runs_.size());
        const BootTime end = clock_.boot() + budget_.read;
        std::vector<const Run*> unread;
        for (std::size_t i = 0; i < most; ++i) {
            wire::RunFound message = message_of(runs_[i], end);
            if (!message.read) unread.push_back(&runs_[i]);
            if (!taker_.found(std::move(message))) return;
        }
        if (!read_later(unread)) return;
        wire::RunsEnd last{roots_, !complete_ || most < runs_.size(), looked_at_, found()};
        (void)taker_.end(std::move(last));
    }

private:
    struct Run {
        Seen folder;  ///< with the latest file names only
        std::uint32_t event_files;
    };
    [[nodiscard]] std::uint32_t found() const { return static_cast<std::uint32_t>(runs_.size()); }

    /// False if the receiver wants no more.
    [[nodiscard]] bool read_later(const std::vector<const Run*>& unread) {
        const BootTime end = clock_.boot() + budget_.read_later;
        for (const Run* run : unread) {
            if (clock_.boot() >= end) break;
            wire::RunFound message = message_of(*run, std::min<BootTime>(end, clock_.boot() + budget_.read_one));
            if (message.read && !taker_.found(std::move(message))) return false;
        }
        return true;
    }

    /// False if the receiver wants no more.
    [[nodiscard]] bool look() {
        Walk walk(clock_, budget_.look);
        for (const std::string& root : roots_) walk.start_at(root);
        walk.tell_each_once();
        OwnedHomes homes = folders_.owned_homes();
        walk.admit_only({[this](const std::string& path, std::string_view name, bool link) { return may_look_into(path, name, link); },
                         [&homes](const struct stat& folder) { return !homes.foreign_owner(folder); }});
        bool heard = true;
        BootTime next_word = clock_.boot() + between_words;
        walk.run([&](const Seen& seen) {
            ++looked_at_;
            if (!seen.event_files.empty() && LogDir::parse(seen.path)) remember(seen);
            if (clock_.boot() >= next_word) {
                next_word = clock_.boot() + between_words;
                const std::string where = LogDir::parse(seen.path) ? seen.path : roots_[seen.start];
                heard = taker_.progress({looked_at_, found(), where});
            }
            return heard && runs_.size() < budget_.most_found;
        });
        complete_ = walk.complete() && runs_.size() < budget_.most_found;
        return heard;
    }

    void remember(const Seen& seen) {
        Run run{seen, static_cast<std::uint32_t>(seen.event_files.size())};
        std::vector<std::string>& names = run.folder.event_files;
        // Event files have their creation time in their names.
        if (names.size() > most_names) names.erase(names.begin(), names.end() - most_names);
        runs_.push_back(std::move(run));
    }

    [[nodiscard]] bool may_look_into(const std::string& path, std::string_view name, bool link) {
        if (name.starts_with('.') || std::find(never_looked_into.begin(), never_looked_into.end(), name) != never_looked_into.end())
            return false;
        if (!link) return true;
        if (!folders_.readable(path)) return false;
        const std::string target = resolved(path);
        // Do not follow links to the root or to a folder above.
        return target.size() > 1 &&
               std::none_of(roots_.begin(), roots_.end(), [&](const std::string& root) { return lies_in(root, target); });
    }

    [[nodiscard]] wire::RunFound message_of(const Run& run, BootTime end) const {
        const Seen& folder = run.folder;
        Preview shown = preview(folder.path, folder.event_files, clock_, end);
        const std::string& root = roots_[folder.start];
        wire::RunFound message;
        message.path = folder.path;
        message.name = folder.depth == 0 ? root.substr(root.rfind('/') + 1) : folder.path.substr(root == "/" ? 1 : root.size() + 1);
        message.newest = folder.newest;
        message.event_files = run.event_files;
        message.bytes = folder.bytes;
        message.read = shown.complete;
        message.has_step = shown.last_step.has_value();
        message.step = shown.last_step.value_or(0);
        message.curves = std::move(shown.curves);
        return message;
    }

    Folders& folders_;
    const Clock& clock_;
    const std::vector<std::string>& roots_;
    const RunsTaker& taker_;
    const RunsBudget& budget_;
    std::vector<Run> runs_;
    std::uint32_t looked_at_ = 0;
    bool complete_ = true;
};

}  // namespace

void find_runs(Folders& folders, const std::vector<std::string>& roots, std::size_t limit, const RunsTaker& taker,
               const RunsBudget& budget) {
    Finder(folders, roots, taker, budget).run(limit);
}

std::vector<std::string> expanded_roots(const std::vector<std::string>& written, const std::string& home, const std::string& user) {
    std::vector<std::string> roots;
    for (const std::string& text : written) {
        std::string root;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (i == 0 && text[i] == '~') {
                root += home;
            } else if (text[i] == '%' && i + 1 < text.size()) {
                const char letter = text[++i];
                root += letter == 'h' ? home : letter == 'u' ? user : std::string(1, letter);
            } else {
                root += text[i];
            }
        }
        root = tidy(root);
        if (std::find(roots.begin(), roots.end(), root) == roots.end() && roots.size() < wire::longest::roots) roots.push_back(root);
    }
    return roots;
}

}  // namespace boardgate::logdirs

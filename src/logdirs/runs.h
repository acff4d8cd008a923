// SPDX-License-Identifier: MIT
// Answers searches for runs: looks below the roots, reads the runs of the page that is asked for, and keeps both for the next
// search. Time, entries, depth and bytes are bounded.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "src/base/peer.h"
#include "src/base/timed_mutex.h"
#include "src/logdirs/folders.h"
#include "src/logdirs/previews.h"
#include "src/logdirs/run_rows.h"
#include "src/wire/folder_messages.h"

namespace boardgate::logdirs {

/// The receivers of results; each returns false to stop the search.
struct RunsTaker {
    TellProgress progress;
    std::function<bool(wire::RunFound)> found;
    std::function<bool(wire::RunsEnd)> end;
};

struct RunsBudget {
    Budget look{std::chrono::seconds(8), 2'000'000, 16};
    std::chrono::milliseconds read = std::chrono::seconds(6);
    std::chrono::milliseconds read_later = std::chrono::seconds(18);  ///< while the rows are shown already
    std::chrono::milliseconds read_one = std::chrono::seconds(5);     ///< of these; the receiver waits for each
    std::chrono::milliseconds read_for_sorting = std::chrono::milliseconds(1500);
    std::size_t most_found = 20000;
    std::chrono::milliseconds patience = patience_with_a_folder;
};

class RunSearch {
public:
    explicit RunSearch(Folders& folders, const RunsBudget& budget = {}) : folders_(folders), budget_(budget), previews_(folders.clock()) {}

    /// `roots` are folders that the user may read. Thread-safe.
    void run(const wire::FindRuns& request, const std::vector<std::string>& roots, const Account& who, const RunsTaker& taker);

private:
    /// A look, and the runs that its folders make.
    struct Looked {
        explicit Looked(std::shared_ptr<const RunListing> of) : listing(std::move(of)), whole(whole_runs(listing->runs)) {}
        /// The same runs, looked at later.
        Looked(std::shared_ptr<const RunListing> later, const Looked& before) : listing(std::move(later)), whole(before.whole) {
            for (WholeRun& one : whole) one.move_to(before.listing->runs, listing->runs);
        }
        std::shared_ptr<const RunListing> listing;
        std::vector<WholeRun> whole;  ///< of these runs
    };
    using LookedPtr = std::shared_ptr<const Looked>;
    /// What is kept for one set of roots.
    struct Kept {
        TimedMutex looking;  ///< held during a look; guards the rest
        LookedPtr last;
        BootTime looked{};  ///< the end of the last look, which may have found nothing new
        std::chrono::nanoseconds look_took{};
        std::shared_ptr<DirectoryCache> cache;
        BootTime cache_since{};
        BootTime used{};  ///< guarded by kept_
    };
    /// Several tabs may look below different folders.
    static constexpr std::size_t most_kept = 4;

    [[nodiscard]] std::shared_ptr<Kept> kept_for(const std::vector<std::string>& roots);
    [[nodiscard]] std::vector<std::string> kept_above(const std::string& root);
    [[nodiscard]] LookedPtr look_at(const std::vector<std::string>& roots, bool next_page, const LookWatcher& watcher);
    [[nodiscard]] LookedPtr look_below(const std::vector<std::string>& roots, bool next_page, const LookWatcher& watcher);
    [[nodiscard]] bool is_being_written(std::int64_t newest) const;
    [[nodiscard]] bool holds_points(const WholeRun& run, BootTime end);
    [[nodiscard]] std::uint32_t read_for_sorting(const std::vector<const WholeRun*>& runs);
    [[nodiscard]] std::optional<double> number_of(const wire::FindRuns& request, const WholeRun& run) const;
    [[nodiscard]] std::vector<RunRow> rows_of(const wire::FindRuns& request, const Looked& looked, wire::RunsEnd& end);
    /// The first rows of what a look has found until now.
    [[nodiscard]] bool tell_early(const wire::FindRuns& request, const RunListing& so_far, const RunsTaker& taker) const;
    [[nodiscard]] bool read_later(const std::vector<const RunRow*>& unread, const wire::FindRuns& request, const RunListing& listing,
                                  const RunsTaker& taker);
    [[nodiscard]] wire::RunFound unread_message_of(const RunRow& row) const;
    [[nodiscard]] wire::RunFound message_of(const RunRow& row, const wire::FindRuns& request, const RunListing& listing, BootTime end);

    Folders& folders_;
    const RunsBudget budget_;
    Previews previews_;
    LockGuarded<std::map<std::vector<std::string>, std::shared_ptr<Kept>>> kept_;
};

/// The default roots of an account: `~` and `%h` are its home, `%u` its name.
[[nodiscard]] std::vector<std::string> expanded_roots(const std::vector<std::string>& written, const std::string& home,
                                                      const std::string& user);

}  // namespace boardgate::logdirs

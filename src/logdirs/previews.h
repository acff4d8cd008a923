// SPDX-License-Identifier: MIT
// Runs that were read, kept while they do not change. The curves of those that were not needed for long are given up; the
// last and best values stay, for sorting.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/base/lock_guarded.h"
#include "src/logdirs/preview.h"
#include "src/logdirs/run_listing.h"

namespace boardgate::logdirs {

class Previews {
public:
    /// Points of curves, of all runs together: 16 bytes each.
    static constexpr std::size_t most_points = 2'000'000;
    /// Tags of a run whose values are kept.
    static constexpr std::size_t most_values = 32;

    explicit Previews(const Clock& clock) : clock_(clock) {}

    struct Values {
        double last = 0;  ///< each is NaN if there is no number
        double least = 0;
        double greatest = 0;
    };
    struct Summary {
        std::optional<std::int64_t> last_step{};
        std::map<std::string, Values, std::less<>> values{};  ///< by tag
    };

    // All are thread-safe.
    /// Reads the run unless it is known. Null if there was no time, or its file system does not answer.
    [[nodiscard]] std::shared_ptr<const Preview> read(const Run& run, BootTime end);
    /// What is known without reading; null if it was not read, or changed since.
    [[nodiscard]] std::shared_ptr<const Summary> known(const Run& run) const;
    /// The most common tags of these runs, the most common first.
    [[nodiscard]] std::vector<std::string> common_tags(const RunListing& listing, std::size_t most) const;
    static constexpr std::size_t most_runs = 30'000;
    /// Beyond most_runs, forgets runs that are not in the listing.
    void keep_only(const RunListing& listing);

private:
    struct Kept {
        Run run;  ///< as it was read
        std::shared_ptr<const Summary> summary;
        std::shared_ptr<const Preview> preview{};  ///< null: given up
        std::list<std::string>::iterator age{};
    };
    struct Contents {
        std::map<std::string, Kept> runs{};  ///< by path
        std::list<std::string> by_age{};     ///< of those with a preview; the longest unused first
        std::size_t points = 0;
    };
    static void give_up(Contents& contents, Kept& kept);
    static void use(Contents& contents, const std::string& path, Kept& kept);

    const Clock& clock_;
    LockGuarded<Contents> contents_;
};

}  // namespace boardgate::logdirs

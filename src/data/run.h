// SPDX-License-Identifier: MIT
// The runs of a board, as Provider reads them. A RunSource makes them, from event files or, in tests, from values.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>

#include "src/data/series.h"

namespace boardgate::data {

struct Run {
    using AllSeries = std::map<std::string, Series, std::less<>>;

    mutable std::shared_mutex mutex;   ///< guards the members below; RunReader holds it while it adds points
    std::optional<double> start_time;  ///< of the earliest event, seconds since 1970; without it the run is not listed
    AllSeries series;                  ///< by tag
};

/// Runs by name. A run that is read anew becomes another object of the same name.
using Runs = std::map<std::string, std::shared_ptr<const Run>, std::less<>>;

class RunSource {
public:
    RunSource() = default;
    RunSource(const RunSource&) = delete;
    RunSource& operator=(const RunSource&) = delete;
    virtual ~RunSource() = default;
    /// The present runs. Thread-safe.
    [[nodiscard]] virtual std::shared_ptr<const Runs> runs() const = 0;
};

}  // namespace boardgate::data

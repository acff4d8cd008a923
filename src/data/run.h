// SPDX-License-Identifier: MIT
// The runs of a board, as what answers questions sees them. Where they come from is their source's matter: event files,
// or what somebody computes.
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

    mutable std::shared_mutex mutex;   ///< of all below
    std::optional<double> start_time;  ///< of the earliest event, seconds since 1970; none: TensorBoard lists no such run
    AllSeries series;                  ///< by tag
};

/// By name. A run that is read anew is replaced by another one of the same name.
using Runs = std::map<std::string, std::shared_ptr<const Run>, std::less<>>;

class RunSource {
public:
    RunSource() = default;
    RunSource(const RunSource&) = delete;
    RunSource& operator=(const RunSource&) = delete;
    virtual ~RunSource() = default;
    /// As they are now. From any thread.
    [[nodiscard]] virtual std::shared_ptr<const Runs> runs() const = 0;
};

}  // namespace boardgate::data

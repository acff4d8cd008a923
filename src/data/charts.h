// SPDX-License-Identifier: MIT
// The requests that draw scalars, answered as TensorBoard answers them (tensorboard/plugins/metrics and scalar, version
// 2.21.0): the same JSON, byte for byte. Python needs 13 us for each point of it. All else is TensorBoard's to answer:
// errors, other plugins, descriptions in Markdown.
#pragma once

#include <optional>
#include <string>

#include "src/data/growth.h"
#include "src/data/http1.h"
#include "src/data/run.h"
#include "src/data/sampling.h"

namespace boardgate::data {

class Charts {
public:
    Charts(const RunSource& source, const SamplesPerPlugin& samples);

    /// None: TensorBoard answers, or nobody if the answer is too large.
    [[nodiscard]] std::optional<std::string> json(const Http1Request& request, Growth& growth) const;

private:
    struct Route;
    static const Route routes[];
    using Json = std::optional<std::string>;

    [[nodiscard]] Json time_series(const Http1Request& request, Growth& growth) const;
    [[nodiscard]] Json time_series_tags(const Http1Request& request, Growth& growth) const;
    [[nodiscard]] Json scalars(const Http1Request& request, Growth& growth) const;
    [[nodiscard]] Json scalars_of_runs(const Http1Request& request, Growth& growth) const;
    [[nodiscard]] Json scalar_tags(const Http1Request& request, Growth& growth) const;
    [[nodiscard]] Json runs(const Http1Request& request, Growth& growth) const;
    /// False: it is too large.
    [[nodiscard]] bool append_series_of(std::string& json, const std::string& tag, const std::string& run, Growth& growth) const;

    const RunSource& source_;
    std::optional<std::uint32_t> most_points_;  ///< in a chart; none: TensorBoard answers
};

}  // namespace boardgate::data

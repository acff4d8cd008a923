// SPDX-License-Identifier: MIT
// Runs that are in no file. Each call gives another map, as a log directory does when its runs have changed, and a map is empty once
// nobody holds it.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "src/data/run.h"

namespace boardgate::data {

struct ComputedRuns : RunSource {
    Runs all;
    mutable std::list<Runs> given;

    [[nodiscard]] std::shared_ptr<const Runs> runs() const override {
        given.push_back(all);
        return {&given.back(), [](Runs* map) { map->clear(); }};
    }
    void add(const std::string& name, const std::string& tag, const std::vector<float>& values) {
        auto run = std::make_shared<Run>();
        run->start_time = 5;
        Series series(events::kind_of_series({.form = events::Form::simple}), Capacity{1000});
        for (std::size_t i = 0; i < values.size(); ++i)
            series.put_scalar(static_cast<std::int64_t>(i), 10.0 + static_cast<double>(i), values[i]);
        run->series.emplace(tag, std::move(series));
        all.emplace(name, std::move(run));
    }
};

}  // namespace boardgate::data

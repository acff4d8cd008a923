// SPDX-License-Identifier: MIT
#include "src/logdirs/previews.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "src/logdirs/silence.h"

namespace boardgate::logdirs {

namespace {

/// For reading one run, which is at most 4 MiB.
constexpr std::chrono::seconds patience_with_a_run{8};

std::size_t points_of(const Preview& preview) {
    std::size_t points = 0;
    for (const wire::Curve& curve : preview.curves) points += curve.points.size();
    return points;
}

std::shared_ptr<const Previews::Summary> summary_of(const Preview& preview) {
    auto summary = std::make_shared<Previews::Summary>();
    summary->last_step = preview.last_step;
    for (const wire::Curve& curve : preview.curves) {
        if (summary->values.size() >= Previews::most_values) break;
        if (!curve.points.empty())
            summary->values.emplace(curve.tag, Previews::Values{curve.points.back().value, curve.least, curve.greatest});
    }
    return summary;
}

}  // namespace

void Previews::give_up(Contents& contents, Kept& kept) {
    if (kept.preview == nullptr) return;
    contents.points -= points_of(*kept.preview);
    contents.by_age.erase(kept.age);
    kept.preview = nullptr;
}

void Previews::use(Contents& contents, const std::string& path, Kept& kept) {
    kept.age = contents.by_age.insert(contents.by_age.end(), path);
    contents.points += points_of(*kept.preview);
    while (contents.points > most_points && contents.by_age.size() > 1) give_up(contents, contents.runs.at(contents.by_age.front()));
}

std::shared_ptr<const Preview> Previews::read(const Run& run, BootTime end) {
    {
        const auto contents = contents_.lock();
        const auto found = contents->runs.find(run.path);
        if (found != contents->runs.end() && found->second.preview != nullptr && found->second.run.same_content(run)) {
            contents->by_age.splice(contents->by_age.end(), contents->by_age, found->second.age);
            return found->second.preview;
        }
    }
    if (clock_.boot() >= end) return nullptr;
    const auto read_it = [run, end, &clock = clock_] { return preview(run.path, run.names, clock, end); };
    auto fresh = patiently<Preview>(run.path, read_it, patience_with_a_run);
    if (!fresh || !fresh->complete) return nullptr;
    auto shared = std::make_shared<const Preview>(*std::move(fresh));
    const auto contents = contents_.lock();
    Kept& kept = contents->runs[run.path];
    give_up(*contents, kept);
    kept.run = run;
    kept.summary = summary_of(*shared);
    kept.preview = shared;
    use(*contents, run.path, kept);
    return shared;
}

std::shared_ptr<const Previews::Summary> Previews::known(const Run& run) const {
    const auto contents = contents_.read();
    const auto found = contents->runs.find(run.path);
    return found != contents->runs.end() && found->second.run.same_content(run) ? found->second.summary : nullptr;
}

std::vector<std::string> Previews::common_tags(const RunListing& listing, std::size_t most) const {
    std::map<std::string, std::size_t> counts;
    {
        const auto contents = contents_.read();
        for (const Run& run : listing.runs) {
            const auto found = contents->runs.find(run.path);
            if (found == contents->runs.end()) continue;
            for (const auto& [tag, value] : found->second.summary->values) ++counts[tag];
        }
    }
    std::vector<std::pair<std::size_t, std::string>> tags;
    for (auto& [tag, count] : counts) tags.emplace_back(count, tag);
    std::stable_sort(tags.begin(), tags.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<std::string> names;
    for (auto& [count, tag] : tags) {
        if (names.size() < most) names.push_back(std::move(tag));
    }
    return names;
}

void Previews::keep_only(const RunListing& listing) {
    if (contents_.read()->runs.size() <= most_runs) return;
    std::set<std::string_view> there;
    for (const Run& run : listing.runs) there.insert(run.path);
    const auto contents = contents_.lock();
    for (auto some = contents->runs.begin(); some != contents->runs.end();) {
        if (there.contains(some->first)) {
            ++some;
            continue;
        }
        give_up(*contents, some->second);
        some = contents->runs.erase(some);
    }
}

}  // namespace boardgate::logdirs

// SPDX-License-Identifier: MIT
#include "src/logdirs/curves.h"

#include <algorithm>
#include <cctype>

#include "src/base/names.h"

namespace boardgate::logdirs {

using wire::Point;

namespace {

constexpr std::size_t most_kept = 4 * wire::longest::points;

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

bool is_loss(std::string_view tag) { return lower(tag).find("loss") != std::string::npos; }

/// `accuracy`, or `acc` as a word: not acceleration, not gradient_accumulation.
bool is_accuracy(std::string_view tag) {
    const std::string text = lower(tag);
    if (text.find("accuracy") != std::string::npos) return true;
    const auto is_letter = [&](std::size_t at) { return at < text.size() && std::isalpha(static_cast<unsigned char>(text[at])) != 0; };
    for (std::size_t at = text.find("acc"); at != std::string::npos; at = text.find("acc", at + 1)) {
        if ((at == 0 || !is_letter(at - 1)) && !is_letter(at + 3)) return true;
    }
    return false;
}

bool is_wanted(std::string_view tag) { return is_loss(tag) || is_accuracy(tag); }

}  // namespace

void Curves::Series::add(const Point& point) {
    if (seen == 0 || point.step >= last.step) last = point;
    if (seen++ % stride != 0) return;
    points.push_back(point);
    if (points.size() < most_kept) return;
    for (std::size_t i = 0; 2 * i < points.size(); ++i) points[i] = points[2 * i];
    points.resize(most_kept / 2);
    stride *= 2;
}

std::vector<Point> Curves::Series::thinned() const {
    std::vector<Point> all = points;
    all.push_back(last);
    // Files of a run may overlap, and so may parts of a long file; one point per step is enough.
    std::stable_sort(all.begin(), all.end(), [](const Point& a, const Point& b) { return a.step < b.step; });
    const auto first_of_the_end = std::unique(all.rbegin(), all.rend(), [](const Point& a, const Point& b) { return a.step == b.step; });
    all.erase(all.begin(), first_of_the_end.base());
    constexpr std::size_t most = wire::longest::points;
    if (all.size() <= most) return all;
    std::vector<Point> few;
    for (std::size_t i = 0; i < most; ++i) few.push_back(all[i * (all.size() - 1) / (most - 1)]);
    return few;
}

Curves::Series* Curves::series_of(std::string_view tag) {
    if (const auto found = tags_.find(tag); found != tags_.end()) return &found->second;
    ++tags_seen_;
    if (tags_.size() >= most_tags) {
        if (!is_wanted(tag)) return nullptr;
        const auto dull = std::find_if(tags_.begin(), tags_.end(), [](const auto& known) { return !is_wanted(known.first); });
        if (dull == tags_.end()) return nullptr;
        tags_.erase(dull);
    }
    Series& series = tags_[std::string(tag)];
    series.first_seen = tags_seen_;
    return &series;
}

void Curves::add(std::int64_t step, const SummaryValue& value) {
    if (value.tag.empty() || value.tag.size() > longest_tag) return;
    if (!value.simple) {
        // A histogram of one bucket is a tensor of one number, too; only the first event of a tag names the plugin.
        const bool foreign = !value.plugin.empty() && value.plugin != "scalars";
        if (foreign && not_scalars_.size() < most_tags) not_scalars_.emplace(value.tag);
        if (foreign || not_scalars_.contains(value.tag)) return;
    }
    if (!value.value) return;
    if (Series* series = series_of(value.tag)) series->add({step, *value.value});
}

const Curves::Tags::value_type* Curves::shortest_that(bool (*fits)(std::string_view)) const {
    const Tags::value_type* best = nullptr;
    for (const auto& tag : tags_) {
        if (fits(tag.first) && (best == nullptr || tag.first.size() < best->first.size())) best = &tag;
    }
    return best;
}

std::vector<wire::Curve> Curves::best() const {
    std::vector<const Tags::value_type*> chosen;
    const auto choose = [&](const Tags::value_type* tag) {
        const bool again = std::find(chosen.begin(), chosen.end(), tag) != chosen.end();
        if (tag != nullptr && !again && chosen.size() < wire::longest::curves) chosen.push_back(tag);
    };
    choose(shortest_that(is_loss));
    choose(shortest_that(is_accuracy));
    std::vector<const Tags::value_type*> others;
    for (const auto& tag : tags_) others.push_back(&tag);
    std::sort(others.begin(), others.end(), [](const auto* a, const auto* b) { return a->second.first_seen < b->second.first_seen; });
    std::for_each(others.begin(), others.end(), choose);

    std::vector<wire::Curve> curves;
    for (const Tags::value_type* tag : chosen) curves.push_back({shown_tag(tag->first), tag->second.thinned()});
    return curves;
}

std::string shown_tag(std::string_view tag) {
    std::string text(tag);
    const bool utf8 = is_utf8(tag);
    for (char& c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !utf8)) c = '?';
    }
    if (text.size() <= wire::longest::tag) return text;
    std::size_t end = wire::longest::tag;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end);
}

}  // namespace boardgate::logdirs

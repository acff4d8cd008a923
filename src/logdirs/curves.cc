// SPDX-License-Identifier: MIT
#include "src/logdirs/curves.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

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

void Curves::Series::count(double value) {
    if (!std::isfinite(value)) return;
    least = std::min(least.value_or(value), value);
    greatest = std::max(greatest.value_or(value), value);
}

void Curves::Series::add(const Point& point) {
    while (!points.empty() && points.back().step >= point.step) points.pop_back();
    if (seen > 0 && last.step >= point.step) {
        seen = points.size() * stride;
        least.reset();
        greatest.reset();
        for (const Point& kept : points) count(kept.value);
    }
    count(point.value);
    last = point;
    if (seen++ % stride != 0) return;
    points.push_back(point);
    if (points.size() < most_kept) return;
    for (std::size_t i = 0; 2 * i < points.size(); ++i) points[i] = points[2 * i];
    points.resize(most_kept / 2);
    stride *= 2;
}

std::vector<Point> Curves::Series::thinned() const {
    std::vector<Point> all = points;
    if (all.empty() || all.back().step != last.step) all.push_back(last);
    constexpr std::size_t most = wire::longest::points;
    if (all.size() <= most) return all;
    std::vector<Point> few;
    for (std::size_t i = 0; i < most; ++i) few.push_back(all[i * (all.size() - 1) / (most - 1)]);
    return few;
}

Curves::Kind& Curves::kind_of(const events::Value& value) {
    if (const auto found = kinds_.find(value.tag); found != kinds_.end()) return found->second;
    events::SeriesKind kind = events::kind_of_series(value);
    if (kinds_.size() < most_kinds) return kinds_.emplace(value.tag, Kind{kind.data_class, std::move(kind.plugin)}).first->second;
    others_.data_class = kind.data_class;
    others_.plugin = std::move(kind.plugin);
    return others_;
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

void Curves::add(std::int64_t step, const events::Value& value, events::Loader* loader) {
    if (value.tag.size() > longest_tag) return;
    Kind& kind = kind_of(value);
    switch (kind.data_class) {
        case events::DataClass::unknown:
            return;
        case events::DataClass::scalar:
            if (const auto number = events::scalar_of(value, loader)) {
                kind.last_step = step;
                if (Series* series = value.tag.empty() ? nullptr : series_of(value.tag)) series->add({step, *number});
            }
            return;
        case events::DataClass::tensor:
            if (events::is_tensor(value, loader)) kind.last_step = step;
            return;
        case events::DataClass::blobs:
            events::Blobs blobs;
            if (events::read_blobs(value.form, value.bytes, kind.plugin, blobs, loader)) kind.last_step = step;
            return;
    }
}

std::optional<std::int64_t> Curves::last_step() const {
    std::optional<std::int64_t> last = others_.last_step;
    for (const auto& [tag, kind] : kinds_) last = std::max(last, kind.last_step);
    return last;
}

const Curves::Tags::value_type* Curves::shortest_that(bool (*fits)(std::string_view)) const {
    const Tags::value_type* best = nullptr;
    for (const auto& tag : tags_) {
        if (fits(tag.first) && (best == nullptr || tag.first.size() < best->first.size())) best = &tag;
    }
    return best;
}

std::vector<wire::Curve> Curves::all() const {
    std::vector<const Tags::value_type*> in_order;
    for (const auto& tag : tags_) in_order.push_back(&tag);
    std::sort(in_order.begin(), in_order.end(), [](const auto* a, const auto* b) { return a->second.first_seen < b->second.first_seen; });
    const auto put_first = [&](const Tags::value_type* tag) {
        const auto found = std::find(in_order.begin(), in_order.end(), tag);
        if (found != in_order.end()) std::rotate(in_order.begin(), found, found + 1);
    };
    put_first(shortest_that(is_accuracy));
    put_first(shortest_that(is_loss));

    std::vector<wire::Curve> curves;
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    for (const Tags::value_type* tag : in_order) {
        const Series& series = tag->second;
        curves.push_back({shown_tag(tag->first), series.thinned(), series.least.value_or(none), series.greatest.value_or(none)});
    }
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

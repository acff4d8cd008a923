// SPDX-License-Identifier: MIT
#include "src/boardgated/api/curves_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "src/boardgated/gate/portal_page.h"

namespace boardgate::boardgated {

namespace {

using namespace fmt::literals;
using wire::Point;

// Of a figure, in units of its view box.
constexpr double width = 420;
constexpr double height = 180;
constexpr double left = 64;
constexpr double bottom = 18;
constexpr double edge = 6;
constexpr std::size_t inks = 8;

// Text is at least 4.5 times as bright or dark as its ground, a line 3 times.
constexpr const char* style = R"(:root { color-scheme: light dark; --ground: #fff; --text: #1a1d21; --quiet: #555c66; --line: #c9ced6;
 --ink1: #1763b6; --ink2: #b3470a; --ink3: #17774a; --ink4: #9a2c8f; --ink5: #7a6400; --ink6: #c0243a; --ink7: #0b7285; --ink8: #5f4bd1; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171b; --text: #e8eaed; --quiet: #a7aeb8; --line: #3b424c;
 --ink1: #6fb1ff; --ink2: #ff9d5c; --ink3: #58d19a; --ink4: #ef8ae4; --ink5: #d9c04a; --ink6: #ff8290; --ink7: #4fc8dd; --ink8: #a99bff; } }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 72rem; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
h1, h2 { line-height: 1.25; overflow-wrap: anywhere; } h2 { font-size: 1rem; margin: 0 0 .25rem; }
.made { color: var(--quiet); } .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(24rem, 100%), 1fr)); gap: 1.5rem; }
figure { margin: 0; } svg { width: 100%; height: auto; display: block; }
svg text { font: 11px system-ui, sans-serif; fill: var(--quiet); } .axis { fill: none; stroke: var(--line); }
polyline { fill: none; stroke-width: 1.75; stroke-linejoin: round; }
.more { stroke-dasharray: 5 3; } .scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); } td { font-variant-numeric: tabular-nums; }
h2.last { margin-top: 2rem; }
.key { display: inline-block; width: 1.25rem; border-top: 3px solid; margin-right: .4rem; vertical-align: middle; }
)";

std::string ink_rules() {
    std::string rules;
    for (std::size_t ink = 1; ink <= inks; ++ink)
        rules += fmt::format("polyline.ink{0} {{ stroke: var(--ink{0}); }} .key.ink{0} {{ border-color: var(--ink{0}); }}\n", ink);
    return rules;
}

/// "2026-11-30 18:24 UTC"
std::string minute_of(WallTime time) {
    std::string text = rfc3339(time).substr(0, 16);
    text[10] = ' ';
    return text + " UTC";
}

/// Fits beside an axis.
std::string short_number(double value) { return std::isfinite(value) ? fmt::format("{:.3g}", value) : std::string("–"); }
std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.5g}", value) : std::string("–"); }

/// Beyond the first inks, lines are dashed.
std::string look_of(std::size_t run) { return fmt::format("ink{}{}", run % inks + 1, run / inks % 2 == 1 ? " more" : ""); }

/// What can be drawn of a run's tag.
struct Line {
    std::size_t run;
    std::vector<Point> points;
};
using LinesOfTags = std::map<std::string, std::vector<Line>>;

LinesOfTags lines_of(const std::vector<wire::RunFound>& runs) {
    LinesOfTags tags;
    for (std::size_t run = 0; run < runs.size(); ++run) {
        for (const wire::Curve& curve : runs[run].curves) {
            std::vector<Point> points = curve.points;
            std::erase_if(points, [](const Point& point) { return !std::isfinite(point.value); });
            if (!points.empty()) tags[curve.tag].push_back({run, std::move(points)});
        }
    }
    return tags;
}

std::string figure(const std::string& tag, const std::vector<Line>& lines, const std::vector<wire::RunFound>& runs) {
    std::int64_t from = lines.front().points.front().step;
    std::int64_t to = from;
    double low = lines.front().points.front().value;
    double high = low;
    for (const Line& line : lines) {
        from = std::min(from, line.points.front().step);
        to = std::max(to, line.points.back().step);
        for (const Point& point : line.points) {
            low = std::min(low, point.value);
            high = std::max(high, point.value);
        }
    }
    const double steps = to > from ? static_cast<double>(to) - static_cast<double>(from) : 1;
    // Halves: the distance of two finite numbers may not be finite.
    const double span = high > low ? high / 2 - low / 2 : 0.5;
    std::string drawn;
    for (const Line& line : lines) {
        std::string points;
        for (const Point& point : line.points) {
            const double x = left + (static_cast<double>(point.step) - static_cast<double>(from)) / steps * (width - left - edge);
            const double y = height - bottom - (point.value / 2 - low / 2) / span * (height - bottom - edge);
            points += fmt::format("{:.1f},{:.1f} ", x, y);
        }
        // One point would be no line.
        if (line.points.size() == 1) points += points;
        drawn += fmt::format("<polyline class=\"{}\" stroke-linecap=\"round\" points=\"{}\"><title>{}: {}</title></polyline>\n",
                             look_of(line.run), points, escaped(runs[line.run].name), number(line.points.back().value));
    }
    return fmt::format(R"(<figure><h2>{tag}</h2>
<svg viewBox="0 0 {width} {height}" role="img" aria-label="{tag}: {lines} curves, from {low} to {high}">
<path class="axis" d="M{left} {edge}V{floor}H{right}"/>
<text x="{beside}" y="14" text-anchor="end">{high}</text><text x="{beside}" y="{floor}" text-anchor="end">{low}</text>
<text x="{left}" y="{under}">{from}</text><text x="{right}" y="{under}" text-anchor="end">step {to}</text>
{drawn}</svg></figure>
)",
                       "tag"_a = escaped(tag), "width"_a = width, "height"_a = height, "lines"_a = lines.size(),
                       "low"_a = short_number(low), "high"_a = short_number(high), "left"_a = left, "edge"_a = edge,
                       "floor"_a = height - bottom, "right"_a = width - edge, "beside"_a = left - 6, "under"_a = height - 4,
                       "from"_a = from, "to"_a = to, "drawn"_a = drawn);
}

std::string table(const LinesOfTags& tags, const std::vector<wire::RunFound>& runs) {
    std::string head = "<th>Run</th>";
    for (const auto& [tag, lines] : tags) head += "<th>" + escaped(tag) + "</th>";
    std::string rows;
    for (std::size_t run = 0; run < runs.size(); ++run) {
        rows += fmt::format("<tr><th scope=\"row\"><span class=\"key {}\"></span>{}</th>", look_of(run), escaped(runs[run].name));
        for (const auto& [tag, lines] : tags) {
            const auto found = std::ranges::find(lines, run, &Line::run);
            rows += "<td>" + (found == lines.end() ? std::string() : number(found->points.back().value)) + "</td>";
        }
        rows += "</tr>\n";
    }
    return "<h2 class=\"last\">Last values</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Last "
           "values\"><table>\n<tr>" +
           head + "</tr>\n" + rows + "</table></div>\n";
}

}  // namespace

std::string curves_html(const CurvesPage& page) {
    const LinesOfTags tags = lines_of(page.runs);
    std::string figures;
    for (const auto& [tag, lines] : tags) figures += figure(tag, lines, page.runs);
    std::string which =
        page.all_runs > page.runs.size() ? fmt::format(" The first {} of {} runs are here.", page.runs.size(), page.all_runs) : "";
    if (tags.empty()) which += " There are no curves yet.";
    return fmt::format(R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="boardgate">
<title>{title}</title>
<style>
{style}{inks}</style>
</head>
<body>
<h1>{title}</h1>
<p class="made">Curves of a TensorBoard of {owner} on {server}, made at {made}. This file stays as it is: it does not follow the training,
and it cannot be taken back from the people who have it. A curve is drawn with at most {points} points.{which}</p>
<div class="figures">
{figures}</div>
{table}</body>
</html>
)",
                       "title"_a = escaped(page.title), "style"_a = style, "inks"_a = ink_rules(), "owner"_a = escaped(page.owner),
                       "server"_a = escaped(page.server), "made"_a = minute_of(page.made), "points"_a = wire::longest::points,
                       "which"_a = which, "figures"_a = figures, "table"_a = tags.empty() ? std::string() : table(tags, page.runs));
}

}  // namespace boardgate::boardgated

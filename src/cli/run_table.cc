// SPDX-License-Identifier: MIT
#include "src/cli/run_table.h"

#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

#include "src/base/byte_size.h"
#include "src/cli/terminal.h"

namespace boardgate::cli {

using Json::Value;

namespace {

constexpr std::array<const char*, 8> blocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::size_t curve_columns = 16;

/// The last number in each column, or NaN.
std::vector<double> column_values(const Value& points, std::size_t columns) {
    std::vector<double> values(columns, std::numeric_limits<double>::quiet_NaN());
    const double first = points[0][0].asDouble();
    const double last = points[points.size() - 1][0].asDouble();
    for (const Value& point : points) {
        const double part = last > first ? (point[0].asDouble() - first) / (last - first) : 0;
        const auto column = static_cast<std::size_t>(std::lround(part * static_cast<double>(columns - 1)));
        if (point[1].isNumeric()) values[std::min(column, columns - 1)] = point[1].asDouble();
    }
    return values;
}

}  // namespace

std::string drawn(const Value& points, std::size_t columns) {
    if (!points.isArray() || points.empty()) return {};
    // At most as many columns as points: a short run would otherwise be mostly gaps.
    const std::vector<double> values = column_values(points, std::min<std::size_t>(columns, points.size()));
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const double value : values) {
        if (std::isnan(value)) continue;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    std::string out;
    for (const double value : values) {
        if (std::isnan(value)) {
            out += ' ';
            continue;
        }
        const double part = high > low ? (value - low) / (high - low) : 0.5;
        out += blocks[std::min(blocks.size() - 1, static_cast<std::size_t>(part * static_cast<double>(blocks.size())))];
    }
    return out;
}

std::string age(const Value& time, std::time_t now) {
    std::tm parts{};
    if (!time.isString() || strptime(time.asCString(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return "-";
    const auto seconds = static_cast<std::int64_t>(std::max<std::time_t>(0, now - timegm(&parts)));
    static constexpr std::pair<std::int64_t, const char*> units[] = {{86400, " d"}, {3600, " h"}, {60, " min"}};
    for (const auto& [length, name] : units) {
        if (seconds >= 2 * length) return std::to_string(seconds / length) + name;
    }
    return std::to_string(seconds) + " s";
}

std::vector<std::vector<std::string>> run_rows(const Value& runs, std::time_t now) {
    // People copy the path, so it is never cut; the columns behind it may be.
    std::vector<std::vector<std::string>> rows = {{"AGE", "STEP", "SIZE", "LOGDIR", "CURVE"}};
    for (const Value& run : runs) {
        const Value& curve = run["curves"][0];
        const std::string picture = drawn(curve["points"], curve_columns);
        rows.push_back({age(run["newest"], now), run["step"].isNull() ? "-" : run["step"].asString(), byte_size(run["bytes"].asUInt64()),
                        plain(run["path"].asString()), picture.empty() ? "" : picture + " " + plain(curve["tag"].asString())});
    }
    return rows;
}

}  // namespace boardgate::cli

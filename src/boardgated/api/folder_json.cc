// SPDX-License-Identifier: MIT
#include "src/boardgated/api/folder_json.h"

#include <cmath>

#include "src/base/clock.h"

namespace boardgate::boardgated {

using Json::Value;

namespace {

/// Seconds since 1970; 0 means never. A file system may report times that WallTime cannot represent.
Value time_json(std::int64_t seconds) {
    // The year 2262: the last time of 64-bit nanoseconds.
    constexpr std::int64_t furthest = 9'223'372'036;
    if (seconds == 0 || seconds > furthest || seconds < -furthest) return Value::nullSingleton();
    return rfc3339(WallTime(std::chrono::seconds(seconds)));
}

std::string joined(const std::string& folder, const std::string& name) { return (folder == "/" ? "" : folder) + "/" + name; }

Value row_json(const wire::FolderRow& row, const std::string& folder) {
    Value value(Json::objectValue);
    value["name"] = row.name;
    value["path"] = joined(folder, row.name);
    value["event_files"] = row.event_files;
    value["runs"] = row.runs;
    value["newest"] = time_json(row.newest);
    value["readable"] = row.readable;
    value["complete"] = row.complete;
    return value;
}

/// Rounded to the digits that a picture needs, a third of the bytes. Null for infinity and NaN, which JSON cannot express and
/// failed trainings contain.
Value value_json(double value) {
    if (!std::isfinite(value)) return {};
    constexpr int digits = 7;
    const double magnitude = value == 0 ? 0 : std::floor(std::log10(std::fabs(value)));
    const double unit = std::pow(10, digits - 1 - magnitude);
    return std::isfinite(unit) && unit > 0 ? std::round(value * unit) / unit : value;
}

Value curve_json(const wire::Curve& curve) {
    Value value(Json::objectValue);
    value["tag"] = curve.tag;
    value["points"] = Value(Json::arrayValue);
    for (const wire::Point& point : curve.points) {
        Value pair(Json::arrayValue);
        pair.append(Value(static_cast<Json::Int64>(point.step)));
        pair.append(value_json(point.value));
        value["points"].append(std::move(pair));
    }
    return value;
}

}  // namespace

Value run_json(const wire::RunFound& run) {
    Value value(Json::objectValue);
    value["path"] = run.path;
    value["name"] = run.name;
    value["newest"] = time_json(run.newest);
    value["event_files"] = run.event_files;
    value["bytes"] = static_cast<Json::UInt64>(run.bytes);
    value["read"] = run.read;
    value["step"] = run.has_step ? Value(static_cast<Json::Int64>(run.step)) : Value();
    value["curves"] = Value(Json::arrayValue);
    for (const wire::Curve& curve : run.curves) value["curves"].append(curve_json(curve));
    return value;
}

Value listing_json(const FolderListing& listing) {
    const wire::FolderList& end = listing.end;
    Value value(Json::objectValue);
    value["path"] = end.path;
    value["folder"] = end.folder;
    const std::size_t slash = end.folder.rfind('/');
    value["parent"] = end.folder == "/" ? Value() : Value(slash == 0 ? "/" : end.folder.substr(0, slash));
    value["folders"] = Value(Json::arrayValue);
    for (const wire::FolderRow& row : listing.rows) value["folders"].append(row_json(row, end.folder));
    value["here"] = Value();
    if (end.here) {
        value["here"]["path"] = end.path.size() > 1 && end.path.ends_with('/') ? end.folder : end.path;
        value["here"]["event_files"] = end.here_files;
        value["here"]["runs"] = end.here_runs;
        value["here"]["newest"] = time_json(end.here_newest);
        value["here"]["complete"] = end.here_complete;
    }
    value["suggestion"] = Value();
    if (!end.suggestion.empty()) {
        value["suggestion"]["path"] = end.suggestion;
        value["suggestion"]["runs"] = end.suggestion_runs;
        value["suggestion"]["why"] = end.why;
    }
    value["truncated"] = end.truncated;
    value["left_out"] = end.left_out;
    return value;
}

namespace {

Value progress_json(const wire::RunsProgress& progress) {
    Value value(Json::objectValue);
    value["looked_at"] = progress.looked_at;
    value["found"] = progress.found;
    value["folder"] = progress.folder;
    return value;
}

Value end_json(const wire::RunsEnd& end) {
    Value value(Json::objectValue);
    value["roots"] = Value(Json::arrayValue);
    for (const std::string& root : end.roots) value["roots"].append(root);
    value["truncated"] = end.truncated;
    value["looked_at"] = end.looked_at;
    value["found"] = end.found;
    return value;
}

}  // namespace

RunSearchEvent run_search_event(const RunSearchUpdate& update) {
    if (const auto* progress = std::get_if<wire::RunsProgress>(&update)) return {"progress", progress_json(*progress)};
    if (const auto* run = std::get_if<wire::RunFound>(&update)) return {"run", run_json(*run)};
    if (const auto* end = std::get_if<wire::RunsEnd>(&update)) return {"end", end_json(*end), true};
    Value value(Json::objectValue);
    value["detail"] = std::get<Problem>(update).detail;
    return {"problem", std::move(value), true};
}

Value runs_json(const FoundRuns& found) {
    Value value = end_json(found.end);
    value["runs"] = Value(Json::arrayValue);
    for (const wire::RunFound& run : found.runs) value["runs"].append(run_json(run));
    return value;
}

}  // namespace boardgate::boardgated

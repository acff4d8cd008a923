// SPDX-License-Identifier: MIT
#include "src/boardgated/api/folder_json.h"

#include <cmath>
#include <filesystem>

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
    value["min"] = value_json(curve.least);
    value["max"] = value_json(curve.greatest);
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

std::string tidy_path(const std::string& path) {
    std::string text = std::filesystem::path(path).lexically_normal().string();
    while (text.size() > 1 && text.ends_with('/')) text.pop_back();
    return text;
}

Value run_json(const wire::RunFound& run, const BoardsOfFolders& boards) {
    Value value(Json::objectValue);
    value["path"] = run.path;
    value["name"] = run.name;
    value["newest"] = time_json(run.newest);
    value["event_files"] = run.event_files;
    value["bytes"] = static_cast<Json::UInt64>(run.bytes);
    value["read"] = run.read;
    value["step"] = run.has_step ? Value(static_cast<Json::Int64>(run.step)) : Value();
    // Readers whose numbers are all floating point, such as browsers, would show another step.
    constexpr std::int64_t exact = std::int64_t{1} << 53;
    value["step_text"] = run.has_step && (run.step > exact || run.step < -exact) ? Value(std::to_string(run.step)) : Value();
    const auto board = boards.find(run.path);
    value["board"] = board != boards.end() ? Value(board->second) : Value();
    value["kind"] = run.is_folder ? "folder" : "run";
    value["depth"] = run.depth;
    value["open"] = run.is_folder && run.open;
    value["runs"] = run.is_folder ? run.runs : 1;
    value["parts"] = run.parts;
    value["writing"] = run.writing;
    value["read"] = run.read;
    value["damaged"] = !run.damaged_file.empty();
    value["damage"] = Value();
    if (!run.damaged_file.empty()) {
        value["damage"]["file"] = run.damaged_file;
        value["damage"]["byte"] = static_cast<Json::UInt64>(run.damaged_byte);
    }
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

Value texts_json(const std::vector<std::string>& texts) {
    Value value(Json::arrayValue);
    for (const std::string& text : texts) value.append(text);
    return value;
}

Value end_json(const wire::RunsEnd& end) {
    Value value(Json::objectValue);
    value["roots"] = texts_json(end.roots);
    value["truncated"] = end.truncated;
    value["looked_at"] = end.looked_at;
    value["found"] = end.found;
    value["without_points"] = end.without_points;
    value["all"] = end.all;
    value["copies"] = end.copies;
    value["left_out"] = end.left_out;
    value["sorted"] = end.sorted;
    value["cursor"] = end.next == 0 ? Value() : Value(std::to_string(end.next));
    value["as_of"] = time_json(end.as_of);
    value["silent"] = texts_json(end.silent);
    value["tags"] = texts_json(end.tags);
    value["elsewhere"] = Value(Json::arrayValue);
    for (const wire::Elsewhere& one : end.elsewhere) {
        Value place(Json::objectValue);
        place["path"] = one.path;
        place["runs"] = one.runs;
        place["complete"] = one.complete;
        value["elsewhere"].append(std::move(place));
    }
    return value;
}

}  // namespace

RunSearchEvent run_search_event(const RunSearchUpdate& update, const BoardsOfFolders& boards) {
    if (const auto* progress = std::get_if<wire::RunsProgress>(&update)) return {"progress", progress_json(*progress)};
    if (const auto* run = std::get_if<wire::RunFound>(&update)) return {run->early ? "early" : "run", run_json(*run, boards)};
    if (const auto* end = std::get_if<wire::RunsEnd>(&update)) return {"end", end_json(*end), true};
    Value value(Json::objectValue);
    value["detail"] = std::get<Problem>(update).detail;
    return {"problem", std::move(value), true};
}

Value runs_json(const FoundRuns& found, const BoardsOfFolders& boards) {
    Value value = end_json(found.end);
    value["runs"] = Value(Json::arrayValue);
    for (const wire::RunFound& run : found.runs) value["runs"].append(run_json(run, boards));
    return value;
}

}  // namespace boardgate::boardgated

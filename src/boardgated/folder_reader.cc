// SPDX-License-Identifier: MIT
#include "src/boardgated/folder_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/base/names.h"

namespace boardgate::boardgated {

using Json::Value;

namespace {

/// A whole look for runs, reading included.
constexpr std::chrono::seconds longest_look{40};
constexpr std::size_t most_rows = 1000;

/// Where nobody named a folder, home is meant.
std::string or_home(const std::string& path) { return path.empty() ? "~" : path; }

tl::unexpected<Problem> silent(const std::string& path, const char* field, const Error& error) {
    return problem(Code::logdir_unreadable, "\"" + or_home(path) + "\" does not answer: " + error.text() + "; is its file system mounted?",
                   field);
}

tl::unexpected<Problem> nonsense() {
    log_event(Event::bad_message, "a folder reader said something that cannot be shown");
    return problem(Code::internal, "the part of boardgate that reads your folders does not answer as it should");
}

bool can_be_shown(const std::string& text) { return is_utf8(text) && !has_control_character(text); }
/// Empty, or a path.
bool is_path(const std::string& text) { return text.empty() || LogDir::parse(text); }
bool can_be_shown(const wire::FolderReport& report) {
    return can_be_shown(report.detail) && is_path(report.unreadable_folder) && is_path(report.suggestion);
}
bool can_be_shown(const wire::FolderRow& row) {
    return can_be_shown(row.name) && !row.name.empty() && row.name.find('/') == std::string::npos;
}
bool can_be_shown(const wire::FolderList& end) {
    return LogDir::parse(end.path) && LogDir::parse(end.folder) && is_path(end.suggestion) && can_be_shown(end.why);
}
bool can_be_shown(const wire::RunFound& run) {
    return LogDir::parse(run.path) && can_be_shown(run.name) &&
           std::all_of(run.curves.begin(), run.curves.end(), [](const wire::Curve& curve) { return can_be_shown(curve.tag); });
}

/// 0 stands for never.
Value time_json(std::int64_t seconds) {
    // What file systems can hold, far from where the calendar's arithmetic ends.
    constexpr std::int64_t furthest = 1LL << 36;
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

/// As many digits as a picture needs: a third of the bytes. JSON knows no infinity and no NaN, which a training
/// that went wrong is full of.
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

Value run_json(const wire::RunFound& run) {
    Value value(Json::objectValue);
    value["path"] = run.path;
    value["name"] = run.name;
    value["newest"] = time_json(run.newest);
    value["event_files"] = run.event_files;
    value["bytes"] = static_cast<Json::UInt64>(run.bytes);
    value["step"] = run.has_step ? Value(static_cast<Json::Int64>(run.step)) : Value();
    value["curves"] = Value(Json::arrayValue);
    for (const wire::Curve& curve : run.curves) value["curves"].append(curve_json(curve));
    return value;
}

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

Answer<wire::FolderReport> report_from(const Fd& reader, const std::string& path, const char* field) {
    auto report = wire::receive_one<wire::FolderReport>(reader.get(), patience_with_folders);
    if (!report) return silent(path, field, report.error());
    if (!can_be_shown(*report)) return nonsense();
    return *std::move(report);
}

/// Where the event files are; empty when that is not known.
std::string meant(const wire::FolderReport& report) {
    if (report.suggestion.empty()) return {};
    return (report.suggestion_runs == 1 ? std::string("There is 1 run in \"")
                                        : fmt::format("There are {} runs in \"", report.suggestion_runs)) +
           report.suggestion + "\".";
}

}  // namespace

Answer<wire::FolderReport> inspect_folder(const Fd& reader, const std::string& path) {
    constexpr const char* field = "logdir";
    if (const auto sent = wire::send(reader.get(), wire::InspectFolder{path}); !sent) return silent(path, field, sent.error());
    return report_from(reader, path, field);
}

Answer<void> verdict_of(const wire::FolderReport& report, const std::string& path, const char* field) {
    const std::string named = "\"" + path + "\"";
    const std::string instead = meant(report).empty() ? "" : ". " + meant(report);
    switch (report.verdict) {
        case wire::FolderVerdict::readable:
            return {};
        case wire::FolderVerdict::missing:
            return problem(Code::logdir_missing, named + " is not there; make the folder first, or name another one" + instead, field);
        case wire::FolderVerdict::not_a_folder:
            return problem(Code::logdir_not_a_folder, named + " is not a folder; name the folder that holds the event files" + instead,
                           field);
        case wire::FolderVerdict::unreadable:
            return problem(Code::logdir_unreadable, named + " cannot be read by you: " + report.detail, field);
        case wire::FolderVerdict::foreign:
            return problem(Code::logdir_foreign, named + " lies in " + report.detail + ", and boards show only their owner's own folders",
                           field);
    }
    return problem(Code::internal, "the folder reader gave an unknown verdict");
}

std::vector<Notice> notices_of(const std::vector<wire::FolderReport>& reports, const BoardOptions& options) {
    std::vector<Notice> notices;
    std::uint32_t event_files = 0;
    std::uint32_t unreadable = 0;
    std::string first_unreadable;
    std::string near;
    for (const wire::FolderReport& report : reports) {
        event_files += report.event_files;
        unreadable += report.unreadable;
        if (first_unreadable.empty()) first_unreadable = report.unreadable_folder;
        if (near.empty()) near = meant(report);
    }
    if (event_files == 0 && !near.empty()) notices.push_back({"event_files_nearby", near});
    if (unreadable > 0) {
        // TensorBoard's two loaders differ: one leaves it out, the other stops there (src/base/notices.inc).
        const bool slow = options.fast_loader == "off";
        std::string text = first_unreadable.empty() ? "A folder" : "\"" + first_unreadable + "\"";
        text += " below the log directory cannot be read";
        if (unreadable > 1) text += fmt::format(", and {} more", unreadable - 1);
        text += slow ? ": the slow loader stops there, and nothing new is shown until it can be read. Set fast_loader to auto."
                     : ": what is in there is not shown.";
        notices.push_back({slow ? "slow_loader_stopped" : "unreadable_folder", std::move(text)});
    }
    return notices;
}

Answer<void> check_typed_path(const std::string& path, const char* field) {
    if (path.empty() || path == "~") return {};
    const std::string absolute = path.starts_with("~/") ? path.substr(1) : path;
    if (!absolute.starts_with('/')) return problem(Code::logdir_relative, "give an absolute path, or one that begins with ~/", field);
    if (!LogDir::parse(absolute))
        return problem(Code::bad_field, std::string(field) + " must be a path of at most 4095 bytes without control characters", field);
    return {};
}

Answer<FolderListing> list_folders(const Fd& reader, const std::string& path) {
    constexpr const char* field = "path";
    if (const auto sent = wire::send(reader.get(), wire::ListFolders{path}); !sent) return silent(path, field, sent.error());
    const auto report = report_from(reader, path, field);
    if (!report) return tl::make_unexpected(report.error());
    if (const auto good = verdict_of(*report, or_home(path), field); !good) return tl::make_unexpected(good.error());
    FolderListing listing;
    for (;;) {
        const auto datagram = wire::receive(reader.get(), patience_with_folders);
        if (!datagram) return silent(path, field, datagram.error());
        if (!*datagram) return nonsense();
        if (auto some = wire::parse<wire::FolderRows>(**datagram)) {
            for (wire::FolderRow& row : some->rows) {
                if (!can_be_shown(row) || listing.rows.size() >= most_rows) return nonsense();
                listing.rows.push_back(std::move(row));
            }
            continue;
        }
        auto end = wire::parse<wire::FolderList>(**datagram);
        if (!end || !can_be_shown(*end)) return nonsense();
        listing.end = *std::move(end);
        return listing;
    }
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

Answer<void> ask_for_runs(const Fd& reader, const std::string& root, std::uint16_t limit) {
    constexpr const char* field = "root";
    if (const auto sent = wire::send(reader.get(), wire::FindRuns{root, limit}); !sent) return silent(root, field, sent.error());
    const auto report = report_from(reader, root, field);
    if (!report) return tl::make_unexpected(report.error());
    return verdict_of(*report, or_home(root), field);
}

RunsWord runs_word(const wire::Datagram* datagram) {
    const auto ended = [](const std::string& detail) {
        Value value(Json::objectValue);
        value["detail"] = detail;
        return RunsWord{"problem", std::move(value), true};
    };
    if (datagram == nullptr) return ended("your folders do not answer any more; is their file system mounted?");
    if (const auto progress = wire::parse<wire::RunsProgress>(*datagram); progress && can_be_shown(progress->folder)) {
        return {"progress", progress_json(*progress)};
    }
    if (const auto run = wire::parse<wire::RunFound>(*datagram); run && can_be_shown(*run)) return {"run", run_json(*run)};
    if (const auto end = wire::parse<wire::RunsEnd>(*datagram);
        end && std::all_of(end->roots.begin(), end->roots.end(), [](const std::string& root) { return can_be_shown(root); })) {
        return {"end", end_json(*end), true};
    }
    return ended(nonsense().value().detail);
}

Answer<Value> collect_runs(const Fd& reader, std::size_t limit) {
    const auto until = std::chrono::steady_clock::now() + longest_look;
    Value runs(Json::arrayValue);
    while (std::chrono::steady_clock::now() < until && runs.size() <= limit) {
        const auto datagram = wire::receive(reader.get(), patience_with_folders);
        if (!datagram) return silent({}, "root", datagram.error());
        RunsWord word = runs_word(*datagram ? &**datagram : nullptr);
        const std::string event = word.event;
        if (event == "run") runs.append(std::move(word.data));
        if (event == "problem") return problem(Code::internal, word.data["detail"].asString());
        if (event != "end") continue;
        word.data["runs"] = std::move(runs);
        return std::move(word.data);
    }
    return nonsense();
}

}  // namespace boardgate::boardgated

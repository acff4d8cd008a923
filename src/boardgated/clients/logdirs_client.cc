// SPDX-License-Identifier: MIT
#include "src/boardgated/clients/logdirs_client.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/base/folder_names.h"
#include "src/base/log.h"
#include "src/base/names.h"

namespace boardgate::boardgated {

namespace {

/// A whole search for runs, with reading them.
constexpr std::chrono::seconds longest_search{40};
constexpr std::size_t most_rows = 1000;
/// A whole list of folders.
constexpr std::chrono::seconds longest_look{20};

/// The reader gets `patience_with_folders` for each message, and no more than what is left of the whole.
std::chrono::milliseconds left(std::chrono::steady_clock::time_point until) {
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    return std::clamp(rest, std::chrono::milliseconds(0), std::chrono::milliseconds(patience_with_folders));
}
/// A login waits for it.
constexpr std::chrono::seconds patience_with_home{2};

/// An empty path means the home.
std::string or_home(const std::string& path) { return path.empty() ? "~" : path; }

tl::unexpected<Problem> no_answer(const std::string& path, const char* field, const Error& error) {
    return problem(Code::logdir_unreadable,
                   fmt::format("\"{}\" does not answer: {}; is its file system mounted?", or_home(path), error.text()), field);
}

tl::unexpected<Problem> malformed_answer() {
    log_event(Event::bad_message, "boardgate-logdirs sent an answer that boardgated cannot show");
    return problem(Code::internal, "the program of boardgate that reads your folders sent an invalid answer; tell an administrator");
}

bool can_be_shown(const std::string& text) { return is_utf8(text) && !has_control_character(text); }
/// Empty or an absolute path.
bool is_path(const std::string& text) { return text.empty() || LogDir::parse(text); }
bool can_be_shown(const wire::FolderReport& report) {
    return can_be_shown(report.detail) && can_be_shown(report.home_of) && is_path(report.unreadable_folder) && is_path(report.suggestion);
}
bool can_be_shown(const wire::FolderRow& row) {
    return can_be_shown(row.name) && !row.name.empty() && row.name.find('/') == std::string::npos;
}
bool can_be_shown(const wire::FolderList& end) {
    return LogDir::parse(end.path) && LogDir::parse(end.folder) && is_path(end.suggestion) && can_be_shown(end.why);
}
bool can_be_shown(const wire::RunFound& run) {
    return LogDir::parse(run.path) && can_be_shown(run.name) && can_be_shown(run.damaged_file) &&
           std::all_of(run.curves.begin(), run.curves.end(), [](const wire::Curve& curve) { return can_be_shown(curve.tag); });
}

bool can_be_shown(const std::vector<std::string>& texts) {
    return std::all_of(texts.begin(), texts.end(), [](const std::string& text) { return can_be_shown(text); });
}
bool can_be_shown(const wire::RunsEnd& end) {
    return can_be_shown(end.roots) && can_be_shown(end.silent) && can_be_shown(end.tags) &&
           std::all_of(end.elsewhere.begin(), end.elsewhere.end(),
                       [](const wire::Elsewhere& one) { return LogDir::parse(one.path).has_value(); });
}

ApiResult<wire::FolderReport> report_from(const Fd& reader, const std::string& path, const char* field) {
    auto report = wire::receive_one<wire::FolderReport>(reader.get(), patience_with_folders);
    if (!report) return no_answer(path, field, report.error());
    if (!can_be_shown(*report)) return malformed_answer();
    return *std::move(report);
}

}  // namespace

std::string suggestion_text(const wire::FolderReport& report) {
    if (report.suggestion.empty()) return {};
    return (report.suggestion_runs == 1 ? std::string("There is 1 run in \"")
                                        : fmt::format("There are {} runs in \"", report.suggestion_runs)) +
           report.suggestion + "\".";
}

ApiResult<std::vector<wire::NamedFolder>> resolve_folders(const Fd& reader, const std::vector<std::string>& texts) {
    constexpr const char* field = "logdir";
    const std::string named = texts.empty() ? "" : texts.front();
    if (const auto sent = wire::send(reader.get(), wire::ResolveFolders{texts}); !sent) return no_answer(named, field, sent.error());
    auto resolved = wire::receive_one<wire::ResolvedFolders>(reader.get(), patience_with_folders);
    if (!resolved) return no_answer(named, field, resolved.error());
    const bool good = std::ranges::all_of(resolved->folders, [](const wire::NamedFolder& folder) {
        return LogDir::parse(folder.path) && (folder.name.empty() || is_folder_name(folder.name));
    });
    if (!good) return problem(Code::bad_field, "a folder has a name that a board cannot show", field);
    if (resolved->found > resolved->folders.size()) {
        return problem(Code::bad_field,
                       fmt::format("these are {} folders, and a board shows at most {}; choose the folder above them", resolved->found,
                                   resolved->folders.size()),
                       field);
    }
    return std::move(resolved->folders);
}

std::optional<HomeMark> home_mark_from(const Fd& reader) {
    if (!wire::send(reader.get(), wire::AskHome{})) return std::nullopt;
    const auto answer = wire::receive_one<wire::HomeIs>(reader.get(), patience_with_home);
    const auto mark = answer ? HomeMark::parse(answer->mark) : failure("no answer");
    return mark ? std::optional(*mark) : std::nullopt;
}

ApiResult<wire::FolderReport> inspect_folder(const Fd& reader, const std::string& path, bool foreign) {
    constexpr const char* field = "logdir";
    if (const auto sent = wire::send(reader.get(), wire::InspectFolder{path, foreign}); !sent) return no_answer(path, field, sent.error());
    return report_from(reader, path, field);
}

ApiResult<void> verdict_of(const wire::FolderReport& report, const std::string& path, const char* field) {
    const std::string named = fmt::format("\"{}\"", path);
    const std::string instead = suggestion_text(report).empty() ? "" : ". " + suggestion_text(report);
    switch (report.verdict) {
        case wire::FolderVerdict::readable:
            return {};
        case wire::FolderVerdict::missing:
            return problem(Code::logdir_missing, named + " does not exist; create the folder first, or choose another one" + instead,
                           field);
        case wire::FolderVerdict::no_home:
            return problem(Code::logdir_missing,
                           fmt::format("your home directory {} does not exist on this server: ask an administrator to make or mount it, "
                                       "or choose a folder elsewhere",
                                       report.detail),
                           field);
        case wire::FolderVerdict::not_a_folder:
            return problem(Code::logdir_not_a_folder, named + " is not a folder; choose the folder that holds the event files" + instead,
                           field);
        case wire::FolderVerdict::unreadable:
            return problem(Code::logdir_unreadable, fmt::format("you cannot read {}: {}", named, report.detail), field);
        case wire::FolderVerdict::foreign:
            return problem(Code::logdir_foreign,
                           fmt::format("{} is in {}, and a board shows only its owner's own folders", named, report.detail), field);
    }
    return problem(Code::internal, "boardgate-logdirs sent an unknown verdict");
}

ApiResult<void> check_typed_path(const std::string& path, const char* field) {
    if (path.empty() || path == "~") return {};
    // A relative path is below the home.
    const bool relative = !path.starts_with('/') && !path.starts_with("~/");
    if (relative && (path.starts_with('~') || fmt::format("/{}/", path).find("/../") != std::string::npos))
        return problem(Code::logdir_relative, "give an absolute path, or a path below your home", field);
    const std::string absolute = path.starts_with("~/") ? path.substr(1) : path.starts_with('/') ? path : "/" + path;
    if (!LogDir::parse(absolute))
        return problem(Code::bad_field, std::string(field) + " must be a path of at most 4095 bytes without control characters", field);
    return {};
}

ApiResult<FolderListing> list_folders(const Fd& reader, const std::string& path) {
    constexpr const char* field = "path";
    if (const auto sent = wire::send(reader.get(), wire::ListFolders{path}); !sent) return no_answer(path, field, sent.error());
    const auto report = report_from(reader, path, field);
    if (!report) return error_of(report);
    if (const auto good = verdict_of(*report, or_home(path), field); !good) return error_of(good);
    const auto until = std::chrono::steady_clock::now() + longest_look;
    FolderListing listing;
    for (;;) {
        const auto datagram = wire::receive(reader.get(), left(until));
        if (!datagram) return no_answer(path, field, datagram.error());
        if (!*datagram) return malformed_answer();
        if (auto some = wire::decode<wire::FolderRows>(**datagram)) {
            // Rows without end, each empty, would cost nothing.
            if (some->rows.empty()) return malformed_answer();
            for (wire::FolderRow& row : some->rows) {
                if (!can_be_shown(row) || listing.rows.size() >= most_rows) return malformed_answer();
                listing.rows.push_back(std::move(row));
            }
            continue;
        }
        auto end = wire::decode<wire::FolderList>(**datagram);
        if (!end || !can_be_shown(*end)) return malformed_answer();
        listing.end = *std::move(end);
        return listing;
    }
}

ApiResult<void> ask_for_runs(const Fd& reader, wire::FindRuns search) {
    constexpr const char* field = "root";
    if (const auto sent = wire::send(reader.get(), search); !sent) return no_answer(search.root, field, sent.error());
    const auto report = report_from(reader, search.root, field);
    if (!report) return error_of(report);
    return verdict_of(*report, or_home(search.root), field);
}

RunSearchUpdate run_search_update(const wire::Datagram* datagram) {
    if (datagram == nullptr)
        return Problem{Code::internal, "the search for runs stopped: your folders no longer answer; is their file system mounted?"};
    if (auto progress = wire::decode<wire::RunsProgress>(*datagram); progress && can_be_shown(progress->folder))
        return *std::move(progress);
    if (auto run = wire::decode<wire::RunFound>(*datagram); run && can_be_shown(*run)) return *std::move(run);
    if (auto end = wire::decode<wire::RunsEnd>(*datagram); end && can_be_shown(*end)) return *std::move(end);
    return malformed_answer().value();
}

ApiResult<FoundRuns> collect_runs(const Fd& reader, std::size_t limit) {
    const auto until = std::chrono::steady_clock::now() + longest_search;
    FoundRuns found;
    // A run that was not read in time comes twice.
    std::size_t taken = 0;
    while (found.runs.size() <= limit && taken <= 2 * limit) {
        const auto datagram = wire::receive(reader.get(), left(until));
        if (!datagram) return no_answer({}, "root", datagram.error());
        RunSearchUpdate update = run_search_update(*datagram ? &**datagram : nullptr);
        if (auto* run = std::get_if<wire::RunFound>(&update)) {
            ++taken;
            const auto earlier = std::ranges::find_if(
                found.runs, [&](const wire::RunFound& one) { return one.path == run->path && one.is_folder == run->is_folder; });
            earlier == found.runs.end() ? found.runs.push_back(std::move(*run)) : void(*earlier = std::move(*run));
        }
        if (auto* problem = std::get_if<Problem>(&update)) return tl::make_unexpected(std::move(*problem));
        if (auto* end = std::get_if<wire::RunsEnd>(&update)) {
            found.end = std::move(*end);
            return found;
        }
    }
    return malformed_answer();
}

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// The client of a person's boardgate-logdirs. Checks its messages like any input from outside: the program runs as the
// person, who may have replaced it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "src/base/fd.h"
#include "src/boardgated/common/problem.h"
#include "src/wire/folder_messages.h"

namespace boardgate::boardgated {

/// The longest time between two messages; each step of boardgate-logdirs takes less. A home that hangs must not occupy a
/// thread for longer.
inline constexpr std::chrono::seconds patience_with_folders{10};

/// The folders that the texts mean (logdirs/typed_folders.h); a problem when they are too many for a board.
[[nodiscard]] ApiResult<std::vector<wire::NamedFolder>> resolve_folders(const Fd& reader, const std::vector<std::string>& texts);
/// The mark of the person's home; nothing if it cannot be read, or does not answer within two seconds.
[[nodiscard]] std::optional<HomeMark> home_mark_from(const Fd& reader);

[[nodiscard]] ApiResult<wire::FolderReport> inspect_folder(const Fd& reader, const std::string& path, bool foreign = false);
/// A problem if this path cannot be a log directory; `field` is the field of the request.
[[nodiscard]] ApiResult<void> verdict_of(const wire::FolderReport& report, const std::string& path, const char* field);
/// A sentence about where event files are; empty when unknown.
[[nodiscard]] std::string suggestion_text(const wire::FolderReport& report);

/// A problem unless the path is absolute, empty, `~`, or below `~/`.
[[nodiscard]] ApiResult<void> check_typed_path(const std::string& path, const char* field);

struct FolderListing {
    std::vector<wire::FolderRow> rows;
    wire::FolderList end;
};
[[nodiscard]] ApiResult<FolderListing> list_folders(const Fd& reader, const std::string& path);

/// Starts a search for runs. The connection delivers the results.
[[nodiscard]] ApiResult<void> ask_for_runs(const Fd& reader, wire::FindRuns search);

/// A message of a search for runs. RunsEnd and Problem end the search.
using RunSearchUpdate = std::variant<wire::RunsProgress, wire::RunFound, wire::RunsEnd, Problem>;
/// `datagram` is null when boardgate-logdirs hung up or was silent for too long. A malformed message becomes a Problem.
[[nodiscard]] RunSearchUpdate run_search_update(const wire::Datagram* datagram);

struct FoundRuns {
    std::vector<wire::RunFound> runs;
    wire::RunsEnd end;
};
/// Waits until the search ends; at most `limit` runs.
[[nodiscard]] ApiResult<FoundRuns> collect_runs(const Fd& reader, std::size_t limit);

}  // namespace boardgate::boardgated

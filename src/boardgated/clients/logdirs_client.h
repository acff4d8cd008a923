// SPDX-License-Identifier: MIT
// Conversations with a person's boardgate-logdirs. What it says is checked like anything from outside: it runs as
// the person, who may have put something else in its place.
#pragma once

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "src/base/fd.h"
#include "src/boardgated/common/problem.h"
#include "src/wire/folder_messages.h"

namespace boardgate::boardgated {

/// Between two messages; each part of a look is bounded to less. A home that hangs must not hold a thread for long.
inline constexpr std::chrono::seconds patience_with_folders{10};

[[nodiscard]] ApiResult<wire::FolderReport> inspect_folder(const Fd& reader, const std::string& path);
/// Nothing, or why this path cannot be a log directory; `field` of the request named it.
[[nodiscard]] ApiResult<void> verdict_of(const wire::FolderReport& report, const std::string& path, const char* field);
/// A sentence about where the event files are; empty when the reader does not know.
[[nodiscard]] std::string suggestion_text(const wire::FolderReport& report);

/// As a person types it: absolute, or empty, `~` or below `~/`; otherwise a problem of that field.
[[nodiscard]] ApiResult<void> check_typed_path(const std::string& path, const char* field);

struct FolderListing {
    std::vector<wire::FolderRow> rows;
    wire::FolderList end;
};
[[nodiscard]] ApiResult<FolderListing> list_folders(const Fd& reader, const std::string& path);

/// Asks for the runs below a root (empty: those of boardgate.conf); what is found comes over the same connection.
[[nodiscard]] ApiResult<void> ask_for_runs(const Fd& reader, const std::string& root, std::uint16_t limit);

/// One message of a search for runs. RunsEnd and Problem end it.
using RunSearchUpdate = std::variant<wire::RunsProgress, wire::RunFound, wire::RunsEnd, Problem>;
/// `datagram` null: the reader hung up or fell silent. A message that no honest reader sends is a Problem.
[[nodiscard]] RunSearchUpdate run_search_update(const wire::Datagram* datagram);

struct FoundRuns {
    std::vector<wire::RunFound> runs;
    wire::RunsEnd end;
};
/// Waits until the search ends; at most `limit` runs.
[[nodiscard]] ApiResult<FoundRuns> collect_runs(const Fd& reader, std::size_t limit);

}  // namespace boardgate::boardgated

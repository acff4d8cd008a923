// SPDX-License-Identifier: MIT
// Conversations with a person's boardgate-logdirs. What it says is checked like anything from outside: it runs as
// the person, who may have put something else in its place.
#pragma once

#include <json/value.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "src/base/fd.h"
#include "src/boardgated/board.h"
#include "src/boardgated/response.h"
#include "src/wire/folder_messages.h"

namespace boardgate::boardgated {

/// Between two messages; each part of a look is bounded to less. A home that hangs must not hold a thread for long.
inline constexpr std::chrono::seconds patience_with_folders{10};

[[nodiscard]] Answer<wire::FolderReport> inspect_folder(const Fd& reader, const std::string& path);
/// Nothing, or why this path cannot be a log directory; `field` of the request named it.
[[nodiscard]] Answer<void> verdict_of(const wire::FolderReport& report, const std::string& path, const char* field);
/// What the owner of a board with these options should know of its folders before it starts.
[[nodiscard]] std::vector<Notice> notices_of(const std::vector<wire::FolderReport>& reports, const BoardOptions& options);

/// As a person types it: absolute, or empty, `~` or below `~/`; otherwise a problem of that field.
[[nodiscard]] Answer<void> check_typed_path(const std::string& path, const char* field);

struct FolderListing {
    std::vector<wire::FolderRow> rows;
    wire::FolderList end;
};
[[nodiscard]] Answer<FolderListing> list_folders(const Fd& reader, const std::string& path);
[[nodiscard]] Json::Value listing_json(const FolderListing& listing);

/// Asks for the runs below a root (empty: those of boardgate.conf); what is found comes over the same connection.
[[nodiscard]] Answer<void> ask_for_runs(const Fd& reader, const std::string& root, std::uint16_t limit);

/// One message of a look for runs, as JSON and under the name that its event has in a stream.
struct RunsWord {
    const char* event;
    Json::Value data;
    bool last = false;
};
/// `datagram` null: the reader hung up or fell silent. A message that none could send in good faith ends the look as well.
[[nodiscard]] RunsWord runs_word(const wire::Datagram* datagram);

/// All of them, in the form that the API answers.
[[nodiscard]] Answer<Json::Value> collect_runs(const Fd& reader, std::size_t limit);

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// Folders and runs as the API shows them (docs/openapi.yaml: Listing, Run).
#pragma once

#include <json/value.h>

#include <map>
#include <string>

#include "src/boardgated/clients/logdirs_client.h"

namespace boardgate::boardgated {

[[nodiscard]] Json::Value listing_json(const FolderListing& listing);
/// The id of the board that shows a folder, by the folder's path.
using BoardsOfFolders = std::map<std::string, std::string>;
/// Without `.`, `..`, double and trailing slashes, by its text alone.
[[nodiscard]] std::string tidy_path(const std::string& path);
[[nodiscard]] Json::Value run_json(const wire::RunFound& run, const BoardsOfFolders& boards);
/// All runs of a search.
[[nodiscard]] Json::Value runs_json(const FoundRuns& found, const BoardsOfFolders& boards);

/// One message of a search for runs as an event of text/event-stream.
struct RunSearchEvent {
    const char* name;
    Json::Value data;
    bool last = false;
};
[[nodiscard]] RunSearchEvent run_search_event(const RunSearchUpdate& update, const BoardsOfFolders& boards);

}  // namespace boardgate::boardgated

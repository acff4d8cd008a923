// SPDX-License-Identifier: MIT
// Folders and runs as the API shows them (docs/openapi.yaml: Listing, Run).
#pragma once

#include <json/value.h>

#include "src/boardgated/clients/logdirs_client.h"

namespace boardgate::boardgated {

[[nodiscard]] Json::Value listing_json(const FolderListing& listing);
[[nodiscard]] Json::Value run_json(const wire::RunFound& run);
/// All runs of a search.
[[nodiscard]] Json::Value runs_json(const FoundRuns& found);

/// One message of a search for runs as an event of text/event-stream.
struct RunSearchEvent {
    const char* name;
    Json::Value data;
    bool last = false;
};
[[nodiscard]] RunSearchEvent run_search_event(const RunSearchUpdate& update);

}  // namespace boardgate::boardgated

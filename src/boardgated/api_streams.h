// SPDX-License-Identifier: MIT
// Opens event streams, by the STREAM rows of routes.inc; the hub keeps them.
#pragma once

#include <memory>

#include "src/boardgated/api_folders.h"
#include "src/boardgated/journal_client.h"
#include "src/boardgated/registry.h"
#include "src/boardgated/stream_hub.h"

namespace boardgate::boardgated {

class ApiStreams {
public:
    ApiStreams(StreamHub& hub, const Registry& registry, const Sessions& sessions, const JournalClient& journal, ApiFolders& folders)
        : hub_(hub), registry_(registry), sessions_(sessions), journal_(journal), folders_(folders) {}

    void handle(std::unique_ptr<Request> request);

private:
    struct Row;
    static const Row table[];
    [[nodiscard]] Answer<void> open(std::unique_ptr<Request>& request);
    [[nodiscard]] Answer<void> events(std::unique_ptr<Request>& request, Caller caller, const std::optional<BoardId>& board);
    [[nodiscard]] Answer<void> log(std::unique_ptr<Request>& request, Caller caller, const std::optional<BoardId>& board);
    [[nodiscard]] Answer<void> runs(std::unique_ptr<Request>& request, Caller caller, const std::optional<BoardId>& board);

    StreamHub& hub_;
    const Registry& registry_;
    const Sessions& sessions_;
    const JournalClient& journal_;
    ApiFolders& folders_;
};

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// The requests that boardgate-logdirs accepts, and its answers.
#pragma once

#include "src/base/peer.h"
#include "src/logdirs/folders.h"
#include "src/logdirs/runs.h"

namespace boardgate::logdirs {

class FolderRequests {
public:
    /// `who` returns the account that this process runs as; called for each request, since a home may move. `run_roots` as
    /// in boardgate.conf.
    FolderRequests(Folders& folders, std::function<Result<Account>()> who, std::vector<std::string> run_roots)
        : folders_(folders), who_(std::move(who)), run_roots_(std::move(run_roots)), run_search_(folders) {}

    /// Serves requests until the peer hangs up, sends a bad message, or does not read an answer in time. Thread-safe.
    void serve(int connection);

private:
    struct Row;
    static const Row table[];
    template <class Request, bool (FolderRequests::*handle)(int, const Request&)>
    bool take(int connection, const wire::Datagram& datagram);

    // False when the connection is to be closed.
    bool inspect(int connection, const wire::InspectFolder& request);
    bool list(int connection, const wire::ListFolders& request);
    bool resolve(int connection, const wire::ResolveFolders& request);
    bool find(int connection, const wire::FindRuns& request);
    bool home(int connection, const wire::AskHome& request);

    Folders& folders_;
    std::function<Result<Account>()> who_;
    std::vector<std::string> run_roots_;
    RunSearch run_search_;
};

/// The absolute path of a typed path, in which `~` is the home; a relative path is below the home.
[[nodiscard]] Result<LogDir> typed_path(const std::string& text, const std::string& home);

}  // namespace boardgate::logdirs

// SPDX-License-Identifier: MIT
// The requests that boardgate-logdirs accepts, and its answers.
#pragma once

#include "src/base/peer.h"
#include "src/logdirs/folders.h"
#include "src/logdirs/runs.h"

namespace boardgate::logdirs {

class Answers {
public:
    /// `who` returns the account, looked up for each request, since a home may move. `run_roots` as in boardgate.conf.
    Answers(Folders& folders, std::function<Result<Account>()> who, std::vector<std::string> run_roots)
        : folders_(folders), who_(std::move(who)), run_roots_(std::move(run_roots)) {}

    /// Serves a connection until the peer closes it, sends an invalid message, or does not read an answer. Thread-safe.
    void converse(int connection);

private:
    struct Row;
    static const Row table[];
    template <class Question, bool (Answers::*answer)(int, const Question&)>
    bool take(int connection, const wire::Datagram& datagram);

    // False if the connection is over.
    bool inspect(int connection, const wire::InspectFolder& question);
    bool list(int connection, const wire::ListFolders& question);
    bool find(int connection, const wire::FindRuns& question);

    Folders& folders_;
    std::function<Result<Account>()> who_;
    std::vector<std::string> run_roots_;
};

/// The absolute path of a typed path, in which `~` is the home.
[[nodiscard]] Result<LogDir> typed_path(const std::string& text, const std::string& home);

}  // namespace boardgate::logdirs

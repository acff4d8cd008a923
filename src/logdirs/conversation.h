// SPDX-License-Identifier: MIT
// The questions that a folder reader takes, and its answers.
#pragma once

#include "src/base/peer.h"
#include "src/logdirs/folders.h"
#include "src/logdirs/runs.h"

namespace boardgate::logdirs {

class Answers {
public:
    /// `who` says whose folders they are: asked anew each time, since a home may move. `run_roots` as in boardgate.conf.
    Answers(Folders& folders, std::function<Result<Account>()> who, std::vector<std::string> run_roots)
        : folders_(folders), who_(std::move(who)), run_roots_(std::move(run_roots)) {}

    /// Questions and answers until the other side hangs up, says nonsense, or does not take an answer. From any thread.
    void converse(int connection);

private:
    struct Row;
    static const Row table[];
    template <class Question, bool (Answers::*answer)(int, const Question&)>
    bool take(int connection, const wire::Datagram& datagram);

    // False when the conversation is over.
    bool inspect(int connection, const wire::InspectFolder& question);
    bool list(int connection, const wire::ListFolders& question);
    bool find(int connection, const wire::FindRuns& question);

    Folders& folders_;
    std::function<Result<Account>()> who_;
    std::vector<std::string> run_roots_;
};

/// A path as a person types it, `~` for home, as an absolute one.
[[nodiscard]] Result<LogDir> typed_path(const std::string& text, const std::string& home);

}  // namespace boardgate::logdirs

// SPDX-License-Identifier: MIT
// A boardgate-journal with answers from the test.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "src/wire/frame.h"
#include "src/wire/messages.h"

#include "tests/fakes/listening_socket.h"

namespace boardgate::fakes {

class FakeJournal {
public:
    ~FakeJournal() { socket_.close(); }

    [[nodiscard]] std::string path() const { return socket_.path(); }
    /// Sets the answer; a `whole` answer has an end.
    void say(std::vector<wire::LogLine> lines, bool whole = true) {
        const std::lock_guard lock(mutex_);
        lines_ = std::move(lines);
        whole_ = whole;
    }
    /// Called for each request, before the answer.
    void when_asked(std::function<void()> then) {
        const std::lock_guard lock(mutex_);
        then_ = std::move(then);
    }
    [[nodiscard]] std::vector<wire::ReadLog> asked() const {
        const std::lock_guard lock(mutex_);
        return asked_;
    }

private:
    void serve() {
        while (const Fd connection = socket_.accept()) {
            auto question = wire::receive_one<wire::ReadLog>(connection.get(), std::chrono::seconds(5));
            if (!question) continue;
            std::function<void()> then;
            {
                const std::lock_guard lock(mutex_);
                asked_.push_back(*std::move(question));
                then = then_;
            }
            if (then) then();
            const std::lock_guard lock(mutex_);
            bool heard = true;
            for (wire::LogLine line : lines_) heard = heard && wire::send(connection.get(), line);
            if (whole_ && heard) (void)wire::send(connection.get(), wire::LogEnd{});
        }
    }

    ListeningSocket socket_;
    mutable std::mutex mutex_;  // guards the next four
    std::vector<wire::LogLine> lines_;
    bool whole_ = true;
    std::function<void()> then_;
    std::vector<wire::ReadLog> asked_;
    std::jthread thread_{[this] { serve(); }};
};

}  // namespace boardgate::fakes

// SPDX-License-Identifier: MIT
// One GET to TensorBoard on loopback, a step at a time, without ever waiting.
#pragma once

#include <cstdint>
#include <string>

#include "src/base/fd.h"

namespace boardgate::board {

class HttpProbe {
public:
    enum class Step { waits, answered, failed };

    HttpProbe(std::uint16_t port, const std::string& path);

    /// Asks anew, whatever is under way. False when there is nobody to ask.
    [[nodiscard]] bool start();
    /// Goes on as far as it can. After `answered` and `failed` it is over.
    [[nodiscard]] Step advance();
    void drop() { socket_.reset(); }
    [[nodiscard]] bool under_way() const { return static_cast<bool>(socket_); }

    /// What to wait for with poll(2); -1 when nothing is under way.
    [[nodiscard]] int fd() const { return socket_.get(); }
    [[nodiscard]] short events() const;

    /// Of the last answer: its status, and head and body as far as they are kept.
    [[nodiscard]] int status() const { return status_; }
    [[nodiscard]] const std::string& answer() const { return answer_; }

private:
    [[nodiscard]] Step progress();

    std::uint16_t port_;
    std::string request_;
    Fd socket_;
    bool sent_ = false;
    int status_ = 0;
    std::string answer_;
};

}  // namespace boardgate::board

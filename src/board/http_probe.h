// SPDX-License-Identifier: MIT
// One GET request to TensorBoard on loopback, in steps that never wait.
#pragma once

#include <cstdint>
#include <string>

#include "src/base/fd.h"

namespace boardgate::board {

class HttpProbe {
public:
    enum class Step { waits, answered, failed };

    HttpProbe(std::uint16_t port, const std::string& path);

    /// Starts a new request, and drops the current one. False if nothing listens there.
    [[nodiscard]] bool start();
    /// Continues as far as possible without waiting. `answered` and `failed` are final.
    [[nodiscard]] Step advance();
    void drop() { socket_.reset(); }
    [[nodiscard]] bool under_way() const { return static_cast<bool>(socket_); }

    /// The descriptor and events for poll(2); -1 without a request in progress.
    [[nodiscard]] int fd() const { return socket_.get(); }
    [[nodiscard]] short events() const;

    /// The last answer: its status, and the kept part of header and body.
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

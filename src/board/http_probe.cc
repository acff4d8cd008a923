// SPDX-License-Identifier: MIT
#include "src/board/http_probe.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace boardgate::board {

namespace {

/// Enough for /data/environment with the longest paths; the rest of a long list of runs is not needed.
constexpr std::size_t longest_kept = 64 * 1024;

/// "HTTP/1.1 200 OK": 200. Some versions of TensorBoard's web server answer with 1.0. Returns 0 if it is not HTTP.
int status_of(const std::string& answer) {
    constexpr std::size_t at = std::string_view("HTTP/1.x ").size();
    int status = 0;
    if (!answer.starts_with("HTTP/1.") || answer.size() < at + 3) return 0;
    std::from_chars(answer.data() + at, answer.data() + at + 3, status);
    return status;
}

}  // namespace

HttpProbe::HttpProbe(const Clock& clock, std::uint16_t port, const std::string& path, std::chrono::nanoseconds first_pause,
                     std::chrono::nanoseconds longest_answer)
    : clock_(clock),
      port_(port),
      request_(fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", path)),
      longest_answer_(longest_answer),
      next_(clock.boot() + first_pause) {}

std::chrono::milliseconds HttpProbe::patience() const {
    return std::chrono::ceil<std::chrono::milliseconds>(std::max(next_ - clock_.boot(), BootTime::zero()));
}

void HttpProbe::start() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socket_ = Fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sent_ = false;
    status_ = 0;
    answer_.clear();
    if (socket_ && connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS) {
        socket_.reset();
    }
}

HttpProbe::Step HttpProbe::advance() {
    const BootTime now = clock_.boot();
    if (now >= next_) {
        if (socket_) {
            socket_.reset();
        } else {
            next_ = now + longest_answer_;
            start();
        }
    } else if (!socket_) {
        return Step::waits;
    }
    const Step step = progress();
    if (step != Step::waits) socket_.reset();
    return step;
}

HttpProbe::Step HttpProbe::progress() {
    if (!socket_) return Step::failed;
    if (!sent_) {
        // An empty send buffer takes the whole request or nothing.
        if (send(socket_.get(), request_.data(), request_.size(), MSG_NOSIGNAL) < 0) {
            return errno == EAGAIN ? Step::waits : Step::failed;
        }
        sent_ = true;
    }
    std::array<char, 4096> buffer{};
    while (answer_.size() < longest_kept) {
        const ssize_t got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (got < 0) return errno == EAGAIN ? Step::waits : Step::failed;
        if (got == 0) break;
        answer_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    status_ = status_of(answer_);
    return status_ == 0 ? Step::failed : Step::answered;
}

}  // namespace boardgate::board

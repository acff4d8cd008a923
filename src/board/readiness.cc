// SPDX-License-Identifier: MIT
#include "src/board/readiness.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include <algorithm>
#include <array>

namespace boardgate::board {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Pauses grow with the time gone by, so that asking adds about a twentieth to it and costs little.
constexpr milliseconds shortest_pause{10};
constexpr milliseconds longest_pause{500};
/// For one answer; the first one on a busy machine takes a second.
constexpr seconds patience_for_an_answer{10};

constexpr seconds between_looks{5};
/// Less than a fiftieth of the time is no progress.
constexpr milliseconds progress{100};
constexpr seconds extension{30};
constexpr seconds longest_start{300};

static_assert(POLLIN == 0x001 && POLLOUT == 0x004);

}  // namespace

Readiness::Readiness(const Clock& clock, std::uint16_t port, const std::string& path)
    : clock_(clock),
      port_(port),
      request_("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"),
      began_(clock.boot()),
      next_(began_) {}

milliseconds Readiness::patience() const {
    return std::max(std::chrono::ceil<milliseconds>(next_ - clock_.boot()), milliseconds::zero());
}

bool Readiness::connect() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socket_ = Fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sent_ = false;
    answer_.clear();
    return socket_ &&
           (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EINPROGRESS);
}

Readiness::Step Readiness::ask() {
    if (!sent_) {
        // Into an empty send buffer the request goes whole or not at all.
        if (::send(socket_.get(), request_.data(), request_.size(), MSG_NOSIGNAL) < 0) {
            return errno == EAGAIN ? Step::waits : Step::failed;
        }
        sent_ = true;
    }
    constexpr std::string_view good = "HTTP/1.1 200";
    std::array<char, 64> buffer{};
    while (answer_.size() < good.size()) {
        const ssize_t got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (got < 0 && errno == EAGAIN) return Step::waits;
        if (got <= 0) return Step::failed;
        answer_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    // 1.0 is what other versions of its web server say.
    return answer_.starts_with(good) || answer_.starts_with("HTTP/1.0 200") ? Step::answered : Step::failed;
}

bool Readiness::turn() {
    const BootTime now = clock_.boot();
    if (!socket_) {
        if (now < next_) return false;
        next_ = now + patience_for_an_answer;
        if (!connect()) socket_.reset();
    } else if (now >= next_) {
        socket_.reset();
    }
    Step step = Step::failed;
    if (socket_) step = ask();
    if (step == Step::failed) {
        socket_.reset();
        const auto pause = std::chrono::duration_cast<milliseconds>((now - began_) / 20);
        next_ = now + std::clamp(pause, shortest_pause, longest_pause);
    }
    if (step == Step::answered) socket_.reset();
    return step == Step::answered;
}

StartTime::StartTime(const Clock& clock, pid_t tensorboard)
    : clock_(clock), cpu_(CLOCK_REALTIME), end_(clock.boot() + longest_start), next_(clock.boot() + between_looks), seen_(0) {
    (void)clock_getcpuclockid(tensorboard, &cpu_);
}

std::chrono::nanoseconds StartTime::computed() const {
    timespec used{};
    if (cpu_ == CLOCK_REALTIME || clock_gettime(cpu_, &used) != 0) return std::chrono::nanoseconds(0);
    return seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

void StartTime::turn() {
    const BootTime now = clock_.boot();
    if (now < next_ || now >= end_) return;
    next_ = now + between_looks;
    const auto used = computed();
    if (used - std::exchange(seen_, used) < progress) return;
    const auto more = std::chrono::duration_cast<std::chrono::microseconds>(std::min<BootTime>(extension, end_ - now));
    sd_notify(0, ("EXTEND_TIMEOUT_USEC=" + std::to_string(more.count())).c_str());
}

}  // namespace boardgate::board

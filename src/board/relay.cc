// SPDX-License-Identifier: MIT
#include "src/board/relay.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>

#include "src/base/accept.h"
#include "src/base/socket_options.h"
#include "src/board/chart_requests.h"

namespace boardgate::board {

namespace {

/// The default capacity of a pipe (pipe(7)).
constexpr std::size_t pipe_size = 64 * 1024;
/// The most bytes of one direction in one turn.
constexpr std::size_t most_per_turn = 1024 * 1024;
constexpr std::size_t spare_pipes = 16;
/// A longer one asks for no chart.
constexpr std::size_t longest_first_line = 8192;
/// Most answers are shorter and need no pipe.
constexpr std::size_t head_part = 16 * 1024;
/// After the machine had no descriptors or memory for another connection.
constexpr std::chrono::milliseconds pause_without_resources{100};
constexpr std::chrono::milliseconds long_time{std::chrono::hours(1)};

/// Has the other side sent all that it will send?
bool has_ended(const Fd& socket) {
    pollfd ended{socket.get(), POLLRDHUP, 0};
    return poll(&ended, 1, 0) > 0;
}

}  // namespace

std::optional<Pipe> Pipes::take() {
    if (!spare_.empty()) {
        Pipe pipe = std::move(spare_.back());
        spare_.pop_back();
        return pipe;
    }
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return std::nullopt;
    return Pipe{Fd(ends[0]), Fd(ends[1])};
}

void Pipes::give_back(Pipe pipe) {
    if (spare_.size() < spare_pipes) spare_.push_back(std::move(pipe));
}

/// True once the head has passed, or the source has ended before it.
bool RelayDirection::move_head(int source, int sink, Step& step) {
    for (;;) {
        if (!passing_.empty()) {
            const ssize_t put = send(sink, passing_.data(), passing_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            if (put < 0) {
                step.failed = errno != EAGAIN;
                return false;
            }
            passing_.erase(0, static_cast<std::size_t>(put));
            step.moved += static_cast<std::size_t>(put);
            continue;
        }
        if (head_->has_passed()) {
            passing_ = {};
            return true;
        }
        std::array<char, head_part> bytes{};
        const ssize_t got = recv(source, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (got < 0) {
            step.failed = errno != EAGAIN;
            return false;
        }
        if (got == 0) {
            source_ended_ = true;
            step.failed = head_->is_begun();
            return !step.failed;
        }
        if (head_->take({bytes.data(), static_cast<std::size_t>(got)}, passing_) == http::HttpHead::Verdict::refused) {
            step.failed = true;
            return false;
        }
    }
}

RelayDirection::Step RelayDirection::pump(int source, int sink, Pipes& pipes, bool sink_is_closed_next) {
    Step step;
    if (head_ != nullptr && !source_ended_) {
        if (!move_head(source, sink, step)) return step;
        head_ = head_->has_passed() ? nullptr : head_;
    }
    while (!done_) {
        if (inside_ == 0) {
            if (source_ended_) {
                if (!sink_is_closed_next) shutdown(sink, SHUT_WR);  // ignore an error: the peer may be gone
                done_ = true;
                break;
            }
            if (step.moved >= most_per_turn) {
                step.more = true;
                break;
            }
            if (!pipe_) pipe_ = pipes.take();
            if (!pipe_) {
                step.failed = true;
                break;
            }
            const ssize_t got = splice(source, nullptr, pipe_->in.get(), nullptr, pipe_size, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
            if (got < 0) {
                step.failed = errno != EAGAIN;  // the pipe is empty, so EAGAIN comes from the source
                break;
            }
            if (got == 0) source_ended_ = true;
            inside_ = static_cast<std::size_t>(got);
            continue;
        }
        const ssize_t put = splice(pipe_->out.get(), nullptr, sink, nullptr, inside_, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        if (put <= 0) {
            step.failed = put == 0 || errno != EAGAIN;
            break;
        }
        inside_ -= static_cast<std::size_t>(put);
        step.moved += static_cast<std::size_t>(put);
    }
    // A pipe that still holds bytes is never reused.
    if (pipe_ && inside_ == 0) pipes.give_back(*std::exchange(pipe_, std::nullopt));
    return step;
}

Result<Relay> Relay::open(std::vector<Fd> doors, std::uint16_t port, std::size_t most) {
    Fd epoll(epoll_create1(EPOLL_CLOEXEC));
    if (!epoll) return system_error("cannot wait for connections");
    for (const Fd& door : doors) {
        if (fcntl(door.get(), F_SETFL, fcntl(door.get(), F_GETFL) | O_NONBLOCK) != 0) return system_error("cannot use the door");
        // Linux gives these two to each connection of the door.
        disable_nagle(door.get());
        set_reset_on_close(door.get(), true);
    }
    Relay relay(std::move(epoll), std::move(doors), port, most);
    relay.watch_doors(true);
    if (!relay.watching_doors_) return system_error("cannot wait for connections at the door");
    return relay;
}

void Relay::watch_doors(bool watch) {
    if (watch == watching_doors_) return;
    epoll_event event{EPOLLIN, {nullptr}};
    bool done = true;
    for (const Fd& door : doors_) done &= epoll_ctl(epoll_.get(), watch ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, door.get(), &event) == 0;
    if (done) watching_doors_ = watch;
}

void Relay::shut_doors(bool shut) {
    shut_ = shut;
    watch_doors(!shut);
}

void Relay::end_by(BootTime deadline) {
    for (Connection& connection : connections_) {
        if (!connection.until) connection.until = deadline;
    }
}

void Relay::drop_ended(BootTime now) {
    connections_.remove_if([now](const Connection& connection) {
        if (!connection.until || now < *connection.until) return false;
        set_reset_on_close(connection.tensorboard.get(), true);
        return true;
    });
}

std::optional<BootTime> Relay::next_end() const {
    std::optional<BootTime> next;
    for (const Connection& connection : connections_) {
        if (connection.until && (!next || *connection.until < *next)) next = connection.until;
    }
    return next;
}

std::chrono::milliseconds Relay::patience() const {
    const bool more = std::any_of(connections_.begin(), connections_.end(), [](const Connection& c) { return c.more; });
    if (more) return std::chrono::milliseconds(0);
    return watching_doors_ || shut_ || connections_.size() >= most_ ? long_time : pause_without_resources;
}

bool Relay::begin(Fd visitor) {
    Fd tensorboard;
    if (charts_.empty()) {
        tensorboard = connect_to_tensorboard();
        // Without descriptors it waits; otherwise it is closed as a reset.
        if (!tensorboard) return !is_out_of_descriptors(errno);
    }
    connections_.emplace_back(std::move(visitor), std::move(tensorboard));
    Connection& connection = connections_.back();
    if (watch(connection.visitor, connection) && (!connection.tensorboard || watch(connection.tensorboard, connection))) return true;
    connections_.pop_back();
    return false;
}

void Relay::send_charts_to(std::string socket, std::string prefix) {
    charts_ = std::move(socket);
    prefix_ = std::move(prefix);
}

/// Edge-triggered: each event moves bytes until both directions would block.
bool Relay::watch(const Fd& socket, Connection& connection) const {
    epoll_event event{EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {&connection}};
    return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event) == 0;
}

Fd Relay::connect_to_tensorboard() const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Fd tensorboard(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!tensorboard) return tensorboard;
    disable_nagle(tensorboard.get());
    const bool connected = connect(tensorboard.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    return connected || errno == EINPROGRESS ? std::move(tensorboard) : Fd();
}

Fd Relay::connect_to_charts() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (charts_.size() >= sizeof address.sun_path) return Fd();
    charts_.copy(address.sun_path, charts_.size());
    Fd charts(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const bool connected = charts && connect(charts.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    return connected ? std::move(charts) : Fd();
}

/// By the first line, which stays in the socket. False while it has not come.
bool Relay::choose(Connection& connection) {
    std::array<char, longest_first_line> bytes;
    const ssize_t got = recv(connection.visitor.get(), bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return false;
    const auto size = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    const auto charts = is_chart_request({bytes.data(), size}, prefix_);
    // A visitor that ends here, or begins with a long line, asks for no chart.
    if (!charts && size < bytes.size() && !has_ended(connection.visitor)) return false;
    if (charts.value_or(false)) connection.tensorboard = connect_to_charts();
    if (!connection.tensorboard) connection.tensorboard = connect_to_tensorboard();
    connection.over = !connection.tensorboard || !watch(connection.tensorboard, connection);
    return !connection.over;
}

bool Relay::accept_waiting() {
    bool any = false;
    for (const Fd& door : doors_) any |= accept_at(door);
    return any;
}

bool Relay::accept_at(const Fd& door) {
    bool any = false;
    while (connections_.size() < most_) {
        Fd visitor(accept4(door.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!visitor) {
            // Out of descriptors or memory: retry after a pause, not in a busy loop.
            if (is_out_of_descriptors(errno)) watch_doors(false);
            return any;
        }
        any = true;
        if (!begin(std::move(visitor))) {
            watch_doors(false);
            return any;
        }
    }
    watch_doors(false);
    return any;
}

bool Relay::move(Connection& connection) {
    if (!connection.tensorboard && !choose(connection)) {
        connection.more = false;
        return false;
    }
    const int visitor = connection.visitor.get();
    const int tensorboard = connection.tensorboard.get();
    const RelayDirection::Step in = connection.inward.pump(visitor, tensorboard, pipes_, connection.outward.done());
    const RelayDirection::Step out = connection.outward.pump(tensorboard, visitor, pipes_, connection.inward.done());
    connection.more = in.more || out.more;
    if (in.failed || out.failed) {
        set_reset_on_close(tensorboard, true);
        connection.over = true;
    } else if (connection.inward.done() && connection.outward.done()) {
        set_reset_on_close(visitor, false);
        connection.over = true;
    }
    return in.moved + out.moved > 0;
}

bool Relay::advance() {
    bool any = false;
    bool at_door = false;
    std::array<epoll_event, 64> events{};
    const int count = epoll_wait(epoll_.get(), events.data(), events.size(), 0);
    for (int i = 0; i < count; ++i) {
        auto* const connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (connection == nullptr) {
            at_door = true;
        } else {
            connection->more = true;
        }
    }
    for (Connection& connection : connections_) {
        if (connection.more && !connection.over) any |= move(connection);
    }
    // Delete them only here: events refer to connections by address.
    connections_.remove_if([](const Connection& connection) { return connection.over; });
    if (!shut_ && (at_door || (!watching_doors_ && connections_.size() < most_))) {
        watch_doors(true);
        any |= accept_waiting();
    }
    return any;
}

}  // namespace boardgate::board

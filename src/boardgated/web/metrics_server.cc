// SPDX-License-Identifier: MIT
#include "src/boardgated/web/metrics_server.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>

#include "src/base/accept.h"
#include "src/base/log.h"

namespace boardgate::boardgated {

namespace {

constexpr std::size_t longest_request = 8192;

std::string http(std::string_view status, std::string_view type, std::string_view body) {
    return fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status, type, body.size(),
                       body);
}

/// Waits until the connection is readable or writable; false if it is not before `end`.
bool wait_for(int connection, short events, std::chrono::steady_clock::time_point end) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd waiting{connection, events, 0};
    return left.count() > 0 && poll(&waiting, 1, static_cast<int>(left.count())) > 0;
}

/// The request line, if the whole head of the request arrives in time.
std::optional<std::string> read_request_line(int connection, std::chrono::steady_clock::time_point end) {
    std::string head;
    char buffer[1024];
    while (head.find("\r\n\r\n") == std::string::npos) {
        if (head.size() > longest_request || !wait_for(connection, POLLIN, end)) return std::nullopt;
        const ssize_t got = recv(connection, buffer, sizeof buffer, 0);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got <= 0) return std::nullopt;
        head.append(buffer, static_cast<std::size_t>(got));
    }
    return head.substr(0, head.find("\r\n"));
}

}  // namespace

std::string http_answer(std::string_view request_line, const std::function<std::string()>& text) {
    const std::size_t space = request_line.find(' ');
    const std::string_view method = request_line.substr(0, space);
    std::string_view target = space == std::string_view::npos ? "" : request_line.substr(space + 1);
    if (!target.ends_with(" HTTP/1.1") && !target.ends_with(" HTTP/1.0")) return http("400 Bad Request", "text/plain", "not HTTP/1.1\n");
    target.remove_suffix(std::string_view(" HTTP/1.1").size());
    if (target.substr(0, target.find('?')) != "/metrics") return http("404 Not Found", "text/plain", "only /metrics\n");
    if (method != "GET") return http("405 Method Not Allowed", "text/plain", "only GET\n");
    return http("200 OK", "text/plain; version=0.0.4; charset=utf-8", text());
}

MetricsServer::MetricsServer(Fd listening, std::function<std::string()> text)
    : listening_(std::move(listening)),
      text_(std::move(text)),
      end_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { serve(); }) {}

MetricsServer::~MetricsServer() {
    eventfd_write(end_.get(), 1);
    thread_.join();
}

void MetricsServer::serve() {
    pollfd waiting[] = {{listening_.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}};
    for (;;) {
        if (poll(waiting, 2, -1) < 0 && errno != EINTR)
            return log_event(Event::request_fault, "boardgated cannot wait for connections to the metrics socket");
        if (waiting[1].revents != 0) return;
        const Fd connection = accept_connection(listening_.get(), SOCK_NONBLOCK);
        if (!connection) continue;  // the client has gone
        try {
            answer(connection.get());
        } catch (const std::exception& exception) {
            log_event(Event::request_fault, std::string("metrics: ") + exception.what());
        }
    }
}

void MetricsServer::answer(int connection) const {
    const auto end = std::chrono::steady_clock::now() + patience;
    const auto line = read_request_line(connection, end);
    if (!line) return;
    const std::string all = http_answer(*line, text_);
    std::string_view rest = all;
    while (!rest.empty() && wait_for(connection, POLLOUT, end)) {
        const ssize_t sent = send(connection, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR && errno != EAGAIN) return;
        if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
    }
}

}  // namespace boardgate::boardgated

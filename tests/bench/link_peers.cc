// SPDX-License-Identifier: MIT
// link_peers PORT: the nodes' ends of many links in one process, for tests/bench/cluster. Takes at PORT the scripts of boards' jobs,
// says a number for each as sbatch does, connects to the board's boardgate-far as boardgate-node would, and answers visitors itself:
// 1 MB at an address that ends in /large, otherwise a few bytes.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

#include "src/base/clock.h"
#include "src/base/poll_timeout.h"
#include "src/link/link.h"
#include "src/link/orders.h"
#include "src/link/socket_address.h"

namespace {

using namespace boardgate;

std::string answer_with(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

const std::string small = answer_with(R"({"version":"tiny"})");
const std::string large = answer_with(std::string(1'000'000, 'x'));

/// One board's node.
class Peer final : public link::Endpoint::Events {
public:
    Peer(const Clock& clock, const std::string& job, Fd connection, link::Key key)
        : tls_(link::TlsContext::make(link::Side::node, std::move(key)).value()),
          link_(clock, link::Side::node, tls_->connection(std::move(connection)).value()) {
        link_.endpoint().send_hello({link::protocol, job, "n1"});
        link_.endpoint().send(link::FrameType::status, "READY=1\nSTATUS=Serving");
    }
    /// False when the link has ended.
    bool advance() {
        if (!link_.advance(*this)) return false;
        if (link_.has_shaken_hands()) link_.set_greeted();
        for (auto at = visitors_.begin(); at != visitors_.end();) at = answer(at->first, at->second) ? visitors_.erase(at) : std::next(at);
        return link_.flush().has_value();
    }
    [[nodiscard]] const link::Link& link() const { return link_; }

private:
    struct Visitor {
        std::string request;
        std::size_t sent = 0;
    };
    void on_open(std::uint32_t stream) override { visitors_[stream]; }
    void on_reset(std::uint32_t stream) override { visitors_.erase(stream); }
    void on_data(std::uint32_t stream, std::string_view bytes) override {
        link_.endpoint().consumed(stream, bytes.size());
        if (const auto found = visitors_.find(stream); found != visitors_.end()) found->second.request += bytes;
    }
    void on_stop() override { link_.endpoint().send_end({link::End::Cause::stopped, 0, "Stopped"}); }
    /// True when all of it has been sent.
    bool answer(std::uint32_t stream, Visitor& visitor) {
        if (!visitor.request.ends_with("\r\n\r\n")) return false;
        const std::string& text = visitor.request.find("/large HTTP/") == std::string::npos ? small : large;
        link::Endpoint& endpoint = link_.endpoint();
        while (visitor.sent < text.size()) {
            const std::size_t part = std::min(endpoint.room(stream), text.size() - visitor.sent);
            if (part == 0 || !endpoint.takes_more()) return false;
            endpoint.send_data(stream, std::string_view(text).substr(visitor.sent, part));
            visitor.sent += part;
        }
        endpoint.finish(stream);
        return true;
    }

    std::unique_ptr<link::TlsContext> tls_;
    link::Link link_;
    std::map<std::uint32_t, Visitor> visitors_;
};

/// The orders in a job's script, to which `job` is the answer.
Result<link::Orders> take_orders(const Fd& from, const std::string& job) {
    std::string script;
    char part[16384];
    while (!script.ends_with("\nboardgate-end-of-orders\n")) {
        const ssize_t got = read(from.get(), part, sizeof part);
        if (got <= 0) return failure("a script without its end");
        script.append(part, static_cast<std::size_t>(got));
    }
    const std::string answer = job + "\n";
    (void)!write(from.get(), answer.data(), answer.size());
    return link::orders_in(script.substr(std::min(script.size(), script.find("boardgate-orders "))));
}

std::unique_ptr<Peer> connected(const Clock& clock, const std::string& job, link::Orders orders) {
    Fd connection = link::begin_to_connect(orders.address, orders.port);
    pollfd waiting{connection.get(), POLLOUT, 0};
    if (!connection || poll(&waiting, 1, 5000) != 1) return nullptr;
    return std::make_unique<Peer>(clock, job, std::move(connection), std::move(orders.key));
}

}  // namespace

int main(int argc, char** argv) {
    signal(SIGPIPE, SIG_IGN);
    const link::SocketAddress at = link::socket_address("0.0.0.0", static_cast<std::uint16_t>(argc == 2 ? std::atoi(argv[1]) : 0));
    const Fd port = at.socket();
    const int on = 1;
    setsockopt(port.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(port.get(), at.get(), at.size) != 0 || listen(port.get(), 128) != 0) {
        std::perror("link_peers");
        return 1;
    }
    const SystemClock clock;
    std::vector<std::unique_ptr<Peer>> peers;
    for (unsigned job = 1'000'000;;) {
        std::vector<pollfd> waits = {{port.get(), POLLIN, 0}};
        BootTime next = BootTime::max();
        for (const auto& peer : peers) {
            waits.push_back({peer->link().fd(), peer->link().events(), 0});
            next = std::min(next, peer->link().next_time());
        }
        poll(waits.data(), waits.size(), poll_timeout(next, clock.boot()));
        const BootTime now = clock.boot();
        for (std::size_t i = 0; i < peers.size(); ++i) {
            const bool busy = waits[i + 1].revents != 0 || now >= peers[i]->link().next_time();
            if (busy && !peers[i]->advance()) peers[i].reset();
        }
        std::erase(peers, nullptr);
        if (const Fd from(waits[0].revents != 0 ? accept4(port.get(), nullptr, nullptr, SOCK_CLOEXEC) : -1); from) {
            const std::string name = std::to_string(++job);
            auto orders = take_orders(from, name);
            auto peer = orders ? connected(clock, name, *std::move(orders)) : nullptr;
            if (peer) peers.push_back(std::move(peer));
        }
    }
}

// SPDX-License-Identifier: MIT
// Listens at the address that TensorBoard chose, and answers its calls. One thread serves all connections; a few threads
// compute the answers, so that a call that waits for a hanging disk does not delay the others.
#pragma once

#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "src/base/fd.h"
#include "src/base/lock_guarded.h"
#include "src/data/http2.h"
#include "src/data/provider.h"

namespace boardgate::data {

struct Listening {
    Fd socket;
    std::uint16_t port = 0;
};
/// `host` is an address or a name (getaddrinfo(3)); port 0 means any free port.
[[nodiscard]] Result<Listening> listen_on(const std::string& host, std::uint16_t port);

class Server {
public:
    static constexpr std::size_t most_connections = 64;
    static constexpr std::size_t threads = 4;

    Server(Fd listening, const Provider& provider);
    ~Server();

    /// Serves until the other end of the descriptor `parent` is closed; with -1 for ever.
    void serve(int parent);

private:
    struct Connection {
        Connection(std::uint64_t which, Fd connected, Http2Connection::Use use)
            : number(which), socket(std::move(connected)), http2(std::move(use)) {}
        std::uint64_t number;
        Fd socket;
        Http2Connection http2;
        std::string output;  ///< bytes that the socket has not taken yet
        bool broken = false;
    };
    struct Call {
        std::uint64_t connection;
        std::int32_t stream;
        std::string path, message;
    };
    struct FinishedCall {
        std::uint64_t connection;
        std::int32_t stream;
        Answer answer;
    };
    struct Calls {
        bool stopping = false;
        std::deque<Call> waiting{};
        std::vector<FinishedCall> finished{};
    };

    void answer_calls();
    void send_answers();
    void accept_one();
    void receive(Connection& connection);
    void send(Connection& connection);
    [[nodiscard]] bool make_room();

    Fd listening_;
    const Provider& provider_;
    std::list<Connection> connections_;
    std::uint64_t next_number_ = 0;
    Fd finished_event_;  ///< an eventfd, readable while there are finished calls
    LockGuarded<Calls> calls_;
    std::condition_variable calls_changed_;
    std::vector<std::thread> threads_;
};

}  // namespace boardgate::data

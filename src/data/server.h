// SPDX-License-Identifier: MIT
// Listens where TensorBoard asks for it, and has a few threads answer, so that a disk that does not answer holds up
// nobody else's question. One thread serves all connections.
#pragma once

#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "src/base/fd.h"
#include "src/data/http2.h"
#include "src/data/provider.h"

namespace boardgate::data {

struct Listening {
    Fd socket;
    std::uint16_t port = 0;
};
/// `host` is an address or a name (getaddrinfo(3)); port 0: any that is free.
[[nodiscard]] Result<Listening> listen_on(const std::string& host, std::uint16_t port);

class Server {
public:
    static constexpr std::size_t most_connections = 64;
    static constexpr std::size_t threads = 4;

    Server(Fd listening, const Provider& provider);
    ~Server();

    /// Serves until `parent`, a descriptor, is closed at the other end; -1: for ever.
    void serve(int parent);

private:
    struct Connection {
        Connection(std::uint64_t which, Fd connected, Http2Connection::Use use)
            : number(which), socket(std::move(connected)), http2(std::move(use)) {}
        std::uint64_t number;
        Fd socket;
        Http2Connection http2;
        std::string output;  ///< not taken by the socket yet
        bool broken = false;
    };
    struct Question {
        std::uint64_t connection;
        std::int32_t stream;
        std::string path, message;
    };
    struct Finished {
        std::uint64_t connection;
        std::int32_t stream;
        Answer answer;
    };

    void answer_questions();
    void take_finished();
    void accept_one();
    void receive(Connection& connection);
    void send(Connection& connection);
    [[nodiscard]] bool make_room();

    Fd listening_;
    const Provider& provider_;
    std::list<Connection> connections_;
    std::uint64_t next_number_ = 0;
    Fd finished_event_;  ///< eventfd(2)

    std::mutex mutex_;
    std::condition_variable asked_;
    bool end_ = false;  ///< guarded by mutex_, like the next
    std::deque<Question> questions_;
    std::vector<Finished> finished_;
    std::vector<std::thread> threads_;
};

}  // namespace boardgate::data

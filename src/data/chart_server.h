// SPDX-License-Identifier: MIT
// Answers requests for charts on a socket of the board's own folder, where boardgate-board connects. What it does not
// answer it passes on to TensorBoard, with the bytes as they came.
#pragma once

#include <condition_variable>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "src/base/error.h"
#include "src/base/fd.h"
#include "src/base/lock_guarded.h"
#include "src/data/charts.h"

namespace boardgate::data {

class ChartServer {
public:
    /// Each has a thread, which starts when no other is idle: a visitor who takes an answer slowly, or asks what TensorBoard
    /// answers slowly, delays nobody else. nginx leaves one visitor fewer ($boardgate_visitor). Further connections wait in the
    /// kernel's backlog.
    static constexpr std::size_t most_connections = 400;
    /// Small answers that are computed at the same time; large ones (growth.h) leave them room.
    static constexpr std::size_t most_computed = 12;
    /// Of answers that visitors have not taken yet. Beyond it, those that wait for longest are given up.
    static constexpr std::size_t most_untaken = std::size_t{256} << 20;

    /// `port` is TensorBoard's on 127.0.0.1.
    [[nodiscard]] static Result<Fd> listen_at(const std::string& path);
    ChartServer(Fd listening, const Charts& charts, std::uint16_t port) : listening_(std::move(listening)), charts_(charts), port_(port) {}

    ChartServer(const ChartServer&) = delete;
    ChartServer& operator=(const ChartServer&) = delete;
    /// Waits for the connections that are being served.
    ~ChartServer();

    void start();

private:
    struct Untaken {
        int connection;
        std::size_t size;
    };
    struct State {
        std::vector<std::thread> threads{};
        std::size_t idle = 0;
        std::size_t computing = 0;
        bool stopping = false;
        std::list<Untaken> untaken{};  ///< the oldest first
        std::size_t untaken_size = 0;
    };
    class Computing;

    void start_thread(State& state);
    void serve_all();
    void serve(const Fd& connection);
    [[nodiscard]] std::optional<std::string> answer_to(const Http1Request& request);
    void hand_over(const Fd& connection, const std::string& answer);
    void pass_on(const Fd& connection, const std::string& received) const;

    Fd listening_;
    const Charts& charts_;
    std::uint16_t port_;
    LargeAnswers large_answers_;
    LockGuarded<State> state_;
    std::condition_variable changed_;
};

}  // namespace boardgate::data

// SPDX-License-Identifier: MIT
// Answers requests for charts on a socket of the board's own folder, where boardgate-board connects. What it does not
// answer it passes on to TensorBoard, with the bytes as they came.
#pragma once

#include <atomic>
#include <string>

#include "src/base/error.h"
#include "src/base/fd.h"
#include "src/data/charts.h"

namespace boardgate::data {

class ChartServer {
public:
    static constexpr std::size_t most_connections = 64;

    /// `port` is TensorBoard's on 127.0.0.1.
    [[nodiscard]] static Result<Fd> listen_at(const std::string& path);
    ChartServer(Fd listening, const Charts& charts, std::uint16_t port) : listening_(std::move(listening)), charts_(charts), port_(port) {}

    /// Accepts in a thread of its own, until the process ends.
    void start();

private:
    void accept_all();
    void serve(const Fd& connection) const;
    void pass_on(const Fd& connection, const std::string& received) const;

    Fd listening_;
    const Charts& charts_;
    std::uint16_t port_;
    std::atomic<std::size_t> connections_ = 0;
};

}  // namespace boardgate::data

// SPDX-License-Identifier: MIT
// Answers requests for charts on a socket of the board's own folder, where boardgate-board connects. What it does not
// answer it passes on to TensorBoard, with the bytes as they came.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "src/base/error.h"
#include "src/base/fd.h"
#include "src/data/charts.h"

namespace boardgate::data {

class ChartServer {
public:
    /// A browser has six requests under way; further connections wait in the kernel's backlog.
    static constexpr std::size_t threads = 12;

    /// `port` is TensorBoard's on 127.0.0.1.
    [[nodiscard]] static Result<Fd> listen_at(const std::string& path);
    ChartServer(Fd listening, const Charts& charts, std::uint16_t port) : listening_(std::move(listening)), charts_(charts), port_(port) {}

    ChartServer(const ChartServer&) = delete;
    ChartServer& operator=(const ChartServer&) = delete;
    /// Waits for the connections that are being served.
    ~ChartServer();

    void start();

private:
    void serve_all() const;
    void serve(const Fd& connection) const;
    void pass_on(const Fd& connection, const std::string& received) const;

    Fd listening_;
    const Charts& charts_;
    std::uint16_t port_;
    std::vector<std::thread> threads_;
};

}  // namespace boardgate::data

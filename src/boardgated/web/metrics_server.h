// SPDX-License-Identifier: MIT
// `GET /metrics` by HTTP/1.1 over a local socket. The socket's mode decides who may connect. Serves one client at a time
// and drops slow ones.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "src/base/fd.h"

namespace boardgate::boardgated {

class MetricsServer {
public:
    static constexpr std::chrono::milliseconds patience{2000};

    MetricsServer(Fd listening, std::function<std::string()> text);
    MetricsServer(const MetricsServer&) = delete;
    MetricsServer& operator=(const MetricsServer&) = delete;
    ~MetricsServer();

private:
    void serve();
    void answer(int connection) const;

    Fd listening_;
    std::function<std::string()> text_;
    Fd end_;  // an eventfd
    std::thread thread_;
};

/// The response to a request line.
[[nodiscard]] std::string http_answer(std::string_view request_line, const std::function<std::string()>& text);

}  // namespace boardgate::boardgated

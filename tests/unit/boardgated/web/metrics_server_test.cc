// SPDX-License-Identifier: MIT
// The server over a real socket.
#include "src/boardgated/web/metrics_server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/fakes/temp_folder.h"

namespace boardgate::boardgated {
namespace {

struct MetricsServerTest : testing::Test {
    fakes::TempFolder folder;
    sockaddr_un address{};

    Fd listening() {
        Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        address.sun_family = AF_UNIX;
        (folder.path() + "/metrics.sock").copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(listen(socket.get(), 8), 0);
        return socket;
    }
    Fd connection() {
        Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        EXPECT_EQ(connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        return socket;
    }
    static std::string ask(const Fd& socket, const std::string& words) {
        EXPECT_EQ(send(socket.get(), words.data(), words.size(), MSG_NOSIGNAL), static_cast<ssize_t>(words.size()));
        std::string all;
        char buffer[4096];
        ssize_t got = 0;
        while ((got = recv(socket.get(), buffer, sizeof buffer, 0)) > 0) all.append(buffer, static_cast<std::size_t>(got));
        return all;
    }
};

std::string numbers() { return "x 1\n"; }

TEST_F(MetricsServerTest, AnswersAndCloses) {
    const MetricsServer server(listening(), numbers);
    const std::string answer = ask(connection(), "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: 4\r\n"))
        << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\nx 1\n")) << answer;
}

TEST_F(MetricsServerTest, ARequestMayComeInPieces) {
    const MetricsServer server(listening(), numbers);
    const Fd socket = connection();
    ASSERT_EQ(send(socket.get(), "GET /met", 8, 0), 8);
    EXPECT_TRUE(ask(socket, "rics HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

TEST_F(MetricsServerTest, ASilentOrEndlessClientIsDroppedAndTheNextIsAnswered) {
    const MetricsServer server(listening(), numbers);
    const Fd silent = connection();
    const Fd endless = connection();
    const std::string words(64 * 1024, 'x');
    (void)send(endless.get(), words.data(), words.size(), MSG_NOSIGNAL);
    EXPECT_TRUE(ask(connection(), "GET /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200 "));
    char byte = 0;
    EXPECT_EQ(recv(silent.get(), &byte, 1, 0), 0) << "the silent one still has a connection";
}

TEST(MetricsHttp, OnlyGetOfMetrics) {
    EXPECT_TRUE(http_answer("GET /metrics?x=1 HTTP/1.1", numbers).starts_with("HTTP/1.1 200 "));
    EXPECT_TRUE(http_answer("GET / HTTP/1.1", numbers).starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(http_answer("GET /metricsx HTTP/1.1", numbers).starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(http_answer("POST /metrics HTTP/1.1", numbers).starts_with("HTTP/1.1 405 "));
    for (const char* line : {"", "GET", "GET /metrics", "GET /metrics HTTP/2", "\x16\x03\x01"}) {
        EXPECT_TRUE(http_answer(line, numbers).starts_with("HTTP/1.1 400 ")) << line;
    }
}

}  // namespace
}  // namespace boardgate::boardgated

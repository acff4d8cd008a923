// SPDX-License-Identifier: MIT
#include "src/data/chart_server.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <future>
#include <list>
#include <thread>

#include "src/data/log_directory.h"

#include "tests/fakes/temp_folder.h"
#include "tests/unit/events/event_bytes.h"

namespace boardgate::data {
namespace {

using namespace events;

struct ChartServerTest : testing::Test {
    fakes::TempFolder folder;
    LogDirectory logs{folder / "logs", {}};
    Fd tensorboard{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    Charts charts{logs, SamplesPerPlugin()};
    std::optional<ChartServer> server;

    ChartServerTest() {
        std::filesystem::create_directories(folder / "logs/run");
        std::ofstream(folder / "logs/run/tfevents.1", std::ios::binary)
            << record_of(double_field(1, 1000.5) + scalar_event(3, "loss", 0.1F))
            << record_of(double_field(1, 1001) + scalar_event(4, "loss", 2));
        logs.look();
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(bind(tensorboard.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
        EXPECT_EQ(listen(tensorboard.get(), 8), 0);
        EXPECT_EQ(getsockname(tensorboard.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
        auto listening = ChartServer::listen_at(folder / "charts");
        EXPECT_TRUE(listening);
        server.emplace(*std::move(listening), charts, ntohs(address.sin_port));
        server->start();
    }
    static std::string all_of(int fd) {
        std::string all;
        char bytes[4096];
        for (ssize_t got = 0; (got = recv(fd, bytes, sizeof bytes, 0)) > 0;) all.append(bytes, static_cast<std::size_t>(got));
        return all;
    }
    [[nodiscard]] Fd ask(const std::string& request) const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        (folder / "charts").copy(address.sun_path, sizeof address.sun_path - 1);
        Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        EXPECT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(send(fd.get(), request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
        return fd;
    }
};

TEST_F(ChartServerTest, AnswersAChart) {
    const std::string answer = all_of(ask("GET /b/x/data/plugin/scalars/scalars?run=run&tag=loss HTTP/1.1\r\nHost: a\r\n\r\n").get());
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 52\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n[[1000.5, 3, 0.10000000149011612], [1001.0, 4, 2.0]]")) << answer;
}

TEST_F(ChartServerTest, PassesOnWhatItDoesNotAnswer) {
    const std::string request = "GET /b/x/data/plugin/scalars/scalars?run=run&tag=nothing HTTP/1.1\r\nHost: a\r\n\r\n";
    const Fd visitor = ask(request);
    const Fd inside(accept4(tensorboard.get(), nullptr, nullptr, SOCK_CLOEXEC));
    std::string heard(request.size(), '\0');
    EXPECT_EQ(recv(inside.get(), heard.data(), heard.size(), MSG_WAITALL), static_cast<ssize_t>(request.size()));
    EXPECT_EQ(heard, request);
    EXPECT_EQ(send(inside.get(), "no", 2, 0), 2);
    shutdown(inside.get(), SHUT_RDWR);
    EXPECT_EQ(all_of(visitor.get()), "no");
}

/// The same chart so many times, which TensorBoard's page does not ask for.
std::string question(std::size_t times) {
    std::string body = "requests=[";
    for (std::size_t i = 0; i < times; ++i)
        body += i == 0 ? R"({"plugin":"scalars","tag":"loss"})" : R"(,{"plugin":"scalars","tag":"loss"})";
    body += ']';
    return "POST /b/x/data/plugin/timeseries/timeSeries HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}
const std::string one_chart = "GET /b/x/data/plugin/scalars/scalars?run=run&tag=loss HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr timeval soon{30, 0};

TEST_F(ChartServerTest, VisitorsWhoTakeTheirAnswersSlowlyDelayNobody) {
    std::vector<Fd> slow;
    // More than a socket holds, and little to compute.
    for (int i = 0; i < 40; ++i) slow.push_back(ask(question(4'000)));
    const Fd another = ask(one_chart);
    setsockopt(another.get(), SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
    EXPECT_TRUE(all_of(another.get()).starts_with("HTTP/1.1 200 OK"));
    EXPECT_TRUE(all_of(slow.front().get()).ends_with("}]}}]")) << "who waited gets it, too";
}

TEST_F(ChartServerTest, WhatTensorBoardAnswersSlowlyDelaysNobody) {
    std::vector<Fd> slow;
    for (int i = 0; i < 40; ++i) slow.push_back(ask("GET /b/x/data/plugin/scalars/scalars?run=run&tag=nothing HTTP/1.1\r\n\r\n"));
    const Fd another = ask(one_chart);
    setsockopt(another.get(), SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
    EXPECT_TRUE(all_of(another.get()).starts_with("HTTP/1.1 200 OK"));
    tensorboard.reset();
}

TEST_F(ChartServerTest, AShortQuestionHasNoAnswerOfAnySize) {
    {
        std::ofstream more(folder / "logs/run/tfevents.1", std::ios::binary | std::ios::app);
        for (int step = 5; step < 1005; ++step) more << record_of(double_field(1, 1000.123456 + step) + scalar_event(step, "loss", 0.1F));
    }
    logs.look();
    EXPECT_TRUE(all_of(ask(question(1)).get()).starts_with("HTTP/1.1 200 OK"));
    const std::string answer = all_of(ask(question(10'000)).get());
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer.substr(0, 100);
    EXPECT_TRUE(all_of(ask(one_chart).get()).starts_with("HTTP/1.1 200 OK"));
}

TEST_F(ChartServerTest, LargeAnswersDelayNoSmallOne) {
    std::vector<Fd> large;
    for (int i = 0; i < 16; ++i) large.push_back(ask(question(14'000)));
    const Fd another = ask(one_chart);
    setsockopt(another.get(), SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
    EXPECT_TRUE(all_of(another.get()).starts_with("HTTP/1.1 200 OK"));
}

TEST(Growth, FewLargeAnswersAreMadeAtATime) {
    LargeAnswers answers;
    int waits = 0;
    Growth first(answers, [&] { ++waits; });
    EXPECT_TRUE(first.may_go_on(Growth::large));
    EXPECT_EQ(answers.count(), 0U);
    EXPECT_TRUE(first.may_go_on(Growth::large + 1));
    EXPECT_TRUE(first.may_go_on(Growth::largest));
    EXPECT_EQ(waits, 1);
    {
        std::list<Growth> others;
        for (std::size_t i = 1; i < LargeAnswers::most; ++i) EXPECT_TRUE(others.emplace_back(answers).may_go_on(Growth::large + 1));
        Growth last(answers);
        auto later = std::async(std::launch::async, [&] { return last.may_go_on(Growth::large + 1); });
        EXPECT_EQ(later.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
        others.clear();
        EXPECT_TRUE(later.get());
    }
    EXPECT_EQ(answers.count(), 1U);
    EXPECT_FALSE(first.may_go_on(Growth::largest + 1));
    EXPECT_TRUE(first.too_large());
}

}  // namespace
}  // namespace boardgate::data

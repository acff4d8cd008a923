// SPDX-License-Identifier: MIT
#include "src/board/readiness.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <string>

#include "tests/fakes/fake_clock.h"
#include "tests/unit/board/listener.h"

namespace boardgate::board {
namespace {

using std::chrono::milliseconds;

struct ReadinessTest : testing::Test {
    fakes::FakeClock clock;
    Listener server;
    Readiness readiness{clock, server.port, "/b/k3f9abcd/data/environment"};

    std::string question(const Fd& connection) {
        std::array<char, 1024> buffer{};
        const ssize_t got = recv(connection.get(), buffer.data(), buffer.size(), 0);
        return std::string(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    }
    void answer(const std::string& text) {
        const Fd connection = server.accept();
        last_question = question(connection);
        ASSERT_EQ(send(connection.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    }
    bool turn_when_readable() {
        pollfd waiting{readiness.http().fd(), readiness.http().events(), 0};
        EXPECT_EQ(poll(&waiting, 1, 5000), 1);
        return readiness.advance();
    }
    std::string last_question;
};

TEST_F(ReadinessTest, IsThereWithTheFirst200) {
    EXPECT_FALSE(readiness.advance());
    answer("HTTP/1.1 200 OK\r\n");
    EXPECT_TRUE(turn_when_readable());
    EXPECT_TRUE(last_question.starts_with("GET /b/k3f9abcd/data/environment HTTP/1.1\r\n")) << last_question;
}

TEST_F(ReadinessTest, IsNotThereWithAnyOtherAnswer) {
    for (const char* text : {"HTTP/1.1 500 INTERNAL SERVER ERROR\r\n", "HTTP/1.1 404 NOT FOUND\r\n", "200", ""}) {
        EXPECT_FALSE(readiness.advance());
        answer(text);
        EXPECT_FALSE(turn_when_readable()) << text;
        EXPECT_EQ(readiness.http().fd(), -1);
        clock.advance(milliseconds(10));
    }
}

TEST_F(ReadinessTest, TakesAnAnswerThatComesInPieces) {
    EXPECT_FALSE(readiness.advance());
    {
        const Fd connection = server.accept();
        ASSERT_EQ(send(connection.get(), "HTTP/1.", 7, 0), 7);
        EXPECT_FALSE(turn_when_readable());
        ASSERT_EQ(send(connection.get(), "1 200 OK\r\n\r\n{}", 14, 0), 14);
    }
    while (readiness.http().fd() != -1 && !turn_when_readable()) {
    }
    EXPECT_EQ(readiness.answer(), "HTTP/1.1 200 OK\r\n\r\n{}");
}

TEST_F(ReadinessTest, AsksAgainAfterAPauseThatGrowsWithTheTime) {
    server.fd.reset();  // nobody listens yet
    EXPECT_FALSE(readiness.advance());
    EXPECT_EQ(readiness.http().fd(), -1);
    EXPECT_EQ(readiness.http().patience(), milliseconds(10));
    clock.advance(std::chrono::seconds(4));
    EXPECT_FALSE(readiness.advance());
    EXPECT_EQ(readiness.http().patience(), milliseconds(200));
    clock.advance(std::chrono::seconds(60));
    EXPECT_FALSE(readiness.advance());
    EXPECT_EQ(readiness.http().patience(), milliseconds(500));
}

TEST_F(ReadinessTest, GivesUpAQuestionThatIsNotAnswered) {
    EXPECT_FALSE(readiness.advance());
    EXPECT_NE(readiness.http().fd(), -1);
    clock.advance(std::chrono::seconds(10));
    EXPECT_FALSE(readiness.advance());
    EXPECT_EQ(readiness.http().fd(), -1);
}

struct StartTimeTest : testing::Test {
    fakes::FakeClock clock;
    StartTime start{clock, getpid()};

    void compute() {
        const auto used = [] {
            timespec now{};
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
            return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
        };
        for (const auto end = used() + milliseconds(110); used() < end;) {
        }
    }
};

TEST_F(StartTimeTest, IsAMinuteForOneThatDoesNotCompute) {
    for (int i = 0; i < 11; ++i) {
        clock.advance(std::chrono::seconds(5));
        start.advance();
        EXPECT_FALSE(start.over());
    }
    clock.advance(std::chrono::seconds(5));
    EXPECT_TRUE(start.over());
}

TEST_F(StartTimeTest, IsLongerForOneThatComputesButNotEndless) {
    for (int i = 0; i < 11; ++i) {
        compute();
        clock.advance(std::chrono::seconds(25));
        start.advance();
        ASSERT_FALSE(start.over()) << i;
    }
    compute();
    clock.advance(std::chrono::seconds(25));
    start.advance();
    EXPECT_TRUE(start.over());
}

}  // namespace
}  // namespace boardgate::board

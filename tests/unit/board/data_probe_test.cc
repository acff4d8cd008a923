// SPDX-License-Identifier: MIT
#include "src/board/data_probe.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <array>

#include "tests/fakes/fake_clock.h"
#include "tests/unit/board/listener.h"

namespace boardgate::board {
namespace {

struct DataProbeTest : testing::Test {
    fakes::FakeClock clock;
    Listener server;
    DataProbe probe{clock, server.port, "/b/k3f9abcd/data/runs"};

    /// Whether the data is lost, after an answer with this status.
    bool lost_after(const char* status) {
        clock.advance(probe.http().patience());
        EXPECT_FALSE(probe.advance());
        {
            const Fd connection = server.accept();
            std::array<char, 1024> question{};
            EXPECT_GT(recv(connection.get(), question.data(), question.size(), 0), 0);
            const std::string answer = std::string("HTTP/1.1 ") + status + "\r\n\r\n";
            EXPECT_GT(send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL), 0);
        }
        bool lost = false;
        while (probe.http().fd() != -1) {
            pollfd waiting{probe.http().fd(), probe.http().events(), 0};
            EXPECT_EQ(poll(&waiting, 1, 5000), 1);
            lost = probe.advance();
        }
        return lost;
    }
};

TEST_F(DataProbeTest, AsksNowAndThen) {
    EXPECT_FALSE(probe.advance());
    EXPECT_EQ(probe.http().fd(), -1);
    EXPECT_EQ(probe.http().patience(), std::chrono::seconds(5));
    EXPECT_FALSE(lost_after("200 OK"));
    EXPECT_EQ(probe.http().patience(), std::chrono::seconds(5));
}

TEST_F(DataProbeTest, IsSureAfterASecond500) {
    EXPECT_FALSE(lost_after("500 INTERNAL SERVER ERROR"));
    EXPECT_LT(probe.http().patience(), std::chrono::seconds(1));
    EXPECT_TRUE(lost_after("500 INTERNAL SERVER ERROR"));
    EXPECT_FALSE(lost_after("500 INTERNAL SERVER ERROR")) << "said once, then it is another matter";
}

TEST_F(DataProbeTest, TakesASingle500AndOtherAnswersForNothing) {
    for (const char* status : {"500 INTERNAL SERVER ERROR", "200 OK", "500 INTERNAL SERVER ERROR", "404 NOT FOUND", "503 BUSY"}) {
        EXPECT_FALSE(lost_after(status)) << status;
    }
}

TEST_F(DataProbeTest, DoesNotTakeSlownessForLoss) {
    clock.advance(probe.http().patience());
    EXPECT_FALSE(probe.advance());
    EXPECT_NE(probe.http().fd(), -1);
    clock.advance(std::chrono::seconds(30));
    EXPECT_FALSE(probe.advance());
    EXPECT_EQ(probe.http().fd(), -1);
    server.fd.reset();
    clock.advance(probe.http().patience());
    EXPECT_FALSE(probe.advance());
}

}  // namespace
}  // namespace boardgate::board

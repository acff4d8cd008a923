// SPDX-License-Identifier: MIT
#include "src/base/workers.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/socket_pair.h"

namespace boardgate {
namespace {

using namespace std::chrono_literals;

constexpr uid_t alice = 1001;
constexpr uid_t bob = 1002;

struct WorkersTest : testing::Test {
    fakes::FakeClock clock;
    Workers workers = Workers::make(clock, {.at_once = 3, .of_person = 2, .waiting = 2, .turn = 20s, .works = 30s}).value();
    fakes::SocketPair pair;  ///< what workers say; they end when the near end says so

    /// Sends a letter and waits for an answer.
    Workers::Work held(char letter) { return held(letter, pair); }
    static Workers::Work held(char letter, const fakes::SocketPair& at) {
        return [&at, letter] {
            (void)::send(at.far.get(), &letter, 1, 0);
            char word = 0;
            (void)recv(at.far.get(), &word, 1, 0);
        };
    }
    void let_go(int count) {
        for (int i = 0; i < count; ++i) ASSERT_EQ(::send(pair.near.get(), "x", 1, 0), 1);
    }
    /// What has begun: so many letters.
    std::string begun(std::size_t count) {
        std::string letters;
        while (letters.size() < count) {
            char letter = 0;
            pollfd waiting[2] = {{pair.near.get(), POLLIN, 0}, {workers.fd(), POLLIN, 0}};
            if (poll(waiting, 2, 10'000) <= 0) break;
            if (waiting[1].revents != 0) workers.advance();
            if (waiting[0].revents != 0 && recv(pair.near.get(), &letter, 1, MSG_DONTWAIT) == 1) letters += letter;
        }
        std::sort(letters.begin(), letters.end());
        return letters;
    }
    void all_end() {
        while (!workers.idle()) {
            pollfd ended{workers.fd(), POLLIN, 0};
            ASSERT_EQ(poll(&ended, 1, 10'000), 1);
            workers.advance();
        }
    }
};

TEST_F(WorkersTest, OnePersonsWorkLeavesRoomForAnothers) {
    for (const char letter : {'a', 'b', 'c', 'd'}) EXPECT_TRUE(workers.add(alice, held(letter)));
    EXPECT_TRUE(workers.add(bob, held('z')));
    EXPECT_EQ(begun(3), "abz");
    EXPECT_FALSE(workers.add(alice, held('e'))) << "two of hers wait already";
    let_go(5);
    EXPECT_EQ(begun(2), "cd");
    all_end();
}

TEST_F(WorkersTest, NoMoreRunAtOnceThanTheMachineIsWillingTo) {
    for (const uid_t person : {1U, 2U, 3U, 4U}) EXPECT_TRUE(workers.add(person, held(static_cast<char>('0' + person))));
    EXPECT_EQ(begun(3), "123");
    let_go(4);
    EXPECT_EQ(begun(1), "4");
    all_end();
}

TEST_F(WorkersTest, WhatWaitedTooLongIsDropped) {
    for (const char letter : {'a', 'b', 'c'}) EXPECT_TRUE(workers.add(alice, held(letter)));
    EXPECT_EQ(begun(2), "ab");
    clock.advance(21s);
    let_go(2);
    all_end();
    EXPECT_EQ(recv(pair.near.get(), &*std::string(1, ' ').begin(), 1, MSG_DONTWAIT), -1) << "c began";
}

TEST(Workers, AWorkerThatDoesNotEndIsKilled) {
    const fakes::FakeClock clock;
    auto workers = Workers::make(clock, {.at_once = 1, .of_person = 1, .waiting = 1, .turn = 20s, .works = 1s}).value();
    ASSERT_TRUE(workers.add(alice, [] {
        for (;;) pause();
    }));
    pollfd ended{workers.fd(), POLLIN, 0};
    ASSERT_EQ(poll(&ended, 1, 10'000), 1);
    workers.advance();
    EXPECT_TRUE(workers.idle());
}

TEST_F(WorkersTest, AConnectionThatWaitsIsOpenInNoWorker) {
    for (const char letter : {'a', 'b'}) ASSERT_TRUE(workers.add(alice, held(letter)));
    // Accepted after both began, so that neither inherits it.
    fakes::SocketPair connection;
    auto owned = std::make_shared<Fd>(std::move(connection.near));
    ASSERT_TRUE(workers.add(alice, [owned] {}));
    owned.reset();
    const fakes::SocketPair bobs;
    ASSERT_TRUE(workers.add(bob, held('z', bobs)));
    char begun_of_bob = 0;
    ASSERT_EQ(recv(bobs.near.get(), &begun_of_bob, 1, 0), 1);
    EXPECT_EQ(begun(2), "ab");
    let_go(1);  // one of alice's, not bob's, so that the third of hers begins
    // Its own worker ends soon, and bob's does not hold the connection open.
    pollfd hung{connection.far.get(), POLLIN, 0};
    for (int i = 0; i < 1000 && poll(&hung, 1, 10) == 0; ++i) workers.advance();
    EXPECT_NE(hung.revents & POLLHUP, 0);
    let_go(1);
    EXPECT_EQ(::send(bobs.near.get(), "x", 1, 0), 1);
    all_end();
}

}  // namespace
}  // namespace boardgate

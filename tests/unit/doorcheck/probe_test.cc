// SPDX-License-Identifier: MIT
// The probe against the real table, in a network namespace of its own.
#include "src/doorcheck/probe.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <functional>

namespace boardgate::doorcheck {
namespace {

constexpr std::uint16_t probe_port = 16000;
constexpr std::uint16_t door_port = 16001;
constexpr uid_t nginx = 33;
constexpr uid_t somebody = 1000;

bool loopback_up() {
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    const Fd any(socket(AF_INET, SOCK_DGRAM, 0));
    return ioctl(any.get(), SIOCSIFFLAGS, &request) == 0;
}

int nft(const std::string& words) { return std::system(("/usr/sbin/nft " + words).c_str()); }
bool table_loaded() { return nft("-D ports=16000-16999 -D nginx=33 -f systemd/boardgate.nft") == 0; }

/// errno of an account's connection to 127.0.0.1, 0 if it succeeds.
int tried_as(uid_t uid, std::uint16_t port, in_addr_t to = INADDR_LOOPBACK, std::uint16_t source_port = 0) {
    const pid_t child = fork();
    if (child == 0) {
        sockaddr_in from{}, address{};
        from.sin_family = address.sin_family = AF_INET;
        from.sin_port = htons(source_port);
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(to);
        if (setgid(uid) != 0 || setuid(uid) != 0) _exit(255);
        const Fd fd(socket(AF_INET, SOCK_STREAM, 0));
        if (source_port != 0 && bind(fd.get(), reinterpret_cast<sockaddr*>(&from), sizeof from) != 0) _exit(254);
        _exit(connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? 0 : errno);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

/// Runs each test in a process with its own network namespace.
struct ProbeTest : testing::Test {
    void alone(const std::function<void()>& body) {
        const pid_t child = fork();
        if (child == 0) {
            if (unshare(CLONE_NEWNET) != 0 || !loopback_up()) _exit(77);
            body();
            _exit(HasFailure() ? 1 : 0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77) GTEST_SKIP() << "needs root, for a network namespace";
        EXPECT_EQ(status, 0);
    }
};

TEST_F(ProbeTest, IsNotRefusedWithoutTheTable) {
    alone([] {
        const auto probe = Probe::open(probe_port);
        ASSERT_TRUE(probe);
        EXPECT_FALSE(probe->refused().value());
    });
}

TEST_F(ProbeTest, IsRefusedByTheTableAndNotAfterItWasFlushed) {
    alone([] {
        const auto probe = Probe::open(probe_port);
        ASSERT_TRUE(probe);
        ASSERT_TRUE(table_loaded());
        EXPECT_TRUE(probe->refused().value());
        ASSERT_EQ(nft("flush ruleset"), 0);
        EXPECT_FALSE(probe->refused().value());
        ASSERT_TRUE(table_loaded());
        ASSERT_TRUE(table_loaded());  // over itself
        EXPECT_TRUE(probe->refused().value());
    });
}

TEST_F(ProbeTest, SilenceIsNotARefusal) {
    alone([] {
        const auto probe = Probe::open(probe_port);
        ASSERT_TRUE(probe);
        ASSERT_EQ(
            nft("'add table inet t; add chain inet t c { type filter hook input priority 0; }; add rule inet t c tcp dport 16000 drop'"),
            0);
        const auto refused = probe->refused();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().sys, ETIMEDOUT);
    });
}

TEST_F(ProbeTest, SaysWhoseFaultATakenPortIs) {
    alone([] {
        const auto first = Probe::open(probe_port);
        const auto second = Probe::open(probe_port);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().sys, EADDRINUSE);
        EXPECT_NE(second.error().remedy.find("boardgate.conf"), std::string::npos);
    });
}

TEST_F(ProbeTest, GoesOnWithTheSocketOfBefore) {
    alone([] {
        const auto first = Probe::open(probe_port);
        ASSERT_TRUE(first);
        const auto second = Probe::open(probe_port, Fd(dup(first->listening())));
        ASSERT_TRUE(second);
        // Of a door_ports of before.
        const auto third = Probe::open(probe_port + 100, Fd(dup(first->listening())));
        ASSERT_TRUE(third);
        ASSERT_TRUE(table_loaded());
        EXPECT_TRUE(third->refused().value());
    });
}

TEST_F(ProbeTest, TheTableLetsNginxAloneReachADoor) {
    alone([] {
        const auto door = Probe::open(door_port);
        ASSERT_TRUE(door);
        ASSERT_TRUE(table_loaded());
        EXPECT_EQ(tried_as(nginx, door_port), 0);
        for (const uid_t uid : {uid_t{0}, somebody, uid_t{65534}}) EXPECT_EQ(tried_as(uid, door_port), ECONNREFUSED) << uid;
        // Neither another loopback address nor a source port within the range helps.
        EXPECT_EQ(tried_as(somebody, door_port, INADDR_LOOPBACK + 1), ECONNREFUSED);
        EXPECT_EQ(tried_as(somebody, door_port, INADDR_LOOPBACK, 16500), ECONNREFUSED);
    });
}

TEST_F(ProbeTest, TheTableLeavesOtherPortsAlone) {
    alone([] {
        const auto other = Probe::open(17000);
        ASSERT_TRUE(other);
        ASSERT_TRUE(table_loaded());
        EXPECT_EQ(tried_as(somebody, 17000), 0);
    });
}

}  // namespace
}  // namespace boardgate::doorcheck

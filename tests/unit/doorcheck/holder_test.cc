// SPDX-License-Identifier: MIT
#include "src/doorcheck/holder.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/fd.h"

namespace boardgate::doorcheck {
namespace {

constexpr const char* table =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 0100007F:3E81 00000000:0000 01 00000000:00000000 00:00000000 00000000  1000        0 111 1 0000000000000000 100 0 0 10 0\n"
    "   1: 0100007F:3E81 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 222 1 0000000000000000 100 0 0 10 0\n"
    "   2: 0100007F:3E82 00000000:0000 0A half a line";

TEST(Holder, IsWhoListensAndNotWhoIsConnected) {
    EXPECT_EQ(listener_in(table, 16001), 222U);
    EXPECT_FALSE(listener_in(table, 16002)) << "a line that is cut off says nothing";
    EXPECT_FALSE(listener_in(table, 16003));
    EXPECT_FALSE(listener_in("", 16001));
}

TEST(Holder, IsNamedByProgramProcessAndOwner) {
    const Fd socket(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(socket.get(), 1), 0);
    socklen_t size = sizeof address;
    getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
    EXPECT_THAT(
        holder_of(ntohs(address.sin_port)),
        testing::AllOf(testing::StartsWith("doorcheck_test ("), testing::HasSubstr(std::to_string(getpid())), testing::HasSubstr(" of ")));
}

}  // namespace
}  // namespace boardgate::doorcheck

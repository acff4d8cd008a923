// SPDX-License-Identifier: MIT
#include "src/doorcheck/kept_ports.h"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>

#include "tests/fakes/temp_folder.h"

namespace boardgate::doorcheck {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A socket as a program of this uid would bind it.
Fd bound(std::uint16_t port, int option) {
    Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    if (option != 0) setsockopt(fd.get(), SOL_SOCKET, option, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? std::move(fd) : Fd();
}

struct KeptPortsTest : testing::Test {
    Settings settings = parse_settings("door_ports = 23400-23403\n[environments]\ndefault = /x\n", "test").value();
    KeptPorts ports{settings};
};

TEST_F(KeptPortsTest, NobodyBindsAKeptPortButADoor) {
    EXPECT_THAT(ports.bind_missing(), ElementsAre(23401, 23402, 23403));
    EXPECT_THAT(ports.bind_missing(), IsEmpty());
    EXPECT_EQ(ports.status(), "keeps 3 of 3 ports");
    EXPECT_FALSE(bound(23401, 0));
    EXPECT_FALSE(bound(23401, SO_REUSEADDR));
    const Fd door = bound(23401, SO_REUSEPORT);
    EXPECT_TRUE(door) << "of the same uid";
    EXPECT_EQ(listen(door.get(), 1), 0);
}

TEST_F(KeptPortsTest, APortThatAnotherProgramHasIsNamedAndTakenLater) {
    Fd other = bound(23402, 0);
    EXPECT_THAT(ports.bind_missing(), ElementsAre(23401, 23403));
    EXPECT_EQ(ports.status(), "keeps 2 of 3 ports; other programs have 23402");
    other.reset();
    EXPECT_THAT(ports.bind_missing(), ElementsAre(23402));
}

/// Every account can listen at 127.0.0.2 and ::1, on all ports of doors.
TEST_F(KeptPortsTest, AListenerAtAnotherAddressTakesNoPort) {
    const Fd elsewhere(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{AF_INET, htons(23401), {htonl(INADDR_LOOPBACK + 1)}, {}};
    ASSERT_EQ(bind(elsewhere.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(elsewhere.get(), 1), 0);
    EXPECT_EQ(taken_ports(settings, "/nowhere"), "end");
}

TEST_F(KeptPortsTest, APortOfAnotherProgramIsTakenAndOneWhereRootListensToo) {
    {
        KeptPorts kept(settings);
        EXPECT_EQ(kept.bind_missing().size(), 3U);
        EXPECT_EQ(taken_ports(settings, "/nowhere"), "end") << "a kept port is free for a door";
    }
    const Fd other = bound(23402, 0);
    EXPECT_EQ(taken_ports(settings, "/nowhere"), "23402\nend");
    const fakes::TempFolder proc;
    std::filesystem::create_directory(proc.path() + "/net");
    std::ofstream(proc.path() + "/net/tcp") << "heading\n 0: 0100007F:5B6B 00000000:0000 0A 0:0 00:0 0 0 0 77 1\n"
                                            << " 1: 0200007F:5B69 00000000:0000 0A 0:0 00:0 0 1000 0 78 1\n";
    EXPECT_EQ(taken_ports(settings, proc.path()), "23402\n23403\nend");
}

TEST_F(KeptPortsTest, TakesTheSocketsThatSystemdKept) {
    ports.adopt(bound(23402, SO_REUSEPORT));
    ports.adopt(bound(23404, SO_REUSEPORT));  // no longer in door_ports
    EXPECT_THAT(ports.all(), ElementsAre(23402));
    EXPECT_TRUE(bound(23404, 0)) << "it was let go";
    EXPECT_THAT(ports.bind_missing(), ElementsAre(23401, 23403));
}

}  // namespace
}  // namespace boardgate::doorcheck

// SPDX-License-Identifier: MIT
#include "src/base/service.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/fakes/socket_pair.h"
#include "tests/fakes/temp_folder.h"

namespace boardgate {
namespace {

/// Passes sockets like systemd: descriptors from 3 on, and their names. For a child process only.
void pass_two_sockets(const char* names) {
    fakes::SocketPair pair;
    const int first = fcntl(pair.near.get(), F_DUPFD, 100);
    const int second = fcntl(pair.far.get(), F_DUPFD, 100);
    dup2(first, 3);
    dup2(second, 4);
    setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
    setenv("LISTEN_FDS", "2", 1);
    setenv("LISTEN_FDNAMES", names, 1);
    (void)pair.near.release();
    (void)pair.far.release();
}

TEST(ServiceDeathTest, SocketsComeByNameAndCloseOnExec) {
    EXPECT_EXIT(
        {
            pass_two_sockets("gate:app");
            auto sockets = service_sockets();
            const bool right = sockets && sockets->size() == 2 && sockets->find("gate")->second.get() == 3 &&
                               sockets->find("app")->second.get() == 4 && (fcntl(3, F_GETFD) & FD_CLOEXEC) != 0 &&
                               std::getenv("LISTEN_FDS") == nullptr;
            _exit(right ? 42 : 1);
        },
        testing::ExitedWithCode(42), "");
}

TEST(ServiceDeathTest, ADoorAtSeveralAddressesIsTakenWhole) {
    EXPECT_EXIT(
        {
            pass_two_sockets("door:door");
            auto sockets = service_sockets();
            const auto doors = take_sockets(*sockets, "door");
            _exit(doors && doors->size() == 2 && sockets->empty() && !take_sockets(*sockets, "door") ? 42 : 1);
        },
        testing::ExitedWithCode(42), "");
}

TEST(ServiceDeathTest, ASocketIsTakenOnce) {
    EXPECT_EXIT(
        {
            pass_two_sockets("gate:app");
            auto sockets = service_sockets();
            const bool first = take_socket(*sockets, "gate").has_value();
            const auto second = take_socket(*sockets, "gate");
            _exit(first && !second && second.error().subject == "gate" ? 42 : 1);
        },
        testing::ExitedWithCode(42), "");
}

TEST(Service, WithoutSocketsItSaysHowTheProgramIsStarted) {
    unsetenv("LISTEN_PID");
    const auto sockets = service_sockets();
    ASSERT_FALSE(sockets);
    EXPECT_THAT(sockets.error().remedy, testing::HasSubstr("systemctl start"));
}

TEST(ServiceDeathTest, TheConnectionOfAnAcceptedServiceIsStandardInput) {
    EXPECT_EXIT(
        {
            fakes::SocketPair pair;
            dup2(pair.near.get(), STDIN_FILENO);
            const auto connection = accepted_connection();
            char nothing = 0;
            const bool right = connection && read(STDIN_FILENO, &nothing, 1) == 0 && connection->get() >= 3 &&
                               (fcntl(connection->get(), F_GETFD) & FD_CLOEXEC) != 0 && send(pair.far.get(), "x", 1, 0) == 1;
            char got = 0;
            _exit(right && recv(connection->get(), &got, 1, 0) == 1 && got == 'x' ? 42 : 1);
        },
        testing::ExitedWithCode(42), "");
}

TEST(ServiceDeathTest, AStreamOrATerminalIsNoConnection) {
    EXPECT_EXIT(
        {
            fakes::SocketPair stream(SOCK_STREAM);
            dup2(stream.near.get(), STDIN_FILENO);
            const bool refused = !accepted_connection();
            dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
            _exit(refused && !accepted_connection() ? 42 : 1);
        },
        testing::ExitedWithCode(42), "");
}

TEST(Service, TellsSystemdWhatItDoes) {
    const fakes::TempFolder folder;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = folder / "notify";
    path.copy(address.sun_path, path.size());
    const Fd manager(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(bind(manager.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
    const auto heard = [&] {
        std::string text(500, '\0');
        text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, recv(manager.get(), text.data(), text.size(), MSG_DONTWAIT))));
        return text;
    };
    notify_ready("Waiting");
    EXPECT_EQ(heard(), "READY=1\nSTATUS=Waiting");
    notify_status("Busy");
    EXPECT_EQ(heard(), "STATUS=Busy");
    notify_status(
        "\x1b[7mPWN\nREADY=1 \xc2\x9b"
        "5m");
    EXPECT_EQ(heard(), "STATUS=?[7mPWN?READY=1 ?5m");
    notify_stopping("Bye");
    EXPECT_EQ(heard(), "STOPPING=1\nSTATUS=Bye");
    notify_alive();
    EXPECT_EQ(heard(), "WATCHDOG=1");
    unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace boardgate

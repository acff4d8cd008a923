// SPDX-License-Identifier: MIT
#include "src/board/relay.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>

#include "tests/fakes/temp_folder.h"
#include "tests/unit/board/listener.h"

namespace boardgate::board {
namespace {

/// Two ends of a stream, neither of which waits.
std::array<Fd, 2> stream() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), 0);
    return {Fd(ends[0]), Fd(ends[1])};
}

std::string all_from(int fd) {
    std::string text;
    std::array<char, 65536> buffer{};
    for (ssize_t got = 0; (got = recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0;) {
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
}

bool is_ended(int fd) {
    char byte = 0;
    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

void say(const Fd& fd, const std::string& text) {
    ASSERT_EQ(send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
}

struct ChannelTest : testing::Test {
    ChannelTest() { signal(SIGPIPE, SIG_IGN); }  // as main does
    std::array<Fd, 2> from = stream();           // [0] writes, the channel reads [1]
    std::array<Fd, 2> to = stream();             // the channel writes [0], [1] reads
    Pipes pipes;
    RelayDirection channel;
    RelayDirection::Step pump() { return channel.pump(from[1].get(), to[0].get(), pipes); }
};

TEST_F(ChannelTest, MovesWhatIsThere) {
    say(from[0], "hello");
    EXPECT_EQ(pump().moved, 5U);
    EXPECT_EQ(all_from(to[1].get()), "hello");
    EXPECT_EQ(pump().moved, 0U);
    EXPECT_FALSE(channel.done());
}

TEST_F(ChannelTest, PassesTheEndOnAfterTheLastByte) {
    say(from[0], "bye");
    shutdown(from[0].get(), SHUT_WR);
    EXPECT_EQ(pump().moved, 3U);
    EXPECT_TRUE(channel.done());
    EXPECT_EQ(all_from(to[1].get()), "bye");
    EXPECT_TRUE(is_ended(to[1].get()));
    // The other direction is open still.
    say(to[1], "answer");
}

TEST_F(ChannelTest, KeepsWhatTheOtherSideDoesNotTakeYet) {
    const std::string part(60'000, 'x');
    std::size_t said = 0;
    std::string heard;
    // More than a sink that nobody reads takes.
    for (int i = 0; i < 40; ++i) {
        said += static_cast<std::size_t>(std::max<ssize_t>(send(from[0].get(), part.data(), part.size(), MSG_NOSIGNAL), 0));
        EXPECT_FALSE(pump().failed);
    }
    shutdown(from[0].get(), SHUT_WR);
    EXPECT_FALSE(channel.done());
    for (int i = 0; i < 1000 && !channel.done(); ++i) {
        heard += all_from(to[1].get());
        EXPECT_FALSE(pump().failed);
    }
    heard += all_from(to[1].get());
    EXPECT_GT(said, 100'000U);
    EXPECT_EQ(heard.size(), said);
}

TEST_F(ChannelTest, FailsWhenTheReaderIsGone) {
    to[1].reset();
    say(from[0], "hello");
    EXPECT_TRUE(pump().failed);
}

TEST_F(ChannelTest, HoldsNoPipeWhileNothingIsUnderWay) {
    say(from[0], "hello");
    (void)pump();
    ASSERT_TRUE(pipes.take());  // given back, so that this one is the same and no new one
    const auto before = Fd(dup(0));
    const auto pipe = pipes.take();
    EXPECT_GT(pipe->out.get(), before.get());
}

const std::string question = "GET / HTTP/1.1\r\n\r\n";
const std::string answer = "HTTP/1.1 200 OK\r\n\r\nanswer";

struct RelayTest : testing::Test {
    Listener tensorboard;
    Listener door_copy;
    std::uint16_t door_port = door_copy.port;
    Listener second_door;
    std::uint16_t second_port = second_door.port;
    Result<Relay> relay = open_doors();

    Result<Relay> open_doors() {
        std::vector<Fd> doors;
        doors.push_back(std::move(door_copy.fd));
        doors.push_back(std::move(second_door.fd));
        return Relay::open(std::move(doors), tensorboard.port, 3);
    }

    void turn_until(const std::function<bool()>& reached) {
        for (int i = 0; i < 500 && !reached(); ++i) {
            pollfd waiting{relay->fd(), POLLIN, 0};
            poll(&waiting, 1, 10);
            relay->advance();
        }
        EXPECT_TRUE(reached());
    }
    /// A visitor and TensorBoard's end of the same connection.
    std::array<Fd, 2> visit() { return visit_at(door_port); }
    std::array<Fd, 2> visit_at(std::uint16_t port) {
        Fd visitor = connect_to(port);
        const std::size_t before = relay->connections();
        turn_until([&] { return relay->connections() > before; });
        return {std::move(visitor), tensorboard.accept()};
    }
    void expect_heard(const Fd& fd, const std::string& text) {
        std::string heard;
        turn_until([&] { return (heard += all_from(fd.get())) == text; });
    }
};

TEST_F(RelayTest, CarriesBothWays) {
    const auto [visitor, inside] = visit();
    say(visitor, question);
    expect_heard(inside, question);
    say(inside, answer);
    expect_heard(visitor, answer);
}

TEST_F(RelayTest, DropsHeadersOfAnAnswerThatAreNotInTheTable) {
    const auto [visitor, inside] = visit();
    say(visitor, question);
    expect_heard(inside, question);
    say(inside, "HTTP/1.1 200 OK\r\nSet-Login: logged-in\r\nContent-Le");
    say(inside, "ngth: 4\r\n\r\nbody");
    expect_heard(visitor, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");
}

TEST_F(RelayTest, ResetsAVisitorWhoseAnswerIsNoHttp) {
    const auto [visitor, inside] = visit();
    say(inside, "SSH-2.0-x\r\n\r\n");
    turn_until([&] { return relay->connections() == 0; });
    char byte = 0;
    EXPECT_EQ(recv(visitor.get(), &byte, 1, 0), -1);
}

TEST_F(RelayTest, EndsTheConnectionsOfALogoutAndNoLaterOne) {
    const BootTime now{};
    const auto [visitor, inside] = visit();
    EXPECT_EQ(relay->next_end(), std::nullopt);
    relay->end_by(now + std::chrono::seconds(30));
    relay->end_by(now + std::chrono::seconds(50));
    EXPECT_EQ(relay->next_end(), now + std::chrono::seconds(30)) << "a second logout gives no more time";
    const auto [later, its_inside] = visit();
    relay->drop_ended(now + std::chrono::seconds(29));
    EXPECT_EQ(relay->connections(), 2U);
    relay->drop_ended(now + std::chrono::seconds(30));
    EXPECT_EQ(relay->connections(), 1U);
    char byte = 0;
    EXPECT_EQ(recv(visitor.get(), &byte, 1, 0), -1);
    say(later, question);
    expect_heard(its_inside, question);
}

/// boardgate-data's socket.
struct ChartRelayTest : RelayTest {
    fakes::TempFolder folder;
    Fd charts = listening_at(folder / "charts");
    ChartRelayTest() { relay->send_charts_to(folder / "charts", "/b/k3f9abcd"); }

    static Fd listening_at(const std::string& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(listen(fd.get(), 8), 0);
        return fd;
    }
    /// Where the request arrives.
    Fd asked(const Fd& listening) {
        Fd inside;
        turn_until([&] {
            if (!inside) inside = Fd(accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
            return static_cast<bool>(inside);
        });
        return inside;
    }
};

TEST_F(ChartRelayTest, RequestsForChartsGoToBoardgateData) {
    fcntl(tensorboard.fd.get(), F_SETFL, O_NONBLOCK);
    const std::string chart = "GET /b/k3f9abcd/data/runs HTTP/1.1\r\n\r\n";
    const std::string other = "GET /b/k3f9abcd/data/environment HTTP/1.1\r\n\r\n";
    const Fd visitor = connect_to(door_port);
    say(visitor, chart.substr(0, 20));
    turn_until([&] { return relay->connections() == 1; });
    for (int i = 0; i < 3; ++i) relay->advance();
    say(visitor, chart.substr(20));
    const Fd inside = asked(charts);
    expect_heard(inside, chart);
    say(inside, answer);
    expect_heard(visitor, answer);
    const Fd second = connect_to(door_port);
    say(second, other);
    expect_heard(asked(tensorboard.fd), other);
}

TEST_F(ChartRelayTest, WithoutBoardgateDataTensorBoardAnswersAll) {
    fcntl(tensorboard.fd.get(), F_SETFL, O_NONBLOCK);
    charts.reset();
    const Fd visitor = connect_to(door_port);
    say(visitor, "GET /b/k3f9abcd/data/runs HTTP/1.1\r\n\r\n");
    expect_heard(asked(tensorboard.fd), "GET /b/k3f9abcd/data/runs HTTP/1.1\r\n\r\n");
}

TEST_F(ChartRelayTest, ARequestThatEndsInItsFirstLineEndsItsConnection) {
    const Fd visitor = connect_to(door_port);
    turn_until([&] { return relay->connections() == 1; });
    say(visitor, "GET");
    shutdown(visitor.get(), SHUT_WR);
    turn_until([&] { return relay->connections() == 0; });
}

TEST_F(RelayTest, OpensAtEachAddressOfTheDoor) {
    const auto [visitor, inside] = visit_at(second_port);
    say(visitor, question);
    expect_heard(inside, question);
}

TEST_F(RelayTest, LetsAHalfClosedConnectionGetItsAnswer) {
    const auto [visitor, inside] = visit();
    say(visitor, question);
    shutdown(visitor.get(), SHUT_WR);
    expect_heard(inside, question);
    turn_until([&] { return is_ended(inside.get()); });
    say(inside, answer);
    expect_heard(visitor, answer);
}

TEST_F(RelayTest, ForgetsAConnectionThatBothSidesEnded) {
    auto [visitor, inside] = visit();
    say(inside, answer);
    inside.reset();
    expect_heard(visitor, answer);
    turn_until([&] { return is_ended(visitor.get()); });
    visitor.reset();
    turn_until([&] { return relay->connections() == 0; });
}

TEST_F(RelayTest, CarriesMegabytesUnchanged) {
    const auto [visitor, inside] = visit();
    std::string body = answer;
    body.resize(6'000'000);
    for (std::size_t i = answer.size(); i < body.size(); ++i) body[i] = static_cast<char>(i * 2654435761U >> 24);
    fcntl(inside.get(), F_SETFL, O_NONBLOCK);
    std::size_t said = 0;
    std::string heard;
    turn_until([&] {
        const ssize_t sent = said < body.size() ? send(inside.get(), body.data() + said, body.size() - said, MSG_NOSIGNAL) : 0;
        said += static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
        heard += all_from(visitor.get());
        return heard.size() == body.size();
    });
    EXPECT_TRUE(heard == body);
}

TEST_F(RelayTest, ResetsAVisitorWhoseTensorBoardBrokeOff) {
    auto [visitor, inside] = visit();
    const linger hard{1, 0};
    setsockopt(inside.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    inside.reset();
    turn_until([&] { return relay->connections() == 0; });
    char byte = 0;
    EXPECT_EQ(recv(visitor.get(), &byte, 1, 0), -1);
    EXPECT_EQ(errno, ECONNRESET);
}

TEST_F(RelayTest, ResetsAVisitorWhenTensorBoardDoesNotListen) {
    tensorboard.fd.reset();
    const Fd visitor = connect_to(door_port);
    pollfd broken{visitor.get(), POLLIN, 0};
    turn_until([&] { return poll(&broken, 1, 0) == 1; });
    char byte = 0;
    EXPECT_EQ(recv(visitor.get(), &byte, 1, 0), -1);
    turn_until([&] { return relay->connections() == 0; });
}

TEST_F(RelayTest, LetsTheRestWaitBeyondItsBoundAndTakesThemLater) {
    std::vector<std::array<Fd, 2>> first;
    for (int i = 0; i < 3; ++i) first.push_back(visit());
    const Fd fourth = connect_to(door_port);  // in the backlog
    ASSERT_TRUE(fourth);
    for (int i = 0; i < 5; ++i) relay->advance();
    EXPECT_EQ(relay->connections(), 3U);
    first.pop_back();
    fcntl(tensorboard.fd.get(), F_SETFL, O_NONBLOCK);
    Fd inside;
    turn_until([&] {
        if (!inside) inside = tensorboard.accept();
        return static_cast<bool>(inside);
    });
    say(fourth, question);
    expect_heard(inside, question);
}

TEST_F(RelayTest, LetsVisitorsWaitAtShutDoorsWhileOthersFinish) {
    const auto [under_way, its_inside] = visit();
    relay->shut_doors(true);
    const Fd waiting = connect_to(door_port);
    ASSERT_TRUE(waiting);
    say(its_inside, answer);
    expect_heard(under_way, answer);
    EXPECT_EQ(relay->connections(), 1U);
    EXPECT_GT(relay->patience(), std::chrono::seconds(1)) << "nothing to do, so nothing to wake up for";
    relay->shut_doors(false);
    const Fd inside = [&] {
        turn_until([&] { return relay->connections() == 2; });
        return tensorboard.accept();
    }();
    say(waiting, question);
    expect_heard(inside, question);
}

TEST_F(RelayTest, CountsOpenConnectionsAsUseOnlyWhileBytesFlow) {
    const auto [visitor, inside] = visit();
    for (int i = 0; i < 3; ++i) relay->advance();
    EXPECT_FALSE(relay->advance());
    say(visitor, question);
    bool used = false;
    turn_until([&] { return used |= relay->advance(), used || !all_from(inside.get()).empty(); });
}

}  // namespace
}  // namespace boardgate::board

// SPDX-License-Identifier: MIT
// Both ends of a link over a socket pair: who is refused, and how bytes of visitors get through.
#include "src/link/link.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "src/link/stream_relay.h"

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/socket_pair.h"

namespace boardgate::link {
namespace {

using namespace std::chrono_literals;

Key key(char byte = 'k', const std::string& identity = "abcdefgh.1") { return {identity, Secret(std::string(Key::size, byte))}; }

void set_nonblocking(const Fd& fd) { fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK); }

struct Sides {
    explicit Sides(const Clock& clock, Key heads = key(), Key nodes = key()) {
        fakes::SocketPair sockets(SOCK_STREAM);
        set_nonblocking(sockets.near);
        set_nonblocking(sockets.far);
        head_tls = TlsContext::make(Side::head, std::move(heads)).value();
        node_tls = TlsContext::make(Side::node, std::move(nodes)).value();
        head.emplace(clock, Side::head, head_tls->connection(std::move(sockets.near)).value());
        node.emplace(clock, Side::node, node_tls->connection(std::move(sockets.far)).value());
    }
    std::unique_ptr<TlsContext> head_tls, node_tls;
    std::optional<Link> head, node;
};

/// A relay at each end; the node's sockets are kept for the test.
struct RelayingEnd : Endpoint::Events {
    explicit RelayingEnd(Link& its) : link(its), relay(StreamRelay::open().value()) {}
    Link& link;
    StreamRelay relay;
    std::map<std::uint32_t, Fd> others;
    std::unique_ptr<StreamFilter> filter;
    int reset = 0;
    bool greeted = false;
    void on_hello(const Hello&) override { greeted = true; }
    void on_open(std::uint32_t stream) override {
        fakes::SocketPair pair(SOCK_STREAM);
        relay.add(link.endpoint(), stream, std::move(pair.near), nullptr);
        set_nonblocking(pair.far);
        others.emplace(stream, std::move(pair.far));
    }
    void on_data(std::uint32_t stream, std::string_view bytes) override { relay.take_data(link.endpoint(), stream, bytes); }
    void on_fin(std::uint32_t stream) override { relay.take_fin(link.endpoint(), stream); }
    void on_reset(std::uint32_t stream) override {
        ++reset;
        relay.take_reset(stream);
    }
    void on_credit(std::uint32_t stream) override { relay.take_credit(link.endpoint(), stream); }
    std::string advance() {
        relay.advance(link.endpoint());
        const auto good = link.advance(*this);
        relay.resume(link.endpoint());
        return good ? "" : good.error().what;
    }
};

struct LinkTest : testing::Test {
    fakes::FakeClock clock;
    Sides sides{clock};
    RelayingEnd head{*sides.head};
    RelayingEnd node{*sides.node};

    void SetUp() override {
        sides.node->endpoint().send_hello({protocol, "41", "n1"});
        turn(20);
        ASSERT_TRUE(head.greeted);
        sides.head->set_greeted();
        sides.node->set_greeted();
    }
    void turn(int times = 4) {
        for (int i = 0; i < times; ++i) {
            ASSERT_EQ(head.advance(), "");
            ASSERT_EQ(node.advance(), "");
        }
    }
    /// A visitor's own end.
    Fd visitor(std::unique_ptr<StreamFilter> filter = nullptr) {
        fakes::SocketPair pair(SOCK_STREAM);
        const auto stream = sides.head->endpoint().open_stream();
        head.relay.add(sides.head->endpoint(), stream, std::move(pair.near), std::move(filter));
        set_nonblocking(pair.far);
        turn();
        return std::move(pair.far);
    }
    static std::string received(const Fd& fd) {
        std::string all;
        char buffer[65536];
        for (ssize_t got = 0; (got = recv(fd.get(), buffer, sizeof buffer, MSG_DONTWAIT)) > 0;)
            all.append(buffer, static_cast<std::size_t>(got));
        return all;
    }
    static void put(const Fd& fd, std::string_view text) {
        ASSERT_EQ(send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    }
    static bool is_closed(const Fd& fd) {
        char byte = 0;
        return recv(fd.get(), &byte, 1, MSG_DONTWAIT) == 0 || (errno != EAGAIN);
    }
};

/// Runs a handshake; the errors of both ends.
std::pair<std::string, std::string> handshake(Key heads, Key nodes) {
    const fakes::FakeClock clock;
    Sides sides(clock, std::move(heads), std::move(nodes));
    Endpoint::Events nothing;
    std::pair<std::string, std::string> errors;
    sides.node->endpoint().send_hello({});
    for (int i = 0; i < 20; ++i) {
        if (errors.second.empty()) {
            const auto good = sides.node->advance(nothing);
            errors.second = good ? "" : good.error().what;
        }
        if (errors.first.empty()) {
            const auto good = sides.head->advance(nothing);
            errors.first = good ? "" : good.error().what;
        }
    }
    return errors;
}

TEST(LinkHandshake, NeedsTheKeyOfThisRun) {
    EXPECT_EQ(handshake(key(), key()), (std::pair<std::string, std::string>()));
    const auto wrong = handshake(key('a'), key('b'));
    EXPECT_NE(wrong.first, "");
    EXPECT_NE(wrong.second, "");
    for (const char* identity : {"abcdefgh.2", "abcdefgh", "../../abcdefgh.1", "abcdefgh.1x"})
        EXPECT_NE(handshake(key(), key('k', identity)).first, "") << identity;
}

TEST(LinkHandshake, APeerThatSaysNothingIsLeftAfterFiveSeconds) {
    fakes::FakeClock clock;
    fakes::SocketPair sockets(SOCK_STREAM);
    set_nonblocking(sockets.near);
    const auto tls = TlsContext::make(Side::head, key()).value();
    Link link(clock, Side::head, tls->connection(std::move(sockets.near)).value());
    Endpoint::Events nothing;
    EXPECT_TRUE(link.advance(nothing));
    EXPECT_EQ(link.next_time(), clock.boot() + longest_greeting);
    clock.advance(longest_greeting);
    EXPECT_FALSE(link.advance(nothing));
}

TEST(LinkHandshake, APeerThatSpeaksSomethingElseIsLeft) {
    fakes::FakeClock clock;
    fakes::SocketPair sockets(SOCK_STREAM);
    set_nonblocking(sockets.near);
    const auto tls = TlsContext::make(Side::head, key()).value();
    Link link(clock, Side::head, tls->connection(std::move(sockets.near)).value());
    Endpoint::Events nothing;
    constexpr std::string_view text = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";
    ASSERT_EQ(send(sockets.far.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    EXPECT_FALSE(link.advance(nothing));
}

TEST_F(LinkTest, AQuestionAndItsAnswerGetThrough) {
    const Fd one = visitor();
    put(one, "question");
    turn();
    EXPECT_EQ(received(node.others.at(1)), "question");
    put(node.others.at(1), "answer");
    turn();
    EXPECT_EQ(received(one), "answer");
    node.others.clear();
    turn();
    EXPECT_TRUE(is_closed(one));
}

TEST_F(LinkTest, AHalfClosedConnectionStaysOne) {
    const Fd one = visitor();
    put(one, "all");
    shutdown(one.get(), SHUT_WR);
    turn();
    EXPECT_EQ(received(node.others.at(1)), "all");
    EXPECT_TRUE(is_closed(node.others.at(1)));
    put(node.others.at(1), "late answer");
    turn();
    EXPECT_EQ(received(one), "late answer");
    EXPECT_EQ(head.relay.streams(), 1U);
    node.others.clear();
    turn();
    EXPECT_EQ(head.relay.streams(), 0U);
    EXPECT_EQ(node.relay.streams(), 0U);
}

TEST_F(LinkTest, LargeAnswersArriveWholeAndASlowReaderHoldsUpNobody) {
    const Fd slow = visitor();
    const Fd fast = visitor();
    const std::string large(3 * 1024 * 1024, 'z');
    std::size_t put_bytes = 0;
    std::string got;
    std::size_t stuck = 0;
    for (int i = 0; i < 2000 && got.size() < large.size(); ++i) {
        if (put_bytes < large.size()) {
            const ssize_t put =
                send(node.others.at(2).get(), large.data() + put_bytes, large.size() - put_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (put > 0) put_bytes += static_cast<std::size_t>(put);
        }
        const ssize_t more = send(node.others.at(1).get(), large.data(), 65536, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (more > 0) stuck += static_cast<std::size_t>(more);
        turn(1);
        got += received(fast);
    }
    EXPECT_EQ(got.size(), large.size());
    EXPECT_LT(stuck, 3 * window + 3U * 1024 * 1024) << "what the slow one has not read is bounded by windows and sockets";
    EXPECT_GE(received(slow).size(), 65536U);
}

TEST_F(LinkTest, ABrokenConnectionBreaksAtTheOtherEnd) {
    Fd one = visitor();
    put(one, "x");
    turn();
    const linger reset{1, 0};
    setsockopt(one.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    one.reset();
    turn();
    put(node.others.at(1), "answer");
    turn(8);
    EXPECT_EQ(head.relay.streams(), 0U);
    EXPECT_EQ(node.relay.streams(), 0U);
}

struct Upper : StreamFilter {
    bool to_local(std::string_view bytes, std::string& out) override {
        if (bytes.find('!') != std::string_view::npos) return false;
        for (const char c : bytes) out += static_cast<char>(std::toupper(c));
        return true;
    }
    bool may_end() override { return false; }
};

TEST_F(LinkTest, AFilterChangesOrRefusesWhatComes) {
    const Fd one = visitor(std::make_unique<Upper>());
    put(node.others.at(1), "answer");
    turn();
    EXPECT_EQ(received(one), "ANSWER");
    put(node.others.at(1), "!");
    turn();
    EXPECT_TRUE(is_closed(one));
    EXPECT_EQ(node.reset, 1);
    const Fd two = visitor(std::make_unique<Upper>());
    node.others.erase(2);
    turn();
    EXPECT_TRUE(is_closed(two));
    EXPECT_EQ(node.reset, 2) << "it ended where it may not";
}

TEST_F(LinkTest, WithoutALinkNobodyIsLeftWaiting) {
    const Fd one = visitor();
    head.relay.reset_all();
    EXPECT_TRUE(is_closed(one));
}

TEST_F(LinkTest, ConnectionsOfAnEndedLoginEnd) {
    const Fd before = visitor();
    head.relay.end_by(clock.boot() + 30s);
    const Fd after = visitor();
    EXPECT_EQ(head.relay.next_end(), clock.boot() + 30s);
    clock.advance(10s);
    head.relay.drop_ended(sides.head->endpoint(), clock.boot() + 20s);
    turn();
    EXPECT_TRUE(is_closed(before));
    put(after, "still here");
    turn();
    EXPECT_EQ(received(node.others.at(2)), "still here");
}

}  // namespace
}  // namespace boardgate::link

// SPDX-License-Identifier: MIT
#include "src/boardgated/api/event_streams.h"

#include <gtest/gtest.h>
#include <poll.h>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/socket_pair.h"
#include "tests/unit/boardgated/web/fast_cgi.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

struct EventStreamsTest : testing::Test {
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Settings settings = parse_settings("", "test").value();
    EndedLogins ended{*store, [](const std::vector<TokenHash>&) { return true; }};
    Sessions sessions{*store, ended, settings, clock};
    Registry registry{*store, clock};
    FastCgi nginx;
    EventStreams event_streams{registry, sessions, clock};
    Session alice = log_in(1001, "alice");

    EventStreamsTest() {
        registry.listen([this](const Board& board, bool gone) { event_streams.board_changed(board, gone); });
    }
    Session log_in(std::uint32_t uid, const std::string& user) {
        Session session{Token::make().hash(), uid, user};
        EXPECT_TRUE(sessions.add(session, std::chrono::floor<std::chrono::seconds>(clock.wall()) + 24h));
        return session;
    }
    BoardId make(std::uint32_t uid, const std::string& user) { return registry.add(uid, UserName::parse(user).value(), {}).value().id; }

    /// A reader of an event stream, as it is opened.
    struct Reader {
        Fd connection;
        std::string seen{};
        bool over = false;

        /// Reads until the text was seen, or the time is over; records' heads are left in, nobody looks for them.
        bool sees(const std::string& text, std::chrono::milliseconds patience = 5s) {
            const auto until = std::chrono::steady_clock::now() + patience;
            while (seen.find(text) == std::string::npos && !over) {
                const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
                pollfd there{connection.get(), POLLIN, 0};
                if (left.count() <= 0 || poll(&there, 1, static_cast<int>(left.count())) <= 0) return false;
                char buffer[65536];
                const ssize_t got = read(connection.get(), buffer, sizeof buffer);
                if (got <= 0) {
                    over = true;
                } else {
                    seen.append(buffer, static_cast<std::size_t>(got));
                }
            }
            return seen.find(text) != std::string::npos;
        }
        bool ends() {
            (void)sees("no such text will ever come");
            return over;
        }
    };
    static EventStreams::Message translate(const wire::Datagram* message) {
        return message == nullptr ? EventStreams::Message{"event: end\n\n", true}
                                  : EventStreams::Message{"data: " + message->bytes.reveal().substr(2) + "\n\n", false};
    }
    /// Changes the board so often that a reader that does not read cannot have received everything.
    void change_much(const BoardId& id, std::size_t bytes) {
        BoardOptions options = registry.find(id)->options;
        for (std::size_t told = 0; told < bytes; told += 4000) {
            options.title = std::to_string(++changes) + std::string(4000, 'x');
            ASSERT_TRUE(registry.set_options(id, options));
        }
    }
    int changes = 0;
    Reader open(const Session& session) {
        Reader reader{nginx.send({{"REQUEST_METHOD", "GET"}})};
        auto request = nginx.accept();
        EXPECT_TRUE(event_streams.open_events(request, session));
        EXPECT_EQ(request, nullptr) << "it is the hub's now";
        return reader;
    }
};

TEST_F(EventStreamsTest, BeginsWithEveryBoardOfOnesOwnAndSaysSo) {
    const BoardId first = make(1001, "alice");
    const BoardId second = make(1001, "alice");
    const BoardId other = make(1002, "bob");
    Reader reader = open(alice);
    ASSERT_TRUE(reader.sees("event: synced\ndata: {}\n\n"));
    EXPECT_NE(reader.seen.find("Content-Type: text/event-stream"), std::string::npos);
    EXPECT_NE(reader.seen.find(first.str()), std::string::npos);
    EXPECT_NE(reader.seen.find(second.str()), std::string::npos);
    EXPECT_EQ(reader.seen.find(other.str()), std::string::npos);
}

TEST_F(EventStreamsTest, TellsChangesToTheirOwnerOnly) {
    const Session bob = log_in(1002, "bob");
    Reader hers = open(alice);
    Reader his = open(bob);
    ASSERT_TRUE(hers.sees("event: synced"));
    ASSERT_TRUE(his.sees("event: synced"));
    const BoardId made = make(1001, "alice");
    EXPECT_TRUE(hers.sees("event: board\ndata: {"));
    EXPECT_TRUE(hers.sees(made.str()));
    ASSERT_TRUE(registry.remove(made));
    EXPECT_TRUE(hers.sees("event: removed\ndata: {\"id\":\"" + made.str() + "\"}\n\n"));
    make(1002, "bob");
    EXPECT_TRUE(his.sees("event: board"));
    EXPECT_EQ(his.seen.find(made.str()), std::string::npos);
}

TEST_F(EventStreamsTest, AfterALogoutNoEventIsSent) {
    Reader reader = open(alice);
    ASSERT_TRUE(reader.sees("event: synced"));
    sessions.end(alice.token);
    make(1001, "alice");
    EXPECT_TRUE(reader.ends());
    EXPECT_EQ(reader.seen.find("event: board"), std::string::npos);
}

TEST_F(EventStreamsTest, PutsWhatASourceDeliversUntilItsLastWord) {
    fakes::SocketPair sockets;
    Reader reader{nginx.send({{"REQUEST_METHOD", "GET"}})};
    auto request = nginx.accept();
    event_streams.open_feed(std::move(request), alice, event_streams.place_for_feed(alice.uid).value(),
                            {std::move(sockets.near), &translate});
    wire::Writer line(1);
    line.text("hello", 10);
    ASSERT_TRUE(wire::send(sockets.far.get(), std::as_const(line)));
    EXPECT_TRUE(reader.sees("hello"));
    sockets.far.reset();
    EXPECT_TRUE(reader.sees("event: end"));
    EXPECT_TRUE(reader.ends());
}

TEST_F(EventStreamsTest, ASourceThatFallsSilentIsGivenUp) {
    fakes::SocketPair sockets;
    Reader reader{nginx.send({{"REQUEST_METHOD", "GET"}})};
    auto request = nginx.accept();
    event_streams.open_feed(std::move(request), alice, event_streams.place_for_feed(alice.uid).value(),
                            {std::move(sockets.near), &translate, 10s});
    ASSERT_TRUE(reader.sees("text/event-stream"));
    clock.advance(9s);
    make(1002, "bob");  // the event_streams looks at its clock
    EXPECT_FALSE(reader.sees("event: end", 50ms));
    clock.advance(1s);
    make(1002, "bob");
    EXPECT_TRUE(reader.sees("event: end"));
    EXPECT_TRUE(reader.ends());
}

TEST_F(EventStreamsTest, ALogMayBeSilentForAsLongAsItLikes) {
    fakes::SocketPair sockets;
    Reader reader{nginx.send({{"REQUEST_METHOD", "GET"}})};
    auto request = nginx.accept();
    event_streams.open_feed(std::move(request), alice, event_streams.place_for_feed(alice.uid).value(),
                            {std::move(sockets.near), &translate});
    for (int beat = 0; beat < 3; ++beat) {
        ASSERT_TRUE(reader.sees(":\n\n"));  // it is alive, and says so now and then
        reader.seen.clear();
        clock.advance(1h);
        make(1002, "bob");
    }
    wire::Writer line(1);
    line.text("hello", 10);
    ASSERT_TRUE(wire::send(sockets.far.get(), std::as_const(line)));
    EXPECT_TRUE(reader.sees("hello"));
}

TEST_F(EventStreamsTest, AReaderThatDoesNotReadIsDroppedAndDelaysNobody) {
    const BoardId id = make(1001, "alice");
    Reader stuck = open(alice);
    Reader other = open(alice);
    ASSERT_TRUE(stuck.sees("event: synced"));
    ASSERT_TRUE(other.sees("event: synced"));
    for (int i = 0; i < 20; ++i) {
        change_much(id, 100'000);
        ASSERT_TRUE(other.sees("\"" + std::to_string(changes) + "xxx")) << "after " << i;
        other.seen.clear();
    }
    EXPECT_TRUE(stuck.ends()) << "it lags behind by more than anybody keeps for it";
    EXPECT_EQ(stuck.seen.find(std::to_string(changes) + "xxx"), std::string::npos);
}

TEST_F(EventStreamsTest, AReaderThatTakesNothingForLongIsDroppedEvenIfLittleIsQueued) {
    const BoardId id = make(1001, "alice");
    Reader stuck = open(alice);
    Reader other = open(alice);
    ASSERT_TRUE(stuck.sees("event: synced"));
    ASSERT_TRUE(other.sees("event: synced"));
    change_much(id, 500'000);  // more than a socket holds, and less than may be kept
    ASSERT_TRUE(other.sees("\"" + std::to_string(changes) + "xxx")) << "so the other one has got what it takes";
    clock.advance(EventStreams::patience_with_reader);
    change_much(id, 1);
    EXPECT_TRUE(other.sees("\"" + std::to_string(changes) + "xxx"));
    EXPECT_TRUE(stuck.ends());
    EXPECT_EQ(stuck.seen.find("\"" + std::to_string(changes) + "xxx"), std::string::npos);
}

TEST_F(EventStreamsTest, HoweverMuchThereIsToBeginWithItIsAllTold) {
    BoardOptions options;
    options.title = std::string(60'000, 'x');
    std::string last;
    for (int i = 0; i < 40; ++i) last = registry.add(1001, UserName::parse("alice").value(), options).value().id.str();
    Reader reader = open(alice);
    EXPECT_TRUE(reader.sees("event: synced"));
    EXPECT_NE(reader.seen.find(last), std::string::npos);
    make(1001, "alice");
    reader.seen.clear();
    EXPECT_TRUE(reader.sees("event: board"));
}

TEST_F(EventStreamsTest, OnePersonHasSoManyStreamsAndGetsThemBack) {
    std::vector<Reader> readers;
    for (std::size_t i = 0; i < EventStreams::most_streams_of_user; ++i) readers.push_back(open(alice));
    const auto one_more = [&](const Session& session) {
        const Fd connection = nginx.send({{"REQUEST_METHOD", "GET"}});
        auto request = nginx.accept();
        const auto opened = event_streams.open_events(request, session);
        EXPECT_EQ(request == nullptr, opened.has_value()) << "a refused request is still the caller's, to answer it";
        return opened ? "opened" : name_of(opened.error().code);
    };
    EXPECT_STREQ(one_more(alice), "busy");
    EXPECT_STREQ(one_more(log_in(1002, "bob")), "opened");
    readers.clear();
    const auto until = std::chrono::steady_clock::now() + 5s;
    std::string last;
    while ((last = one_more(alice)) == "busy" && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(5ms);
    EXPECT_EQ(last, "opened");
}

}  // namespace
}  // namespace boardgate::boardgated

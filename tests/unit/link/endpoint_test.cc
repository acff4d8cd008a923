// SPDX-License-Identifier: MIT
#include "src/link/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace boardgate::link {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr BootTime start = 1h;

/// What came, one word for each event.
struct Seen : Endpoint::Events {
    std::vector<std::string> words;
    std::string bytes;
    void on_hello(const Hello& hello) override {
        words.push_back("hello " + std::to_string(hello.version) + " " + hello.job + " " + hello.node);
    }
    void on_status(std::string_view text) override { words.push_back("status " + std::string(text)); }
    void on_log(std::string_view text) override { words.push_back("log " + std::string(text)); }
    void on_end(const End& end) override {
        words.push_back("end " + std::to_string(static_cast<int>(end.cause)) + " " + std::to_string(end.status) + " " + end.text);
    }
    void on_stop() override { words.emplace_back("stop"); }
    void on_options(std::string_view text) override { words.push_back("options " + std::string(text)); }
    void on_open(std::uint32_t stream) override { words.push_back("open " + std::to_string(stream)); }
    void on_data(std::uint32_t stream, std::string_view text) override {
        words.push_back("data " + std::to_string(stream));
        bytes += text;
    }
    void on_fin(std::uint32_t stream) override { words.push_back("fin " + std::to_string(stream)); }
    void on_reset(std::uint32_t stream) override { words.push_back("reset " + std::to_string(stream)); }
    void on_credit(std::uint32_t stream) override { words.push_back("credit " + std::to_string(stream)); }
};

struct EndpointTest : testing::Test {
    Endpoint head{Side::head, start};
    Endpoint node{Side::node, start};
    Seen at_head, at_node;

    void SetUp() override {
        node.send_hello({protocol, "41", "n1"});
        ASSERT_EQ(to_head(), "");
        at_head.words.clear();
    }
    /// What the node sent arrives; the error, if any.
    std::string to_head() { return pass(node, head, at_head); }
    std::string to_node() { return pass(head, node, at_node); }
    static std::string pass(Endpoint& from, Endpoint& to, Seen& seen) {
        const std::string bytes(from.output());
        from.sent(bytes.size());
        const auto taken = to.take(bytes, start, seen);
        return taken ? "" : taken.error().what;
    }
    std::string head_takes(const Frame& frame) {
        std::string bytes;
        append_frame(bytes, frame);
        const auto taken = head.take(bytes, start, at_head);
        return taken ? "" : taken.error().what;
    }
    std::string node_takes(const Frame& frame) {
        std::string bytes;
        append_frame(bytes, frame);
        const auto taken = node.take(bytes, start, at_node);
        return taken ? "" : taken.error().what;
    }
};

TEST_F(EndpointTest, EveryFrameArrivesAlsoByteByByte) {
    node.send(FrameType::status, "READY=1");
    node.send(FrameType::log, "line\n");
    node.send_end({End::Cause::time_limit, 127, "not found"});
    const std::string bytes(node.output());
    for (const char byte : bytes) ASSERT_TRUE(head.take({&byte, 1}, start, at_head));
    EXPECT_THAT(at_head.words, ElementsAre("status READY=1", "log line\n", "end 2 127 not found"));
    head.send(FrameType::options, "--idle-sleep=5");
    head.send(FrameType::stop);
    EXPECT_EQ(head.open_stream(), 1U);
    EXPECT_EQ(to_node(), "");
    EXPECT_THAT(at_node.words, ElementsAre("options --idle-sleep=5", "stop", "open 1"));
}

TEST_F(EndpointTest, HelloComesFirstAndOnce) {
    Endpoint fresh(Side::head, start);
    std::string bytes;
    append_frame(bytes, {FrameType::ping});
    EXPECT_FALSE(fresh.take(bytes, start, at_head));
    node.send_hello({});
    EXPECT_THAT(to_head(), HasSubstr("HELLO"));
}

TEST_F(EndpointTest, AHelloOfAnotherVersionIsStillRead) {
    Endpoint fresh(Side::head, start);
    node.send_hello({7, "job", "a.node"});
    EXPECT_EQ(pass(node, fresh, at_head), "");
    EXPECT_THAT(at_head.words, ElementsAre("hello 7 job a.node"));
}

TEST_F(EndpointTest, EachEndSendsOnlyWhatIsItsOwn) {
    for (const FrameType type : {FrameType::open, FrameType::stop, FrameType::options}) {
        Endpoint fresh(Side::head, start);
        std::string bytes;
        append_frame(bytes, {type, type == FrameType::open ? 1U : 0U, type == FrameType::options ? "x" : ""});
        EXPECT_FALSE(fresh.take(bytes, start, at_head)) << static_cast<int>(type);
    }
    for (const FrameType type : {FrameType::hello, FrameType::status, FrameType::log, FrameType::end}) {
        Endpoint fresh(Side::node, start);
        std::string bytes;
        append_frame(bytes, {type, 0, "abc"});
        EXPECT_FALSE(fresh.take(bytes, start, at_node)) << static_cast<int>(type);
    }
}

TEST_F(EndpointTest, FramesOutsideOfTheirRowEndTheLink) {
    EXPECT_NE(head_takes({FrameType::fin, 0}), "");
    const auto raw = [&](std::string bytes) {
        Endpoint fresh(Side::node, start);
        return fresh.take(bytes, start, at_node).has_value();
    };
    EXPECT_FALSE(raw(std::string("\x0c\1\0\0\0\0\0\0\0\0\0\0", 12))) << "three bytes are zero";
    EXPECT_FALSE(raw(std::string("\x0c\0\0\0\0\0\0\0\0\0\0\1", 12))) << "a PING has no body";
    EXPECT_FALSE(raw(std::string("\x03\0\0\0\0\0\0\1\0\1\0\1", 12))) << "too long, whatever follows";
    EXPECT_FALSE(raw(std::string("\xff\0\0\0\0\0\0\0\0\0\0\0", 12)));
}

TEST_F(EndpointTest, TheWindowBoundsWhatIsOnItsWay) {
    const auto stream = head.open_stream();
    std::size_t sent = 0;
    for (std::size_t room = 0; (room = head.room(stream)) > 0; sent += room) head.send_data(stream, std::string(room, 'x'));
    EXPECT_EQ(sent, window);
    EXPECT_EQ(to_node(), "");
    EXPECT_EQ(at_node.bytes.size(), window);
    EXPECT_THAT(node_takes({FrameType::data, stream, "y"}), HasSubstr("window"));
}

TEST_F(EndpointTest, ConsumedBytesOpenTheWindowAgain) {
    const auto stream = head.open_stream();
    head.send_data(stream, std::string(longest_body, 'x'));
    EXPECT_EQ(to_node(), "");
    node.consumed(stream, 100);
    EXPECT_TRUE(node.output().empty()) << "a few bytes are not worth a frame";
    node.consumed(stream, longest_body - 100);
    EXPECT_EQ(to_head(), "");
    EXPECT_THAT(at_head.words, ElementsAre("credit 1"));
    std::string body;
    append_number(body, std::uint32_t{1});
    EXPECT_THAT(head_takes({FrameType::credit, stream, body}), HasSubstr("window"));
}

TEST_F(EndpointTest, AStreamEndsWhenBothDirectionsHave) {
    const auto stream = head.open_stream();
    head.send_data(stream, "question");
    head.finish(stream);
    EXPECT_EQ(head.room(stream), 0U);
    EXPECT_EQ(to_node(), "");
    node.send_data(stream, "answer");
    node.finish(stream);
    EXPECT_EQ(node.streams(), 0U);
    EXPECT_EQ(to_head(), "");
    EXPECT_EQ(head.streams(), 0U);
    EXPECT_THAT(at_head.words, ElementsAre("data 1", "fin 1"));
}

TEST_F(EndpointTest, NothingComesBehindAFin) {
    const auto stream = head.open_stream();
    EXPECT_EQ(to_node(), "");
    EXPECT_EQ(node_takes({FrameType::fin, stream}), "");
    EXPECT_NE(node_takes({FrameType::data, stream, "x"}), "");
}

TEST_F(EndpointTest, WhatWasOnItsWayToAClosedStreamIsDropped) {
    const auto stream = head.open_stream();
    EXPECT_EQ(to_node(), "");
    node.send_data(stream, "late");
    head.reset(stream);
    EXPECT_EQ(to_head(), "");
    EXPECT_THAT(at_head.words, ElementsAre());
    EXPECT_NE(head_takes({FrameType::data, stream + 1, "x"}), "") << "nobody opened that one";
}

TEST_F(EndpointTest, StreamsAreNumberedInTurnAndFew) {
    EXPECT_NE(node_takes({FrameType::open, 2}), "");
    for (std::size_t i = 0; i < most_streams; ++i) ASSERT_NE(head.open_stream(), 0U);
    EXPECT_EQ(head.open_stream(), 0U);
    Endpoint fresh(Side::node, start);
    EXPECT_EQ(pass(head, fresh, at_node), "");
    std::string bytes;
    append_frame(bytes, {FrameType::open, most_streams + 1});
    EXPECT_FALSE(fresh.take(bytes, start, at_node));
}

TEST_F(EndpointTest, APeerThatAsksAndDoesNotReadIsLeft) {
    std::string pings;
    for (int i = 0; i < 1000; ++i) append_frame(pings, {FrameType::ping});
    int rounds = 0;
    while (rounds < 1000 && head.take(pings, start, at_head)) ++rounds;
    EXPECT_LT(rounds, 200);
    EXPECT_LT(head.output().size(), 2U * 1024 * 1024);
}

TEST_F(EndpointTest, SilenceEndsTheLink) {
    EXPECT_EQ(head.next_tick(), start + between_pings);
    EXPECT_TRUE(head.tick(start + 5s));
    EXPECT_EQ(to_node(), "");
    EXPECT_FALSE(node.output().empty()) << "PONG";
    EXPECT_TRUE(head.tick(start + 14s));
    EXPECT_FALSE(head.tick(start + 15s));
}

}  // namespace
}  // namespace boardgate::link

// SPDX-License-Identifier: MIT
#include "src/data/http2.h"

#include <gtest/gtest.h>

#include <array>

namespace boardgate::data {
namespace {

/// What gRPC's client would send and understand, by nghttp2's own client side.
class Client {
public:
    struct Reply {
        std::string body, status, reason;
        bool closed = false;
    };

    Client() {
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_session_callbacks_new(&callbacks);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
        nghttp2_session_client_new(&session_, callbacks, this);
        nghttp2_session_callbacks_del(callbacks);
        nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { nghttp2_session_del(session_); }

    std::int32_t ask(const std::string& path, std::string body) {
        const auto header = [](std::string_view name, std::string_view value) {
            const auto bytes = [](std::string_view text) { return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data())); };
            return nghttp2_nv{bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
        };
        const std::array<nghttp2_nv, 4> headers = {header(":method", "POST"), header(":scheme", "http"), header(":path", path),
                                                   header(":authority", "localhost")};
        bodies_.push_back(std::make_unique<std::string>(std::move(body)));
        const nghttp2_data_provider provider{{.ptr = bodies_.back().get()}, on_send};
        return nghttp2_submit_request(session_, nullptr, headers.data(), headers.size(), &provider, nullptr);
    }
    /// Carries bytes both ways until neither side has any.
    void talk(Http2Connection& server) {
        for (bool more = true; more;) {
            more = false;
            const std::uint8_t* data = nullptr;
            while (const ssize_t size = nghttp2_session_mem_send(session_, &data)) {
                ASSERT_GT(size, 0);
                ASSERT_TRUE(server.receive({reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)}));
                more = true;
            }
            for (std::string_view bytes; server.take_output(bytes) && !bytes.empty(); more = true) {
                ASSERT_GE(nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), 0);
            }
        }
    }
    std::map<std::int32_t, Reply> replies;

private:
    static Client& of(void* user) { return *static_cast<Client*>(user); }
    static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                         const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
        Reply& reply = of(user).replies[frame->hd.stream_id];
        const std::string_view key(reinterpret_cast<const char*>(name), name_size);
        std::string* to = key == "grpc-status" ? &reply.status : key == "grpc-message" ? &reply.reason : nullptr;
        if (to != nullptr) to->assign(reinterpret_cast<const char*>(value), value_size);
        return 0;
    }
    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size, void* user) {
        of(user).replies[id].body.append(reinterpret_cast<const char*>(data), size);
        return 0;
    }
    static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
        of(user).replies[id].closed = true;
        return 0;
    }
    static ssize_t on_send(nghttp2_session*, std::int32_t, std::uint8_t* to, std::size_t room, std::uint32_t* flags,
                           nghttp2_data_source* source, void*) {
        auto& left = *static_cast<std::string*>(source->ptr);
        const std::size_t size = left.copy(reinterpret_cast<char*>(to), room);
        left.erase(0, size);
        if (left.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(size);
    }

    nghttp2_session* session_ = nullptr;
    std::vector<std::unique_ptr<std::string>> bodies_;
};

std::string framed(const std::string& message) {
    std::string frame(1, '\0');
    for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>((message.size() >> shift) & 0xFFU);
    return frame + message;
}

struct Http2Test : testing::Test {
    struct Asked {
        std::int32_t stream;
        std::string path, message;
    };
    std::vector<Asked> asked;
    Http2Connection server{[this](std::int32_t stream, std::string path, std::string message) {
        asked.push_back({stream, std::move(path), std::move(message)});
    }};
    Client client;
};

TEST_F(Http2Test, ARequestComesWholeAndItsAnswerGoesBack) {
    const std::int32_t id = client.ask("/service/Method", framed("question"));
    client.talk(server);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].path, "/service/Method");
    EXPECT_EQ(asked[0].message, "question");
    EXPECT_FALSE(client.replies[id].closed);
    server.answer(id, {Status::ok, {}, {"answer"}});
    client.talk(server);
    EXPECT_EQ(client.replies[id].body, framed("answer"));
    EXPECT_EQ(client.replies[id].status, "0");
    EXPECT_TRUE(client.replies[id].closed);
    EXPECT_TRUE(server.is_idle());
}

TEST_F(Http2Test, AnswersOfAnySizeAndNumberAreSent) {
    const std::vector<std::vector<std::string>> answers = {{""}, {}, {std::string(60'000, 'x')}, {"a", std::string(40'000, 'b'), "", "c"}};
    for (const auto& messages : answers) {
        const std::int32_t id = client.ask("/m", framed(""));
        client.talk(server);
        server.answer(id, {Status::ok, {}, messages});
        client.talk(server);
        std::string expected;
        for (const std::string& message : messages) expected += framed(message);
        EXPECT_TRUE(client.replies[id].body == expected) << client.replies[id].body.size();
        EXPECT_EQ(client.replies[id].status, "0");
    }
}

TEST_F(Http2Test, ARefusalHasItsReason) {
    const std::int32_t id = client.ask("/m", framed(""));
    client.talk(server);
    server.answer(id, refused(Status::not_found, "no such run: \"gr\xC3\xBCn\" 100%"));
    client.talk(server);
    EXPECT_EQ(client.replies[id].status, "5");
    EXPECT_EQ(client.replies[id].reason, "no such run: \"gr%C3%BCn\" 100%25");
    EXPECT_EQ(client.replies[id].body, "");
}

TEST_F(Http2Test, WhatIsNoOneMessageIsRefused) {
    for (const std::string& body : {std::string("abc"), "\1" + framed("x").substr(1), framed("xyz").substr(0, 7), framed("x") + "more"}) {
        const std::int32_t id = client.ask("/m", body);
        client.talk(server);
        EXPECT_EQ(client.replies[id].status, "12") << testing::PrintToString(body);
    }
    EXPECT_TRUE(asked.empty());
}

TEST_F(Http2Test, ARequestBeyondTheLimitIsNotKept) {
    const std::int32_t id = client.ask("/m", std::string(Http2Connection::largest_request + 1, 'x'));
    client.talk(server);
    EXPECT_EQ(client.replies[id].status, "8");
    EXPECT_TRUE(asked.empty());
}

TEST_F(Http2Test, AnAnswerToNobodyIsDropped) {
    server.answer(99, {Status::ok, {}, {"answer"}});
    client.talk(server);
    EXPECT_TRUE(server.is_idle());
}

TEST(Http2, AnotherProtocolIsTheEnd) {
    Http2Connection server([](std::int32_t, std::string, std::string) {});
    EXPECT_FALSE(server.receive("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
}

}  // namespace
}  // namespace boardgate::data

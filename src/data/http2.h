// SPDX-License-Identifier: MIT
// The server's side of an HTTP/2 connection with gRPC calls (RFC 9113; grpc/doc/PROTOCOL-HTTP2.md). Turns received bytes into
// calls, and answers into bytes to send. Has no descriptor: the caller moves the bytes.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "src/data/request.h"

namespace boardgate::data {

class Http2Connection {
public:
    /// Called with each complete request; answer() takes its `stream`. `message` is without gRPC's frame.
    using Use = std::function<void(std::int32_t stream, std::string path, std::string message)>;
    /// Large enough for a request that names ten thousand runs.
    static constexpr std::size_t largest_request = std::size_t{16} << 20;
    static constexpr std::uint32_t most_streams = 100;

    explicit Http2Connection(Use use);
    Http2Connection(const Http2Connection&) = delete;
    Http2Connection& operator=(const Http2Connection&) = delete;

    /// False if the client violates HTTP/2.
    [[nodiscard]] bool receive(std::string_view bytes);
    /// The next bytes to send; empty when there are none. False if the connection is broken.
    [[nodiscard]] bool take_output(std::string_view& bytes);
    [[nodiscard]] bool wants_output() const { return nghttp2_session_want_write(session_.get()) != 0; }
    [[nodiscard]] bool over() const;
    [[nodiscard]] bool is_idle() const { return streams_.empty(); }
    /// Sends the answer, unless the client has closed the stream.
    void answer(std::int32_t id, Answer answer);

private:
    struct Stream {
        std::string path;
        std::string body;  ///< of the request, so far
        bool too_large = false;
        Answer answer;
        std::string frame;     ///< gRPC's frame of the message that is being sent
        std::size_t next = 0;  ///< index of the message that is being sent
        std::size_t sent = 0;  ///< bytes of frame and message that were sent
    };
    struct Close {
        void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
    };
    struct Callbacks;

    [[nodiscard]] Stream* stream(std::int32_t id);
    void take_request(std::int32_t id);
    void end(std::int32_t id, const Answer& answer, bool only);
    [[nodiscard]] std::size_t fill(Stream& stream, std::uint8_t* to, std::size_t room);
    [[nodiscard]] ssize_t send_some(std::int32_t id, std::uint8_t* to, std::size_t room, std::uint32_t* flags);

    Use use_;
    std::map<std::int32_t, Stream> streams_;
    std::unique_ptr<nghttp2_session, Close> session_;
};

/// The message in the body of a request. The body has one byte (0: not compressed), the message's length, and the message.
[[nodiscard]] std::optional<std::string> message_in_frame(std::string_view body);
/// A reason for the header grpc-message: all bytes but printable ASCII are percent-encoded, and so is `%`.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace boardgate::data

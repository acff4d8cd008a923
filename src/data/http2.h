// SPDX-License-Identifier: MIT
// One HTTP/2 connection that carries gRPC calls (RFC 9113; grpc/doc/PROTOCOL-HTTP2.md): requests come out, answers go in.
// Knows no descriptor: bytes are brought and taken.
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
    /// A request that has come whole; its stream is how the answer finds back. `message` is without gRPC's frame.
    using Use = std::function<void(std::int32_t stream, std::string path, std::string message)>;
    /// A question names at most some ten thousand runs.
    static constexpr std::size_t largest_request = std::size_t{16} << 20;
    static constexpr std::uint32_t most_streams = 100;

    explicit Http2Connection(Use use);
    Http2Connection(const Http2Connection&) = delete;
    Http2Connection& operator=(const Http2Connection&) = delete;

    /// False when the other side speaks something else.
    [[nodiscard]] bool receive(std::string_view bytes);
    /// What is to be sent, until it is empty. False when the connection is of no use any more.
    [[nodiscard]] bool take_output(std::string_view& bytes);
    [[nodiscard]] bool wants_output() const { return nghttp2_session_want_write(session_.get()) != 0; }
    [[nodiscard]] bool over() const;
    [[nodiscard]] bool is_idle() const { return streams_.empty(); }
    /// Of a stream that was closed meanwhile nothing is sent.
    void answer(std::int32_t id, Answer answer);

private:
    struct Stream {
        std::string path;
        std::string body;  ///< of the request
        bool too_large = false;
        Answer answer;
        std::string frame;     ///< gRPC's, before the message that is being sent
        std::size_t next = 0;  ///< message
        std::size_t sent = 0;  ///< of frame and message
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

/// The only message in the body of a request: one byte that says whether it is compressed, its length, itself.
[[nodiscard]] std::optional<std::string> message_in_frame(std::string_view body);
/// A reason as a header carries it: bytes that are no printable ASCII, and `%`, by their number.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace boardgate::data

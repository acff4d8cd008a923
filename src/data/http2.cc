// SPDX-License-Identifier: MIT
#include "src/data/http2.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace boardgate::data {

namespace {

constexpr std::size_t frame_size = 5;
constexpr std::int32_t window = 1 << 20;
constexpr std::uint8_t resource_exhausted = 8;

nghttp2_nv header(std::string_view name, std::string_view value) {
    // nghttp2 copies both and changes neither.
    const auto bytes = [](std::string_view text) { return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data())); };
    return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

std::string frame_of(const std::string& message) {
    std::string frame(1, '\0');
    for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>((message.size() >> shift) & 0xFFU);
    return frame;
}

}  // namespace

std::optional<std::string> message_in_frame(std::string_view body) {
    if (body.size() < frame_size || body[0] != 0) return std::nullopt;
    std::uint32_t size = 0;
    for (const char c : body.substr(1, 4)) size = (size << 8) | static_cast<unsigned char>(c);
    body.remove_prefix(frame_size);
    if (body.size() != size) return std::nullopt;
    return std::string(body);
}

std::string percent_encoded(std::string_view text) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7F && c != '%') {
            out += c;
        } else {
            ((out += '%') += digits[byte >> 4]) += digits[byte & 15U];
        }
    }
    return out;
}

struct Http2Connection::Callbacks {
    static Http2Connection& of(void* user) { return *static_cast<Http2Connection*>(user); }

    static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) of(user).streams_.try_emplace(frame->hd.stream_id);
        return 0;
    }
    static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                         const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
        Stream* stream = of(user).stream(frame->hd.stream_id);
        if (stream != nullptr && std::string_view(reinterpret_cast<const char*>(name), name_size) == ":path")
            stream->path.assign(reinterpret_cast<const char*>(value), value_size);
        return 0;
    }
    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size, void* user) {
        Stream* stream = of(user).stream(id);
        if (stream == nullptr || stream->too_large) return 0;
        stream->too_large = size > largest_request - stream->body.size();
        if (!stream->too_large) stream->body.append(reinterpret_cast<const char*>(data), size);
        return 0;
    }
    static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        const bool may_end = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
        if (may_end && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) of(user).take_request(frame->hd.stream_id);
        return 0;
    }
    static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
        of(user).streams_.erase(id);
        return 0;
    }
    static ssize_t on_send(nghttp2_session*, std::int32_t id, std::uint8_t* to, std::size_t room, std::uint32_t* flags,
                           nghttp2_data_source* source, void*) {
        return of(source->ptr).send_some(id, to, room, flags);
    }
};

Http2Connection::Http2Connection(Use use) : use_(std::move(use)) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session* session = nullptr;
    if (nghttp2_session_callbacks_new(&callbacks) != 0) throw std::bad_alloc();
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, Callbacks::on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::on_close);
    const int status = nghttp2_session_server_new(&session, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    if (status != 0) throw std::bad_alloc();
    session_.reset(session);
    const std::array<nghttp2_settings_entry, 2> settings = {
        {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, most_streams}, {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window}}};
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
    nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, window);
}

bool Http2Connection::receive(std::string_view bytes) {
    return nghttp2_session_mem_recv(session_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) >= 0;
}

bool Http2Connection::take_output(std::string_view& bytes) {
    const std::uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &data);
    bytes = size <= 0 ? std::string_view() : std::string_view(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    return size >= 0;
}

bool Http2Connection::over() const {
    return nghttp2_session_want_read(session_.get()) == 0 && nghttp2_session_want_write(session_.get()) == 0;
}

Http2Connection::Stream* Http2Connection::stream(std::int32_t id) {
    const auto found = streams_.find(id);
    return found == streams_.end() ? nullptr : &found->second;
}

void Http2Connection::take_request(std::int32_t id) {
    Stream* request = stream(id);
    if (request == nullptr) return;
    if (request->too_large) return answer(id, {static_cast<Status>(resource_exhausted), "the request is too large"});
    auto message = message_in_frame(request->body);
    request->body = {};
    if (!message) return answer(id, refused(Status::unimplemented, "a request is one message that is not compressed"));
    use_(id, std::move(request->path), *std::move(message));
}

void Http2Connection::answer(std::int32_t id, Answer answer) {
    Stream* to = stream(id);
    if (to == nullptr) return;
    if (answer.status != Status::ok) return end(id, answer, true);
    to->answer = std::move(answer);
    const std::array<nghttp2_nv, 2> headers = {header(":status", "200"), header("content-type", "application/grpc")};
    const nghttp2_data_provider provider{{.ptr = this}, Callbacks::on_send};
    nghttp2_submit_response(session_.get(), id, headers.data(), headers.size(), &provider);
}

/// Sends the status of a call as trailers after its messages, or as the only headers.
void Http2Connection::end(std::int32_t id, const Answer& answer, bool only) {
    const std::string status = std::to_string(static_cast<int>(answer.status));
    const std::string reason = percent_encoded(answer.reason);
    const std::array<nghttp2_nv, 4> headers = {header(":status", "200"), header("content-type", "application/grpc"),
                                               header("grpc-status", status), header("grpc-message", reason)};
    const std::size_t count = reason.empty() ? 1 : 2;
    if (only) {
        nghttp2_submit_response(session_.get(), id, headers.data(), 2 + count, nullptr);
    } else {
        nghttp2_submit_trailer(session_.get(), id, headers.data() + 2, count);
    }
}

/// Copies the next bytes of frame and message, and returns their number; 0 when all messages are sent.
std::size_t Http2Connection::fill(Stream& stream, std::uint8_t* to, std::size_t room) {
    std::vector<std::string>& messages = stream.answer.messages;
    if (stream.next == messages.size()) return 0;
    std::string& message = messages[stream.next];
    if (stream.frame.empty()) stream.frame = frame_of(message);
    const bool in_frame = stream.sent < frame_size;
    const std::string_view part =
        in_frame ? std::string_view(stream.frame).substr(stream.sent) : std::string_view(message).substr(stream.sent - frame_size);
    const std::size_t size = std::min(part.size(), room);
    std::memcpy(to, part.data(), size);
    stream.sent += size;
    if (stream.sent == frame_size + message.size()) {
        std::string().swap(message);
        stream.frame.clear();
        stream.sent = 0;
        ++stream.next;
    }
    return size;
}

ssize_t Http2Connection::send_some(std::int32_t id, std::uint8_t* to, std::size_t room, std::uint32_t* flags) {
    Stream* from = stream(id);
    if (from == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    std::size_t filled = 0;
    while (filled < room) {
        const std::size_t size = fill(*from, to + filled, room - filled);
        if (size == 0) break;
        filled += size;
    }
    if (from->next == from->answer.messages.size()) {
        *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
        end(id, from->answer, false);
    }
    return static_cast<ssize_t>(filled);
}

}  // namespace boardgate::data

// SPDX-License-Identifier: MIT
#include "src/link/endpoint.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace boardgate::link {

namespace {

/// Fewer bytes are not worth a frame; the window stays open meanwhile.
constexpr std::size_t least_credit = window / 4;
/// An honest peer's answers to what we send are small: this many bytes wait only for a peer that sends and does not read.
constexpr std::size_t most_queued = enough_queued + 2 * window;
constexpr std::size_t longest_job = 63;
constexpr std::size_t longest_node = 255;
constexpr std::size_t longest_text = 2048;

tl::unexpected<Error> broken(const char* what) { return failure(std::string("the link broke its protocol: ") + what); }

Hello hello_in(std::string_view body) {
    Hello hello;
    hello.version = number_in<std::uint16_t>(body);
    const auto job = static_cast<unsigned char>(body[2]);
    hello.job = body.substr(3, job);
    hello.node = body.substr(std::min<std::size_t>(3U + job, body.size()));
    return hello;
}

Result<End> end_in(std::string_view body) {
    const auto cause = static_cast<unsigned char>(body[0]);
    if (cause > static_cast<unsigned char>(End::Cause::last)) return broken("an end of an unknown cause");
    return End{static_cast<End::Cause>(cause), static_cast<std::uint8_t>(body[1]), std::string(body.substr(2))};
}

}  // namespace

Result<void> Endpoint::take(std::string_view bytes, BootTime now, Events& events) {
    reader_.add(bytes);
    for (;;) {
        const auto frame = reader_.next();
        if (!frame) return error_of(frame);
        if (!*frame) return {};
        if (auto taken = take_frame(**frame, now, events); !taken) return taken;
    }
}

Result<void> Endpoint::take_frame(const Frame& frame, BootTime now, Events& events) {
    heard_ = now;
    if (side_ == Side::head && greeted_ == (frame.type == FrameType::hello)) return broken("HELLO comes first, and once");
    switch (frame.type) {
        case FrameType::hello:
            greeted_ = true;
            events.on_hello(hello_in(frame.body));
            return {};
        case FrameType::status:
            events.on_status(frame.body);
            return {};
        case FrameType::log:
            events.on_log(frame.body);
            return {};
        case FrameType::end: {
            const auto end = end_in(frame.body);
            if (!end) return error_of(end);
            events.on_end(*end);
            return {};
        }
        case FrameType::stop:
            events.on_stop();
            return {};
        case FrameType::options:
            events.on_options(frame.body);
            return {};
        case FrameType::ping:
            send(FrameType::pong);
            return output().size() > most_queued ? Result<void>(broken("it asks and does not read")) : Result<void>();
        case FrameType::pong:
            return {};
        case FrameType::open:
            return take_open(frame, events);
        case FrameType::data:
        case FrameType::credit:
        case FrameType::fin:
        case FrameType::reset:
            return take_of_stream(frame, events);
    }
    return broken("a frame of an unknown type");
}

Result<void> Endpoint::take_open(const Frame& frame, Events& events) {
    if (last_stream_ == std::numeric_limits<std::uint32_t>::max() || frame.stream != last_stream_ + 1)
        return broken("a stream out of turn");
    if (streams_.size() >= most_streams) return broken("too many streams");
    last_stream_ = frame.stream;
    streams_.try_emplace(frame.stream);
    events.on_open(frame.stream);
    return {};
}

Result<void> Endpoint::take_of_stream(const Frame& frame, Events& events) {
    if (frame.stream > last_stream_) return broken("a stream that nobody opened");
    const auto found = streams_.find(frame.stream);
    // It was on its way when this end closed the stream.
    if (found == streams_.end()) return {};
    Stream& stream = found->second;
    switch (frame.type) {
        case FrameType::data:
            if (stream.got_fin) return broken("data behind a FIN");
            if (frame.body.size() > stream.may_come) return broken("more data than the window");
            stream.may_come -= frame.body.size();
            events.on_data(frame.stream, frame.body);
            return {};
        case FrameType::credit: {
            const auto credit = number_in<std::uint32_t>(frame.body);
            if (credit == 0 || credit > window - stream.may_send) return broken("a window larger than all");
            stream.may_send += credit;
            events.on_credit(frame.stream);
            return {};
        }
        case FrameType::fin:
            if (stream.got_fin) return broken("a second FIN");
            stream.got_fin = true;
            drop_if_over(found);
            events.on_fin(frame.stream);
            return {};
        default:
            streams_.erase(found);
            events.on_reset(frame.stream);
            return {};
    }
}

Result<void> Endpoint::tick(BootTime now) {
    if (now - heard_ >= longest_silence) return failure("the other end of the link is silent");
    if (now - pinged_ >= between_pings) {
        pinged_ = now;
        send(FrameType::ping);
    }
    return {};
}

void Endpoint::send(FrameType type, std::string_view body) { append_frame(out_, {type, 0, body.substr(0, longest_of(type))}); }

void Endpoint::send_hello(const Hello& hello) {
    std::string body;
    append_number(body, hello.version);
    const std::string_view job = std::string_view(hello.job).substr(0, longest_job);
    body += static_cast<char>(job.size());
    body += job;
    body += std::string_view(hello.node).substr(0, longest_node);
    send(FrameType::hello, body);
}

void Endpoint::send_end(const End& end) {
    std::string body;
    body += static_cast<char>(end.cause);
    body += static_cast<char>(end.status);
    body += std::string_view(end.text).substr(0, longest_text);
    send(FrameType::end, body);
}

std::uint32_t Endpoint::open_stream() {
    if (streams_.size() >= most_streams || last_stream_ == std::numeric_limits<std::uint32_t>::max()) return 0;
    streams_.try_emplace(++last_stream_);
    append_frame(out_, {FrameType::open, last_stream_});
    return last_stream_;
}

std::size_t Endpoint::room(std::uint32_t stream) const {
    const auto found = streams_.find(stream);
    return found == streams_.end() || found->second.sent_fin ? 0 : std::min(found->second.may_send, longest_body);
}

void Endpoint::send_data(std::uint32_t stream, std::string_view bytes) {
    const auto found = streams_.find(stream);
    if (found == streams_.end() || bytes.empty()) return;
    found->second.may_send -= bytes.size();
    append_frame(out_, {FrameType::data, stream, bytes});
}

void Endpoint::finish(std::uint32_t stream) {
    const auto found = streams_.find(stream);
    if (found == streams_.end() || found->second.sent_fin) return;
    found->second.sent_fin = true;
    append_frame(out_, {FrameType::fin, stream});
    drop_if_over(found);
}

void Endpoint::reset(std::uint32_t stream) {
    if (streams_.erase(stream) != 0) append_frame(out_, {FrameType::reset, stream});
}

void Endpoint::consumed(std::uint32_t stream, std::size_t bytes) {
    const auto found = streams_.find(stream);
    if (found == streams_.end() || found->second.got_fin) return;
    Stream& one = found->second;
    one.uncredited += bytes;
    if (one.uncredited < least_credit) return;
    std::string body;
    append_number(body, static_cast<std::uint32_t>(one.uncredited));
    append_frame(out_, {FrameType::credit, stream, body});
    one.may_come += std::exchange(one.uncredited, 0);
}

void Endpoint::drop_if_over(Streams::iterator stream) {
    if (stream->second.sent_fin && stream->second.got_fin) streams_.erase(stream);
}

void Endpoint::sent(std::size_t bytes) {
    sent_ += bytes;
    if (sent_ == out_.size()) {
        // Most links are idle most of the time.
        std::string().swap(out_);
        sent_ = 0;
    } else if (sent_ >= window) {
        out_.erase(0, sent_);
        sent_ = 0;
    }
}

}  // namespace boardgate::link

// SPDX-License-Identifier: MIT
// The heads of the one request and the one answer of a connection (RFC 9112), as they pass the relay. nginx closes each
// connection to a board after one answer.
#pragma once

#include <string>
#include <string_view>

namespace boardgate::http {

/// Collects a head until it is complete.
class HttpHead {
public:
    enum class Verdict { incomplete, passed, refused };

    HttpHead() = default;
    HttpHead(const HttpHead&) = delete;
    HttpHead& operator=(const HttpHead&) = delete;
    virtual ~HttpHead() = default;

    /// Takes the next bytes. Once the head is complete, appends to `out` what passes of it, and the bytes behind it.
    [[nodiscard]] Verdict take(std::string_view bytes, std::string& out);
    /// Are there bytes of an incomplete head?
    [[nodiscard]] bool is_begun() const { return !held_.empty(); }
    [[nodiscard]] bool has_passed() const { return passed_; }

protected:
    /// Handles a complete head, with its empty line. `incomplete`: another head follows.
    [[nodiscard]] virtual Verdict judge(std::string_view head, std::string& out) = 0;

private:
    std::string held_;
    bool passed_ = false;
};

/// A request passes unchanged.
class RequestHead final : public HttpHead {
public:
    [[nodiscard]] bool asks_for_websocket() const { return websocket_; }

private:
    Verdict judge(std::string_view head, std::string& out) override;
    bool websocket_ = false;
};

/// Of an answer, the headers of answer_headers.inc pass. An answer that can be read in two ways is refused, and so is
/// status 101 if nobody asked for it. Other answers with status 1xx are dropped.
class AnswerHead final : public HttpHead {
public:
    explicit AnswerHead(const RequestHead& request) : request_(request) {}

private:
    Verdict judge(std::string_view head, std::string& out) override;
    const RequestHead& request_;
};

}  // namespace boardgate::http

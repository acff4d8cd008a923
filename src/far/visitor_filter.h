// SPDX-License-Identifier: MIT
// A visitor's request and the node's answer: of the answer's head passes what src/http/answer_headers.inc has. boardgate-board does
// the same on the node, where the board's owner can put any program in its place.
#pragma once

#include <string>

#include "src/http/http_head.h"
#include "src/link/stream_relay.h"

namespace boardgate::far {

class VisitorFilter final : public link::StreamFilter {
public:
    [[nodiscard]] bool to_link(std::string_view bytes) override {
        std::string unchanged;
        return request_.has_passed() || request_.take(bytes, unchanged) != http::HttpHead::Verdict::refused;
    }
    [[nodiscard]] bool to_local(std::string_view bytes, std::string& out) override {
        if (!answer_.has_passed()) return answer_.take(bytes, out) != http::HttpHead::Verdict::refused;
        out += bytes;
        return true;
    }
    [[nodiscard]] bool may_end() override { return !answer_.is_begun(); }

private:
    http::RequestHead request_;
    http::AnswerHead answer_{request_};
};

}  // namespace boardgate::far

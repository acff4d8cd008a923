// SPDX-License-Identifier: MIT
#include "src/http/http_head.h"

#include <gtest/gtest.h>

namespace boardgate::http {
namespace {

using Verdict = HttpHead::Verdict;

struct HttpHeadTest : testing::Test {
    RequestHead request;
    std::string passed(const std::string& answer) const {
        AnswerHead head(request);
        std::string out;
        return head.take(answer, out) == Verdict::passed ? out : std::string("refused");
    }
    void ask(const std::string& text) {
        std::string out;
        ASSERT_EQ(request.take(text, out), Verdict::passed);
        EXPECT_EQ(out, text) << "a request passes unchanged";
    }
};

TEST_F(HttpHeadTest, WhatTheTableHasPassesInAnySpelling) {
    EXPECT_EQ(passed("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\ncACHE-cONTROL: private\r\nETag:\"x\"\r\n\r\nbody"),
              "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\ncACHE-cONTROL: private\r\nETag:\"x\"\r\n\r\nbody");
    EXPECT_EQ(passed("HTTP/1.0 404 Not Found\nContent-Length: 0\n\n"), "HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}

TEST_F(HttpHeadTest, NothingElseDoes) {
    for (const char* name : {"Set-Cookie", "Set-Login", "Sec-Session-Registration", "Secure-Session-Registration", "Use-As-Dictionary",
                             "Document-Policy", "Integrity-Policy", "X-SourceMap", "Activate-Storage-Access", "X-Accel-Redirect", "Upgrade",
                             "Sec-WebSocket-Accept", "Content-Type-", "Content", "X-Invented"}) {
        EXPECT_EQ(passed(std::string("HTTP/1.1 200 OK\r\n") + name + ": x\r\nDate: y\r\n\r\n"), "HTTP/1.1 200 OK\r\nDate: y\r\n\r\n")
            << name;
    }
}

TEST_F(HttpHeadTest, NoPartOfAnAnswerHasHeaders) {
    for (const char* type :
         {"multipart/x-mixed-replace; boundary=b", "Multipart/Mixed", "text/html, MULTIPART/x-mixed-replace", "\tmultipart/byteranges"}) {
        EXPECT_EQ(passed(std::string("HTTP/1.1 200 OK\r\nContent-type: ") + type + "\r\nDate: y\r\n\r\n"),
                  "HTTP/1.1 200 OK\r\nDate: y\r\n\r\n")
            << type;
    }
}

TEST_F(HttpHeadTest, AnAnswerThatReadsInTwoWaysIsRefused) {
    for (const char* answer : {"HTTP/1.1 200 OK\r\nDate: x\r\n Set-Cookie: y\r\n\r\n", "HTTP/1.1 200 OK\r\nDate : x\r\n\r\n",
                               "HTTP/1.1 200 OK\r\nDate: x\rSet-Cookie: y\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                               "HTTP/2 200\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1\r\n\r\n",
                               "hello\r\n\r\n", "\r\n", "HTTP/1.1 200 \x01\r\n\r\n"}) {
        EXPECT_EQ(passed(answer), "refused") << answer;
    }
    const std::string with_nul("HTTP/1.1 200 OK\r\nDate: \0x\r\n\r\n", 30);
    EXPECT_EQ(passed(with_nul), "refused");
}

TEST_F(HttpHeadTest, AHeadMayComeInPieces) {
    const std::string whole = "HTTP/1.1 200 OK\r\nDate: x\r\nSet-Login: y\r\n\r\nbody";
    AnswerHead head(request);
    std::string out;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        if (head.has_passed()) {
            out += whole[i];
        } else {
            ASSERT_NE(head.take(whole.substr(i, 1), out), Verdict::refused);
            EXPECT_EQ(head.is_begun(), !head.has_passed());
        }
    }
    EXPECT_EQ(out, "HTTP/1.1 200 OK\r\nDate: x\r\n\r\nbody");
}

TEST_F(HttpHeadTest, AnOwnPolicyReportsToNobody) {
    const auto policy = [this](const std::string& text) {
        return passed("HTTP/1.1 200 OK\r\nContent-Security-Policy:" + text + "\r\n\r\n");
    };
    const auto left = [](const std::string& text) { return "HTTP/1.1 200 OK\r\nContent-Security-Policy:" + text + "\r\n\r\n"; };
    EXPECT_EQ(policy(" default-src 'none'; img-src data:, script-src 'self'"),
              left(" default-src 'none'; img-src data:, script-src 'self'"));
    EXPECT_EQ(policy(" img-src 'none'; Report-URI /api/v1/login; report-to x"), left(" img-src 'none';;"));
    EXPECT_EQ(policy("report-uri\t//e,img-src 'none';report-uri"), left(",img-src 'none';"));
    EXPECT_EQ(policy(" img-src report-uri"), left(" img-src report-uri"));
    EXPECT_EQ(policy(""), left(""));
}

TEST_F(HttpHeadTest, AnEndlessHeadIsRefused) {
    AnswerHead head(request);
    std::string out;
    Verdict verdict = head.take("HTTP/1.1 200 OK\r\n", out);
    for (int i = 0; i < 200 && verdict == Verdict::incomplete; ++i) verdict = head.take(std::string(1000, 'x'), out);
    EXPECT_EQ(verdict, Verdict::refused);
    EXPECT_EQ(out, "");
}

TEST_F(HttpHeadTest, AnInterimAnswerIsDropped) {
    EXPECT_EQ(passed("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\nbody"), "HTTP/1.1 200 OK\r\n\r\nbody");
}

TEST_F(HttpHeadTest, AnUpgradePassesOnlyIfItWasAskedFor) {
    const std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\nDate: y\r\n\r\n";
    ask("GET / HTTP/1.1\r\nUpgrade: h2c\r\nX-Upgrade: websocket\r\n\r\n");
    EXPECT_EQ(passed(answer), "refused");
}

TEST_F(HttpHeadTest, AWebsocketThatWasAskedForPasses) {
    ask("GET / HTTP/1.1\r\nHost: x\r\nupgrade:  WebSocket \r\n\r\n");
    EXPECT_EQ(passed("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\nDate: "
                     "y\r\n\r\nbytes"),
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nbytes");
}

}  // namespace
}  // namespace boardgate::http

// SPDX-License-Identifier: MIT
#include "src/data/http1.h"

#include <gtest/gtest.h>

namespace boardgate::data {
namespace {

using State = Http1Request::State;

struct Http1Test : testing::Test {
    Http1Request request;
    State parse(const std::string& bytes) { return request.parse(bytes); }
    static std::string form(const std::string& type, const std::string& body) {
        return "POST /x HTTP/1.1\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
};

TEST_F(Http1Test, ARequestComesInParts) {
    const std::string whole = "POST /b/x/data?a=1 HTTP/1.0\r\nContent-length:  3\r\nAccept-Encoding: br, gzip\r\n\r\nabc";
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_EQ(parse(whole.substr(0, size)), State::more) << size;
    ASSERT_EQ(parse(whole), State::whole);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/b/x/data");
    EXPECT_EQ(request.query, "a=1");
    EXPECT_EQ(request.body, "abc");
    EXPECT_TRUE(request.allows_gzip());
}

TEST_F(Http1Test, WhatIsUnusualIsLeftToTensorBoard) {
    for (const char* const bytes :
         {"GET /x\r\n\r\n", "PUT /x HTTP/1.1\r\n\r\n", "GET /x HTTP/2\r\n\r\n", "GET /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
          "POST /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", "POST /x HTTP/1.1\r\nContent-Length: 1x\r\n\r\n",
          "POST /x HTTP/1.1\r\nContent-Length: 500001\r\n\r\n", "GET /x HTTP/1.1\r\nA: 1\r\nA: 2\r\n\r\n",
          "GET /x HTTP/1.1\r\nnothing\r\n\r\n", "GET /x HTTP/1.1\r\n\r\nmore"})
        EXPECT_EQ(parse(bytes), State::not_ours) << bytes;
    EXPECT_EQ(parse("GET /" + std::string(Http1Request::longest_head, 'a')), State::not_ours);
}

TEST_F(Http1Test, FieldsOfQueriesAndForms) {
    ASSERT_EQ(parse("GET /x?run=a%20b%2Fc&tag=%C3%A9+d HTTP/1.1\r\n\r\n"), State::whole);
    EXPECT_EQ(request.fields(), (FormFields{{"run", "a b/c"}, {"tag", "\xC3\xA9 d"}}));
    ASSERT_EQ(parse(form("application/x-www-form-urlencoded", "a=1&b=")), State::whole);
    EXPECT_EQ(request.fields(), (FormFields{{"a", "1"}, {"b", ""}}));
    const std::string part = "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
    ASSERT_EQ(parse(form("multipart/form-data; boundary=X", part + "1\r\n2\r\n" + part + "\r\n--X--\r\n")), State::whole);
    EXPECT_EQ(request.fields(), (FormFields{{"a", "1\r\n2"}, {"a", ""}}));
    for (const std::string& body : {std::string(), std::string("--X"), part, part + "1\r\n--X", part + "1\r\n--X--\r\n!",
                                    std::string("--X\r\nContent-Type: a\r\n\r\n1\r\n--X--\r\n"), part + "\xFF\r\n--X--\r\n"}) {
        ASSERT_EQ(parse(form("multipart/form-data; boundary=X", body)), State::whole);
        EXPECT_EQ(request.fields(), std::nullopt) << body;
    }
    for (const char* const query : {"a", "a=%", "a=%f", "a=%zz", "a=%ff"}) {
        ASSERT_EQ(parse("GET /x?" + std::string(query) + " HTTP/1.1\r\n\r\n"), State::whole);
        EXPECT_EQ(request.fields(), std::nullopt) << query;
    }
    ASSERT_EQ(parse(form("application/json", "{}")), State::whole);
    EXPECT_EQ(request.fields(), std::nullopt);
}

TEST_F(Http1Test, NoMorePartsThanTensorBoardTakes) {
    std::string body;
    for (std::size_t i = 0; i <= Http1Request::most_parts; ++i) body += "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n";
    ASSERT_EQ(parse(form("multipart/form-data; boundary=X", body + "--X--\r\n")), State::whole);
    EXPECT_EQ(request.fields(), std::nullopt);
}

TEST_F(Http1Test, GzipIsWantedAsTensorBoardUnderstandsIt) {
    for (const auto& [header, wanted] : {std::pair{"gzip", true},
                                         {"gzip;q=0", false},
                                         {"x-gzip, br", true},
                                         {"*", true},
                                         {"br", false},
                                         {"deflate,gzip,br", true},
                                         {"notgzip", false}}) {
        ASSERT_EQ(parse("GET /x HTTP/1.1\r\nAccept-Encoding: " + std::string(header) + "\r\n\r\n"), State::whole);
        EXPECT_EQ(request.allows_gzip(), wanted) << header;
    }
}

}  // namespace
}  // namespace boardgate::data

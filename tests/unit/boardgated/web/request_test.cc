// SPDX-License-Identifier: MIT
#include "src/boardgated/web/request.h"

#include <gtest/gtest.h>

#include "src/boardgated/common/json.h"
#include "src/boardgated/web/response.h"

#include "tests/unit/boardgated/web/fast_cgi.h"

namespace boardgate::boardgated {
namespace {

struct RequestTest : testing::Test {
    FastCgi nginx;
    Fd connection;

    std::unique_ptr<Request> request(const CgiParameters& parameters, const std::string& body = {}, bool whole = true) {
        connection = nginx.send(parameters, body, whole);
        return nginx.accept();
    }
    std::string query_value(const std::string& query, const char* name) { return request({{"QUERY_STRING", query}})->query_value(name); }
    /// The body, or `error`.
    std::string body(const std::string& announced, const std::string& sent, bool whole = true) {
        return request({{"CONTENT_LENGTH", announced}}, sent, whole)->body().value_or("error");
    }
};

TEST_F(RequestTest, GivesTheParametersThatNginxSets) {
    const auto seen = request({{"REQUEST_METHOD", "GET"},
                               {"DOCUMENT_URI", "/api/v1/boards"},
                               {"REQUEST_URI", "/api/v1/boards?x=1"},
                               {"QUERY_STRING", "x=1"},
                               {"HTTP_HOST", "lab.example"},
                               {"REMOTE_ADDR", "192.0.2.1"}});
    EXPECT_EQ(seen->method(), "GET");
    EXPECT_EQ(seen->path(), "/api/v1/boards");
    EXPECT_EQ(seen->raw_uri(), "/api/v1/boards?x=1");
    EXPECT_EQ(seen->query(), "x=1");
    EXPECT_EQ(seen->host(), "lab.example");
    EXPECT_EQ(seen->address(), "192.0.2.1");
    EXPECT_EQ(seen->parameter("HTTP_COOKIE"), "");
}

TEST_F(RequestTest, IsANavigationWhenABrowserShowsItInATab) {
    EXPECT_TRUE(request({{"HTTP_SEC_FETCH_MODE", "navigate"}, {"HTTP_SEC_FETCH_DEST", "document"}})->is_navigation());
    EXPECT_FALSE(request({{"HTTP_SEC_FETCH_MODE", "navigate"}, {"HTTP_SEC_FETCH_DEST", "iframe"}})->is_navigation());
    EXPECT_FALSE(request({{"HTTP_SEC_FETCH_MODE", "cors"}, {"HTTP_SEC_FETCH_DEST", "document"}})->is_navigation());
    EXPECT_FALSE(request({{"HTTP_SEC_FETCH_MODE", "navigate"}})->is_navigation());
    EXPECT_FALSE(request({})->is_navigation());
}

TEST_F(RequestTest, QueriesAreDecodedOnce) {
    EXPECT_EQ(query_value("path=%2Fhome%2Fa+b%C3%A9&x=y", "path"), "/home/a bé");
    EXPECT_EQ(query_value("a=1&path=/x", "path"), "/x");
    EXPECT_EQ(query_value("path=a=b", "path"), "a=b");
    EXPECT_EQ(query_value("path=%252F", "path"), "%2F");
    EXPECT_EQ(query_value("path=1&path=2", "path"), "1");
    EXPECT_EQ(query_value("path=", "path"), "");
    EXPECT_EQ(query_value("path", "path"), "");
    EXPECT_EQ(query_value("xpath=1", "path"), "");
    EXPECT_EQ(query_value("", "path"), "");
    EXPECT_EQ(query_value("&&&=&", "path"), "");
}

TEST_F(RequestTest, BadEncodingIsNoValue) {
    for (const char* query : {"path=%", "path=%2", "path=%zz", "path=%2g", "path=%-1", "path=% 1", "path=a%"}) {
        EXPECT_EQ(query_value(query, "path"), "") << query;
    }
}

TEST_F(RequestTest, ABodyIsAllOfItOrAnError) {
    EXPECT_EQ(body("2", "{}"), "{}");
    EXPECT_EQ(body("", ""), "");
    EXPECT_EQ(body("0", ""), "");
    EXPECT_EQ(body("10", "{}"), "error");
    EXPECT_EQ(body("10", "{}", false), "error") << "the client went away";
    EXPECT_EQ(body("1", "{}"), "error");
    EXPECT_EQ(body("x", "{}"), "error");
    EXPECT_EQ(body("", "{}"), "error");
    EXPECT_EQ(body("02", "{}"), "error");
}

TEST_F(RequestTest, ABodyHasAnEnd) {
    const std::string most(longest_body, 'x');
    EXPECT_EQ(body(std::to_string(most.size()), most).size(), longest_body);
    EXPECT_EQ(body(std::to_string(most.size() + 1), most + "x"), "error");
}

TEST_F(RequestTest, AnswersWithStatusHeadersAndBody) {
    {
        const auto seen = request({{"REQUEST_METHOD", "GET"}});
        Response response = json_response(201, Json::Value("x"));
        response.with("Location", "/x");
        write_response(*seen, response);
    }
    const CgiAnswer answer = FastCgi::answer(connection);
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.headers, (std::map<std::string, std::string>{
                                  {"Content-Type", "application/json"}, {"Cache-Control", "no-store"}, {"Location", "/x"}}));
    EXPECT_EQ(answer.body, "\"x\"");
}

TEST_F(RequestTest, HeadHasNoBody) {
    write_response(*request({{"REQUEST_METHOD", "HEAD"}}), json_response(200, Json::Value("x")));
    const CgiAnswer answer = FastCgi::answer(connection);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "");
}

TEST_F(RequestTest, ARequestThatNobodyAnswersHasNoStatus) {
    (void)request({});
    EXPECT_EQ(FastCgi::answer(connection).status, 0);
}

TEST(Response, HeadersCannotForgeOthers) {
    Response response;
    EXPECT_THROW(response.with("Location", "/x\r\nSet-Cookie: a=b"), std::invalid_argument);
    EXPECT_THROW(response.with("Location", "/x\n"), std::invalid_argument);
    EXPECT_TRUE(response.headers.empty());
}

TEST(Response, ProblemsHaveTheTablesStatusAndCode) {
    const Response response = problem_response({Code::too_many_attempts, "wait \"a\" bit", "user", 30});
    EXPECT_EQ(response.status, 429);
    EXPECT_EQ(
        response.body,
        R"({"code":"too_many_attempts","detail":"wait \"a\" bit","field":"user","status":429,"title":"Too many login attempts","type":"about:blank"})");
    EXPECT_EQ(response.headers, (std::vector<std::pair<std::string, std::string>>{
                                    {"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}, {"Retry-After", "30"}}));
}

TEST(Response, ProblemsWithoutAFieldHaveNone) {
    const Response response = problem_response({Code::unauthenticated, "log in first"});
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(response.body.find("field"), std::string::npos);
    EXPECT_EQ(response.headers.size(), 2U);
}

TEST(Response, EveryProblemIsAnError) {
    int rows = 0;
#define PROBLEM(code, number, title)                              \
    EXPECT_STREQ(name_of(Code::code), #code);                     \
    EXPECT_EQ(problem_response({Code::code, ""}).status, number); \
    EXPECT_TRUE(number >= 400 && number < 600) << #code;          \
    ++rows;
#include "src/boardgated/common/problems.inc"
#undef PROBLEM
    EXPECT_GT(rows, 10);
}

}  // namespace
}  // namespace boardgate::boardgated

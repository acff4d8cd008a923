// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/view_answer.h"

#include <map>
#include <random>

#include "tests/unit/boardgated/gate/view_gate_test.h"

namespace boardgate::boardgated {
namespace {

/// What nginx asks and gets.
struct Nginx : Parameters {
    std::map<std::string, std::string, std::less<>> values;
    [[nodiscard]] std::string_view parameter(const char* name) const override {
        const auto found = values.find(name);
        return found == values.end() ? std::string_view() : std::string_view(found->second);
    }
};

struct ViewAnswerTest : ViewGateTest {
    Nginx nginx;
    std::map<std::string, std::string> headers;
    int status = 0;

    void send() {
        nginx.values = {{"REQUEST_URI", std::string(question.raw_uri)},
                        {"DOCUMENT_URI", std::string(question.path)},
                        {"REQUEST_METHOD", std::string(question.method)},
                        {"HTTP_COOKIE", std::string(question.cookie)},
                        {"HTTP_SEC_FETCH_SITE", std::string(question.fetch_site)},
                        {"HTTP_SEC_FETCH_MODE", std::string(question.fetch_mode)},
                        {"HTTP_SEC_FETCH_DEST", std::string(question.fetch_dest)}};
        const auto answer = view_gate.answer(nginx);
        status = answer.response.status;
        headers.clear();
        for (const auto& [name, value] : answer.response.headers) headers[name] = value;
    }
};

TEST_F(ViewAnswerTest, PassesTheTablesPathAndNeverTheVisitors) {
    ask_data(std::string(environment_prefix) + "data/plugin/scalars/scalars");
    const std::string json = uri + "?run=../../x&tag=a";
    question.raw_uri = json;
    send();
    EXPECT_EQ(status, 204);
    EXPECT_EQ(headers["X-Boardgate-Path"], "/b/" + board.str() + "/data/plugin/scalars/scalars");
    EXPECT_EQ(headers["X-Boardgate-Port"], "16001");
    EXPECT_EQ(headers["X-Boardgate-Type"], "json");
    EXPECT_EQ(headers["X-Boardgate-View"], "none");
    const std::string csv = uri + "?run=a&format=csv";
    question.raw_uri = csv;
    send();
    EXPECT_EQ(headers["X-Boardgate-Type"], "csv");
    EXPECT_EQ(registry.find(board)->last_visit->visitor, "bob");
    EXPECT_FALSE(registry.find(board)->last_viewed) << "the owner did not look";
    EXPECT_EQ(shares.of_board(board).front().last_viewed_by, "bob");
}

TEST_F(ViewAnswerTest, NoPageComesFromTheBoard) {
    const auto good = [&](const char* file) {
        send();
        EXPECT_EQ(status, 204);
        EXPECT_EQ(headers["X-Boardgate-View"], file);
        EXPECT_FALSE(headers.contains("X-Boardgate-Port"));
        EXPECT_FALSE(headers.contains("X-Boardgate-Path"));
        EXPECT_EQ(headers["X-Boardgate-Base"], place);
    };
    ask_page();
    good("index.html");
    ask_inner_page("data/plugin_entry.html");
    good("entry.html");
    ask_inner_page("data/plugin/projector/projector_binary.html");
    good("projector_binary.html");
    ask_data("icon_bundle.svg");
    good("icon_bundle.svg");
}

TEST_F(ViewAnswerTest, RefusalsTellNothingOfTheBoard) {
    show_no_longer();
    send();
    EXPECT_EQ(status, 403);
    EXPECT_TRUE(headers.empty());
    show({BoardShare::Kind::user, "bob", 1002});
    EXPECT_EQ(refusal(), ViewRefusal::no_such_view) << "a refused view does not come back with the share";
    sessions.end(token.hash());
    place = "/v/" + views.open({token.hash(), 1002, "bob"}, board).value().reveal() + "/";
    ask_data("data/runs");
    send();
    EXPECT_EQ(status, 401);
    EXPECT_TRUE(headers.empty());
}

TEST_F(ViewAnswerTest, TheEnvironmentHasNoPaths) {
    BoardOptions options;
    options.logdir = "/home/alice/secret";
    options.title = "sweep 3";
    ASSERT_TRUE(registry.set_options(board, options));
    ask_data("data/environment");
    send();
    EXPECT_EQ(status, 403) << "boardgated answers it itself";
    const Response answer = view_answer(view_gate.decide(question), registry);
    EXPECT_EQ(answer.status, 200);
    EXPECT_NE(answer.body.find("sweep 3"), std::string::npos);
    EXPECT_EQ(answer.body.find('/'), std::string::npos) << answer.body;
    show_no_longer();
    const Response refused = view_answer(view_gate.decide(question), registry);
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.body.find("sweep"), std::string::npos);
}

TEST_F(ViewGateTest, NothingWithoutALiveViewIsAllowed) {
    std::mt19937 random(18);
    const auto number = [&](std::size_t below) { return random() % below; };
    show_no_longer();
    show({BoardShare::Kind::user, "carol", 1003});
    const std::vector<std::string> pieces = {"/v/",
                                             place,
                                             "/",
                                             "data/",
                                             "runs",
                                             std::string(environment_prefix),
                                             "?",
                                             "%2f",
                                             "..",
                                             "a",
                                             "icon_bundle.svg",
                                             "data/plugin/scalars/tags",
                                             std::string(43, 'A')};
    const std::vector<std::string_view> words = {"",       "GET",      "POST",  "navigate",    "cors",
                                                 "iframe", "document", "empty", "same-origin", "none"};
    for (int round = 0; round < 20'000; ++round) {
        std::string raw = number(2) == 0 ? place : "";
        for (std::size_t i = number(5); i > 0; --i) raw += pieces[number(pieces.size())];
        question = {};
        question.raw_uri = raw;
        question.path = number(3) == 0 ? std::string_view(raw).substr(0, number(raw.size() + 1)) : std::string_view(raw);
        for (std::string_view* each :
             {&question.method, &question.upgrade, &question.fetch_site, &question.fetch_mode, &question.fetch_dest})
            *each = words[number(words.size())];
        if (number(2) == 0) question.cookie = cookie;
        const ViewRefusal refused = refusal();
        ASSERT_TRUE(refused != ViewRefusal::none && refused != ViewRefusal::ours) << raw;
    }
}

}  // namespace
}  // namespace boardgate::boardgated

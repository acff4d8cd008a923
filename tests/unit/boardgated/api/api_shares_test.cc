// SPDX-License-Identifier: MIT
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <regex>

#include "tests/unit/boardgated/api/api_test.h"

namespace boardgate::boardgated {
namespace {

struct ApiSharesTest : ApiTest {
    const HomeMark home = launcher.home.emplace(HomeMark::parse("12:1000.000000001").value());
    std::string carol = log_in(1003, "carol");
    std::string id = make(alice);
    std::string at = "/api/v1/boards/" + id;

    ApiSharesTest() { directory.accounts.push_back({1003, 1003, "carol", "/home/carol", "/bin/sh"}); }
    CgiAnswer show(const std::string& with, const std::string& until = {}) {
        return ask("POST", at + "/shares", alice,
                   R"({"with":")" + with + "\"" + (until.empty() ? "" : R"(,"until":")" + until + "\"") + "}");
    }
    Json::Value shares_now() { return trusted_json(ask("GET", at + "/shares", alice).body); }
    Json::Value shown_to(const std::string& cookie) { return trusted_json(ask("GET", "/api/v1/shared", cookie).body)["boards"]; }
};

TEST_F(ApiSharesTest, ABoardIsShownToAUserUntilItIsNot) {
    const CgiAnswer shown = show("bob");
    ASSERT_EQ(shown.status, 201) << shown.body;
    EXPECT_EQ(trusted_json(shown.body)["with"], "bob");
    EXPECT_EQ(trusted_json(shown.body)["number"], 1002);
    EXPECT_TRUE(trusted_json(shown.body)["until"].isNull());
    EXPECT_EQ(show("bob").status, 200) << "again";
    EXPECT_EQ(trusted_json(ask("GET", at, alice).body)["shares"], 1);
    const Json::Value boards = shown_to(bob);
    ASSERT_EQ(boards.size(), 1U);
    EXPECT_EQ(boards[0]["owner"], "alice");
    EXPECT_EQ(boards[0]["id"], id);
    EXPECT_FALSE(boards[0].isMember("logdir"));
    EXPECT_TRUE(shown_to(carol).empty());
    EXPECT_EQ(ask("DELETE", at + "/shares?with=bob", alice).status, 204);
    EXPECT_TRUE(shown_to(bob).empty());
    EXPECT_EQ(ask("DELETE", at + "/shares?with=bob", alice).status, 204) << "also when it was not";
}

TEST_F(ApiSharesTest, ToAGroupOrToEverybodyWhereTheSiteAllowsIt) {
    directory.groups = {{"vision", {"bob"}}};
    EXPECT_EQ(show("@vision").status, 201);
    EXPECT_EQ(shown_to(bob).size(), 1U);
    EXPECT_TRUE(shown_to(carol).empty());
    const CgiAnswer refused = show("everybody");
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(code(refused), "sharing_off");
    settings.sharing = setting::Sharing::everybody;
    EXPECT_EQ(show("everybody").status, 201);
    EXPECT_EQ(shown_to(carol).size(), 1U);
    EXPECT_TRUE(shown_to(alice).empty()) << "her own";
    EXPECT_EQ(shares_now()["shares"].size(), 2U);
    EXPECT_EQ(ask("DELETE", at + "/shares", alice).status, 204);
    EXPECT_TRUE(shares_now()["shares"].empty());
    settings.sharing = setting::Sharing::off;
    EXPECT_EQ(code(show("bob")), "sharing_off");
    EXPECT_FALSE(shares_now()["possible"].asBool());
}

TEST_F(ApiSharesTest, RefusesWhoDoesNotExist) {
    for (const char* nobody : {"mallory", "@nosuch", "-x", "a b", "@"}) {
        const CgiAnswer answer = show(nobody);
        EXPECT_EQ(answer.status, 400) << nobody;
        EXPECT_EQ(code(answer), "unknown_person") << nobody;
    }
    directory.accounts.push_back({33, 33, "www-data", "/", "/bin/sh"});
    EXPECT_EQ(code(show("www-data")), "unknown_person");
    EXPECT_EQ(code(show("alice")), "bad_field");
    EXPECT_EQ(code(ask("POST", at + "/shares", alice, "{}")), "bad_field");
    EXPECT_EQ(code(ask("POST", at + "/shares", alice, R"({"with":"bob","write":true})")), "unknown_field");
    directory.fault = EIO;
    EXPECT_EQ(show("bob").status, 503);
}

TEST_F(ApiSharesTest, AnEndIsATimeInTheFuture) {
    for (const char* bad :
         {"tomorrow", "2026-12-31", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2001-01-01T00:00:00Z", "2999-12-31T00:00:00"})
        EXPECT_EQ(code(show("bob", bad)), "bad_field") << bad;
    const CgiAnswer good = show("bob", "2999-12-31T22:59:59.5Z");
    ASSERT_EQ(good.status, 201) << good.body;
    EXPECT_EQ(trusted_json(good.body)["until"], "2999-12-31T22:59:59.000Z");
}

TEST_F(ApiSharesTest, OnlyTheOwnerShowsABoard) {
    ASSERT_EQ(show("bob").status, 201);
    for (const auto& [method, path, body] :
         std::vector<std::tuple<std::string, std::string, std::string>>{{"GET", "/shares", ""},
                                                                        {"POST", "/shares", R"({"with":"carol"})"},
                                                                        {"DELETE", "/shares", ""},
                                                                        {"DELETE", "/asks?name=carol", ""},
                                                                        {"POST", "/wake", ""},
                                                                        {"POST", "/sleep", ""},
                                                                        {"POST", "/restart", ""},
                                                                        {"PATCH", "", R"({"title":"mine"})"},
                                                                        {"DELETE", "", ""},
                                                                        {"GET", "/log", ""},
                                                                        {"GET", "", ""}}) {
        const CgiAnswer answer = ask(method, at + path, bob, body);
        EXPECT_EQ(answer.status, 403) << method << path;
        EXPECT_EQ(code(answer), "not_your_board") << method << path;
    }
    EXPECT_EQ(shares_now()["shares"].size(), 1U);
}

TEST_F(ApiSharesTest, SomeBoardsCannotBeShown) {
    Board board = registry.find(BoardId::parse(id).value()).value();
    board.options.environment = "/home/alice/bin/tensorboard";
    ASSERT_TRUE(registry.set_options(board.id, board.options));
    EXPECT_EQ(code(show("bob")), "not_shareable");
    board.options.environment = "default";
    board.options.bind_all = true;
    ASSERT_TRUE(registry.set_options(board.id, board.options));
    EXPECT_EQ(code(show("bob")), "not_shareable");
    EXPECT_FALSE(shares_now()["possible"].asBool());
    EXPECT_THAT(shares_now()["why_not"].asString(), HasSubstr("open to the network"));
    launcher.home.reset();
    at = "/api/v1/boards/" + make(alice);
    EXPECT_EQ(code(show("bob")), "not_shareable");
    EXPECT_THAT(shares_now()["why_not"].asString(), HasSubstr("home directory could not be read"));
}

TEST_F(ApiSharesTest, APersonMayAskAndTheOwnerAnswers) {
    EXPECT_EQ(ask("POST", at + "/asks", bob).status, 204);
    EXPECT_EQ(ask("POST", at + "/asks", bob).status, 204);
    EXPECT_EQ(trusted_json(ask("GET", at, alice).body)["asked_by"].size(), 1U);
    EXPECT_EQ(shares_now()["asked_by"][0]["name"], "bob");
    EXPECT_EQ(show("bob").status, 201);
    EXPECT_TRUE(shares_now()["asked_by"].empty()) << "answered";
    EXPECT_EQ(ask("POST", at + "/asks", bob).status, 204);
    EXPECT_TRUE(shares_now()["asked_by"].empty()) << "bob sees it already";
    EXPECT_EQ(ask("POST", at + "/asks", carol).status, 204);
    EXPECT_EQ(ask("DELETE", at + "/asks?name=carol", alice).status, 204);
    EXPECT_TRUE(shares_now()["asked_by"].empty());
    EXPECT_EQ(code(ask("POST", "/api/v1/boards/zzzzzzzz/asks", bob)), "no_such_board");
}

struct ApiViewsTest : ApiSharesTest {
    ApiViewsTest() { gate.set_healthy(true); }
    CgiAnswer look(const std::string& cookie) { return ask("POST", at + "/views", cookie); }
    /// As boardgate-frontend publishes the pages of the board's TensorBoard.
    void publish() {
        const std::string program = folder / "tensorboard";
        std::ofstream(program) << "#!";
        settings.environments["default"] = program;
        const auto changed = [](const std::string& path) {
            struct stat facts {};
            EXPECT_EQ(stat(path.c_str(), &facts), 0);
            return std::to_string(facts.st_ctim.tv_sec * std::int64_t{1'000'000'000} + facts.st_ctim.tv_nsec);
        };
        const std::filesystem::path record = folder / "environments";
        std::filesystem::create_directories(record / "frontend/0123456789abcdef/view");
        std::ofstream(record / "frontend/0123456789abcdef/view/index.html") << "page";
        std::ofstream(record / "environments") << program << '\t' << changed(program) << "\t-\t0\t0123456789abcdef\n";
        UnitFacts facts;
        facts.socket_active = facts.service_active = "active";
        facts.since = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
        registry.set_facts(BoardId::parse(id).value(), facts);
    }
};

TEST_F(ApiViewsTest, AViewIsAnAddressOfItsOwn) {
    publish();
    ASSERT_EQ(show("bob").status, 201);
    const CgiAnswer view = look(bob);
    ASSERT_EQ(view.status, 201) << view.body;
    const Json::Value json = trusted_json(view.body);
    EXPECT_TRUE(std::regex_match(json["place"].asString(), std::regex("/v/[A-Za-z0-9_-]{43}/")));
    EXPECT_EQ(json["owner"], "alice");
    EXPECT_EQ(json["ends_with"], "bob");
    EXPECT_NE(trusted_json(look(bob).body)["place"], json["place"]);
    EXPECT_EQ(views.count(), 2U);
    EXPECT_EQ(ask("DELETE", at + "/views", bob).status, 204);
    EXPECT_EQ(views.count(), 0U);
    EXPECT_EQ(look(alice).status, 201) << "the owner sees it as they do";
}

TEST_F(ApiViewsTest, ARefusedVisitorLearnsNothing) {
    const CgiAnswer refused = look(bob);
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(code(refused), "not_shown");
    for (const char* secret : {"alice", "runs", "/data"}) EXPECT_EQ(refused.body.find(secret), std::string::npos) << secret;
    EXPECT_EQ(code(ask("POST", "/api/v1/boards/zzzzzzzz/views", bob)), "no_such_board");
    ASSERT_EQ(show("bob").status, 201);
    ASSERT_EQ(ask("DELETE", at + "/shares", alice).status, 204);
    EXPECT_EQ(code(look(bob)), "not_shown");
}

TEST_F(ApiViewsTest, NeedsThePublishedPages) {
    ASSERT_EQ(show("bob").status, 201);
    EXPECT_EQ(code(look(bob)), "not_shareable");
    EXPECT_EQ(views.count(), 0U);
}

TEST_F(ApiViewsTest, AVisitorWakesTheBoardByTheShareAndNotWithTheOwnersPower) {
    publish();
    ASSERT_EQ(show("bob").status, 201);
    ASSERT_EQ(ask("POST", at + "/sleep", alice).status, 202);
    launcher.asked.clear();
    launcher.refuse = Problem{Code::not_shown, "the owner of this board does not show it to you"};
    const CgiAnswer waiting = look(bob);
    EXPECT_EQ(waiting.status, 202) << waiting.body;
    EXPECT_EQ(state(waiting), "asleep");
    EXPECT_EQ(trusted_json(waiting.body)["waiting_for"], "alice has to open it once before it can be shown again.");
    launcher.refuse.reset();
    EXPECT_EQ(look(bob).status, 409) << "awake now, with a TensorBoard that started before its pages were published";
    EXPECT_THAT(launcher.asked, testing::Contains("wake_shared " + id));
    EXPECT_THAT(launcher.asked, testing::Not(testing::Contains("wake " + id)));
    EXPECT_EQ(registry.find(BoardId::parse(id).value())->state, State::ready);
}

TEST_F(ApiSharesTest, RootKnowsOfAShareBeforeItCounts) {
    ASSERT_EQ(show("bob", "2999-12-31T00:00:00Z").status, 201);
    directory.groups = {{"vision", {}}};
    ASSERT_EQ(show("@vision").status, 201);
    const auto& shown = launcher.shown[id];
    ASSERT_EQ(shown.size(), 2U);
    EXPECT_EQ(shown[0].name, "bob");
    EXPECT_EQ(shown[0].number, 1002U);
    EXPECT_GT(shown[0].until, 32'000'000'000);
    EXPECT_EQ(shown[1].kind, wire::ShownTo::Kind::group);
    ASSERT_EQ(ask("DELETE", at + "/shares?with=bob", alice).status, 204);
    EXPECT_EQ(launcher.shown[id].size(), 1U);
    launcher.refuse_shows = Problem{Code::launch_failed, "no"};
    EXPECT_EQ(code(show("carol")), "launch_failed");
    EXPECT_EQ(shares_now()["shares"].size(), 1U) << "it cannot be confined: nobody sees it";
    ASSERT_EQ(ask("DELETE", at + "/shares", alice).status, 503);
    EXPECT_TRUE(shares_now()["shares"].empty()) << "an end counts immediately";
}

TEST_F(ApiViewsTest, ClosedGateFailedBoardAndHoldAreSaid) {
    publish();
    ASSERT_EQ(show("bob").status, 201);
    gate.set_healthy(false);
    EXPECT_EQ(code(look(bob)), "gate_unsound");
    gate.set_healthy(true);
    UnitFacts facts;
    facts.socket_active = "active";
    facts.service_active = "failed";
    registry.set_facts(BoardId::parse(id).value(), facts);
    const CgiAnswer failed = look(bob);
    EXPECT_EQ(code(failed), "board_failed");
    EXPECT_THAT(trusted_json(failed.body)["detail"].asString(), HasSubstr("alice is shown why"));
    ASSERT_TRUE(registry.set_hold(BoardId::parse(id).value(), Hold{"root", "secret reason", clock.wall()}));
    const CgiAnswer held = look(bob);
    EXPECT_EQ(code(held), "held");
    EXPECT_EQ(held.body.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace boardgate::boardgated

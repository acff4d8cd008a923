// SPDX-License-Identifier: MIT
#include "tests/unit/boardgated/api/api_test.h"

namespace boardgate::boardgated {
namespace {

TEST_F(ApiTest, TheApiHasNoAddressThatReadsAsAnother) {
    for (const char* raw : {"/b/..%2fapi/v1/session", "//api/v1/session", "/api/./v1/session", "/%61pi/v1/session", "/api/v1/session#x"}) {
        CgiParameters what = parameters("GET", "/api/v1/session", alice);
        EXPECT_EQ(send(what).status, 200);
        what["REQUEST_URI"] = raw;
        EXPECT_EQ(send(what).status, 404) << raw;
    }
}

TEST_F(ApiTest, EveryRouteButTwoNeedsASession) {
    for (const Route& route : routes()) {
        std::string path(route.pattern);
        for (const char* placeholder : {"{board}", "{session}"}) {
            if (const auto at = path.find(placeholder); at != std::string::npos)
                path.replace(at, std::string(placeholder).size(), "abcdefgh");
        }
        for (const std::string& cookie : {std::string(), std::string(cookie_name) + "=" + Token::make().reveal(), alice + "; " + alice}) {
            const CgiAnswer answer = ask(std::string(route.method), path, cookie);
            if (route.access == Route::Access::session) {
                EXPECT_EQ(answer.status, 401) << route.method << path;
                EXPECT_EQ(code(answer), "unauthenticated");
            } else {
                EXPECT_NE(code(answer), "unauthenticated");
            }
        }
    }
    EXPECT_TRUE(launcher.asked.empty());
}

TEST_F(ApiTest, EveryRouteThatChangesSomethingIsClosedToOtherPages) {
    for (const Route& route : routes()) {
        if (route.method == "GET") continue;
        std::string path(route.pattern);
        for (const char* placeholder : {"{board}", "{session}"}) {
            if (const auto at = path.find(placeholder); at != std::string::npos)
                path.replace(at, std::string(placeholder).size(), "abcdefgh");
        }
        for (const CgiParameters& from :
             {CgiParameters{}, CgiParameters{{"HTTP_SEC_FETCH_SITE", "same-site"}}, CgiParameters{{"HTTP_SEC_FETCH_SITE", "cross-site"}},
              CgiParameters{{"HTTP_ORIGIN", "https://evil.example"}}, CgiParameters{{"HTTP_ORIGIN", "null"}}}) {
            CgiParameters what = parameters(std::string(route.method), path, alice);
            what.insert(from.begin(), from.end());
            const CgiAnswer answer = send(what);
            EXPECT_EQ(answer.status, 403) << route.method << path;
            EXPECT_EQ(code(answer), "cross_site");
        }
    }
    EXPECT_TRUE(launcher.asked.empty());
}

TEST_F(ApiTest, OtherAddressesAndMethodsAreAnswered) {
    EXPECT_EQ(code(ask("GET", "/api/v1/nothing", alice)), "no_such_route");
    EXPECT_EQ(code(ask("GET", "/api/v1/boards/", alice)), "no_such_route");
    const CgiAnswer answer = ask("PUT", "/api/v1/boards", alice);
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.headers.at("Allow"), "GET, HEAD, POST");
    EXPECT_THAT(answer.body, HasSubstr("GET, HEAD, POST"));
    const CgiAnswer head = ask("HEAD", "/api/v1/boards", alice);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, "");
}

TEST_F(ApiTest, ABodyIsJsonAndSaysSo) {
    const auto post = [&](const std::string& type, const std::string& length, const std::string& body) {
        CgiParameters what = parameters("POST", "/api/v1/boards", alice);
        what.merge(CgiParameters{{"HTTP_SEC_FETCH_SITE", "same-origin"}, {"CONTENT_TYPE", type}, {"CONTENT_LENGTH", length}});
        return code(send(what, body));
    };
    EXPECT_EQ(post("application/x-www-form-urlencoded", "2", "{}"), "not_json");
    EXPECT_EQ(post("text/plain", "2", "{}"), "not_json");
    EXPECT_EQ(post("", "2", "{}"), "not_json");
    EXPECT_EQ(post("application/json; charset=utf-8", "2", "{}"), "bad_field") << "read, and found to lack a folder";
    EXPECT_EQ(post("Application/JSON ; charset=utf-8", "2", "{}"), "bad_field");
    EXPECT_EQ(post("application/jsonp", "2", "{}"), "not_json");
    EXPECT_EQ(post("application/json", "20", "{}"), "bad_request") << "it broke off";
    EXPECT_EQ(post("application/json", std::to_string(longest_body + 1), std::string(longest_body + 1, ' ')), "too_large");
    EXPECT_EQ(post("application/json", "1", "{"), "bad_json");
}

TEST_F(ApiTest, ABoardIsMadeLookedAtAndWoken) {
    const CgiAnswer answer = ask("POST", "/api/v1/boards", alice, R"({"logdir":"/data/runs","priority":60,"wake":true})");
    ASSERT_EQ(answer.status, 201) << answer.body;
    const Json::Value board = trusted_json(answer.body);
    const std::string id = board["id"].asString();
    EXPECT_EQ(answer.headers.at("Location"), "/api/v1/boards/" + id);
    EXPECT_EQ(board["url"], "/b/" + id + "/");
    EXPECT_EQ(board["owner"], "alice");
    EXPECT_EQ(board["state"], "ready");
    EXPECT_EQ(board["unit"], "tensorboard-alice-" + id + ".service");
    EXPECT_EQ(board["port"], 16001);
    EXPECT_EQ(board["logdir"], "/data/runs");
    EXPECT_EQ(board["title"], "runs");
    EXPECT_EQ(board["priority"], 60);
    EXPECT_TRUE(board["failure"].isNull());
    EXPECT_THAT(launcher.asked, ElementsAre("inspect /data/runs", "make_door " + id, "wake " + id));
    EXPECT_EQ(trusted_json(ask("GET", "/api/v1/boards", alice).body)["boards"][0]["id"], id);
    EXPECT_EQ(trusted_json(ask("GET", "/api/v1/boards/" + id, alice).body)["title"], "runs");
}

TEST_F(ApiTest, BoardsAreTheirOwnersAlone) {
    const std::string id = make(alice);
    EXPECT_TRUE(trusted_json(ask("GET", "/api/v1/boards", bob).body)["boards"].empty());
    for (const Route& route : routes()) {
        std::string path(route.pattern);
        const auto at = path.find("{board}");
        if (at == std::string::npos || path.find("/admin/") != std::string::npos) continue;
        if (path.ends_with("/offer")) continue;  // api_boards_offer_test.cc
        path.replace(at, 7, id);
        // For visitors (api_shares_test.cc).
        if (path.ends_with("/views") || (route.method == "POST" && path.ends_with("/asks"))) continue;
        const CgiAnswer answer = ask(std::string(route.method), path, bob, route.method == "PATCH" ? R"({"title":"mine"})" : "");
        EXPECT_EQ(answer.status, 403) << route.method << path;
        EXPECT_EQ(code(answer), "not_your_board");
        path.replace(path.find(id), id.size(), "zzzzzzzz");
        EXPECT_EQ(code(ask(std::string(route.method), path, bob)), "no_such_board");
    }
    EXPECT_TRUE(launcher.asked.empty());
    EXPECT_EQ(registry.all().size(), 1U);
}

TEST_F(ApiTest, NoticesOfAFolderComeBeforeTheBoardIsReady) {
    launcher.report.unreadable = 1;
    launcher.report.unreadable_folder = "/data/runs/closed";
    const auto told = [](const CgiAnswer& answer) {
        std::string codes;
        const Json::Value body = trusted_json(answer.body);
        for (const Json::Value& notice : body["notices"]) codes += notice["code"].asString() + " ";
        return codes;
    };
    const CgiAnswer made = ask("POST", "/api/v1/boards", alice, R"({"logdir":"/data/runs"})");
    EXPECT_EQ(told(made), "unreadable_folder ") << made.body;
    const std::string path = "/api/v1/boards/" + trusted_json(made.body)["id"].asString();
    EXPECT_EQ(told(ask("PATCH", path, alice, R"({"title":"x"})")), "") << "it was reported before";
    EXPECT_EQ(told(ask("PATCH", path, alice, R"({"fast_loader":"off"})")), "slow_loader_stopped ");
    launcher.report = {wire::FolderVerdict::readable, {}, 0, 0, 0, {}, "/data/other", 2};
    EXPECT_EQ(told(ask("PATCH", path, alice, R"({"logdir":"/data/empty"})")), "event_files_nearby ");
    EXPECT_EQ(told(ask("POST", "/api/v1/boards", alice, R"({"logdir":"/data/empty/"})")), "event_files_nearby ");
}

TEST_F(ApiTest, OnePersonKeepsSoManyBoards) {
    make(alice);
    make(alice);
    const CgiAnswer third = ask("POST", "/api/v1/boards", alice, R"({"logdir":"/data/runs","new":true})");
    EXPECT_EQ(code(third), "too_many_boards");
    EXPECT_THAT(launcher.asked, ElementsAre("inspect /data/runs"));
    make(bob);
}

TEST_F(ApiTest, SleepsWakesAndRestarts) {
    const std::string path = "/api/v1/boards/" + make(alice);
    const CgiAnswer asleep = ask("POST", path + "/sleep", alice);
    EXPECT_EQ(asleep.status, 202);
    EXPECT_EQ(state(asleep), "asleep");
    const CgiAnswer woken = ask("POST", path + "/wake", alice);
    EXPECT_EQ(woken.status, 202);
    EXPECT_EQ(state(woken), "ready");
    EXPECT_EQ(ask("POST", path + "/restart", alice, "{}").status, 202);
    EXPECT_EQ(launcher.asked.size(), 3U);
    for (const char* verb : {"/sleep", "/wake", "/restart"})
        EXPECT_EQ(code(ask("POST", path + verb, alice, R"({"priority":9})")), "unknown_field") << verb;
    EXPECT_EQ(launcher.asked.size(), 3U);
}

TEST_F(ApiTest, AChangeIsKeptAndItsDoorMadeAgain) {
    const std::string id = make(alice);
    const CgiAnswer changed = ask("PATCH", "/api/v1/boards/" + id, alice, R"({"title":"mine","priority":9})");
    EXPECT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(trusted_json(changed.body)["title"], "mine");
    EXPECT_THAT(launcher.asked, ElementsAre("make_door " + id, "wake " + id)) << "the folder is the same: nobody looks again";
    launcher.asked.clear();
    EXPECT_EQ(trusted_json(ask("PATCH", "/api/v1/boards/" + id, alice, R"({"title":"ours"})").body)["title"], "ours");
    EXPECT_TRUE(launcher.asked.empty()) << "a new title changes nothing that runs";
    EXPECT_EQ(ask("PATCH", "/api/v1/boards/" + id, alice, R"({"title":"mine"})").status, 200);
    EXPECT_EQ(ask("PATCH", "/api/v1/boards/" + id, alice, R"({"title":"mine"})").status, 200);
    EXPECT_TRUE(launcher.asked.empty()) << "nothing changed";
    EXPECT_EQ(code(ask("PATCH", "/api/v1/boards/" + id, alice, R"({"priority":0})")), "bad_field");
    EXPECT_EQ(code(ask("PATCH", "/api/v1/boards/" + id, alice, R"({"owner":"bob"})")), "unknown_field");
    EXPECT_EQ(registry.all().front().options.priority, 9);
}

TEST_F(ApiTest, ARemovedBoardIsGone) {
    const std::string id = make(alice);
    const CgiAnswer removed = ask("DELETE", "/api/v1/boards/" + id, alice);
    EXPECT_EQ(removed.status, 204);
    EXPECT_EQ(removed.body, "");
    EXPECT_THAT(launcher.asked, ElementsAre("remove_door " + id));
    EXPECT_EQ(code(ask("GET", "/api/v1/boards/" + id, alice)), "no_such_board");
}

TEST_F(ApiTest, WhatTheLauncherRefusesLeavesNoBoardBehind) {
    launcher.refuse_doors = Problem{Code::ports_exhausted, "every port is taken"};
    EXPECT_EQ(code(ask("POST", "/api/v1/boards", alice, R"({"logdir":"/data/runs"})")), "ports_exhausted");
    EXPECT_TRUE(registry.all().empty());
    EXPECT_THAT(launcher.asked.back(), HasSubstr("remove_door"));
}

TEST_F(ApiTest, ABoardThatMayHaveADoorStaysToBeDeleted) {
    launcher.refuse_doors = launcher.refuse_removals = Problem{Code::launch_failed, "the launcher does not answer"};
    EXPECT_EQ(code(ask("POST", "/api/v1/boards", alice, R"({"logdir":"/data/runs"})")), "launch_failed");
    ASSERT_EQ(registry.all().size(), 1U);
    launcher.refuse_removals.reset();
    EXPECT_EQ(ask("DELETE", "/api/v1/boards/" + registry.all().front().id.str(), alice).status, 204);
    EXPECT_TRUE(registry.all().empty());
}

TEST_F(ApiTest, TellsWhoIsLoggedIn) {
    const Json::Value who = trusted_json(ask("GET", "/api/v1/session", alice).body);
    EXPECT_EQ(who["user"], "alice");
    EXPECT_EQ(who["uid"], 1001);
    EXPECT_EQ(who["administrator"], false);
    directory.groups = {{"wheel", {"alice"}}};
    EXPECT_TRUE(administrators.look_up({{}, 1001, "alice"}));
    EXPECT_EQ(trusted_json(ask("GET", "/api/v1/session", alice).body)["administrator"], true);
}

TEST_F(ApiTest, LoggingOutEndsSessionAndTicketAndTakesTheCookieBack) {
    const CgiAnswer out = ask("DELETE", "/api/v1/session", alice);
    EXPECT_EQ(out.status, 204);
    EXPECT_THAT(out.headers.at("Set-Cookie"), HasSubstr("Max-Age=0"));
    EXPECT_TRUE(ended.store() && ended.revoke());
    EXPECT_EQ(revoked.size(), 1U);
    EXPECT_EQ(ask("GET", "/api/v1/session", alice).status, 401);
    EXPECT_EQ(ask("GET", "/api/v1/session", bob).status, 200);
}

TEST_F(ApiTest, LoggingOutEverywhereEndsAllOfOnesOwn) {
    const std::string elsewhere = log_in(1001, "alice");
    EXPECT_EQ(ask("DELETE", "/api/v1/sessions", alice).status, 204);
    EXPECT_TRUE(ended.store() && ended.revoke());
    EXPECT_EQ(revoked.size(), 2U);
    EXPECT_EQ(ask("GET", "/api/v1/session", elsewhere).status, 401);
    EXPECT_EQ(ask("GET", "/api/v1/session", bob).status, 200);
}

TEST_F(ApiTest, NobodyNamesOrEndsSomebodyElsesLogin) {
    const std::string of_bob = trusted_json(ask("GET", "/api/v1/sessions", bob).body)["sessions"][0]["id"].asString();
    EXPECT_EQ(code(ask("PATCH", "/api/v1/sessions/" + of_bob, alice, R"({"name":"x"})")), "no_such_session");
    EXPECT_EQ(code(ask("DELETE", "/api/v1/sessions/" + of_bob, alice)), "no_such_session");
    EXPECT_EQ(ask("PATCH", "/api/v1/sessions/" + of_bob, bob, R"({"name":"x"})").status, 204);
    EXPECT_EQ(trusted_json(ask("GET", "/api/v1/sessions", bob).body)["sessions"][0]["name"], "x");
}

TEST_F(ApiTest, ATicketLogsInWithANewCookieAndEndsTheOldSession) {
    const std::string ticket = Token::make().reveal();
    const CgiAnswer answer = with_ticket(ticket, bob);
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.headers.at("Set-Cookie"), set_cookie(Token::parse(ticket).value()));
    EXPECT_EQ(ask("GET", "/api/v1/session", bob).status, 401) << "a planted old cookie gives no access";
    EXPECT_EQ(ask("GET", "/api/v1/session", std::string(cookie_name) + "=" + ticket).status, 200);
}

TEST_F(ApiTest, ATicketOfThisServerWorksOnThisServerOnly) {
    const std::string ticket = Token::make().reveal();
    EXPECT_EQ(code(with_ticket(ticket, {}, "192.0.2.1")), "login_failed");
    EXPECT_EQ(with_ticket(ticket, {}, "127.0.0.1").status, 200);
}

TEST_F(ApiTest, TheNextAccountWithADeletedAccountsUidGetsNothingOfIt) {
    const std::string left = make(alice);
    const std::string other = make(bob);
    launcher.holder.user = "anna";
    const std::string ticket = Token::make().reveal();
    EXPECT_EQ(with_ticket(ticket).status, 200);
    EXPECT_EQ(ask("GET", "/api/v1/session", alice).status, 401);
    const std::string anna = std::string(cookie_name) + "=" + ticket;
    EXPECT_EQ(trusted_json(ask("GET", "/api/v1/boards", anna).body)["boards"].size(), 0U);
    EXPECT_EQ(code(ask("GET", "/api/v1/boards/" + left, anna)), "no_such_board");
    EXPECT_EQ(ask("GET", "/api/v1/boards/" + other, bob).status, 200);
}

TEST_F(ApiTest, AnInternalFaultIsReportedWithoutDetail) {
    const std::string board = make(alice);
    launcher.before_wake = [](const BoardId&) -> std::optional<Problem> { throw std::runtime_error("on purpose"); };
    const CgiAnswer answer = ask("POST", "/api/v1/boards/" + board + "/wake", alice);
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(code(answer), "internal");
    EXPECT_EQ(answer.body.find("on purpose"), std::string::npos);
}

TEST_F(ApiTest, LoginsNeedAUserAndAnswersTheirConversation) {
    EXPECT_EQ(code(ask("POST", "/api/v1/login", "", "{}")), "bad_field");
    EXPECT_EQ(code(ask("POST", "/api/v1/login", "", R"({"answers":["x"]})")), "bad_field");
    EXPECT_EQ(code(ask("POST", "/api/v1/login", "", R"({"user":"alice","conversation":"x","answers":[]})")), "bad_field");
    EXPECT_EQ(code(ask("POST", "/api/v1/login", "", R"({"user":"a/b","password":"x"})")), "login_failed");
    EXPECT_EQ(code(ask("POST", "/api/v1/login", "", R"({"user":"alice","password":"x"})")), "login_unavailable") << "nobody answers";
    EXPECT_EQ(code(ask("POST", "/api/v1/login", "", R"({"ticket":"short"})")), "login_failed");
}

TEST_F(ApiTest, AdministrationIsForTheGroupOnly) {
    const std::string id = make(alice);
    EXPECT_EQ(code(ask("GET", "/api/v1/admin/boards", bob)), "not_administrator");
    EXPECT_EQ(code(ask("POST", "/api/v1/admin/boards/" + id + "/sleep", bob)), "not_administrator");
    EXPECT_TRUE(launcher.asked.empty());
    directory.groups = {{"wheel", {"bob"}}};
    const CgiAnswer list = ask("GET", "/api/v1/admin/boards", bob);
    EXPECT_EQ(trusted_json(list.body)["boards"][0]["owner"], "alice");
    EXPECT_EQ(list.body.find("/data/runs"), std::string::npos) << "never what it shows";
    EXPECT_EQ(list.body.find("title"), std::string::npos);
    EXPECT_FALSE(trusted_json(list.body)["limits"].isMember("memory")) << "which nobody counts here";
    systemd.set("tensorboard.slice",
                {{"ActiveState", "active"}, {"MemoryCurrent", std::uint64_t{4096}}, {"MemoryMax", std::uint64_t{1'000'000}}});
    const Json::Value memory = trusted_json(ask("GET", "/api/v1/admin/boards", bob).body)["limits"]["memory"];
    EXPECT_EQ(memory["used"], 4096);
    EXPECT_EQ(memory["most"], 1'000'000);
    systemd.set("tensorboard.slice", {{"MemoryMax", std::uint64_t{UINT64_MAX}}});
    EXPECT_FALSE(trusted_json(ask("GET", "/api/v1/admin/boards", bob).body)["limits"].isMember("memory")) << "nothing bounds it";
    EXPECT_EQ(ask("POST", "/api/v1/admin/boards/" + id + "/sleep", bob).status, 202);
    EXPECT_THAT(launcher.asked, ElementsAre("sleep " + id));
    EXPECT_EQ(code(ask("GET", "/api/v1/boards/" + id, bob)), "not_your_board") << "still not bob's";
}

TEST_F(ApiTest, HealthIsReportedToTheServerItself) {
    const auto from = [&](const std::string& address) {
        CgiParameters what = parameters("GET", "/api/v1/health", "");
        what["REMOTE_ADDR"] = address;
        return send(what).status;
    };
    gate.set_healthy(true);
    EXPECT_EQ(from("127.0.0.1"), 200);
    EXPECT_EQ(from("::1"), 200);
    EXPECT_EQ(from("192.0.2.9"), 200);
    EXPECT_EQ(from("192.0.2.1"), 403);
    EXPECT_EQ(from(""), 403);
    gate.set_healthy(false);
    EXPECT_EQ(from("127.0.0.1"), 503);
}

TEST_F(ApiTest, TheGateWritesItsYesAndItsNoes) {
    const std::string id = make(alice);
    const auto gate_says = [&](const std::string& path, const std::string& cookie) {
        const Fd connection = nginx.send(parameters("GET", path, cookie));
        {
            const auto request = nginx.accept();
            write_response(*request, gate.answer(*request).response);
        }
        return FastCgi::answer(connection);
    };
    gate.set_healthy(true);
    const CgiAnswer yes = gate_says("/b/" + id + "/", alice);
    EXPECT_EQ(yes.status, 204);
    EXPECT_EQ(yes.headers, (std::map<std::string, std::string>{{"X-Boardgate-Port", "16001"}}));
    EXPECT_EQ(registry.all().front().last_viewed, clock.wall());
    EXPECT_EQ(gate_says("/b/" + id + "/", "").status, 401);
    for (const auto& [path, cookie] :
         std::vector<std::pair<std::string, std::string>>{{"/b/" + id + "/", bob}, {"/b/zzzzzzzz/", alice}, {"/b/", alice}}) {
        const CgiAnswer no = gate_says(path, cookie);
        EXPECT_EQ(no.status, 403) << path;
        EXPECT_TRUE(no.headers.empty());
        EXPECT_EQ(no.body, "");
    }
    gate.set_healthy(false);
    EXPECT_EQ(gate_says("/b/" + id + "/", alice).status, 403);
}

}  // namespace
}  // namespace boardgate::boardgated

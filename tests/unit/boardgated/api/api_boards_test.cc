// SPDX-License-Identifier: MIT
#include "tests/unit/boardgated/api/api_test.h"

namespace boardgate::boardgated {
namespace {

TEST_F(ApiTest, AFolderHasOneBoardUnlessAskedForAnother) {
    const auto post = [&](const std::string& body) { return ask("POST", "/api/v1/boards", alice, body); };
    const CgiAnswer first = post(R"({"logdir":"/data/runs","priority":7})");
    ASSERT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(state(first), "asleep") << "a board starts when somebody looks";
    const std::string id = trusted_json(first.body)["id"].asString();
    const CgiAnswer again = post(R"({"logdir":"/data//runs/","title":"X","idle_sleep":600})");
    EXPECT_EQ(again.status, 200) << again.body;
    const Json::Value board = trusted_json(again.body);
    EXPECT_EQ(board["id"], id);
    EXPECT_EQ(board["title"], "X");
    EXPECT_EQ(board["idle_sleep"], 600);
    EXPECT_EQ(board["priority"], 7) << "nobody asked to change it";
    EXPECT_EQ(board["logdir"], "/data/runs");
    EXPECT_EQ(trusted_json(post(R"({"logdir":"/data/runs"})").body)["title"], "X");
    EXPECT_EQ(state(post(R"({"logdir":"/data/runs","wake":true})")), "ready");
    EXPECT_EQ(ask("POST", "/api/v1/boards", bob, R"({"logdir":"/data/runs"})").status, 201) << "bob's is another";
    EXPECT_EQ(post(R"({"logdir":"/data"})").status, 201) << "a folder above is another";
    settings.boards_per_user = 9;
    EXPECT_EQ(post(R"({"logdir":"/data/runs","more_logdirs":["/data/b"]})").status, 201);
    EXPECT_EQ(post(R"({"logdir":"/data/b","more_logdirs":["/data/runs"]})").status, 200) << "in another order";
    const CgiAnswer second = post(R"({"logdir":"/data/runs","new":true})");
    EXPECT_EQ(second.status, 201);
    clock.advance(2s);
    EXPECT_EQ(registry.boards_of(1001).size(), 4U);
}

TEST_F(ApiTest, TheSameFolderIsWhereTheLinksLead) {
    const auto post = [&](const std::string& logdir, const std::string& target) {
        launcher.report.target = target;
        return ask("POST", "/api/v1/boards", alice, R"({"logdir":")" + logdir + R"("})");
    };
    const CgiAnswer first = post("/home/alice/runs", "/export/home/alice/runs");
    ASSERT_EQ(first.status, 201);
    EXPECT_EQ(post("/export/home/alice/runs", "/export/home/alice/runs").status, 200);
    EXPECT_EQ(trusted_json(post("/data/link", "/export/home/alice/runs").body)["logdir"], "/home/alice/runs") << "the board keeps its path";
    // The board's link leads elsewhere since.
    launcher.target_of["/home/alice/runs"] = "/elsewhere";
    EXPECT_EQ(post("/data/link", "/export/home/alice/runs").status, 201);
    EXPECT_EQ(post("/home/alice/runs", "/elsewhere").status, 200) << "the board of this path";
}

TEST_F(ApiTest, ARetriedRequestMakesNoTwin) {
    const auto post = [&](const std::string& key, const std::string& body, const std::string& cookie) {
        CgiParameters what = parameters("POST", "/api/v1/boards", cookie);
        what.merge(CgiParameters{{"HTTP_SEC_FETCH_SITE", "same-origin"},
                                 {"CONTENT_TYPE", "application/json"},
                                 {"CONTENT_LENGTH", std::to_string(body.size())},
                                 {"HTTP_IDEMPOTENCY_KEY", key}});
        return send(what, body);
    };
    const std::string body = R"({"logdir":"/data/runs","new":true})";
    const CgiAnswer first = post("k1", body, alice);
    const CgiAnswer again = post("k1", body, alice);
    ASSERT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(trusted_json(first.body)["id"], trusted_json(again.body)["id"]);
    EXPECT_EQ(code(post("k1", R"({"logdir":"/data/runs"})", alice)), "bad_field") << "another request";
    EXPECT_NE(trusted_json(post("k1", body, bob).body)["id"], trusted_json(first.body)["id"]) << "keys are a person's own";
    EXPECT_EQ(post("k2", body, alice).status, 201);
    EXPECT_EQ(registry.boards_of(1001).size(), 2U);
    EXPECT_EQ(code(post(std::string(256, 'k'), body, alice)), "bad_field");
    ASSERT_EQ(ask("DELETE", "/api/v1/boards/" + trusted_json(first.body)["id"].asString(), alice).status, 204);
    clock.advance(25h);
    alice = log_in(1001, "alice");
    EXPECT_EQ(post("k1", body, alice).status, 201) << "a key counts for a day";
}

TEST_F(ApiTest, ADeletedBoardCanBeRestored) {
    const std::string id = make(alice);
    ASSERT_EQ(ask("DELETE", "/api/v1/boards/" + id, alice).status, 204);
    const auto deleted = [&](const std::string& cookie) {
        return trusted_json(ask("GET", "/api/v1/boards?deleted=1", cookie).body)["boards"];
    };
    ASSERT_EQ(deleted(alice).size(), 1U);
    EXPECT_EQ(deleted(alice)[0]["id"], id);
    EXPECT_TRUE(deleted(alice)[0]["deleted"].isString());
    EXPECT_TRUE(deleted(bob).empty());
    EXPECT_EQ(code(ask("GET", "/api/v1/boards/" + id, alice)), "no_such_board");
    EXPECT_EQ(code(ask("POST", "/api/v1/boards/" + id + "/restore", bob)), "no_such_board");
    make(alice);
    make(alice);
    EXPECT_EQ(code(ask("POST", "/api/v1/boards/" + id + "/restore", alice)), "too_many_boards") << "deleted boards count in no limit";
    settings.boards_per_user = 9;
    const CgiAnswer restored = ask("POST", "/api/v1/boards/" + id + "/restore", alice);
    EXPECT_EQ(restored.status, 200) << restored.body;
    EXPECT_EQ(state(restored), "asleep");
    EXPECT_TRUE(deleted(alice).empty());
    ASSERT_EQ(ask("DELETE", "/api/v1/boards/" + id, alice).status, 204);
    clock.advance(31 * 24h);
    registry.purge();
    alice = log_in(1001, "alice");
    EXPECT_TRUE(deleted(alice).empty());
    EXPECT_EQ(code(ask("POST", "/api/v1/boards/" + id + "/restore", alice)), "no_such_board");
    EXPECT_TRUE(store->boards_deleted_before(1LL << 40).value().empty());
}

TEST_F(ApiTest, AHeldBoardCannotBeWokenUntilItIsReleased) {
    directory.groups = {{"wheel", {"bob"}}};
    const std::string id = make(alice);
    const std::string hold = "/api/v1/admin/boards/" + id + "/hold";
    EXPECT_EQ(code(ask("POST", hold, alice, R"({"reason":"mine"})")), "not_administrator");
    EXPECT_EQ(code(ask("POST", hold, bob)), "bad_json");
    EXPECT_EQ(code(ask("POST", hold, bob, "{}")), "bad_field");
    const CgiAnswer held = ask("POST", hold, bob, R"({"reason":"it fills the disk"})");
    EXPECT_EQ(held.status, 200) << held.body;
    EXPECT_EQ(state(held), "asleep");
    const std::string path = "/api/v1/boards/" + id;
    for (const char* verb : {"/wake", "/restart"}) {
        const CgiAnswer refused = ask("POST", path + verb, alice);
        EXPECT_EQ(refused.status, 409);
        EXPECT_EQ(code(refused), "held");
        EXPECT_THAT(refused.body, HasSubstr("bob holds this board asleep: it fills the disk"));
    }
    const Json::Value own = trusted_json(ask("GET", path, alice).body)["held"];
    EXPECT_EQ(own["by"], "bob");
    EXPECT_EQ(own["reason"], "it fills the disk");
    Registry again(*store, clock);
    ASSERT_TRUE(again.load());
    EXPECT_TRUE(again.find(*BoardId::parse(id))->held) << "also after a restart";
    EXPECT_EQ(code(ask("DELETE", hold, alice)), "not_administrator");
    EXPECT_EQ(ask("DELETE", hold, bob).status, 204);
    EXPECT_EQ(state(ask("POST", path + "/wake", alice)), "ready");
}

TEST_F(ApiTest, ListsComeInPages) {
    directory.groups = {{"wheel", {"bob"}}};
    settings.boards_per_user = 100'000;
    for (int i = 0; i < 7; ++i) make(alice);
    for (const std::string& list : {std::string("/api/v1/boards?"), std::string("/api/v1/admin/boards?sort=newest&")}) {
        const std::string& who = list.find("admin") == std::string::npos ? alice : bob;
        EXPECT_EQ(trusted_json(ask("GET", list, who).body)["boards"].size(), 7U);
        std::set<std::string> seen;
        std::string cursor;
        for (int page = 0; page < 3; ++page) {
            const Json::Value body = trusted_json(ask("GET", list + "limit=3&cursor=" + cursor, who).body);
            EXPECT_EQ(body["total"], 7);
            EXPECT_EQ(body["boards"].size(), page == 2 ? 1U : 3U);
            for (const Json::Value& board : body["boards"]) seen.insert(board["id"].asString());
            cursor = body["cursor"].asString();
            EXPECT_EQ(body["cursor"].isNull(), page == 2);
        }
        EXPECT_EQ(seen.size(), 7U);
        EXPECT_EQ(code(ask("GET", list + "limit=0", who)), "bad_field");
        EXPECT_EQ(code(ask("GET", list + "limit=3&cursor=x", who)), "bad_field");
    }
    EXPECT_EQ(code(ask("GET", "/api/v1/admin/boards?sort=colour", bob)), "bad_field");
    const Json::Value people = trusted_json(ask("GET", "/api/v1/admin/boards?limit=1", bob).body)["people"];
    ASSERT_EQ(people.size(), 1U);
    EXPECT_EQ(people[0]["user"], "alice");
    EXPECT_EQ(people[0]["boards"], 7);
    EXPECT_EQ(people[0]["awake"], 4) << "as the limit allows";
}

TEST_F(ApiTest, AChangeOfABoardThatIsDeletedMeanwhileNamesNoFaultOfTheDatabase) {
    const std::string board = make(alice);
    launcher.before_wake = [this](const BoardId& woken) -> std::optional<Problem> {
        EXPECT_TRUE(registry.move_to_deleted(woken));
        return std::nullopt;
    };
    const CgiAnswer answer = ask("PATCH", "/api/v1/boards/" + board, alice, R"({"reload_interval":7})");
    EXPECT_EQ(answer.status, 404) << answer.body;
    EXPECT_EQ(code(answer), "no_such_board");
}

}  // namespace
}  // namespace boardgate::boardgated

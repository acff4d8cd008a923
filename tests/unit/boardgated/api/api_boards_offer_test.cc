// SPDX-License-Identifier: MIT
#include "tests/unit/boardgated/api/api_test.h"

namespace boardgate::boardgated {
namespace {

struct OfferTest : ApiTest {
    std::string id = made(R"({"logdir":"/data/runs","title":"sweep 3","reload_interval":77,"priority":99,"idle_sleep":600})");

    std::string made(const std::string& body) {
        const CgiAnswer answer = ask("POST", "/api/v1/boards", alice, body);
        EXPECT_EQ(answer.status, 201) << answer.body;
        launcher.asked.clear();
        return trusted_json(answer.body)["id"].asString();
    }
    CgiAnswer offer(const std::string& cookie) { return ask("GET", "/api/v1/boards/" + id + "/offer", cookie); }
};

TEST_F(OfferTest, WhoMayReadTheFolderIsOfferedTheOwnersTitleAndWhatChangesTheDrawing) {
    const CgiAnswer answer = offer(bob);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const Json::Value body = trusted_json(answer.body);
    EXPECT_EQ(body["owner"], "alice");
    EXPECT_EQ(body["logdir"], "/data/runs");
    EXPECT_EQ(body["options"]["title"], "sweep 3");
    EXPECT_EQ(body["options"]["reload_interval"], 77);
    EXPECT_EQ(body["options"]["environment"], "default");
    for (const char* owners : {"port", "priority", "idle_sleep", "host", "bind_all", "logdir"})
        EXPECT_FALSE(body["options"].isMember(owners));
    EXPECT_TRUE(body["board"].isNull());
    EXPECT_TRUE(body["home_of"].isNull());
    EXPECT_THAT(launcher.asked, ElementsAre("inspect /data/runs"));
}

TEST_F(OfferTest, WhoMayNotLearnsNothing) {
    for (const auto verdict :
         {wire::FolderVerdict::unreadable, wire::FolderVerdict::missing, wire::FolderVerdict::not_a_folder, wire::FolderVerdict::foreign}) {
        launcher.report = {verdict, "Permission denied", 0};
        const CgiAnswer answer = offer(bob);
        EXPECT_EQ(answer.status, 403);
        EXPECT_EQ(code(answer), "not_your_board");
        for (const char* known : {"alice", "/data", "sweep", "Permission"}) EXPECT_EQ(answer.body.find(known), std::string::npos) << known;
    }
    EXPECT_EQ(code(offer(alice)), "logdir_foreign") << "its owner learns why";
    id = "zzzzzzzz";
    EXPECT_EQ(code(offer(bob)), "no_such_board");
}

TEST_F(OfferTest, AProgramOfTheOwnersChoiceIsNotOffered) {
    settings.allow_own_environments = true;
    id = made(R"({"logdir":"/data/runs","new":true,"environment":"/home/alice/venv/bin/tensorboard"})");
    EXPECT_FALSE(trusted_json(offer(bob).body)["options"].isMember("environment"));
}

TEST_F(OfferTest, ItNamesTheBoardThatTheVisitorHas) {
    const CgiAnswer own = ask("POST", "/api/v1/boards", bob, R"({"logdir":"/data//runs/"})");
    EXPECT_EQ(trusted_json(offer(bob).body)["board"], trusted_json(own.body)["id"]);
    EXPECT_EQ(trusted_json(offer(alice).body)["board"], id);
}

TEST_F(OfferTest, AnothersHomeNeedsAWordOfThePersonAndOfTheSite) {
    launcher.report.home_of = "alice";
    EXPECT_EQ(trusted_json(offer(bob).body)["home_of"], "alice");
    const auto post = [&](const std::string& body) { return ask("POST", "/api/v1/boards", bob, body); };
    const CgiAnswer refused = post(R"({"logdir":"/home/alice/runs"})");
    EXPECT_EQ(code(refused), "logdir_foreign");
    EXPECT_THAT(refused.body, HasSubstr("alice's home"));
    const CgiAnswer mine = post(R"({"logdir":"/home/alice/runs","foreign":true})");
    EXPECT_EQ(mine.status, 201) << mine.body;
    EXPECT_FALSE(trusted_json(mine.body).isMember("foreign"));
    // What one has accepted is not asked again.
    const std::string path = "/api/v1/boards/" + trusted_json(mine.body)["id"].asString();
    EXPECT_EQ(ask("PATCH", path, bob, R"({"loader":"python"})").status, 200);
    EXPECT_EQ(code(ask("PATCH", path, bob, R"({"logdir":"/home/alice/other"})")), "logdir_foreign");
    EXPECT_EQ(ask("PATCH", path, bob, R"({"logdir":"/home/alice/other","foreign":true})").status, 200);

    settings.offer_own_boards = false;
    EXPECT_EQ(code(offer(bob)), "not_your_board");
    EXPECT_EQ(code(post(R"({"logdir":"/home/alice/more","foreign":true})")), "logdir_foreign");
}

}  // namespace
}  // namespace boardgate::boardgated

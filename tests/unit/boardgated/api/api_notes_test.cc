// SPDX-License-Identifier: MIT
#include "tests/unit/boardgated/api/api_test.h"

namespace boardgate::boardgated {
namespace {

struct ApiNotesTest : ApiTest {
    const std::string at = "/api/v1/notes";
    ApiNotesTest() { launcher.home = HomeMark::parse("12:1000.000000001").value(); }

    int write(const std::string& who, const std::string& path, const std::string& text) {
        return ask("PUT", at, who, R"({"path":")" + path + R"(","text":")" + text + R"("})").status;
    }
    /// `path: text` of each note.
    std::vector<std::string> notes_of(const std::string& who) {
        const CgiAnswer answer = ask("GET", at, who);
        EXPECT_EQ(answer.status, 200) << answer.body;
        std::vector<std::string> found;
        const Json::Value body = trusted_json(answer.body);
        for (const Json::Value& note : body["notes"]) found.push_back(note["path"].asString() + ": " + note["text"].asString());
        return found;
    }
};

TEST_F(ApiNotesTest, ANoteIsKeptReplacedAndDeleted) {
    EXPECT_EQ(write(alice, "/home/alice/runs/b", "learning rate too high"), 204);
    EXPECT_EQ(write(alice, "/home/alice/runs/a", "the good one"), 204);
    EXPECT_THAT(notes_of(alice), ElementsAre("/home/alice/runs/a: the good one", "/home/alice/runs/b: learning rate too high"));
    EXPECT_EQ(write(alice, "/home/alice/runs/b", "diverged"), 204);
    EXPECT_EQ(write(alice, "/home/alice/runs/a", ""), 204);
    EXPECT_THAT(notes_of(alice), ElementsAre("/home/alice/runs/b: diverged"));
    EXPECT_EQ(write(alice, "/home/alice/runs/a", ""), 204) << "also when there is none";
}

TEST_F(ApiNotesTest, ItIsItsWritersAlone) {
    EXPECT_EQ(write(alice, "/srv/team/run", "mine"), 204);
    EXPECT_THAT(notes_of(bob), ElementsAre());
    EXPECT_EQ(write(bob, "/srv/team/run", ""), 204);
    EXPECT_THAT(notes_of(alice), ElementsAre("/srv/team/run: mine"));
}

TEST_F(ApiNotesTest, TheNextPersonWithNameAndNumberGetsNone) {
    EXPECT_EQ(write(alice, "/data/run", "of the first alice"), 204);
    launcher.home = HomeMark::parse("12:2000.000000002").value();
    EXPECT_THAT(notes_of(alice), ElementsAre());
    EXPECT_EQ(write(alice, "/data/run", "of the second"), 204);
    launcher.home = HomeMark::parse("12:1000.000000001").value();
    EXPECT_THAT(notes_of(alice), ElementsAre("/data/run: of the first alice"));
}

TEST_F(ApiNotesTest, AHomeThatDoesNotAnswerIsSaid) {
    launcher.home.reset();
    EXPECT_EQ(ask("GET", at, alice).status, 503);
    EXPECT_EQ(write(alice, "/data/run", "x"), 503);
}

TEST_F(ApiNotesTest, WhatIsNoNoteIsRefused) {
    EXPECT_EQ(write(alice, "runs/a", "x"), 400);
    EXPECT_EQ(write(alice, "", "x"), 400);
    EXPECT_EQ(write(alice, "/a", std::string(RunNotes::longest_text + 1, 'x')), 400);
    EXPECT_EQ(write(alice, "/a", "two\\nlines"), 400);
}

TEST_F(ApiNotesTest, APersonHasABoundedNumber) {
    for (std::size_t i = 0; i < RunNotes::most; ++i)
        ASSERT_TRUE(store->put_run_note(1001, {launcher.home->str(), "/r" + std::to_string(i), "x"}));
    EXPECT_EQ(write(alice, "/one/more", "x"), 400);
    EXPECT_EQ(write(alice, "/r7", "changed"), 204);
    EXPECT_EQ(write(alice, "/r8", ""), 204);
    EXPECT_EQ(write(alice, "/one/more", "x"), 204);
}

}  // namespace
}  // namespace boardgate::boardgated

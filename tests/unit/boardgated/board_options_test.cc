// SPDX-License-Identifier: MIT
#include "src/boardgated/board_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace boardgate::boardgated {
namespace {

using testing::ElementsAre;

struct BoardOptionsTest : testing::Test {
    Settings settings = *parse_settings("[environments]\ndefault = /opt/tensorboard/bin/tensorboard\n", "test");

    Answer<BoardOptions> take(const std::string& json, BoardOptions before = {}) {
        auto object = JsonObject::parse(json);
        if (!object) return tl::make_unexpected(object.error());
        return take_options(*object, std::move(before), settings);
    }
    std::string field_at_fault(const std::string& json) {
        const auto options = take(json);
        return options ? "none" : options.error().field;
    }
};

TEST_F(BoardOptionsTest, TheTitleFollowsTheFoldersUntilItIsChosen) {
    const auto one = take(R"({"logdir": "/home/alice/runs/"})");
    ASSERT_TRUE(one);
    EXPECT_EQ(one->title, "runs");
    const auto two = take(R"({"more_logdirs": ["/data/cnn"]})", *one);
    ASSERT_TRUE(two);
    EXPECT_EQ(two->title, "runs + cnn");
    const auto named = take(R"({"title": "mine"})", *two);
    EXPECT_EQ(take(R"({"logdir": "/x"})", *named)->title, "mine");
    EXPECT_EQ(take(R"({"logdir": "/x", "title": ""})", *named)->title, "x + cnn");
}

TEST_F(BoardOptionsTest, ATitleIsCutBetweenCharacters) {
    const auto options = take("{\"logdir\": \"/" + std::string(199, 'a') + "\xC3\xA4\"}");
    ASSERT_TRUE(options);
    EXPECT_EQ(options->title, std::string(199, 'a'));
}

TEST_F(BoardOptionsTest, EachFolderIsChecked) {
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "more_logdirs": ["b"]})"), "more_logdirs");
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "more_logdirs": ["gs://bucket/b"]})"), "more_logdirs");
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "more_logdirs": "/b"})"), "more_logdirs");
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "more_logdirs": ["/1","/2","/3","/4","/5","/6","/7","/8","/9","/10","/11"]})"), "more_logdirs");
    EXPECT_EQ(field_at_fault(R"({"logdir": "runs"})"), "logdir");
    EXPECT_EQ(field_at_fault(R"({})"), "logdir");
}

TEST_F(BoardOptionsTest, TheNetworkIsOpenedWhereTheSiteAllowsIt) {
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "bind_all": true})"), "bind_all");
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "host": "192.0.2.1"})"), "host");
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "host": "localhost"})"), "none");
    settings.allow_bind_all = true;
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "host": "a.example.org"})"), "host");
    const auto one = take(R"({"logdir": "/a", "host": "2001:db8::1"})");
    ASSERT_TRUE(one);
    EXPECT_TRUE(is_open_to_network(*one));
    const auto board = *BoardId::parse("abcdefgh");
    EXPECT_EQ(door_spec(board, *one).host, "2001:db8::1");
    // bind_all wins over host, as with TensorBoard.
    const auto all = take(R"({"bind_all": true})", *one);
    ASSERT_TRUE(all);
    EXPECT_TRUE(door_spec(board, *all).bind_all);
    EXPECT_EQ(door_spec(board, *all).host, "");
    EXPECT_FALSE(is_open_to_network(*take(R"({"logdir": "/a", "host": "127.0.0.1"})")));
}

TEST_F(BoardOptionsTest, ComeBackFromTheDatabaseAsTheyWere) {
    const auto options = take(R"({"logdir": "/a", "more_logdirs": ["/b", "/c"], "priority": 7, "reload_multifile": true, "samples_per_plugin": "images=3"})");
    ASSERT_TRUE(options);
    const BoardOptions again = options_of_text(options_text(*options));
    EXPECT_EQ(options_text(again), options_text(*options));
    EXPECT_THAT(folders_of(again), ElementsAre("/a", "/b", "/c"));
    EXPECT_EQ(again.priority, 7);
}

TEST_F(BoardOptionsTest, SamplesAreWhatTensorBoardReads) {
    for (const char* bad : {"images", "images=", "=1", "images=1,", ",images=1", "images=1;scalars=2", "images=-1", "images=1 ", "images=1234567890"}) {
        EXPECT_EQ(field_at_fault(std::string(R"({"logdir": "/a", "samples_per_plugin": ")") + bad + "\"}"), "samples_per_plugin") << bad;
    }
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "samples_per_plugin": "images=100,scalars=0"})"), "none");
}

}  // namespace
}  // namespace boardgate::boardgated

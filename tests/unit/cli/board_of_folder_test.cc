// SPDX-License-Identifier: MIT
#include "src/cli/board_of_folder.h"

#include <gtest/gtest.h>

#include "src/cli/api_client.h"

namespace boardgate::cli {
namespace {

std::string id_for(const std::string& folder) {
    static const Json::Value boards = json_of(R"([
        {"id":"all","logdir":"/home/alice/runs/","created":"2026-11-20T00:00:00.000Z"},
        {"id":"old","logdir":"/home/alice/runs/night","created":"2026-11-20T00:00:00.000Z"},
        {"id":"new","logdir":"/home/alice/runs/night","created":"2026-11-21T00:00:00.000Z"},
        {"id":"two","logdir":"/data/a","more_logdirs":["/data/b"],"created":"2026-11-21T00:00:00.000Z"}])");
    const Json::Value* board = board_of_folder(boards, folder);
    return board == nullptr ? "" : (*board)["id"].asString();
}

TEST(BoardOfFolder, TakesTheBoardOnTheFolder) {
    EXPECT_EQ(id_for("/home/alice/runs"), "all");
    EXPECT_EQ(id_for("/home/alice/runs/"), "all");
    EXPECT_EQ(id_for("/data/b"), "two");
}

TEST(BoardOfFolder, TakesTheNewerOfTwo) { EXPECT_EQ(id_for("/home/alice/runs/night"), "new"); }

TEST(BoardOfFolder, OtherwiseTheNearestAbove) {
    EXPECT_EQ(id_for("/home/alice/runs/day/3"), "all");
    EXPECT_EQ(id_for("/home/alice/runs/night/lr=0.1"), "new");
    EXPECT_EQ(id_for("/data/b/../a/x"), "two");
}

TEST(BoardOfFolder, KnowsNamesFromTheirBeginnings) {
    EXPECT_EQ(id_for("/home/alice/runs2"), "");
    EXPECT_EQ(id_for("/home/alice"), "");
    EXPECT_EQ(id_for("/"), "");
    EXPECT_EQ(board_of_folder(Json::Value(Json::arrayValue), "/x"), nullptr);
}

}  // namespace
}  // namespace boardgate::cli

// SPDX-License-Identifier: MIT
#include "src/cli/commands.h"

#include <gtest/gtest.h>

#include "src/cli/terminal.h"

namespace boardgate::cli {
namespace {

CommandResult<Json::Value> named(const Json::Value& items, const std::string& text) {
    return find_by_id_prefix(items, text, "board", "boardgate ls");
}

Json::Value boards() { return json_of(R"([{"id":"abcdefgh"},{"id":"abxyzxyz"},{"id":"zzzzzzzz"}])"); }

TEST(BoardNamed, TakesABeginningThatIsUnique) {
    EXPECT_EQ(named(boards(), "z").value()["id"], "zzzzzzzz");
    EXPECT_EQ(named(boards(), "abc").value()["id"], "abcdefgh");
    EXPECT_EQ(named(boards(), "abcdefgh").value()["id"], "abcdefgh");
}

TEST(BoardNamed, RefusesOneThatIsNot) {
    EXPECT_NE(named(boards(), "ab").error().text.find("several"), std::string::npos);
    EXPECT_NE(named(boards(), "q").error().text.find("no board"), std::string::npos);
    EXPECT_FALSE(named(Json::Value(Json::arrayValue), ""));
}

TEST(Terminal, NothingFromOutsideSteersIt) { EXPECT_EQ(plain("a\033[2Jb\nc\td\x7f"), "a?[2Jb?c\td?"); }

TEST(Terminal, ALogOffTheTerminalHasNoColours) { EXPECT_EQ(log_line("\033[31mred\033[0m \033[2Jx"), "red ?[2Jx"); }

TEST(Terminal, TableAlignsAndCutsOnlyTheLastColumn) {
    EXPECT_EQ(table({{"ID", "LOGDIR"}, {"abcdefgh", "/home/alice/runs"}}, 16), "ID        LOGDIR\nabcdefgh  /home…\n");
    EXPECT_EQ(table({{"ID", "LOGDIR"}, {"abcdefgh", "/runs"}}, 4), "ID        …\nabcdefgh  …\n");
}

TEST(Terminal, ColumnsThatMayBeCutShareWhatIsLeft) {
    const auto at_width = [](std::size_t width) {
        return table({{"ID", "TITLE", "LOGDIR"}, {"abc", "a long title", "/home/runs"}}, width, {{}, {true}, {true}});
    };
    EXPECT_EQ(at_width(29), "ID   TITLE         LOGDIR\nabc  a long title  /home/runs\n");
    EXPECT_EQ(at_width(27), "ID   TITLE       LOGDIR\nabc  a long ti…  /home/runs\n") << "the longer one gives first";
    EXPECT_EQ(at_width(19), "ID   TITLE   LOGDIR\nabc  a lon…  /home…\n");
}

TEST(Terminal, ProgressStaysOnItsLine) {
    EXPECT_EQ(progress("", 60), "\r\033[K");
    EXPECT_EQ(progress("waiting: you have", 10), "\r\033[Kwaiting:…");
}

TEST(ApiResponse, GivesTheServersOwnSentence) {
    EXPECT_EQ((ApiResponse{409, json_of(R"({"detail":"the port is taken"})"), {}}).problem(), "the port is taken");
    EXPECT_EQ((ApiResponse{502, {}, {}}).problem(), "the server answered with status 502");
}

}  // namespace
}  // namespace boardgate::cli

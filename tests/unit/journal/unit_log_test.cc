// SPDX-License-Identifier: MIT
#include "src/journal/unit_log.h"

#include <gtest/gtest.h>

#include "src/base/names.h"

namespace boardgate::journal {
namespace {

TEST(UnitLog, TakesBoardsServices) {
    EXPECT_TRUE(is_board_service("tensorboard-alice-k3f9abcd.service"));
    EXPECT_TRUE(is_board_service("tensorboard-jean\\x2dluc-k3f9abcd.service"));
    EXPECT_TRUE(is_board_service("tensorboard-\\xc3\\xa4.b_C-k3f9abcd.service"));
}

TEST(UnitLog, RefusesEveryOtherUnit) {
    for (const char* unit :
         {"ssh.service", "tensorboard-alice-k3f9abcd.socket", "tensorboard-alice-k3f9abcd", "tensorboard-k3f9abcd.service",
          "tensorboard--k3f9abcd.service", "tensorboard-a-b-k3f9abcd.service", "tensorboard-alice-short.service",
          "tensorboard-al*-k3f9abcd.service", "tensorboard-a\n_UID=0-k3f9abcd.service", "tensorboard-a=b-k3f9abcd.service",
          "tensorboard-a/../b-k3f9abcd.service", "ssh.service tensorboard-alice-k3f9abcd.service", ""}) {
        EXPECT_FALSE(is_board_service(unit)) << unit;
        EXPECT_FALSE(UnitLog::open(unit)) << unit;
    }
}

TEST(UnitLog, AgreesWithTheNamesThatBoardgateMakes) {
    for (const char* user : {"alice", "jean-luc", "DOMAIN\\alice", "a.b@c", "größe"}) {
        const UnitName unit(*UserName::parse(user), BoardId::make(), Engine::systemd);
        EXPECT_TRUE(is_board_service(unit.service())) << unit.service();
        EXPECT_FALSE(is_board_service(unit.socket()));
    }
}

TEST(ShownMessage, LeavesTextAlone) { EXPECT_EQ(shown("größer\tals\nzwei"), "größer\tals\nzwei"); }

TEST(ShownMessage, ReplacesWhatATerminalOrAParserWouldTakeAmiss) {
    EXPECT_EQ(shown("\x1b[2Jgone\x1b]0;a title\x07"), "gone");
    EXPECT_EQ(shown("\x1b[2"), "\uFFFD[2");
    EXPECT_EQ(shown(std::string("a\0b", 3)), "a\uFFFDb");
    EXPECT_EQ(shown("a\xff\xc3"), "a\uFFFD\uFFFD");
    EXPECT_EQ(shown("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
}

TEST(ShownMessage, IsWhatATerminalShowsOfAProgressBar) {
    EXPECT_EQ(shown("\r 10 %\r 50 %\r100 %\r"), "100 %");
    EXPECT_EQ(shown("\r"), "");
}

TEST(ShownMessage, KeepsColours) { EXPECT_EQ(shown("\x1b[31mred\x1b[0m"), "\x1b[31mred\x1b[0m"); }

TEST(ShownMessage, IsCutBetweenCharacters) {
    EXPECT_EQ(shown("aaaä", 4), "aaa");
    EXPECT_EQ(shown(std::string(100'000, 'x')).size(), wire::longest::log_line);
}

}  // namespace
}  // namespace boardgate::journal

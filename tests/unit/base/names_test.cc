// SPDX-License-Identifier: MIT
#include "src/base/names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace boardgate {
namespace {

using namespace std::string_literals;

std::string utf8(std::uint32_t point) {
    const auto tail = [&](int shift) { return static_cast<char>(0x80U | ((point >> shift) & 0x3FU)); };
    if (point < 0x80) return {static_cast<char>(point)};
    if (point < 0x800) return {static_cast<char>(0xC0U | (point >> 6)), tail(0)};
    if (point < 0x10000) return {static_cast<char>(0xE0U | (point >> 12)), tail(6), tail(0)};
    return {static_cast<char>(0xF0U | (point >> 18)), tail(12), tail(6), tail(0)};
}

bool is_surrogate(std::uint32_t point) { return point >= 0xD800 && point <= 0xDFFF; }

TEST(Utf8, TakesEveryCodePointButSurrogates) {
    for (std::uint32_t point = 1; point <= 0x10FFFF; ++point) {
        ASSERT_EQ(is_utf8(utf8(point)), !is_surrogate(point)) << std::hex << point;
    }
}

TEST(Utf8, RefusesNul) {
    EXPECT_FALSE(is_utf8("\0"s));
    EXPECT_FALSE(is_utf8("a\0b"s));
}

TEST(Utf8, TakesNoOtherSequenceOfThreeBytesThanTheWellFormed) {
    std::set<std::string> well_formed;
    for (std::uint32_t point = 0x800; point < 0x10000; ++point) {
        if (!is_surrogate(point)) well_formed.insert(utf8(point));
    }
    std::string text(3, '\0');
    for (unsigned first = 0xE0; first <= 0xEF; ++first) {
        for (unsigned rest = 0; rest < 0x10000; ++rest) {
            text = {static_cast<char>(first), static_cast<char>(rest >> 8), static_cast<char>(rest & 0xFFU)};
            ASSERT_EQ(is_utf8(text), well_formed.contains(text)) << std::hex << first << " " << rest;
        }
    }
}

TEST(Utf8, RefusesOverlongForms) {
    for (const char* overlong : {"\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xF0\x80\x80\xAF", "\xC0\x80"}) {
        EXPECT_FALSE(is_utf8(overlong)) << overlong;
    }
}

TEST(Utf8, RefusesWhatIsBeyondTheLastCodePoint) {
    EXPECT_TRUE(is_utf8("\xF4\x8F\xBF\xBF"));
    EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));
    EXPECT_FALSE(is_utf8("\xF5\x80\x80\x80"));
}

TEST(Utf8, RefusesEveryTruncationOfACharacter) {
    for (const std::uint32_t point : {0xE4U, 0x20ACU, 0x1F600U}) {
        const std::string whole = utf8(point);
        for (std::size_t size = 1; size < whole.size(); ++size) {
            EXPECT_FALSE(is_utf8("x" + whole.substr(0, size)));
            EXPECT_FALSE(is_utf8(whole.substr(0, size) + "x"));
        }
    }
}

TEST(ControlCharacters, AreTheC0OnesDeleteAndTheC1Ones) {
    for (int byte = 0; byte < 256; ++byte) {
        EXPECT_EQ(has_control_character({"a" + std::string(1, static_cast<char>(byte))}), byte < 0x20 || byte == 0x7F) << byte;
    }
}

TEST(ControlCharacters, OfTwoBytesAreAsGoodAsThoseOfOne) {
    for (const char* text : {"\xC2\x80", "a\xC2\x85",
                             "\xC2\x9B"
                             "31m",
                             "\xC2\x9F"})
        EXPECT_TRUE(has_control_character(text)) << text;
    for (const char* text : {"\xC2\xA0", "\xC3\x9B", "\xC2", "\xE2\x82\x9B"}) EXPECT_FALSE(has_control_character(text)) << text;
}

TEST(ControlCharacters, AreShownAsQuestionMarks) {
    EXPECT_EQ(printable("a\x1B[2J\r\n\tb\x7F\xC2\x9B"
                        "2J\xC3\xBC"),
              "a?[2J???b??2J\xC3\xBC");
    EXPECT_EQ(printable("a\tb\n", "\t"), "a\tb?");
    EXPECT_EQ(printable(std::string_view("\0", 1), "\t"), "?");
    EXPECT_EQ(printable("\xC2"), "\xC2");
    EXPECT_EQ(printable("a\u202Egnp.exe\u2066\u200F\u20AC\xE2\x80"), "a?gnp.exe??\u20AC\xE2\x80") << "text in another order";
}

TEST(UserName, TakesWhatAccountsAreCalled) {
    for (const char* name : {"alice", "a", "a.b-c_d", "m\xC3\xBCller", "EXAMPLE\\alice", "alice@example.org", "x$", "0", "..."}) {
        ASSERT_TRUE(UserName::parse(name)) << name;
        EXPECT_EQ(UserName::parse(name)->str(), name);
    }
}

TEST(UserName, RefusesOptionsPathsAndControl) {
    for (const std::string& name :
         {""s, "-oProxyCommand=x"s, "a b"s, "a/b"s, "a:b"s, "."s, ".."s, "a\nb"s, "a\0b"s, "a\x7F"s, "a\tb"s, "\xFF"s}) {
        EXPECT_FALSE(UserName::parse(name)) << name;
    }
}

TEST(UserName, SaysThatABlankIsNotTaken) {
    EXPECT_NE(UserName::parse("LAB\\erik m").error().what.find("blank"), std::string::npos);
    EXPECT_EQ(UserName::parse("-x").error().what, "no account has such a name");
    EXPECT_EQ(escaped_for_unit("x from 192.0.2.1: y"), "x\\x20from\\x20192.0.2.1\\x3a\\x20y") << "in a line of the journal, one word";
}

TEST(UserName, IsAtMost256BytesLong) {
    EXPECT_TRUE(UserName::parse(std::string(256, 'a')));
    EXPECT_FALSE(UserName::parse(std::string(257, 'a')));
}

TEST(BoardId, MadeOnesReadBack) {
    for (int i = 0; i < 1000; ++i) {
        const BoardId id = BoardId::make();
        ASSERT_EQ(BoardId::parse(id.str()).value(), id);
    }
}

TEST(BoardId, MadeOnesFavourNoLetter) {
    std::map<char, int> seen;
    for (int i = 0; i < 100'000; ++i) {
        const BoardId id = BoardId::make();
        for (const char c : id.str()) ++seen[c];
    }
    ASSERT_EQ(seen.size(), BoardId::alphabet.size());
    // 25806 each, a standard deviation of 158; without the cut at 248 the first eight would have 28125.
    for (const auto& [letter, count] : seen) EXPECT_NEAR(count, 800'000 / 31, 1000) << letter;
}

TEST(BoardId, RefusesOtherLengthsAndLetters) {
    for (const std::string& text : {""s, "abcdefg"s, "abcdefghj"s, "abcdefgi"s, "abcdefgo"s, "abcdefg1"s, "abcdefg0"s, "ABCDEFGH"s,
                                    "abcd/../"s, "abcdefg\0"s, "abcdefg\n"s}) {
        EXPECT_FALSE(BoardId::parse(text)) << text;
    }
}

TEST(Port, IsFrom1To65535) {
    EXPECT_FALSE(Port::parse(0));
    EXPECT_FALSE(Port::parse(-1));
    EXPECT_FALSE(Port::parse(65536));
    EXPECT_FALSE(Port::parse(65536 + 16000));
    EXPECT_EQ(Port::parse(1)->number(), 1);
    EXPECT_EQ(Port::parse(65535)->number(), 65535);
}

TEST(LogDir, IsAbsoluteAndTakenAsItIs) {
    for (const char* path : {"/", "/home/a/${HOME}/%h/%%/$$", "/a b", "/a//b/../c/", "/m\xC3\xBCll", "/--help"}) {
        ASSERT_TRUE(LogDir::parse(path)) << path;
        EXPECT_EQ(LogDir::parse(path)->str(), path);
    }
    for (const char* path : {"", "runs", "./runs", "~/runs", "--help", "gs://bucket/x"}) EXPECT_FALSE(LogDir::parse(path)) << path;
}

TEST(LogDir, IsAtMost4095BytesLong) {
    EXPECT_TRUE(LogDir::parse("/" + std::string(4094, 'x')));
    EXPECT_FALSE(LogDir::parse("/" + std::string(4095, 'x')));
}

TEST(LogDir, RefusesControlAndBrokenUtf8) {
    for (const std::string& path : {"/x\n"s, "/x\0y"s, "/\x1B[2J"s, "/\xFF"s, "/\xC3"s}) EXPECT_FALSE(LogDir::parse(path));
}

/// systemd.unit(5) read backwards, written without a look at the code that escapes.
std::string unescaped(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.compare(i, 2, "\\x") == 0) {
            out += static_cast<char>(std::stoi(text.substr(i + 2, 2), nullptr, 16));
            i += 3;
        } else {
            out += text[i] == '-' ? '/' : text[i];
        }
    }
    return out;
}

TEST(UnitName, EscapesAsSystemdEscapeDoes) {
    const BoardId board = *BoardId::parse("abcdefgh");
    const auto stem_of = [&](const char* user) { return UnitName(*UserName::parse(user), board, Engine::systemd).service(); };
    EXPECT_EQ(stem_of("alice"), "tensorboard-alice-abcdefgh.service");
    EXPECT_EQ(stem_of("mary-ann"), "tensorboard-mary\\x2dann-abcdefgh.service");
    EXPECT_EQ(stem_of("EXAMPLE\\bob"), "tensorboard-EXAMPLE\\x5cbob-abcdefgh.service");
    EXPECT_EQ(stem_of("a@b.c_d"), "tensorboard-a\\x40b.c_d-abcdefgh.service");
    EXPECT_EQ(stem_of("m\xC3\xBC%i"), "tensorboard-m\\xc3\\xbc\\x25i-abcdefgh.service");
    EXPECT_EQ(UnitName(*UserName::parse("alice"), board, Engine::systemd).socket(), "tensorboard-alice-abcdefgh.socket");
}

TEST(UnitName, ABoardOfSlurmHasAnotherStem) {
    const UnitName unit(*UserName::parse("mary-ann"), *BoardId::parse("abcdefgh"), Engine::slurm);
    EXPECT_EQ(unit.stem(), "tensorboard.slurm-mary\\x2dann-abcdefgh");
    EXPECT_EQ(UnitName::board_of(unit.service())->str(), "abcdefgh");
    EXPECT_EQ(UnitName::board_of(unit.socket())->str(), "abcdefgh");
    for (const char* other :
         {"tensorboard.slurm-abcdefgh.service", "tensorboard.slurm--abcdefgh.service", "tensorboard.other-a-abcdefgh.service"})
        EXPECT_FALSE(UnitName::board_of(other)) << other;
}

TEST(EngineName, IsReadBack) {
    for (const Engine engine : {Engine::systemd, Engine::slurm}) EXPECT_EQ(engine_named(name_of(engine)), engine);
    EXPECT_FALSE(engine_named("Slurm"));
}

TEST(UnitName, AnyUserComesBackFromTheName) {
    std::mt19937 random(20261121);
    const std::string allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.\\-";
    for (int i = 0; i < 20'000; ++i) {
        std::string name;
        for (std::size_t left = 1 + random() % 12; left > 0; --left) {
            name += utf8(static_cast<std::uint32_t>(random() % 4 == 0 ? 0xA0 + random() % 0x500 : 0x21 + random() % 0x5E));
        }
        const auto user = UserName::parse(name);
        if (!user) continue;
        const BoardId board = BoardId::make();
        const UnitName unit(*user, board, Engine::systemd);
        const std::string stem = unit.service().substr(0, unit.service().size() - sizeof ".service" + 1);
        ASSERT_EQ(stem.find_first_not_of(allowed), std::string::npos) << stem;
        ASSERT_EQ(std::count(stem.begin(), stem.end(), '-'), 2) << stem;
        const std::string middle = stem.substr(12, stem.size() - 12 - 9);
        ASSERT_EQ(unescaped(middle), name);
        ASSERT_EQ(UnitName::board_of(unit.service()).value(), board);
        ASSERT_EQ(UnitName::board_of(unit.socket()).value(), board);
    }
}

TEST(UnitName, BoardOfRefusesUnitsThatAreNoBoards) {
    for (const char* unit :
         {"", "ssh.service", "tensorboard.slice", "tensorboard-u1001.slice", "tensorboard-.service", "tensorboard-abcdefgh.service",
          "tensorboard-alice-abcdefgh.slice", "tensorboard-alice-abcdefgh", "tensorboard-alice-ABCDEFGH.service",
          "tensorboard-alice-abcdefg.service", "xtensorboard-alice-abcdefgh.service", "tensorboard-alice-abcdefgh.service.service",
          "tensorboard-alice-abcdefgh@.service"}) {
        EXPECT_FALSE(UnitName::board_of(unit)) << unit;
    }
}

TEST(UnitName, BoardOfRefusesAUnitWithoutAUser) { EXPECT_FALSE(UnitName::board_of("tensorboard--abcdefgh.service")); }

TEST(UnitName, BoardOfRefusesADashThatIsNotEscaped) { EXPECT_FALSE(UnitName::board_of("tensorboard-a-b-abcdefgh.service")); }

}  // namespace
}  // namespace boardgate

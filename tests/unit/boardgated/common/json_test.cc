// SPDX-License-Identifier: MIT
#include "src/boardgated/common/json.h"

#include <gtest/gtest.h>

namespace boardgate::boardgated {
namespace {

std::string code_of(const std::string& text) {
    const auto object = JsonObject::parse(text);
    return object ? "good" : name_of(object.error().code);
}

/// The result of taking one field as T: code and field of the problem, or `good`.
template <class T, class... Bounds>
std::string taking(const std::string& text, T& out, Bounds... bounds) {
    auto object = JsonObject::parse(text).value();
    object.take("a", out, bounds...);
    const auto done = object.finish();
    return done ? "good" : std::string(name_of(done.error().code)) + " " + done.error().field;
}

TEST(JsonIn, TakesAnObjectAndNothingElse) {
    EXPECT_EQ(code_of("{}"), "good");
    EXPECT_EQ(code_of(" { \"a\" : [1, \"\\u00e9\", null] }\n"), "good");
    for (const char* text : {"", "[]", "1", "\"x\"", "null", "{", "{}}", "{} {}", "{a:1}", "{'a':1}", "{\"a\":1,}", "{\"a\":NaN}",
                             "{\"a\":Infinity}", "{\"a\":1} x", "{\"a\" 1}"}) {
        EXPECT_EQ(code_of(text), "bad_json") << text;
    }
}

TEST(JsonIn, RefusesWhatParsersReadDifferently) {
    EXPECT_EQ(code_of("{\"a\":1,\"a\":2}"), "bad_json");
    EXPECT_EQ(code_of("{/* x */}"), "bad_json");
    EXPECT_EQ(code_of("{\"a\":1 // x\n}"), "bad_json");
    EXPECT_EQ(code_of("{\"a\":01}"), "bad_json");
    EXPECT_EQ(code_of("{\"a\":-01}"), "bad_json");
    EXPECT_EQ(code_of("{\"a\":[1,00]}"), "bad_json");
    for (const char* number : {"00", "1.", "+1", "-", "1-2", "1e", "1e+", "--1", "0x1", ".5"}) {
        EXPECT_EQ(code_of("{\"a\":" + std::string(number) + "}"), "bad_json") << number;
    }
    EXPECT_EQ(code_of("{\"a\":1/**/}"), "bad_json");
    EXPECT_EQ(code_of("{\"a\":[0,10,1.001,-0,100,1e5,2E-3,-0.5e+10]}"), "good");
    EXPECT_EQ(code_of("{\"a\":\"\xff\"}"), "bad_json");
    EXPECT_EQ(code_of("{\"a\":\"\xc0\xaf\"}"), "bad_json");
    EXPECT_EQ(code_of("\xef\xbb\xbf{}"), "bad_json");
}

TEST(JsonIn, TextsMayHoldWhatWouldBeRefusedOutside) {
    std::string out;
    EXPECT_EQ(taking(R"({"a":"http://x /* 01 */ # \" // 007"})", out, 0, 100), "good");
    EXPECT_EQ(out, "http://x /* 01 */ # \" // 007");
}

TEST(JsonIn, NoTextIsLeftInAWipedValue) {
    Json::Value value;
    value["answers"].append("a password that is longer than a small string");
    const char* begin = nullptr;
    const char* end = nullptr;
    ASSERT_TRUE(value["answers"][0].getString(&begin, &end));
    wipe_texts(value);
    EXPECT_EQ(std::string(begin, end), std::string(45, '\0'));
}

TEST(JsonIn, DepthAndLengthHaveEnds) {
    EXPECT_EQ(code_of("{\"a\":" + std::string(20, '[') + std::string(20, ']') + "}"), "good");
    EXPECT_EQ(code_of("{\"a\":" + std::string(5000, '[') + std::string(5000, ']') + "}"), "bad_json");
    EXPECT_EQ(code_of("{}" + std::string(longest_body - 2, ' ')), "good");
    EXPECT_EQ(code_of("{}" + std::string(longest_body - 1, ' ')), "too_large");
}

TEST(JsonIn, TextIsBoundedAndHasNoControlCharacters) {
    std::string out = "as it was";
    EXPECT_EQ(taking("{}", out, 1, 3), "good");
    EXPECT_EQ(taking("{\"a\":null}", out, 1, 3), "good");
    EXPECT_EQ(out, "as it was");
    for (const char* bad : {"1", "true", "[]", "{}", "\"\"", "\"abcd\"", "\"\\n\"", "\"\\u0000\"", "\"\\u007f\"", "\"\\u00e9\\u00e9\""}) {
        EXPECT_EQ(taking("{\"a\":" + std::string(bad) + "}", out, 1, 3), "bad_field a") << bad;
        EXPECT_EQ(out, "as it was");
    }
    EXPECT_EQ(taking("{\"a\":\"abc\"}", out, 1, 3), "good");
    EXPECT_EQ(out, "abc");
}

TEST(JsonIn, TextEscapesCannotMakeBrokenUtf8) {
    EXPECT_EQ(code_of(R"({"a":"\ud800"})"), "bad_json");
    std::string out = "as it was";
    EXPECT_EQ(taking(R"({"a":"\udc00"})", out, 0, 100), "bad_field a");
    EXPECT_EQ(out, "as it was");
}

TEST(JsonIn, NumbersAreWholeAndInRange) {
    std::int64_t out = 7;
    for (const char* bad : {"0", "11", "1.5", "2.0", "1e1", "\"5\"", "true", "[5]", "99999999999999999999", "-1"}) {
        EXPECT_EQ(taking("{\"a\":" + std::string(bad) + "}", out, 1, 10), "bad_field a") << bad;
        EXPECT_EQ(out, 7);
    }
    EXPECT_EQ(taking("{\"a\":10}", out, 1, 10), "good");
    EXPECT_EQ(out, 10);
    EXPECT_EQ(taking("{\"a\":-5}", out, -5, 10), "good");
    EXPECT_EQ(out, -5);
}

TEST(JsonIn, FlagsAreTrueOrFalse) {
    bool out = false;
    for (const char* bad : {"1", "0", "\"true\"", "[]"}) EXPECT_EQ(taking("{\"a\":" + std::string(bad) + "}", out), "bad_field a") << bad;
    EXPECT_EQ(taking("{\"a\":true}", out), "good");
    EXPECT_TRUE(out);
}

TEST(JsonIn, PasswordsMayHoldAnythingButNul) {
    Secret out;
    EXPECT_EQ(taking(R"({"a":"p\n\t é"})", out, 20), "good");
    EXPECT_EQ(out.reveal(), "p\n\t é");
    EXPECT_EQ(taking(R"({"a":"p\u0000"})", out, 20), "bad_field a");
    EXPECT_EQ(taking(R"({"a":"123456"})", out, 5), "bad_field a");
    EXPECT_EQ(taking(R"({"a":5})", out, 5), "bad_field a");
}

TEST(JsonIn, ListsOfAnswersAreBounded) {
    std::vector<Secret> out;
    EXPECT_EQ(taking(R"({"a":["x",""]})", out, 2, 5), "good");
    ASSERT_EQ(out.size(), 2U);
    EXPECT_EQ(out[0].reveal(), "x");
    for (const char* bad : {R"(["1","2","3"])", R"(["123456"])", "[1]", R"(["\u0000"])", "\"x\"", "{}"}) {
        std::vector<Secret> none;
        EXPECT_EQ(taking("{\"a\":" + std::string(bad) + "}", none, 2, 5), "bad_field a") << bad;
    }
}

TEST(JsonIn, UnknownFieldsAreNamed) {
    auto object = JsonObject::parse(R"({"a":1,"titel":"x"})").value();
    std::int64_t a = 0;
    object.take("a", a, 0, 9);
    const auto done = object.finish();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::unknown_field);
    EXPECT_EQ(done.error().field, "titel");
}

TEST(JsonIn, AnUnknownNameIsRepeatedOnlyWhereItCanBeShown) {
    for (const std::string& name : {std::string(65, 'x'), std::string("\\n"), std::string("\\u0000")}) {
        const auto done = JsonObject::parse("{\"" + name + "\":1}").value().finish();
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, Code::unknown_field);
        EXPECT_EQ(done.error().field, "");
    }
}

TEST(JsonIn, TheFirstProblemStands) {
    auto object = JsonObject::parse(R"({"a":"x","b":"y","c":1})").value();
    std::int64_t a = 0;
    bool b = false;
    object.take("a", a, 0, 9);
    object.take("b", b);
    const auto done = object.finish();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().field, "a");
}

TEST(JsonIn, ANullFieldIsAsOneThatIsNotThere) {
    auto object = JsonObject::parse(R"({"a":null})").value();
    EXPECT_FALSE(object.has("a"));
    std::int64_t a = 3;
    object.take("a", a, 0, 9);
    EXPECT_TRUE(object.finish());
    EXPECT_EQ(a, 3);
}

}  // namespace
}  // namespace boardgate::boardgated

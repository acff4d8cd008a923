// SPDX-License-Identifier: MIT
#include "src/boardgated/web/cookie.h"

#include <gtest/gtest.h>

#include "src/boardgated/web/request.h"

namespace boardgate::boardgated {
namespace {

const std::string value(43, 'x');
const std::string cookie = "__Host-Http-boardgate=" + value;

std::string token_in(const std::string& header) {
    const auto token = session_token(header);
    return token ? token->reveal() : "none";
}

TEST(Cookie, IsFoundAmongOthers) {
    EXPECT_EQ(token_in(cookie), value);
    EXPECT_EQ(token_in("a=b; " + cookie + "; c=d"), value);
    EXPECT_EQ(token_in("a=b;" + cookie + ";"), value);
    EXPECT_EQ(token_in(" \t" + cookie + " "), value);
    EXPECT_EQ(token_in("a; =; ;;" + cookie), value);
}

TEST(Cookie, IsNotFoundInOthers) {
    EXPECT_EQ(token_in(""), "none");
    EXPECT_EQ(token_in("a=b"), "none");
    EXPECT_EQ(token_in("__Host-Http-boardgate"), "none");
    EXPECT_EQ(token_in("x" + cookie), "none");
    EXPECT_EQ(token_in("boardgate=" + value), "none");
    EXPECT_EQ(token_in("__Host-boardgate=" + value), "none");
    EXPECT_EQ(token_in("__host-http-boardgate=" + value), "none");
    EXPECT_EQ(token_in("a=\"" + cookie + "\""), "none");
    EXPECT_EQ(token_in("a=" + cookie), "none");
}

TEST(Cookie, TwoAreAsGoodAsNoneSinceOneMayBePlanted) {
    EXPECT_EQ(token_in(cookie + "; " + cookie), "none");
    EXPECT_EQ(token_in(cookie + "; __Host-Http-boardgate="), "none");
    EXPECT_EQ(token_in("__Host-Http-boardgate=; " + cookie), "none");
    EXPECT_EQ(token_in("__Host-Http-boardgate =y; " + cookie), "none");
}

TEST(Cookie, ItsValueIsATokenOrNothing) {
    EXPECT_EQ(token_in("__Host-Http-boardgate="), "none");
    EXPECT_EQ(token_in(cookie + "x"), "none");
    EXPECT_EQ(token_in("__Host-Http-boardgate=" + std::string(42, 'x')), "none");
    EXPECT_EQ(token_in("__Host-Http-boardgate=" + std::string(42, 'x') + "+"), "none");
    EXPECT_EQ(token_in("__Host-Http-boardgate=\"" + std::string(41, 'x') + "\""), "none");
}

TEST(Cookie, TooLongAHeaderIsNotRead) {
    const std::string filler(longest_cookie_header - cookie.size() - 2, 'f');
    EXPECT_EQ(token_in(filler + "; " + cookie), value);
    EXPECT_EQ(token_in("f" + filler + "; " + cookie), "none");
}

TEST(Cookie, IsSetForThisHostAloneAndOutOfScriptsReach) {
    const auto token = Token::parse(value).value();
    EXPECT_EQ(set_cookie(token), cookie + "; Path=/; Secure; HttpOnly; SameSite=Lax");
    EXPECT_EQ(clear_cookie(), "__Host-Http-boardgate=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
}

}  // namespace
}  // namespace boardgate::boardgated

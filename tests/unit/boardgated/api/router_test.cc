// SPDX-License-Identifier: MIT
#include "src/boardgated/api/router.h"

#include <gtest/gtest.h>

#include <set>

namespace boardgate::boardgated {
namespace {

bool fits(std::string_view pattern, std::string_view path) {
    PathNames names;
    return matches(pattern, path, names);
}

TEST(Router, MatchesAWholePathOnly) {
    EXPECT_TRUE(fits("/api/v1/boards", "/api/v1/boards"));
    EXPECT_FALSE(fits("/api/v1/boards", "/api/v1/boards/"));
    EXPECT_FALSE(fits("/api/v1/boards", "/api/v1/board"));
    EXPECT_FALSE(fits("/api/v1/boards", "/x/api/v1/boards"));
}

TEST(Router, TakesTheBoardOutOfThePath) {
    PathNames names;
    ASSERT_TRUE(matches("/api/v1/boards/{board}/wake", "/api/v1/boards/abcdefgh/wake", names));
    EXPECT_EQ(names.board->str(), "abcdefgh");
}

TEST(Router, TakesOneWholeWordForASession) {
    PathNames names;
    ASSERT_TRUE(matches("/api/v1/sessions/{session}", "/api/v1/sessions/0123456789abcdef", names));
    EXPECT_EQ(names.named_session, "0123456789abcdef");
    EXPECT_FALSE(fits("/api/v1/sessions/{session}", "/api/v1/sessions/"));
    EXPECT_FALSE(fits("/api/v1/sessions/{session}", "/api/v1/sessions/a/b"));
}

TEST(Router, TakesNothingElseForABoard) {
    for (const char* path :
         {"/api/v1/boards/abcdefg/wake", "/api/v1/boards/abcdefghi/wake", "/api/v1/boards/ABCDEFGH/wake", "/api/v1/boards/abc/efgh/wake",
          "/api/v1/boards//wake", "/api/v1/boards/abcdefgh/wake/", "/api/v1/boards/abcdefgh/sleep", "/api/v1/boards/abcdefg1/wake"}) {
        EXPECT_FALSE(fits("/api/v1/boards/{board}/wake", path)) << path;
    }
}

TEST(Router, NoTwoRoutesShareMethodAndPattern) {
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const Route& route : routes()) EXPECT_TRUE(seen.emplace(route.method, route.pattern).second) << route.pattern;
}

TEST(Router, OnlyLoginAndHealthAreForAnybody) {
    std::set<std::string_view> open;
    for (const Route& route : routes()) {
        if (route.access == Route::Access::anybody) open.insert(route.pattern);
    }
    EXPECT_EQ(open, (std::set<std::string_view>{"/api/v1/login", "/api/v1/health"}));
}

}  // namespace
}  // namespace boardgate::boardgated

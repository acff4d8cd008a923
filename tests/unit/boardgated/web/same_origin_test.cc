// SPDX-License-Identifier: MIT
#include "src/boardgated/web/same_origin.h"

#include <gtest/gtest.h>

namespace boardgate::boardgated {
namespace {

constexpr const char* host = "lab.example";
constexpr const char* ours = "https://lab.example";

TEST(SameOrigin, IsWhatTheBrowserSays) {
    EXPECT_TRUE(is_same_origin("same-origin", "cors", "", host));
    EXPECT_TRUE(is_same_origin("same-origin", "cors", ours, host));
    for (const char* site : {"same-site", "cross-site", "none", "Same-Origin", "same-origin ", "x"}) {
        EXPECT_FALSE(is_same_origin(site, "cors", "", host)) << site;
        EXPECT_FALSE(is_same_origin(site, "cors", ours, host)) << site << ": an equal Origin does not outweigh it";
    }
}

TEST(SameOrigin, IsAnEqualOriginForClientsThatDoNotSay) {
    EXPECT_TRUE(is_same_origin("", "cors", ours, host));
    EXPECT_FALSE(is_same_origin("", "cors", "", host));
    for (const char* origin : {"null", "http://lab.example", "https://lab.example:8443", "https://lab.example/", "https://evil.example",
                               "https://LAB.example", "https://lab.example.evil", "lab.example"}) {
        EXPECT_FALSE(is_same_origin("", "cors", origin, host)) << origin;
        EXPECT_FALSE(is_same_origin("same-origin", "cors", origin, host)) << origin << ": the two must not contradict";
    }
}

TEST(SameOrigin, IsNoFormWhateverItsOriginIs) {
    EXPECT_FALSE(is_same_origin("same-origin", "navigate", ours, host));
    EXPECT_FALSE(is_same_origin("same-origin", "navigate", "", host));
    EXPECT_TRUE(is_same_origin("same-origin", "same-origin", ours, host));
    EXPECT_TRUE(is_same_origin("same-origin", "", ours, host)) << "browsers that say no more";
}

TEST(SameOrigin, NeedsAHostToCompareWith) {
    EXPECT_FALSE(is_same_origin("", "cors", "https://", ""));
    EXPECT_FALSE(is_same_origin("same-origin", "cors", "https://", ""));
}

}  // namespace
}  // namespace boardgate::boardgated

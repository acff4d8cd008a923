// SPDX-License-Identifier: MIT
#include "src/data/blob_key.h"

#include <gtest/gtest.h>

namespace boardgate::data {
namespace {

TEST(BlobKey, IsWrittenAsTensorBoardsServerWritesIt) { EXPECT_EQ((BlobKey{"", "r", "t", 3, 0}).text(), "WyIiLCJyIiwidCIsMywwXQ"); }

TEST(BlobKey, ComesBackWhateverIsInIt) {
    for (const std::string& name : {std::string("plain"), std::string("a\"b\\c"), std::string("\n\t\r\b\f\x01\x1f\x7f"),
                                    std::string("gr\xC3\xBCn\xF0\x9F\x98\x80"), std::string("a\0b", 3), std::string()}) {
        const BlobKey key{"e", name, name, -5, 7};
        const auto parsed = BlobKey::parse(key.text());
        ASSERT_TRUE(parsed) << name;
        EXPECT_EQ(parsed->run, name);
        EXPECT_EQ(parsed->tag, name);
        EXPECT_EQ(parsed->step, -5);
        EXPECT_EQ(parsed->index, 7U);
    }
}

TEST(BlobKey, IsNoOtherText) {
    const std::string good = BlobKey{"", "r", "t", 3, 0}.text();
    for (const std::string& bad : {std::string(), std::string("!"), std::string("A"), good.substr(0, good.size() - 1), good + "A",
                                   good + "=", std::string("W10") /* [] */, std::string("WyIiLCJyIiwidCIsMywtMV0") /* an index of -1 */})
        EXPECT_FALSE(BlobKey::parse(bad)) << bad;
}

}  // namespace
}  // namespace boardgate::data

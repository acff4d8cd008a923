// SPDX-License-Identifier: MIT
#include "src/base/byte_size.h"

#include <gtest/gtest.h>

namespace boardgate {
namespace {

TEST(ByteSize, HasTwoDigitsThatMatter) {
    EXPECT_EQ(byte_size(0), "0 B");
    EXPECT_EQ(byte_size(999), "999 B");
    EXPECT_EQ(byte_size(1000), "1.0 kB");
    EXPECT_EQ(byte_size(46'429), "46 kB");
    EXPECT_EQ(byte_size(999'600), "1.0 MB");
    EXPECT_EQ(byte_size(1'250'000'000), "1.3 GB");
    EXPECT_EQ(byte_size(UINT64_MAX), "18447 PB");
}

}  // namespace
}  // namespace boardgate

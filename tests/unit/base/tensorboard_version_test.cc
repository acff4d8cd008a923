// SPDX-License-Identifier: MIT
#include "src/base/tensorboard_version.h"

#include <gtest/gtest.h>

namespace boardgate {
namespace {

TEST(TensorboardVersion, TheProjectorIsConfinedFrom221On) {
    for (const char* version : {"2.21.0", "2.21", "2.100", "3.0", "2.22.0a1\", \"more"})
        EXPECT_TRUE(confines_projector(version)) << version;
    for (const char* version : {"2.20.9", "2.3.0", "1.99", "2", "", "nightly"}) EXPECT_FALSE(confines_projector(version)) << version;
}

}  // namespace
}  // namespace boardgate

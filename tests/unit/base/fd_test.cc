// SPDX-License-Identifier: MIT
#include "src/base/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace boardgate {
namespace {

bool is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }
Fd any() { return Fd(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

TEST(Fd, ClosesWhenItGoes) {
    int number = -1;
    {
        const Fd fd = any();
        number = fd.get();
        ASSERT_TRUE(is_open(number));
    }
    EXPECT_FALSE(is_open(number));
}

TEST(Fd, MovingLeavesOneOwner) {
    Fd from = any();
    const int number = from.get();
    {
        const Fd to = std::move(from);
        EXPECT_EQ(to.get(), number);
        EXPECT_FALSE(from);  // NOLINT(bugprone-use-after-move): what is tested
        EXPECT_TRUE(is_open(number));
    }
    EXPECT_FALSE(is_open(number));
}

TEST(Fd, AssignmentClosesWhatWasThereBefore) {
    Fd fd = any();
    const int first = fd.get();
    Fd second = any();
    fd = std::move(second);
    EXPECT_FALSE(is_open(first));
    EXPECT_TRUE(is_open(fd.get()));
}

TEST(Fd, AssignmentToItselfKeepsItOpen) {
    Fd fd = any();
    Fd& same = fd;
    fd = std::move(same);
    ASSERT_TRUE(fd);
    EXPECT_TRUE(is_open(fd.get()));
}

TEST(Fd, ReleaseGivesTheDescriptorAway) {
    int number = -1;
    {
        Fd fd = any();
        number = fd.release();
    }
    EXPECT_TRUE(is_open(number));
    close(number);
}

TEST(Fd, ResetTwiceClosesOnce) {
    Fd fd = any();
    const int number = fd.get();
    fd.reset();
    const Fd reused = any();  // takes the lowest number, which is the one just closed
    ASSERT_EQ(reused.get(), number);
    fd.reset();
    EXPECT_TRUE(is_open(number));
}

}  // namespace
}  // namespace boardgate

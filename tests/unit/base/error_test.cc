// SPDX-License-Identifier: MIT
#include "src/base/error.h"

#include <gtest/gtest.h>

namespace boardgate {
namespace {

TEST(Error, TextHasWhatSubjectSystemAndRemedyInThisOrder) {
    const Error error{"cannot open", "/x", "create it", ENOENT};
    EXPECT_EQ(error.text(), "cannot open \"/x\": No such file or directory; create it");
}

TEST(Error, TextLeavesOutWhatIsNotKnown) {
    EXPECT_EQ((Error{"cannot open", {}, {}, 0}.text()), "cannot open");
    EXPECT_EQ((Error{"cannot open", "/x", {}, 0}.text()), "cannot open \"/x\"");
    EXPECT_EQ((Error{"cannot open", {}, "create it", 0}.text()), "cannot open; create it");
}

TEST(Error, SystemErrorTakesErrnoOfThisMoment) {
    errno = EACCES;
    const Result<int> result = system_error("cannot open", "/x");
    EXPECT_EQ(result.error().sys, EACCES);
}

TEST(Error, FailureHasNoSystemNumber) {
    errno = EACCES;
    const Result<int> result = failure("not a port", "0", "give another");
    EXPECT_EQ(result.error().sys, 0);
    EXPECT_EQ(result.error().text(), "not a port \"0\"; give another");
}

}  // namespace
}  // namespace boardgate

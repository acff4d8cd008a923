// SPDX-License-Identifier: MIT
#include "src/node/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace boardgate::node {
namespace {

using testing::HasSubstr;

/// The finding whose text begins so.
Finding finding(const CheckOptions& options, const std::string& begin) {
    for (const Finding& each : check(options)) {
        if (each.what.starts_with(begin)) return each;
    }
    return {"none", "none"};
}

TEST(NodeCheck, WhatIsAsItShouldBeHasNoRemedy) {
    CheckOptions options{"/bin/sh", {"/bin/true"}};
    options.uid = std::to_string(geteuid());
    for (const char* what : {"program /bin/sh", "program /bin/true", "uid "}) EXPECT_EQ(finding(options, what).remedy, "") << what;
    EXPECT_EQ(finding(options, "the way").what, "none") << "nobody asked";
}

TEST(NodeCheck, WhatIsMissingIsNamed) {
    CheckOptions options{"/bin/sh", {"/nowhere/tensorboard"}};
    options.uid = "4294967290";
    options.version = "99";
    options.address = "127.0.0.1";
    options.port = 1;
    EXPECT_THAT(finding(options, "program /nowhere").what, HasSubstr("No such file"));
    EXPECT_THAT(finding(options, "uid ").remedy, HasSubstr("4294967290"));
    EXPECT_THAT(finding(options, "boardgate ").remedy, HasSubstr("99"));
    EXPECT_THAT(finding(options, "the way").what, HasSubstr("Connection refused"));
    EXPECT_NE(finding(options, "the way").remedy, "");
}

}  // namespace
}  // namespace boardgate::node

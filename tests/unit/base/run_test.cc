// SPDX-License-Identifier: MIT
#include "src/base/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <stdexcept>

namespace boardgate {
namespace {

using testing::HasSubstr;

int status_of(const std::function<Result<int>()>& body, std::string* said = nullptr) {
    testing::internal::CaptureStderr();
    const int status = run("the-test", body);
    const std::string lines = testing::internal::GetCapturedStderr();
    if (said != nullptr) *said = lines;
    return status;
}

TEST(Run, GivesTheStatusOfTheBody) {
    EXPECT_EQ(status_of([] { return 0; }), 0);
    EXPECT_EQ(status_of([] { return 3; }), 3);
}

TEST(Run, AFaultOfTheSystemIsWorthAnotherTry) {
    EXPECT_EQ(status_of([]() -> Result<int> { return system_error("cannot open", "/x", EMFILE); }), exit_status::try_again);
}

TEST(Run, AnyOtherErrorIsAFaultOfOurs) {
    EXPECT_EQ(status_of([]() -> Result<int> { return failure("no"); }), exit_status::fault_of_ours);
    EXPECT_EQ(status_of([]() -> Result<int> { throw std::runtime_error("no"); }), exit_status::fault_of_ours);
}

TEST(Run, AFaultOfTheConfigurationHasAStatusOfItsOwn) {
    EXPECT_EQ(status_of([]() -> Result<int> { throw ConfigurationFault{{"one", "two"}}; }), exit_status::configuration);
}

TEST(Run, WhatIsNoExceptionEndsInAStatusToo) {
    EXPECT_EQ(status_of([]() -> Result<int> { throw 7; }), exit_status::fault_of_ours);
}

TEST(Run, SaysWhatWentWrong) {
    if (access("/run/systemd/journal/socket", W_OK) == 0) GTEST_SKIP() << "a journal takes the lines on this machine";
    std::string said;
    status_of([]() -> Result<int> { return failure("cannot go on", "/x"); }, &said);
    EXPECT_EQ(said, "<3>the-test: cannot go on \"/x\"\n");
    status_of([]() -> Result<int> { throw ConfigurationFault{{"one", "two"}}; }, &said);
    EXPECT_EQ(said, "<3>the-test: one\n<3>the-test: two\n");
}

TEST(Run, VersionIsACommonOption) {
    char program[] = "x";
    char option[] = "--version";
    char* arguments[] = {program, option, nullptr};
    testing::internal::CaptureStdout();
    EXPECT_EQ(answered_common_option(2, arguments), exit_status::done);
    EXPECT_THAT(testing::internal::GetCapturedStdout(), testing::StartsWith("boardgate "));
}

TEST(Run, OtherOptionsAreNotCommon) {
    char program[] = "x";
    char option[] = "--local";
    char* arguments[] = {program, option, nullptr};
    EXPECT_EQ(answered_common_option(2, arguments), std::nullopt);
    EXPECT_EQ(answered_common_option(1, arguments), std::nullopt);
}

[[noreturn]] void keep_private_and_look() {
    keep_memory_private();
    rlimit limit{1, 1};
    getrlimit(RLIMIT_CORE, &limit);
    _exit(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 && limit.rlim_max == 0 ? 42 : 1);
}

TEST(RunDeathTest, MemoryKeptPrivateIsNotDumped) { EXPECT_EXIT(keep_private_and_look(), testing::ExitedWithCode(42), ""); }

}  // namespace
}  // namespace boardgate

// SPDX-License-Identifier: MIT
#include "src/boardgated/diagnosis.h"

#include <gtest/gtest.h>

#include <csignal>
#include <string_view>

namespace boardgate::boardgated {
namespace {

UnitFacts ended(const char* result, int code, int status) {
    UnitFacts facts;
    facts.socket_active = "active";
    facts.service_active = "failed";
    facts.result = result;
    facts.exit_code = code;
    facts.exit_status = status;
    return facts;
}

TEST(Diagnosis, AMemoryKillIsToldBySystemdNotByTheLog) {
    const Failure failure = diagnose(ended("oom-kill", CLD_KILLED, SIGKILL), {"ModuleNotFoundError: No module named 'x'"});
    EXPECT_EQ(failure.code, "out_of_memory");
    EXPECT_EQ(failure.detail, "it was ended by signal SIGKILL");
    EXPECT_FALSE(failure.exit_status);
}

TEST(Diagnosis, ALogLineThatShowsTheReasonIsTheDetail) {
    const Failure failure = diagnose(ended("exit-code", CLD_EXITED, 1), {"Traceback", "ModuleNotFoundError: No module named 'pkg_resources'", "bye"});
    EXPECT_EQ(failure.code, "pkg_resources_missing");
    EXPECT_EQ(failure.detail, "ModuleNotFoundError: No module named 'pkg_resources'");
    EXPECT_EQ(failure.exit_status, 1);
}

TEST(Diagnosis, SpecialRulesComeBeforeGeneralOnes) {
    EXPECT_EQ(diagnose(ended("exit-code", CLD_EXITED, 1), {"ModuleNotFoundError: No module named 'yaml'"}).code, "python_module_missing");
    EXPECT_EQ(diagnose(ended("exit-code", CLD_EXITED, 2), {"tensorboard: error: unrecognized arguments: --x"}).code, "unknown_flag");
    EXPECT_EQ(diagnose(ended("exit-code", CLD_EXITED, 2), {"tensorboard: error: argument --reload_interval: must be non-negative"}).code, "bad_option");
}

TEST(Diagnosis, WithoutALogItStillSaysHowItEnded) {
    EXPECT_EQ(diagnose(ended("exit-code", CLD_EXITED, 7), {}).code, "tensorboard_ended");
    EXPECT_EQ(diagnose(ended("exit-code", CLD_EXITED, 7), {}).detail, "it ended with exit status 7");
    EXPECT_EQ(diagnose(ended("signal", CLD_KILLED, SIGSEGV), {}).detail, "it was ended by signal SIGSEGV");
    EXPECT_EQ(diagnose(ended("timeout", CLD_KILLED, SIGTERM), {}).code, "never_answered");
    EXPECT_EQ(diagnose(ended("something-new", CLD_EXITED, 0), {}).code, "unknown");
}

TEST(Diagnosis, ProgramsThatCannotBeRunAreKnownByStatusAlone) {
    UnitFacts facts = ended("exit-code", CLD_EXITED, 127);
    facts.status_text = "cannot run tensorboard: No such file or directory";
    EXPECT_EQ(diagnose(facts, {}).code, "environment_missing");
    EXPECT_EQ(diagnose(facts, {}).detail, facts.status_text);
    EXPECT_EQ(diagnose(ended("exit-code", CLD_EXITED, 126), {}).code, "environment_not_executable");
}

TEST(Diagnosis, KeepsTheLastLinesOldestFirst) {
    std::vector<std::string> log;
    for (int i = 0; i < 30; ++i) log.push_back(std::to_string(i));
    const Failure failure = diagnose(ended("exit-code", CLD_EXITED, 1), log);
    ASSERT_EQ(failure.log_tail.size(), 20U);
    EXPECT_EQ(failure.log_tail.front(), "10");
    EXPECT_EQ(failure.log_tail.back(), "29");
}

TEST(Diagnosis, EveryRuleSaysWhatHappenedAndWhatToDo) {
    for (const FailureRule& rule : failure_rules()) {
        EXPECT_GT(std::string_view(rule.summary).size(), 10U) << rule.code;
        EXPECT_TRUE(std::string_view(rule.remedy).ends_with(".")) << rule.code;
        EXPECT_FALSE(std::string_view(rule.summary).ends_with(".")) << rule.code;
    }
    EXPECT_STREQ(failure_rules().back().sign, "") << "the last rule must fit everything";
}

}  // namespace
}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
#include "src/boardgated/boards/diagnosis.h"

#include <gtest/gtest.h>

#include <csignal>
#include <string_view>

namespace boardgate::boardgated {
namespace {

Board ended(const char* result, int code, int status) {
    BoardOptions options;
    options.logdir = "/home/alice/runs";
    options.environment = "torch";
    Board board{BoardId::make(), 1000, *UserName::parse("alice"), options};
    UnitFacts& facts = board.facts;
    facts.socket_active = "active";
    facts.service_active = "failed";
    facts.result = result;
    facts.exit_code = code;
    facts.exit_status = status;
    return board;
}

TEST(Diagnosis, ACrashIsOneWithoutACoreToo) {
    EXPECT_EQ(diagnose(ended("signal", CLD_KILLED, SIGSEGV), {}).code, "crashed");
    EXPECT_EQ(diagnose(ended("core-dump", CLD_DUMPED, SIGSEGV), {}).code, "crashed");
    EXPECT_EQ(diagnose(ended("signal", CLD_KILLED, SIGKILL), {}).code, "killed");
}

TEST(Diagnosis, AMemoryKillIsKnownFromSystemdNotFromTheLog) {
    const Failure failure = diagnose(ended("oom-kill", CLD_KILLED, SIGKILL), {"ModuleNotFoundError: No module named 'x'"});
    EXPECT_EQ(failure.code, "out_of_memory");
    EXPECT_EQ(failure.detail, "it was ended by signal SIGKILL");
    EXPECT_FALSE(failure.exit_status);
}

TEST(Diagnosis, ALackOfMemoryNamesLimitAndPeak) {
    Board board = ended("oom-kill", CLD_KILLED, SIGKILL);
    board.facts.memory_limit = 2ULL << 30;
    board.peak_memory = 1900ULL << 20;
    const std::string detail = diagnose(board, {}).detail;
    EXPECT_NE(detail.find("2.1 GB (MemoryMax=)"), std::string::npos) << detail;
    EXPECT_NE(detail.find("2.0 GB"), std::string::npos) << detail;
}

TEST(Diagnosis, ALogLineThatShowsTheReasonIsTheDetail) {
    const Failure failure =
        diagnose(ended("exit-code", CLD_EXITED, 1), {"Traceback", "ModuleNotFoundError: No module named 'pkg_resources'", "bye"});
    EXPECT_EQ(failure.code, "pkg_resources_missing");
    EXPECT_EQ(failure.detail, "ModuleNotFoundError: No module named 'pkg_resources'");
    EXPECT_EQ(failure.exit_status, 1);
}

TEST(Diagnosis, SpecialRulesComeBeforeGeneralOnes) {
    EXPECT_EQ(diagnose(ended("exit-code", CLD_EXITED, 1), {"ModuleNotFoundError: No module named 'yaml'"}).code, "python_module_missing");
    EXPECT_EQ(diagnose(ended("exit-code", CLD_EXITED, 2), {"tensorboard: error: unrecognized arguments: --x"}).code, "unknown_flag");
    EXPECT_EQ(diagnose(ended("exit-code", CLD_EXITED, 2), {"tensorboard: error: argument --reload_interval: must be non-negative"}).code,
              "bad_option");
}

TEST(Diagnosis, WithoutALogItStillSaysHowItEnded) {
    EXPECT_EQ(diagnose(ended("exit-code", CLD_EXITED, 7), {}).code, "tensorboard_ended");
    EXPECT_EQ(diagnose(ended("exit-code", CLD_EXITED, 7), {}).detail, "it ended with exit status 7");
    EXPECT_EQ(diagnose(ended("signal", CLD_KILLED, SIGSEGV), {}).detail, "it was ended by signal SIGSEGV");
    EXPECT_EQ(diagnose(ended("exit-code", CLD_EXITED, 137), {}).code, "killed");
    EXPECT_EQ(diagnose(ended("exit-code", CLD_EXITED, 139), {}).code, "crashed");
    EXPECT_EQ(diagnose(ended("exit-code", CLD_EXITED, 226), {}).code, "sandbox");
    EXPECT_EQ(diagnose(ended("timeout", CLD_KILLED, SIGTERM), {}).code, "never_answered");
    EXPECT_EQ(diagnose(ended("something-new", CLD_EXITED, 0), {}).code, "unknown");
}

TEST(Diagnosis, ProgramsThatCannotBeRunAreKnownByStatusAlone) {
    Board board = ended("exit-code", CLD_EXITED, 127);
    board.facts.status_text = "cannot run tensorboard: No such file or directory";
    EXPECT_EQ(diagnose(board, {}).code, "environment_missing");
    EXPECT_EQ(diagnose(board, {}).detail, board.facts.status_text);
    EXPECT_EQ(diagnose(ended("exit-code", CLD_EXITED, 126), {}).code, "environment_not_executable");
}

TEST(Diagnosis, WhatTheBoardSaysOfItsFolderComesFirst) {
    Board board = ended("exit-code", CLD_EXITED, 66);
    board.facts.status_text = "the log directory \"/home/alice/runs\" does not exist [logdir_missing]";
    const Failure failure = diagnose(board, {"MemoryError"});
    EXPECT_EQ(failure.code, "logdir_missing");
    EXPECT_EQ(failure.detail, "the log directory \"/home/alice/runs\" does not exist");
    EXPECT_EQ(failure.summary, "The log directory does not exist");
}

TEST(Diagnosis, KnowsWhySlurmDoesNotRunIt) {
    for (const char* code :
         {"slurm_partition", "slurm_too_big", "slurm_limit", "slurm_account", "slurm_qos", "slurm_drained", "slurm_away", "slurm_refused",
          "slurm_never", "slurm_queue_too_long", "slurm_node_lost", "slurm_namespaces", "out_of_memory"}) {
        Board board = ended("exit-code", CLD_EXITED, 69);
        for (const char* where : {"", " job=29 node=n1"}) {
            board.facts.status_text = std::string("Slurm's own words [") + code + "]" + where;
            const Failure failure = diagnose(board, {"MemoryError"});
            EXPECT_EQ(failure.code, code);
            EXPECT_EQ(failure.detail, "Slurm's own words");
        }
    }
}

TEST(Diagnosis, WhatABoardOnANodeSaysOfItsFolderIsKnownAsHere) {
    Board board = ended("exit-code", CLD_EXITED, 66);
    board.facts.status_text = "the log directory does not exist [logdir_missing] [slurm_running] job=29 node=n1";
    EXPECT_EQ(diagnose(board, {}).code, "logdir_missing");
    EXPECT_EQ(diagnose(board, {}).detail, "the log directory does not exist");
}

TEST(Diagnosis, NamesAChangeThatMayHelpUnlessItIsMadeAlready) {
    Board board = ended("exit-code", CLD_EXITED, 1);
    Failure failure = diagnose(board, {"Failed to communicate with data server at localhost:1"});
    EXPECT_EQ(failure_json(failure)["change"]["loader"].asString(), "python");
    EXPECT_NE(failure.remedy.find("torch"), std::string::npos) << failure.remedy;
    board.options.loader = "python";
    failure = diagnose(board, {"Failed to communicate with data server at localhost:1"});
    EXPECT_TRUE(failure_json(failure)["change"].isNull());
}

TEST(Diagnosis, KeepsTheLastLinesOldestFirst) {
    std::vector<std::string> log;
    for (int i = 0; i < 30; ++i) log.push_back(std::to_string(i));
    const Failure failure = diagnose(ended("exit-code", CLD_EXITED, 1), log);
    ASSERT_EQ(failure.log_tail.size(), 20U);
    EXPECT_EQ(failure.log_tail.front(), "10");
    EXPECT_EQ(failure.log_tail.back(), "29");
}

TEST(Diagnosis, CountsEqualLines) {
    std::vector<std::string> log = {"started"};
    for (int i = 10; i < 60; ++i) {
        log.push_back("[2026-11-30T12:00:" + std::to_string(i) + "Z WARN rustboard_core::disk_logdir] Permission denied");
        log.push_back("W1130 12:00:" + std::to_string(i) + ".123456 140001 plugin_event_multiplexer.py:1] again");
    }
    log.emplace_back("MemoryError");
    const Failure failure = diagnose(ended("exit-code", CLD_EXITED, 1), log);
    EXPECT_EQ(failure.log_tail,
              (std::vector<std::string>{"started", "[2026-11-30T12:00:59Z WARN rustboard_core::disk_logdir] Permission denied (50 times)",
                                        "W1130 12:00:59.123456 140001 plugin_event_multiplexer.py:1] again (50 times)", "MemoryError"}));
}

TEST(Diagnosis, TextsNameNothingButOptions) {
    Json::Value options(Json::objectValue);
    add_options(options, {});
    for (const FailureRule& rule : failure_rules()) {
        const std::string text = std::string(rule.summary) + rule.remedy;
        for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1)) {
            EXPECT_TRUE(options.isMember(text.substr(open + 1, text.find('}', open) - open - 1))) << text;
        }
        const std::string change = rule.change;
        EXPECT_TRUE(change.empty() || options.isMember(change.substr(0, change.find('=')))) << change;
    }
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

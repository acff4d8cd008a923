// SPDX-License-Identifier: MIT
#include "src/cli/arguments.h"

#include <gtest/gtest.h>

#include <vector>

#include "src/cli/exit_status.h"

namespace boardgate::cli {
namespace {

Parsed parse(std::vector<std::string> words) {
    std::string name = "boardgate";
    std::vector<char*> argv = {name.data()};
    for (std::string& word : words) argv.push_back(word.data());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Parsed parsed = parse_arguments(static_cast<int>(argv.size()), argv.data());
    (void)testing::internal::GetCapturedStdout();
    (void)testing::internal::GetCapturedStderr();
    return parsed;
}

TEST(Arguments, WhoKnowsTensorBoardKnowsStart) {
    const Parsed parsed = parse({"start", "--logdir", "runs", "--window_title=My runs", "--port", "16010", "--reload_interval", "30",
                                 "--samples_per_plugin", "images=100", "--reload_multifile=true", "--load_fast=false", "--bind_all"});
    ASSERT_TRUE(parsed.arguments);
    EXPECT_EQ(parsed.arguments->command, Command::start);
    EXPECT_EQ(parsed.arguments->logdirs, std::vector<std::string>{"runs"});
    const Json::Value& options = parsed.arguments->options;
    EXPECT_EQ(options["title"], "My runs");
    EXPECT_EQ(options["port"], 16010);
    EXPECT_EQ(options["reload_interval"], 30);
    EXPECT_EQ(options["samples_per_plugin"], "images=100");
    EXPECT_EQ(options["reload_multifile"], true);
    EXPECT_EQ(options["loader"], "python");
    EXPECT_EQ(options["bind_all"], true);
}

TEST(Arguments, WhatWasNotSaidIsNotSent) {
    const Parsed parsed = parse({"start"});
    ASSERT_TRUE(parsed.arguments);
    EXPECT_TRUE(parsed.arguments->logdirs.empty());
    EXPECT_TRUE(parsed.arguments->options.empty());
    EXPECT_FALSE(parsed.arguments->wait);
}

TEST(Arguments, SomebodyElsesHomeAndBoardNeedAWord) {
    EXPECT_FALSE(parse({"start", "/home/bob/runs"}).arguments->foreign);
    EXPECT_TRUE(parse({"start", "/home/bob/runs", "--foreign"}).arguments->foreign);
    EXPECT_FALSE(parse({"open", "abcdefgh"}).arguments->as_myself);
    EXPECT_TRUE(parse({"open", "https://lab.example/b/abcdefgh/", "--as-myself"}).arguments->as_myself);
}

TEST(Arguments, DurationsHaveUnits) {
    EXPECT_EQ(seconds_of("90"), 90);
    EXPECT_EQ(seconds_of("90s"), 90);
    EXPECT_EQ(seconds_of("30min"), 1800);
    EXPECT_EQ(seconds_of("2h"), 7200);
    EXPECT_EQ(seconds_of("7d"), 604800);
    for (const char* none : {"", "min", "-1", "1.5h", "3 weeks", "99999999999999999999d"}) EXPECT_FALSE(seconds_of(none)) << none;
    EXPECT_EQ(parse({"set", "x", "--idle-sleep", "30min"}).arguments->options["idle_sleep"], 1800);
}

TEST(Arguments, AnUnknownCommandIsLikeAKnownOne) {
    EXPECT_EQ(command_like("statr"), "start");
    EXPECT_EQ(command_like("lgos"), "logs");
    EXPECT_EQ(command_like("remove"), "");
    EXPECT_EQ(command_like("ls"), "ls");
}

TEST(Arguments, SomeCommandsTakeSeveralBoards) {
    EXPECT_EQ(parse({"rm", "a", "b"}).arguments->boards, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(parse({"hold", "alice", "why"}).arguments->reason, "why");
    EXPECT_FALSE(parse({"hold", "alice"}).arguments);
}

TEST(Arguments, WaitCanBeSaidBothWays) {
    EXPECT_EQ(parse({"start", "--wait"}).arguments->wait, true);
    EXPECT_EQ(parse({"start", "--no-wait"}).arguments->wait, false);
}

TEST(Arguments, WrongUsageIsTwo) {
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{},
                                                                                       {"nonsense"},
                                                                                       {"sleep"},
                                                                                       {"start", "--nope"},
                                                                                       {"start", "--path_prefix=/x"},
                                                                                       {"logs", "x", "-n", "0"},
                                                                                       {"start", "--port", "x"}}) {
        const Parsed parsed = parse(words);
        EXPECT_FALSE(parsed.arguments);
        EXPECT_EQ(parsed.exit_status, exit_status::usage) << (words.empty() ? "" : words[0]);
    }
}

TEST(Arguments, HelpAndVersionAreDone) {
    EXPECT_EQ(parse({"--help"}).exit_status, exit_status::done);
    EXPECT_EQ(parse({"--version"}).exit_status, exit_status::done);
    EXPECT_FALSE(parse({"start", "--help"}).arguments);
}

TEST(Arguments, JsonIsUnderstoodByEveryCommand) {
    for (const char* command : {"login", "logout", "start", "ls", "doctor"})
        EXPECT_TRUE(parse({command, "--json"}).arguments->json) << command;
    for (const char* command : {"open", "logs", "sleep", "wake", "restart", "rm"})
        EXPECT_TRUE(parse({command, "abc", "--json"}).arguments->json) << command;
    EXPECT_TRUE(parse({"--json", "ls"}).arguments->json);
}

TEST(Arguments, SetupTakesEveryAnswer) {
    const Parsed parsed = parse({"setup", "--yes", "--name", "lab.example.org", "--certificate", "/a.crt", "--key", "/a.key", "--run-roots",
                                 "~:/scratch", "--administrators=staff", "--no-tensorboard"});
    ASSERT_TRUE(parsed.arguments);
    EXPECT_EQ(parsed.arguments->command, Command::setup);
    const SetupArguments& setup = parsed.arguments->setup;
    EXPECT_TRUE(setup.yes && setup.no_tensorboard && !setup.certbot && !setup.self_signed);
    EXPECT_EQ(setup.name, "lab.example.org");
    EXPECT_EQ(setup.certificate + setup.key, "/a.crt/a.key");
    EXPECT_EQ(setup.run_roots, "~:/scratch");
    EXPECT_EQ(setup.administrators, "staff");
}

}  // namespace
}  // namespace boardgate::cli

// SPDX-License-Identifier: MIT
#include "src/far/slurm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/far/node_words.h"
#include "src/far/visitor_filter.h"

namespace boardgate::far {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> words() {
    return {"--tensorboard=/opt/tb/bin/tensorboard",
            "--logdir=/home/alice/$(id) run",
            "--idle-sleep=000001800",
            "--job-name=tensorboard.slurm-alice-abcdefgh",
            "--memory=2G",
            "--cpus=2",
            "--time=3601",
            "--commands=/opt/slurm/bin",
            "--link-address=192.0.2.1",
            "--first-port=17000",
            "--last-port=17010",
            "--node-program=/usr/lib/boardgate/boardgate-node",
            "--longest-queue=3600",
            "--address=https://lab",
            "--partition=boards",
            "--sbatch=--nice=5",
            "--slurm-conf=/etc/s.conf"};
}

Options options() { return parse_options("abcdefgh", words()).value(); }

TEST(FarOptions, ItsOwnWordsAreTakenOutAndTheRestIsTheBoards) {
    const Options read = options();
    EXPECT_THAT(read.board_words,
                ElementsAre("--tensorboard=/opt/tb/bin/tensorboard", "--logdir=/home/alice/$(id) run", "--idle-sleep=000001800"));
    EXPECT_EQ(read.first_port, 17000);
    EXPECT_EQ(read.longest_queue, 1h);
    EXPECT_EQ(read.sbatch, std::vector<std::string>{"--nice=5"});
}

TEST(FarOptions, NothingIsMissingOrInTwoLines) {
    for (const char* name : {"--job-name", "--memory", "--cpus", "--commands", "--link-address", "--node-program", "--longest-queue"}) {
        auto some = words();
        std::erase_if(some, [&](const std::string& word) { return word.starts_with(std::string(name) + "="); });
        EXPECT_FALSE(parse_options("abcdefgh", some)) << name;
    }
    auto some = words();
    some.emplace_back("--logdir=/a\nkey=0");
    EXPECT_FALSE(parse_options("abcdefgh", some));
    EXPECT_FALSE(parse_options("ABC", words()));
}

TEST(Slurm, ArgumentsNameTheBoardByItsIdAlone) {
    const auto submitted = submit_words(options());
    EXPECT_EQ(submitted.front(), "/opt/slurm/bin/sbatch");
    EXPECT_THAT(submitted,
                testing::IsSupersetOf({"--job-name=tensorboard.slurm-alice-abcdefgh", "--comment=boardgate https://lab/b/abcdefgh/",
                                       "--mem=2G", "--cpus-per-task=2", "--time=61", "--partition=boards", "--nice=5", "--no-requeue",
                                       "--dependency=singleton", "--export=ALL"}));
    for (const std::string& word : submitted) EXPECT_THAT(word, Not(HasSubstr("/home")));
    EXPECT_THAT(submitted, Not(Contains(HasSubstr("--qos"))));
    EXPECT_THAT(ask_words(options(), "41"),
                ElementsAre("/opt/slurm/bin/squeue", "--noheader", "--states=all", "--jobs=41", "--format=%T|%r|%N"));
    EXPECT_THAT(environment_of(options()), ElementsAre("PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "SLURM_CONF=/etc/s.conf"));
}

TEST(Slurm, TheScriptCarriesTheOrdersAndNoShellReadsThem) {
    link::Key key = link::make_key(*BoardId::parse("abcdefgh"));
    const std::string identity = key.identity;
    const std::string bytes = key.bytes.reveal();
    const Secret script = script_of(options(), {*BoardId::parse("abcdefgh"), "192.0.2.1", 17003, std::move(key), options().board_words});
    const std::string& text = script.reveal();
    EXPECT_TRUE(text.starts_with("#!/bin/sh\nexec /usr/lib/boardgate/boardgate-node <<'boardgate-end-of-orders'\n"));
    const std::size_t begin = text.find("boardgate-orders");
    const auto orders = link::orders_in(std::string_view(text).substr(begin, text.rfind("boardgate-end-of-orders") - begin));
    ASSERT_TRUE(orders) << orders.error().text();
    EXPECT_EQ(orders->key.identity, identity);
    EXPECT_EQ(orders->key.bytes.reveal(), bytes);
    EXPECT_EQ(orders->port, 17003);
    EXPECT_THAT(orders->words, Contains("--logdir=/home/alice/$(id) run"));
    EXPECT_FALSE(link::orders_in("boardgate-orders 2\nboard=abcdefgh\nend\n")) << "of another version";
    EXPECT_FALSE(link::orders_in(text.substr(begin, text.rfind("end\n") - begin))) << "cut";
    EXPECT_NE(link::make_key(*BoardId::parse("abcdefgh")).identity, identity) << "one for each run";
}

TEST(Slurm, RefusalsHaveACode) {
    const auto code = [](const char* text) { return std::string(refusal_of(text).code); };
    EXPECT_EQ(code("sbatch: error: invalid partition specified: x\nsbatch: error: Batch job submission failed: Invalid partition name "
                   "specified\n"),
              "slurm_partition");
    EXPECT_EQ(code("sbatch: error: Batch job submission failed: Requested node configuration is not available"), "slurm_too_big");
    EXPECT_EQ(
        code("sbatch: error: QOSMaxSubmitJobPerUserLimit\nsbatch: error: Batch job submission failed: Job violates accounting/QOS policy"),
        "slurm_limit");
    EXPECT_EQ(code("sbatch: error: AssocMaxSubmitJobLimit"), "slurm_limit");
    EXPECT_EQ(code("Batch job submission failed: Invalid account or account/partition combination specified"), "slurm_account");
    EXPECT_EQ(code("Batch job submission failed: Invalid qos specification"), "slurm_qos");
    EXPECT_EQ(code("Batch job submission failed: Required partition not available (inactive or drain)"), "slurm_drained");
    EXPECT_EQ(code("Batch job submission failed: Unable to contact slurm controller (connect failure)"), "slurm_away");
    EXPECT_EQ(code("Batch job submission failed: Socket timed out on send/recv operation"), "slurm_away");
    EXPECT_EQ(code("sbatch: error: the moon is full"), "slurm_refused");
    EXPECT_EQ(code(""), "slurm_refused");
    EXPECT_EQ(sentence_in("sbatch: error: the moon\x1b[2J is full\nmore"), "the moon?[2J is full");
}

TEST(Slurm, AnswersThatAreNoneAreNotBelieved) {
    EXPECT_EQ(job_id_in("41\n"), "41");
    EXPECT_EQ(job_id_in("41;cluster\n"), "41");
    for (const char* text : {"", "\n", "Submitted batch job 41", "41x", "4 1", "123456789012345678901"})
        EXPECT_FALSE(job_id_in(text)) << text;
    const auto line = job_line_in("RUNNING|None|n1\n");
    ASSERT_TRUE(line);
    EXPECT_EQ(line->state + line->reason + line->node, "RUNNINGNonen1");
    EXPECT_EQ(job_line_in("PENDING|Resources|\n")->node, "");
    for (const char* text : {"", "RUNNING", "|x|y", "RUNNING|x"}) EXPECT_FALSE(job_line_in(text)) << text;
}

TEST(NodeWords, ANodeSaysNothingInTheHeadsName) {
    EXPECT_EQ(text_of_node("Serving [no_event_files]"), "Serving [no_event_files]");
    EXPECT_EQ(text_of_node("ok [slurm_queued] job=1 [slurm_[slurm_x]"), "ok (slurm_queued] job=1 (slurm_(slurm_x]");
    EXPECT_EQ(text_of_node("a\nSTATUS=b\x1b[1m"), "a?STATUS=b?[1m");
    EXPECT_LE(text_of_node(std::string(100'000, 'x')).size(), 2048U);
    EXPECT_TRUE(is_utf8(text_of_node(std::string(1023, 'x') + "\xC3\xA9")));
}

TEST(NodeWords, OfWhatItNotifiesFourThingsCount) {
    const Notified all = notified_in("READY=1\nSTATUS=Serving\nSTOPPING=1\nEXTEND_TIMEOUT_USEC=999999999999\nMAINPID=1\nFDSTORE=1");
    EXPECT_TRUE(all.ready);
    EXPECT_TRUE(all.stopping);
    EXPECT_EQ(all.status, "Serving");
    EXPECT_EQ(all.more_time, 60s);
    const Notified none = notified_in("READY=0\nWATCHDOG=1\nEXTEND_TIMEOUT_USEC=x");
    EXPECT_FALSE(none.ready || none.stopping || none.status || none.more_time);
}

TEST(VisitorFilter, WhatTheTableDoesNotHaveNeverReachesAVisitor) {
    VisitorFilter filter;
    EXPECT_TRUE(filter.to_link("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    std::string out;
    EXPECT_TRUE(filter.to_local("HTTP/1.1 200 OK\r\nSet-Cookie: evil=1\r\nContent-Ty", out));
    EXPECT_EQ(out, "") << "not before the head is whole";
    EXPECT_FALSE(filter.may_end());
    EXPECT_TRUE(filter.to_local("pe: text/html\r\nClear-Site-Data: \"*\"\r\n\r\nbody", out));
    EXPECT_TRUE(filter.to_local(" Set-Cookie: of the body", out));
    EXPECT_EQ(out, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nbody Set-Cookie: of the body");
    EXPECT_TRUE(filter.may_end());
}

TEST(VisitorFilter, AnAnswerThatIsNoneEndsTheConnection) {
    std::string out;
    EXPECT_FALSE(VisitorFilter().to_local("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", out))
        << "nobody asked for that";
    EXPECT_FALSE(VisitorFilter().to_local("ICY 200 OK\r\n\r\n", out));
    EXPECT_FALSE(VisitorFilter().to_local(std::string(200'000, 'x'), out));
    EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace boardgate::far

// SPDX-License-Identifier: MIT
#include "src/boardgated/boards/cluster_status.h"

#include <gtest/gtest.h>

namespace boardgate::boardgated {
namespace {

std::string told(const char* text) {
    const ClusterStatus status = cluster_status(text);
    return status.text + "|" + status.code + "|" + status.job + "|" + status.node;
}

TEST(ClusterStatus, IsATextACodeAJobAndANode) {
    EXPECT_EQ(told("In Slurm's queue: Resources [slurm_queued] job=29"), "In Slurm's queue: Resources|slurm_queued|29|");
    EXPECT_EQ(told("Starting on n1 [slurm_starting] job=29 node=n1"), "Starting on n1|slurm_starting|29|n1");
    EXPECT_EQ(told("Serving [dead_links] [slurm_running] job=29 node=gpu-3.lab"), "Serving [dead_links]|slurm_running|29|gpu-3.lab");
    EXPECT_EQ(told("Invalid partition [slurm_partition]"), "Invalid partition|slurm_partition||");
    EXPECT_EQ(told("its memory is used up [out_of_memory] job=29 node=n1"), "its memory is used up|out_of_memory|29|n1");
}

TEST(ClusterStatus, OfABoardOnThisServerIsItsText) {
    for (const char* text :
         {"", "Serving", "Serving [dead_links=%22a%20b%22]", "it does not exist [logdir_missing]", "a [b] c", "[", " []"})
        EXPECT_EQ(told(text), std::string(text) + "|||");
}

TEST(ClusterStatus, NamesOfOtherCharactersAreNone) {
    EXPECT_EQ(told("x [slurm_running] job=<b> node=n1"), "x|slurm_running||n1");
    EXPECT_EQ(told("x [slurm_running] job=1 node=\x1b[2J"), "x|slurm_running|1|");
    EXPECT_EQ(told("x [slurm_running] job=1 title=secret"), "x [slurm_running] job=1 title=secret|||");
}

TEST(ClusterStatus, TheBoardsOwnStatusKeepsItsNoticesAndCodes) {
    EXPECT_EQ(own_status("Serving [dead_links] [slurm_running] job=29 node=n1"), "Serving [dead_links]");
    EXPECT_EQ(own_status("no such folder [logdir_missing] [slurm_running] job=29 node=n1"), "no such folder [logdir_missing]");
    EXPECT_EQ(own_status("Invalid partition [slurm_partition]"), "Invalid partition [slurm_partition]");
    EXPECT_EQ(own_status("its memory is used up [out_of_memory] job=29 node=n1"), "its memory is used up [out_of_memory]");
    EXPECT_EQ(own_status("Serving [dead_links]"), "Serving [dead_links]");
}

TEST(ClusterStatus, AnEndOfItsJobIsAReasonToSleep) {
    EXPECT_EQ(reason_of_end(cluster_status("x [slurm_cancelled] job=1")), "its job was cancelled (scancel)");
    EXPECT_EQ(reason_of_end(cluster_status("x [slurm_preempted] job=1 node=n1")), "it made room for a job of higher priority");
    EXPECT_EQ(reason_of_end(cluster_status("x [slurm_time_ends]")), "it was awake for as long as the partition allows");
    EXPECT_EQ(reason_of_end(cluster_status("Serving [slurm_running] job=1 node=n1")), "");
    EXPECT_EQ(reason_of_end(cluster_status("Serving")), "");
}

TEST(ClusterStatus, AKnownReasonOfTheQueueIsInWords) {
    EXPECT_EQ(reason_in_words(cluster_status("In Slurm's queue: Resources [slurm_queued] job=2")),
              "the nodes are busy; it starts when another job ends");
    EXPECT_EQ(reason_in_words(cluster_status("In Slurm's queue: BurstBufferStageIn [slurm_queued] job=2")),
              "Slurm's reason is BurstBufferStageIn");
    EXPECT_EQ(reason_in_words(cluster_status("In Slurm's queue:  [slurm_queued] job=2")), "Slurm has not started it yet");
    EXPECT_EQ(reason_in_words({}), "Slurm has not started it yet");
}

}  // namespace
}  // namespace boardgate::boardgated

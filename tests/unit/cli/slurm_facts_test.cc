// SPDX-License-Identifier: MIT
#include "src/cli/slurm_facts.h"

#include <gtest/gtest.h>

namespace boardgate::cli {
namespace {

using namespace std::chrono_literals;

TEST(SlurmFacts, AreReadFromLinesAndFromWords) {
    const std::string config =
        "Configuration data as of 2026-11-30T12:00:00\nEnforcePartLimits       = NO\nSLURM_VERSION           = 22.05.8\n"
        "SchedulerParameters     = bf_window=1,batch_sched_delay=20\nBurstBufferType         = (null)\n";
    EXPECT_EQ(slurm_value(config, "EnforcePartLimits"), "NO");
    EXPECT_EQ(slurm_value(config, "SLURM_VERSION"), "22.05.8");
    EXPECT_EQ(slurm_value(config, "PartLimits"), std::nullopt);
    const std::string partition = "PartitionName=boards AllowGroups=ALL Default=YES MaxTime=1-00:00:00 State=UP TotalCPUs=32\n";
    EXPECT_EQ(slurm_value(partition, "MaxTime"), "1-00:00:00");
    EXPECT_EQ(slurm_value(partition, "State"), "UP");
    EXPECT_EQ(slurm_value(partition, "Max"), std::nullopt);
}

TEST(SlurmFacts, ATimeLimitHasSixForms) {
    EXPECT_EQ(slurm_time("30"), 30min);
    EXPECT_EQ(slurm_time("1:30"), 90s);
    EXPECT_EQ(slurm_time("12:00:00"), 12h);
    EXPECT_EQ(slurm_time("2-0"), 48h);
    EXPECT_EQ(slurm_time("1-12:30"), 36h + 30min);
    EXPECT_EQ(slurm_time("1-12:00:05"), 36h + 5s);
    for (const char* none : {"", "UNLIMITED", "INFINITE", "1:2:3:4", "-1", "1x", "999999999999999999999"})
        EXPECT_EQ(slurm_time(none), std::nullopt) << none;
}

TEST(SlurmFacts, TheDelayOfBatchJobsIsThreeSecondsUnlessItIsSet) {
    EXPECT_EQ(batch_delay("(null)"), 3);
    EXPECT_EQ(batch_delay("bf_window=1,batch_sched_delay=20,defer"), 20);
    EXPECT_EQ(batch_delay("batch_sched_delay=0"), 0);
    EXPECT_EQ(batch_delay("batch_sched_delay=x"), 3);
}

TEST(SlurmFacts, ANodesChecksAreLinesAndTheRestIsIgnored) {
    const Findings found = node_findings(
        "srun: job 5 has been allocated resources\nfine\tuid 1000 is the same\nwrong\tno namespaces\tsysctl -w x=1\nwrong\tno remedy\n");
    ASSERT_EQ(found.size(), 3U);
    EXPECT_TRUE(found[0].fine);
    EXPECT_EQ(found[0].what, "uid 1000 is the same");
    EXPECT_EQ(found[1].what, "no namespaces");
    EXPECT_EQ(found[1].remedy, "sysctl -w x=1");
    EXPECT_FALSE(found[2].fine);
    EXPECT_TRUE(node_findings("").empty());
}

}  // namespace
}  // namespace boardgate::cli

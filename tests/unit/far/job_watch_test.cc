// SPDX-License-Identifier: MIT
#include "src/far/job_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace boardgate::far {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;

struct JobWatchTest : testing::Test {
    fakes::FakeClock clock;
    JobWatch watch{clock, 1h};
    std::string end_of(const JobLine& line) {
        const auto end = watch.take(line);
        return end ? std::to_string(end->status) + " " + end->sentence : "";
    }
};

TEST_F(JobWatchTest, AJobWaitsThenStartsThenIsLinked) {
    EXPECT_EQ(watch.status(), "In Slurm's queue: Scheduling [slurm_queued]");
    EXPECT_EQ(end_of({"PENDING", "Resources", ""}), "");
    EXPECT_EQ(watch.status(), "In Slurm's queue: Resources [slurm_queued]");
    EXPECT_EQ(end_of({"CONFIGURING", "None", "n1"}), "");
    EXPECT_EQ(watch.status(), "In Slurm's queue: Scheduling [slurm_queued]");
    EXPECT_EQ(end_of({"RUNNING", "None", "n1"}), "");
    EXPECT_EQ(watch.status(), "Starting on n1 [slurm_starting]");
    watch.linked("other");
    EXPECT_EQ(watch.status(), "");
    EXPECT_EQ(watch.node(), "n1") << "Slurm knows better";
    EXPECT_FALSE(watch.next_question()) << "the link is the truth";
    watch.unlinked();
    EXPECT_EQ(watch.status(), "Starting on n1 [slurm_starting]");
}

TEST_F(JobWatchTest, QuestionsBecomeRareAndBeginAnewWithEachChange) {
    std::vector<std::chrono::milliseconds> pauses;
    for (int i = 0; i < 6; ++i) {
        pauses.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(*watch.next_question() - clock.boot()));
        watch.asked();
    }
    pauses.erase(pauses.begin());
    EXPECT_THAT(pauses, testing::ElementsAre(1s, 2s, 5s, 15s, 15s));
    EXPECT_EQ(end_of({"PENDING", "Priority", ""}), "");
    EXPECT_EQ(*watch.next_question() - clock.boot(), 500ms);
}

TEST_F(JobWatchTest, EndsThatAreASleep) {
    EXPECT_EQ(end_of({"CANCELLED", "None", "n1"}), "0 Its job was cancelled [slurm_cancelled]");
    EXPECT_THAT(end_of({"TIMEOUT", "TimeLimit", "n1"}), EndsWith("[slurm_time_limit]"));
    EXPECT_THAT(end_of({"PREEMPTED", "None", "n1"}), EndsWith("[slurm_preempted]"));
    watch.linked("n1");
    watch.unlinked();
    EXPECT_EQ(end_of({"COMPLETED", "None", "n1"}), "0 Its job has ended");
}

TEST_F(JobWatchTest, EndsThatAreAFailure) {
    EXPECT_THAT(end_of({"NODE_FAIL", "None", "n1"}), HasSubstr("75 Its node is gone: n1 [slurm_node_lost]"));
    EXPECT_THAT(end_of({"OUT_OF_MEMORY", "OutOfMemory", "n1"}), testing::AllOf(testing::StartsWith("137 "), EndsWith("[out_of_memory]")));
    EXPECT_THAT(end_of({"FAILED", "NonZeroExitCode", "n1"}), EndsWith("[slurm_never]"));
    EXPECT_THAT(watch.take_unknown()->sentence, EndsWith("[slurm_never]"));
    watch.linked("n1");
    watch.unlinked();
    EXPECT_THAT(end_of({"FAILED", "NonZeroExitCode", "n1"}), EndsWith("[slurm_node_lost]"));
    EXPECT_THAT(watch.take_unknown()->sentence, EndsWith("[slurm_node_lost]"));
}

TEST_F(JobWatchTest, AReasonThatNeverEndsEndsTheJob) {
    const auto end = watch.take({"PENDING", "PartitionTimeLimit", ""});
    ASSERT_TRUE(end);
    EXPECT_TRUE(end->runs) << "it has to be cancelled";
    EXPECT_THAT(end->sentence, EndsWith("[slurm_too_big]"));
    EXPECT_THAT(watch.take({"PENDING", "JobHeldAdmin", ""})->sentence, EndsWith("[slurm_refused]"));
    EXPECT_THAT(watch.take({"PENDING", "AccountNotAllowed", ""})->sentence, EndsWith("[slurm_account]"));
}

TEST_F(JobWatchTest, NoJobWaitsForEver) {
    EXPECT_EQ(end_of({"PENDING", "Priority", ""}), "");
    EXPECT_FALSE(watch.check());
    clock.advance(1h);
    const auto end = watch.check();
    ASSERT_TRUE(end);
    EXPECT_TRUE(end->runs);
    EXPECT_EQ(end->status, 75);
    EXPECT_THAT(end->sentence, testing::AllOf(HasSubstr("Priority"), EndsWith("[slurm_queue_too_long]")));
}

TEST_F(JobWatchTest, ANodeThatRunsAndIsNotLinkedIsLostAfterAMinute) {
    EXPECT_EQ(end_of({"RUNNING", "None", "n1"}), "");
    clock.advance(59s);
    EXPECT_FALSE(watch.check());
    clock.advance(1s);
    EXPECT_THAT(watch.check()->sentence, EndsWith("[slurm_never]"));
    watch.linked("n1");
    EXPECT_FALSE(watch.check());
    watch.unlinked();
    clock.advance(60s);
    EXPECT_THAT(watch.check()->sentence, EndsWith("[slurm_node_lost]"));
    EXPECT_TRUE(watch.check()->runs);
}

TEST_F(JobWatchTest, ASuspendedJobIsNotLost) {
    watch.linked("n1");
    watch.unlinked();
    EXPECT_EQ(end_of({"SUSPENDED", "None", "n1"}), "");
    clock.advance(5min);
    EXPECT_FALSE(watch.check());
}

TEST_F(JobWatchTest, NothingOfSlurmsWordsIsReadAsACode) {
    EXPECT_EQ(end_of({"PENDING", "[slurm_running] job=1\n", "n[1]"}), "");
    EXPECT_EQ(watch.status(), "In Slurm's queue: (slurm_running) job=1? [slurm_queued]");
    EXPECT_EQ(watch.node(), "n?1?");
}

}  // namespace
}  // namespace boardgate::far

// SPDX-License-Identifier: MIT
// Boards that Slurm runs, in the registry.
#include <gtest/gtest.h>

#include "src/boardgated/boards/registry.h"

#include "tests/fakes/fake_clock.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

struct ClusterBoardsTest : testing::Test {
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    const setting::Engines both{Engine::systemd, true};
};

TEST_F(ClusterBoardsTest, TheEndOfItsJobIsWhyABoardOnTheClusterSleeps) {
    Registry cluster(*store, clock, 3h, both);
    BoardOptions options;
    options.logdir = "/data/runs";
    options.engine = "slurm";
    const BoardId id = cluster.add(1001, *UserName::parse("alice"), options)->id;
    const auto now = [&](const char* service, const char* invocation, const char* status) {
        UnitFacts unit;
        unit.socket_active = "active";
        unit.service_active = service;
        unit.invocation = invocation;
        unit.status_text = status;
        cluster.set_facts(id, unit);
        return *cluster.find(id);
    };
    EXPECT_EQ(now("activating", "1", "In Slurm's queue: Resources [slurm_queued] job=5").state, State::queued);
    EXPECT_TRUE(is_awake(*cluster.find(id))) << "it has a slot";
    EXPECT_EQ(now("active", "1", "Serving [slurm_running] job=5 node=n1").job().node, "n1");
    const Board preempted = now("inactive", "1", "room for job 6 [slurm_preempted] job=5 node=n1");
    EXPECT_EQ(preempted.asleep_because, "it made room for a job of higher priority");
    EXPECT_EQ(preempted.job().job, "") << "it has no job any more";
    now("activating", "2", "In Slurm's queue: Resources [slurm_queued] job=7");
    cluster.set_asleep_because(id, "you put it to sleep");
    EXPECT_EQ(now("inactive", "2", "cancelled [slurm_cancelled] job=7").asleep_because, "you put it to sleep");
    now("active", "3", "Serving [slurm_running] job=8 node=n1");
    cluster.set_usage(id, {100, 1.0});
    EXPECT_FALSE(cluster.find(id)->usage.memory) << "that of the process on this server";
}

TEST_F(ClusterBoardsTest, ABoardMovesFromAnEngineThatTheSiteHasNoMore) {
    Registry before(*store, clock, 3h, both);
    BoardOptions options;
    options.logdir = "/data/runs";
    options.engine = "slurm";
    const BoardId id = before.add(1001, *UserName::parse("alice"), options)->id;
    Registry without(*store, clock, 3h);
    EXPECT_TRUE(without.load());
    EXPECT_EQ(without.find(id)->engine(), Engine::systemd);
    EXPECT_EQ(without.find(id)->unit().service(), "tensorboard-alice-" + id.str() + ".service");
    Registry same(*store, clock, 3h, both);
    EXPECT_TRUE(same.load());
    EXPECT_EQ(same.find(id)->unit().service(), "tensorboard.slurm-alice-" + id.str() + ".service");
}

}  // namespace
}  // namespace boardgate::boardgated

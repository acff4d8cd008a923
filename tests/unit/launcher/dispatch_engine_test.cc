// SPDX-License-Identifier: MIT
// Boards that Slurm runs: their units have other names, and the site may take the engine away.
#include <gmock/gmock.h>

#include "src/launcher/reconcile.h"

#include "tests/unit/launcher/launcher_test.h"

namespace boardgate::launcher {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* slurms_socket = "tensorboard.slurm-alice-abcdefgh.socket";
constexpr const char* slurms_service = "tensorboard.slurm-alice-abcdefgh.service";

struct EngineTest : LauncherTest {
    EngineTest() {
        settings.engine = {Engine::systemd, true};
        settings.link_address = "192.0.2.1";
    }
    static wire::DoorSpec remote() {
        wire::DoorSpec spec = door(16001);
        spec.engine = Engine::slurm;
        return spec;
    }
    void made_remote() {
        ASSERT_TRUE(make(alice, remote()).result);
        (void)systemd.asked();
        (void)systemd.transient();
    }
    std::string state_of(const char* unit) { return systemd.property(unit, "ActiveState"); }
};

TEST_F(EngineTest, ABoardOfSlurmHasUnitsAndWordsOfItsOwn) {
    ASSERT_TRUE(make(alice, remote()).result);
    EXPECT_EQ(state_of(slurms_socket), "active");
    EXPECT_NE(state_of(alices_socket), "active");
    EXPECT_THAT(records_folder.get(std::string(board) + ".arguments"), HasSubstr("--job-name=tensorboard.slurm-alice-abcdefgh"));
    (void)systemd.asked();
    EXPECT_TRUE(ask_of<wire::WakeBoard>(alice).result);
    EXPECT_TRUE(ask_of<wire::SleepBoard>(alice).result);
    EXPECT_TRUE(ask_of<wire::RestartBoard>(alice).result);
    EXPECT_THAT(systemd.asked(), ElementsAre(std::string("StartUnit ") + slurms_service, std::string("StopUnit ") + slurms_service,
                                             std::string("RestartUnit ") + slurms_service));
}

TEST_F(EngineTest, TheSiteSaysWhichEnginesThereAre) {
    settings.engine = {Engine::systemd, false};
    EXPECT_EQ(refusal(make(alice, remote())), Refusal::bad_request);
    settings.engine = {Engine::slurm, false};
    EXPECT_EQ(refusal(make(alice, door())), Refusal::bad_request);
    EXPECT_TRUE(make(alice, remote()).result);
}

TEST_F(EngineTest, AnotherEngineReplacesTheUnitsOfTheFormer) {
    made(16001);
    ASSERT_TRUE(make(alice, remote()).result);
    EXPECT_THAT(systemd.asked(), Contains(std::string("StopUnit ") + alices_service));
    EXPECT_NE(state_of(alices_socket), "active");
    EXPECT_EQ(state_of(slurms_socket), "active");
    EXPECT_EQ(records.read(BoardId::parse(board).value())->door.engine, Engine::slurm);
}

TEST_F(EngineTest, ABoardWhoseEngineTheSiteTookAwayMovesAtItsNextWake) {
    made_remote();
    settings.engine = {Engine::systemd, false};
    EXPECT_TRUE(ask_of<wire::WakeBoard>(alice).result);
    EXPECT_THAT(systemd.asked(), Contains(std::string("StartUnit ") + alices_service));
    EXPECT_NE(state_of(slurms_socket), "active");
    EXPECT_EQ(state_of(alices_socket), "active");
    EXPECT_EQ(records.read(BoardId::parse(board).value())->door.engine, Engine::systemd);
}

TEST_F(EngineTest, OrWhenDoorsAreReconciled) {
    made_remote();
    EXPECT_TRUE(reconcile(records, doors, settings, clock));
    EXPECT_EQ(state_of(slurms_socket), "active");
    settings.engine = {Engine::systemd, false};
    EXPECT_TRUE(reconcile(records, doors, settings, clock));
    EXPECT_NE(state_of(slurms_socket), "active");
    EXPECT_EQ(state_of(alices_socket), "active");
}

TEST_F(EngineTest, RemovingADoorStopsTheUnitsOfBoth) {
    made_remote();
    EXPECT_TRUE(ask_of<wire::RemoveDoor>(alice).result);
    EXPECT_NE(state_of(slurms_socket), "active");
    EXPECT_EQ(records_folder.count(), 0U);
    EXPECT_THAT(systemd.asked(), Contains(std::string("StopUnit ") + alices_service)) << "perhaps one without a record";
}

TEST_F(EngineTest, PriorityAndSleepChangeWhileTheJobRuns) {
    made_remote();
    wire::DoorSpec changed = remote();
    changed.idle_sleep = 60;
    EXPECT_TRUE(make(alice, changed).result);
    EXPECT_THAT(systemd.asked(), ElementsAre(std::string("KillUnit ") + slurms_service));
}

}  // namespace
}  // namespace boardgate::launcher

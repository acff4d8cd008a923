// SPDX-License-Identifier: MIT
#include "src/launcher/reconcile.h"

#include <gmock/gmock.h>

#include "tests/unit/launcher/launcher_test.h"

namespace boardgate::launcher {
namespace {

using testing::IsEmpty;

struct ReconcileTest : LauncherTest {
    ReconcileTest() { made(16002); }
    [[nodiscard]] bool reconciled() { return reconcile(records, doors, settings, clock); }
    [[nodiscard]] std::string door_is() { return systemd.property(alices_socket, "ActiveState"); }
};

TEST_F(ReconcileTest, AnOpenDoorOfAnOpenAccountIsLeftAlone) {
    EXPECT_TRUE(reconciled());
    EXPECT_THAT(systemd.asked(), IsEmpty());
}

TEST_F(ReconcileTest, ALostDoorIsMadeAgain) {
    reboot();
    EXPECT_TRUE(reconciled());
    EXPECT_EQ(door_is(), "active");
    systemd.forget(alices_socket);
    boot(3);
    systemd.refuse("StartTransientUnit", "org.freedesktop.DBus.Error.AccessDenied");
    EXPECT_FALSE(reconciled());
}

TEST_F(ReconcileTest, ADoorThatSomebodyStoppedStaysClosedAlsoAfterAReboot) {
    directory.groups = {{"wheel", {"bob"}}};
    systemd.forget(alices_socket);
    EXPECT_TRUE(reconciled());
    EXPECT_NE(door_is(), "active");
    EXPECT_EQ(refusal(ask_of<wire::WakeBoard>(alice)), Refusal::stopped);
    EXPECT_EQ(refusal(make(alice, door())), Refusal::stopped) << "not by changing an option either";
    boot(2);
    EXPECT_TRUE(reconciled());
    EXPECT_NE(door_is(), "active");
    EXPECT_EQ(refusal(send(wire::CheckDoor{board}).value()), Refusal::stopped);
    EXPECT_EQ(refusal(ask_of<wire::ReopenDoor>(alice)), Refusal::account) << "its owner is no administrator";
    EXPECT_TRUE(ask_of<wire::ReopenDoor>(ticket_of(1002)).result);
    EXPECT_EQ(door_is(), "active");
    EXPECT_TRUE(send(wire::CheckDoor{board}).value().result);
    EXPECT_TRUE(ask_of<wire::WakeBoard>(alice).result);
}

TEST_F(ReconcileTest, ADoorThatClosesAtShutdownIsNotStopped) {
    boot(1, "stopping");
    systemd.forget(alices_socket);
    EXPECT_TRUE(send(wire::CheckDoor{board}).value().result);
    boot(2);
    EXPECT_TRUE(reconciled());
    EXPECT_EQ(door_is(), "active");
}

TEST_F(ReconcileTest, AReopenedDoorIsNoWayAroundAClosedAccount) {
    directory.groups = {{"wheel", {"bob"}}};
    systemd.forget(alices_socket);
    directory.shadow["alice"] = {"x", 0};
    EXPECT_EQ(refusal(ask_of<wire::ReopenDoor>(ticket_of(1002))), Refusal::account);
    EXPECT_NE(door_is(), "active");
}

TEST_F(ReconcileTest, AFailedUnitIsResetAndNoOther) {
    systemd.set(alices_service, {{"ActiveState", "failed"}});
    (void)systemd.asked();
    EXPECT_TRUE(send(wire::ResetFailed{board}).value().result);
    EXPECT_NE(systemd.property(alices_service, "ActiveState"), "failed");
    EXPECT_EQ(refusal(send(wire::ResetFailed{"zzzzzzzz"}).value()), Refusal::no_such_door);
}

TEST_F(ReconcileTest, AClosedAccountsDoorIsShutWithItsBoardAndComesBackWithTheAccount) {
    ASSERT_TRUE(ask_of<wire::WakeBoard>(alice).result);
    directory.shadow["alice"] = {"x", 0};
    EXPECT_TRUE(reconciled());
    EXPECT_NE(door_is(), "active");
    EXPECT_NE(systemd.property(alices_service, "ActiveState"), "active");
    EXPECT_EQ(records.all().size(), 1U);
    directory.shadow.clear();
    EXPECT_TRUE(reconciled());
    EXPECT_EQ(door_is(), "active");
    EXPECT_EQ(records.read(BoardId::parse(board).value())->door.port, 16002);
}

TEST_F(ReconcileTest, TheDoorOfADeletedAccountGoesForGood) {
    directory.accounts.erase(directory.accounts.begin());
    EXPECT_TRUE(reconciled());
    EXPECT_NE(door_is(), "active");
    EXPECT_EQ(records_folder.count(), 0U);
}

TEST_F(ReconcileTest, TheDoorOfADeletedAccountWhoseNumberAnotherOneGotGoes) {
    directory.accounts[0].name = "anna";
    EXPECT_TRUE(reconciled());
    EXPECT_NE(door_is(), "active");
    EXPECT_EQ(records_folder.count(), 0U);
}

TEST_F(ReconcileTest, ADoorOutsideOfTheRangeIsAStray) {
    close_strays(records, doors, settings);
    EXPECT_THAT(systemd.asked(), IsEmpty());
    EXPECT_EQ(door_is(), "active");
    settings.door_ports.last = 16001;
    close_strays(records, doors, settings);
    EXPECT_NE(door_is(), "active");
    EXPECT_EQ(records.all().size(), 1U);
}

TEST_F(ReconcileTest, ADirectoryThatDoesNotAnswerClosesNothing) {
    directory.fault = EIO;
    EXPECT_TRUE(reconciled());
    EXPECT_EQ(door_is(), "active");
    EXPECT_EQ(records.all().size(), 1U);
}

}  // namespace
}  // namespace boardgate::launcher

// SPDX-License-Identifier: MIT
#include "src/launcher/reconcile.h"

#include <gmock/gmock.h>

#include <filesystem>

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

TEST_F(ReconcileTest, WhatADeadWriterLeftIsRemovedAfterAMinute) {
    records_folder.put("abcdefgh.new", "half");
    records_folder.put("hgfedcba.use", "of a board without a record");
    const auto now = std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
    clock.set_wall(now);
    EXPECT_TRUE(reconciled());
    EXPECT_TRUE(records_folder.has("abcdefgh.new")) << "somebody may be writing it";
    clock.set_wall(now + std::chrono::hours(1));
    EXPECT_TRUE(reconciled());
    EXPECT_FALSE(records_folder.has("abcdefgh.new"));
    EXPECT_FALSE(records_folder.has("hgfedcba.use"));
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

/// Boards that nobody woke for long. alice's board has the port 16002.
struct RestTest : LauncherTest {
    static constexpr const char* other = "zzzzzzzz";
    RestTest() {
        alice = ticket_of(1001, std::chrono::days(1000));
        made();
    }
    [[nodiscard]] bool reconciled() { return reconcile(records, doors, settings, clock); }
    [[nodiscard]] bool is_open(const std::string& socket = alices_socket) { return systemd.property(socket, "ActiveState") == "active"; }
    [[nodiscard]] std::string resting() {
        const auto answer = send(wire::AskResting{std::string(board) + other}).value();
        return answer.resting ? answer.resting->boards : "no answer";
    }
    Response make_other(const std::string& id = other) {
        wire::DoorSpec spec = door();
        spec.board = id;
        return make(alice, spec);
    }
    void wake() { EXPECT_TRUE(ask_of<wire::WakeBoard>(alice).result); }
};

TEST_F(RestTest, ABoardRestsAfterDoorRestWithoutAWake) {
    clock.advance(settings.door_rest - 1h);
    EXPECT_TRUE(reconciled());
    EXPECT_TRUE(is_open());
    EXPECT_EQ(resting(), "");
    clock.advance(2h);
    EXPECT_TRUE(reconciled());
    EXPECT_FALSE(is_open());
    EXPECT_EQ(resting(), board);
    EXPECT_TRUE(reconciled());
    reboot();
    EXPECT_TRUE(reconciled());
    EXPECT_FALSE(is_open()) << "neither the hourly run nor a boot makes the door";
}

TEST_F(RestTest, AWakeCountsAndMakesTheDoor) {
    clock.advance(settings.door_rest - 1h);
    wake();
    systemd.set(alices_service, {{"ActiveState", "inactive"}});
    clock.advance(2h);
    EXPECT_TRUE(reconciled());
    EXPECT_TRUE(is_open());
    clock.advance(settings.door_rest);
    EXPECT_TRUE(reconciled());
    EXPECT_FALSE(is_open());
    wake();
    EXPECT_TRUE(is_open());
    EXPECT_EQ(resting(), "");
    EXPECT_TRUE(reconciled());
    EXPECT_TRUE(is_open());
}

TEST_F(RestTest, AnAwakeBoardDoesNotRest) {
    systemd.set(alices_service, {{"ActiveState", "active"}});
    clock.advance(settings.door_rest + 1h);
    EXPECT_TRUE(reconciled());
    EXPECT_TRUE(is_open());
}

TEST_F(RestTest, AChosenPortAndAnOpenOneKeepTheirDoors) {
    ASSERT_TRUE(make(alice, door(16002)).result);
    clock.advance(settings.door_rest + 1h);
    EXPECT_TRUE(reconciled());
    EXPECT_TRUE(is_open());
    settings.allow_bind_all = true;
    wire::DoorSpec open = door();
    open.bind_all = true;
    ASSERT_TRUE(make(alice, open).result);
    clock.advance(settings.door_rest + 1h);
    EXPECT_TRUE(reconciled());
    EXPECT_TRUE(is_open());
}

TEST_F(RestTest, ADoorThatAnAdministratorStoppedDoesNotRest) {
    systemd.forget(alices_socket);
    clock.advance(settings.door_rest + 1h);
    EXPECT_TRUE(reconciled());
    EXPECT_EQ(resting(), "");
    EXPECT_EQ(refusal(ask_of<wire::WakeBoard>(alice)), Refusal::stopped);
}

TEST_F(RestTest, WithoutALimitNoBoardRests) {
    settings.door_rest = 0s;
    clock.advance(std::chrono::days(400));
    EXPECT_TRUE(reconciled());
    EXPECT_TRUE(is_open());
}

TEST_F(RestTest, ADoorOfAnOlderBoardgateRestsFromNowOn) {
    ASSERT_TRUE(std::filesystem::remove(records_folder / (std::string(board) + ".use")));
    clock.advance(settings.door_rest + 1h);
    EXPECT_TRUE(reconciled());
    EXPECT_TRUE(is_open());
    clock.advance(settings.door_rest + 1h);
    EXPECT_TRUE(reconciled());
    EXPECT_FALSE(is_open());
}

TEST_F(RestTest, WithoutAFreePortTheBoardRestsThatWasWokenLongestAgo) {
    clock.advance(1h);
    EXPECT_EQ(make_other("bbbbbbbb").result->port, 16002);
    clock.advance(1h);
    EXPECT_EQ(make_other("cccccccc").result->port, 16003);
    wake();
    systemd.set(alices_service, {{"ActiveState", "inactive"}});
    clock.advance(1h);
    EXPECT_EQ(make_other().result->port, 16002) << "alice's first board was woken later";
    EXPECT_TRUE(is_open());
    EXPECT_FALSE(is_open("tensorboard-alice-bbbbbbbb.socket"));
    // Its former port is another's now.
    const auto woken = ask_of<wire::WakeBoard>(alice, "bbbbbbbb");
    ASSERT_TRUE(woken.result) << woken.result.error().text;
    EXPECT_NE(woken.result->port, 16002);
}

TEST_F(RestTest, WhenAllAreAwakeNoPortIsFree) {
    for (const char* id : {"bbbbbbbb", "cccccccc"}) {
        ASSERT_TRUE(make_other(id).result);
        systemd.set(std::string("tensorboard-alice-") + id + ".service", {{"ActiveState", "active"}});
    }
    systemd.set(alices_service, {{"ActiveState", "active"}});
    EXPECT_EQ(refusal(make_other()), Refusal::ports_all_taken);
    EXPECT_TRUE(is_open());
}

TEST_F(RestTest, APortOfARestingBoardIsFree) {
    clock.advance(settings.door_rest + 1h);
    EXPECT_TRUE(reconciled());
    EXPECT_EQ(make_other().result->port, 16001);
    wake();
    EXPECT_EQ(records.read(BoardId::parse(board).value())->door.port, 16002);
}

TEST_F(RestTest, TheFormerPortIsTakenWhereItIsFree) {
    const auto make_formerly_on_16003 = [&](const char* id) {
        wire::MakeDoor message;
        message.door = door();
        message.door.board = id;
        message.former_port = 16003;
        return ask(alice, std::move(message)).result->port;
    };
    EXPECT_EQ(make_formerly_on_16003(other), 16003);
    EXPECT_EQ(make_formerly_on_16003("bbbbbbbb"), 16002);
}

}  // namespace
}  // namespace boardgate::launcher

// SPDX-License-Identifier: MIT
#include "src/launcher/dispatch.h"

#include <gmock/gmock.h>

#include "tests/unit/launcher/launcher_test.h"

namespace boardgate::launcher {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(LauncherTest, WithoutATicketNothingIsDone) {
    const Token unknown = Token::make();
    const Token ended = ticket_of(1001, 10s);
    // A ticket of another person whose uid alice got later.
    const Token of_another = ticket_of(1001, "ann");
    clock.advance(10s);
    for (const Token* token : {&unknown, &ended, &of_another}) {
        EXPECT_EQ(refusal(make(*token, door())), Refusal::ticket);
        EXPECT_EQ(refusal(ask_of<wire::RemoveDoor>(*token)), Refusal::ticket);
        EXPECT_EQ(refusal(ask_of<wire::WakeBoard>(*token)), Refusal::ticket);
        EXPECT_EQ(refusal(ask_of<wire::SleepBoard>(*token)), Refusal::ticket);
        EXPECT_EQ(refusal(ask_of<wire::ShareBoard>(*token)), Refusal::ticket);
        EXPECT_EQ(refusal(ask_of<wire::WakeShared>(*token)), Refusal::ticket);
        EXPECT_EQ(refusal(ask_of<wire::RestartBoard>(*token)), Refusal::ticket);
        EXPECT_EQ(refusal(ask(*token, wire::ReadTicket{})), Refusal::ticket);
        EXPECT_EQ(refusal(ask(*token, wire::OpenLogdirs{})), Refusal::ticket);
    }
    EXPECT_THAT(systemd.asked(), IsEmpty());
    EXPECT_EQ(refusal(send(wire::ReadTicket{Secret("short")}).value()), Refusal::ticket);
}

TEST_F(LauncherTest, WhatNoLauncherTakesIsAFaultOfThePeer) {
    EXPECT_FALSE(send(wire::LoginStart{"alice", ""}));
    EXPECT_FALSE(send(wire::LocalLogin{}));
    EXPECT_FALSE(send(wire::Done{}));
    fakes::SocketPair sockets;
    wire::Writer trailing(static_cast<std::uint16_t>(wire::Type::ReadTicket));
    trailing.text(alice.reveal(), Token::text_size);
    trailing.number(std::uint8_t{0});
    ASSERT_TRUE(wire::send(sockets.near.get(), std::as_const(trailing)));
    EXPECT_FALSE(dispatch.respond(**wire::receive(sockets.far.get(), 1s)));
}

TEST_F(LauncherTest, AccountsThatAreGoneOrSystemsHaveNoBoards) {
    EXPECT_EQ(refusal(make(ticket_of(4711), door())), Refusal::account);
    EXPECT_EQ(refusal(make(ticket_of(999), door())), Refusal::account);
    directory.accounts.erase(directory.accounts.begin());
    EXPECT_EQ(refusal(make(alice, door())), Refusal::account);
    EXPECT_THAT(systemd.asked(), IsEmpty());
}

TEST_F(LauncherTest, ClosedAccountsGetNothing) {
    directory.shadow["alice"] = {"$y$j9T$x", -1};
    alice = ticket_of(1001);
    made();
    directory.shadow["alice"] = {"!$y$j9T$x", -1};
    EXPECT_EQ(refusal(make(alice, door())), Refusal::account);
    EXPECT_EQ(refusal(ask_of<wire::RemoveDoor>(alice)), Refusal::account);
    EXPECT_EQ(refusal(ask_of<wire::WakeBoard>(alice)), Refusal::account);
    EXPECT_EQ(refusal(ask_of<wire::SleepBoard>(alice)), Refusal::account);
    EXPECT_EQ(refusal(ask_of<wire::ShareBoard>(alice)), Refusal::account);
    EXPECT_EQ(refusal(ask_of<wire::WakeShared>(alice)), Refusal::account);
    EXPECT_EQ(refusal(ask_of<wire::RestartBoard>(alice)), Refusal::account);
    EXPECT_EQ(refusal(ask(alice, wire::OpenLogdirs{})), Refusal::account);
    const Response holder = ask(alice, wire::ReadTicket{});
    EXPECT_EQ(refusal(holder), Refusal::account);
    EXPECT_EQ(holder.result.error().text, "the account is closed: it is locked");
    EXPECT_THAT(systemd.asked(), IsEmpty());
}

TEST_F(LauncherTest, ADoorDoesNotPassToTheNextAccountWithADeletedAccountsUid) {
    made();
    directory.accounts[0].name = "anna";
    const Token anna = ticket_of(1001);
    EXPECT_EQ(refusal(make(anna, door())), Refusal::no_such_door);
    EXPECT_EQ(refusal(ask_of<wire::WakeBoard>(anna)), Refusal::no_such_door);
    EXPECT_EQ(refusal(ask_of<wire::SleepBoard>(anna)), Refusal::no_such_door);
    EXPECT_THAT(systemd.asked(), IsEmpty());
    EXPECT_TRUE(ask_of<wire::RemoveDoor>(anna).result);
    EXPECT_EQ(systemd.property(alices_socket, "ActiveState"), "active");
    EXPECT_EQ(records.all().size(), 1U);
}

TEST_F(LauncherTest, ATicketIsOfANameAndANumber) {
    const Token former = ticket_of(1001, "former");
    EXPECT_EQ(refusal(make(former, door())), Refusal::ticket);
    EXPECT_EQ(refusal(ask_of<wire::WakeBoard>(former)), Refusal::ticket);
    EXPECT_THAT(systemd.asked(), IsEmpty());
}

TEST_F(LauncherTest, ADoorMovesWithARenamedAccountAndItsHome) {
    wire::DoorSpec of_home = door();
    of_home.home = "12:34.000000005";
    ASSERT_TRUE(make(alice, of_home).result);
    directory.accounts[0].name = "anna";
    const Token anna = ticket_of(1001);
    wire::DoorSpec other = of_home;
    other.home = "13:34.000000005";
    EXPECT_EQ(refusal(make(anna, other)), Refusal::no_such_door);
    EXPECT_TRUE(make(anna, of_home).result);
    EXPECT_EQ(records.read(BoardId::parse(board).value())->owner, "anna");
    EXPECT_NE(systemd.property(alices_socket, "ActiveState"), "active");
}

TEST_F(LauncherTest, ABoardWakesForTheHomeForWhichItWasMade) {
    wire::DoorSpec of_home = door();
    of_home.home = "12:34.000000005";
    ASSERT_TRUE(make(alice, of_home).result);
    (void)systemd.asked();
    EXPECT_THAT(records_folder.get(board + std::string(".arguments")), HasSubstr("--home=12:34.000000005"));
    const auto wake = [&](const std::string& mark) {
        wire::WakeBoard message;
        message.board = board;
        message.home = mark;
        return refusal(ask(alice, std::move(message)));
    };
    EXPECT_EQ(wake(""), Refusal::no_such_door);
    EXPECT_EQ(wake("13:34.000000005"), Refusal::no_such_door);
    EXPECT_THAT(systemd.asked(), IsEmpty());
    EXPECT_EQ(wake(of_home.home), std::nullopt);
}

TEST_F(LauncherTest, OnlyTheOwnerReadsWhatADoorWasMadeFrom) {
    made();
    EXPECT_EQ(refusal(ask_of<wire::ReadDoor>(ticket_of(1002))), Refusal::no_such_door);
    const Response answer = ask_of<wire::ReadDoor>(alice);
    ASSERT_TRUE(answer.door);
    EXPECT_EQ(answer.door->door.logdir, "/home/alice/runs");
    EXPECT_EQ(answer.door->door.port, 16001);
    EXPECT_EQ(refusal(ask_of<wire::ReadDoor>(alice, "zzzzzzzz")), Refusal::no_such_door);
}

TEST_F(LauncherTest, MakesADoorOnTheFirstFreePortThatIsNotTheProbes) {
    const Response answer = make(alice, door());
    ASSERT_TRUE(answer.result) << answer.result.error().text;
    EXPECT_EQ(answer.result->port, 16001);
    const auto calls = systemd.transient();
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_THAT(calls[0], HasSubstr("STRING \"tensorboard-alice-abcdefgh.socket\""));
    EXPECT_THAT(calls[0], HasSubstr("STRING \"127.0.0.1:16001\""));
    const auto record = records.read(BoardId::parse(board).value());
    ASSERT_TRUE(record);
    EXPECT_EQ(record->uid, 1001U);
    EXPECT_EQ(record->door.port, 16001);
}

TEST_F(LauncherTest, TriesTheNextPortWhenOneIsTaken) {
    systemd.take_ports({16001, 16002});
    EXPECT_EQ(make(alice, door()).result->port, 16003);
    EXPECT_EQ(records.read(BoardId::parse(board).value())->door.port, 16003);
}

TEST_F(LauncherTest, PortsOfOtherDoorsAreNotEvenTried) {
    made();
    wire::DoorSpec other = door();
    other.board = "zzzzzzzz";
    EXPECT_EQ(make(ticket_of(1002), other).result->port, 16002);
    EXPECT_EQ(systemd.transient().size(), 1U);
}

TEST_F(LauncherTest, WhenEveryPortIsTakenNothingIsLeftBehind) {
    systemd.take_ports({16001, 16002, 16003});
    EXPECT_EQ(refusal(make(alice, door())), Refusal::ports_all_taken);
    EXPECT_EQ(records_folder.count(), 0U);
    EXPECT_EQ(refusal(make(alice, door(16002))), Refusal::port_taken);
    EXPECT_EQ(records_folder.count(), 0U);
}

TEST_F(LauncherTest, OpensNoDoorWhileThePacketFilterIsMissing) {
    for (const char* state : {"inactive", "failed", "activating"}) {
        systemd.set(gate_unit, {{"ActiveState", state}});
        EXPECT_EQ(refusal(make(alice, door())), Refusal::gate_missing) << state;
    }
    systemd.forget(gate_unit);
    EXPECT_EQ(refusal(make(alice, door())), Refusal::gate_missing);
    EXPECT_THAT(systemd.asked(), IsEmpty());
}

TEST_F(LauncherTest, OpensNoDoorWhereThePacketFilterDoesNotReach) {
    // boardgate.conf has changed, but not the loaded table.
    for (const char* word :
         {"", "Local accounts are refused at ports 16001 to 17000", "Local accounts are refused at ports 15000 to 16002"}) {
        systemd.set(gate_unit, {{"StatusText", word}});
        EXPECT_EQ(refusal(make(alice, door())), Refusal::gate_missing) << word;
    }
    systemd.set(gate_unit, {{"StatusText", "Local accounts are refused at ports 15000 to 17000"}});
    EXPECT_TRUE(make(alice, door()).result);
}

TEST_F(LauncherTest, ADoorOutsideTheRangeIsMadeAgainInIt) {
    made(16002);
    reboot();
    settings.door_ports = {16010, 16013};
    systemd.set(gate_unit, {{"StatusText", gate_status_text(settings.door_ports)}});
    EXPECT_EQ(ask_of<wire::WakeBoard>(alice).result->port, 16011);
    EXPECT_EQ(records.read(BoardId::parse(board).value())->door.port, 16011);
}

TEST_F(LauncherTest, BelievesNoField) {
    const auto refused = [&](auto change) {
        wire::DoorSpec spec = door();
        change(spec);
        const Response answer = make(alice, spec);
        return refusal(answer) == Refusal::bad_request ? answer.result.error().text : std::string();
    };
    EXPECT_THAT(refused([](auto& d) { d.board = "../../x"; }), HasSubstr("board"));
    EXPECT_THAT(refused([](auto& d) { d.logdir = "runs"; }), HasSubstr("logdir"));
    EXPECT_THAT(refused([](auto& d) { d.logdir = "/a\nb"; }), HasSubstr("logdir"));
    EXPECT_THAT(refused([](auto& d) { d.names = {"a\nb"}; }), HasSubstr("names"));
    EXPECT_THAT(refused([](auto& d) { d.names = {"../../etc"}; }), HasSubstr("names"));
    for (const int port : {22, 443, 16000, 16004, 65535}) {
        EXPECT_THAT(refused([port](auto& d) { d.port = static_cast<std::uint16_t>(port); }), HasSubstr("port")) << port;
    }
    EXPECT_THAT(refused([](auto& d) { d.reload_interval = 86401; }), HasSubstr("reload_interval"));
    EXPECT_THAT(refused([](auto& d) { d.samples_per_plugin = "images=1 --bind_all"; }), HasSubstr("samples_per_plugin"));
    EXPECT_THAT(refused([](auto& d) { d.samples_per_plugin = "images=1,"; }), HasSubstr("samples_per_plugin"));
    EXPECT_THAT(refused([](auto& d) { d.idle_sleep = 0; }), HasSubstr("idle_sleep"));
    EXPECT_THAT(refused([](auto& d) { d.priority = 0; }), HasSubstr("priority"));
    EXPECT_THAT(refused([](auto& d) { d.priority = 101; }), HasSubstr("priority"));
    EXPECT_THAT(refused([](auto& d) { d.bind_all = true; }), HasSubstr("bind_all"));
    EXPECT_THAT(refused([](auto& d) { d.host = "0.0.0.0"; }), HasSubstr("host"));
    EXPECT_THAT(systemd.asked(), IsEmpty());
    EXPECT_EQ(records_folder.count(), 0U);
}

TEST_F(LauncherTest, OnlyTheSitesEnvironmentsRun) {
    wire::DoorSpec spec = door();
    spec.environment = "other";
    EXPECT_EQ(refusal(make(alice, spec)), Refusal::environment);
    spec.environment = "/home/alice/bin/tensorboard";
    EXPECT_EQ(refusal(make(alice, spec)), Refusal::environment);
    spec.environment = "";
    EXPECT_EQ(refusal(make(alice, spec)), Refusal::environment);
    settings.allow_own_environments = true;
    spec.environment = "/home/alice/bin/tensorboard";
    EXPECT_TRUE(make(alice, spec).result);
    EXPECT_THAT(records_folder.get(board + std::string(".arguments")), HasSubstr("--tensorboard=/home/alice/bin/tensorboard"));
    EXPECT_THAT(systemd.transient().at(0), Not(HasSubstr("/home/alice"))) << "everybody can read that";
}

TEST_F(LauncherTest, NobodyTakesOverSomebodyElsesBoard) {
    made();
    const Token bob = ticket_of(1002);
    EXPECT_EQ(refusal(make(bob, door())), Refusal::no_such_door);
    EXPECT_EQ(refusal(ask_of<wire::WakeBoard>(bob)), Refusal::no_such_door);
    EXPECT_EQ(refusal(ask_of<wire::SleepBoard>(bob)), Refusal::no_such_door);
    EXPECT_EQ(refusal(ask_of<wire::RestartBoard>(bob)), Refusal::no_such_door);
    EXPECT_THAT(systemd.asked(), IsEmpty());
    // Removing searches for units of the requester, which do not exist.
    EXPECT_TRUE(ask_of<wire::RemoveDoor>(bob).result);
    for (const std::string& asked : systemd.asked()) EXPECT_THAT(asked, Not(HasSubstr("alice")));
    EXPECT_TRUE(records.read(BoardId::parse(board).value()));
    EXPECT_EQ(systemd.property(alices_socket, "ActiveState"), "active");
}

TEST_F(LauncherTest, MakingADoorAnewReplacesTheOldOne) {
    made(16002);
    EXPECT_EQ(make(alice, door(16003)).result->port, 16003);
    EXPECT_THAT(systemd.asked(), ElementsAre("StopUnit tensorboard-alice-abcdefgh.socket", "StopUnit tensorboard-alice-abcdefgh.service",
                                             "StartTransientUnit tensorboard-alice-abcdefgh.socket"));
    EXPECT_EQ(records.all().size(), 1U);
}

TEST_F(LauncherTest, PriorityAndSleepChangeWhileTheBoardRuns) {
    made(16002);
    wire::DoorSpec changed = door(16002);
    changed.idle_sleep = 60;
    EXPECT_EQ(make(alice, changed).result->port, 16002);
    EXPECT_THAT(systemd.asked(), ElementsAre("KillUnit tensorboard-alice-abcdefgh.service"));
    changed.priority = 70;
    EXPECT_EQ(make(alice, changed).result->port, 16002);
    EXPECT_THAT(systemd.asked(),
                ElementsAre("SetUnitProperties tensorboard-alice-abcdefgh.service", "KillUnit tensorboard-alice-abcdefgh.service"));
    const auto record = records.read(BoardId::parse(board).value());
    EXPECT_EQ(record->door.priority, 70U);
    EXPECT_EQ(record->door.idle_sleep, 60U);
    EXPECT_THAT(records_folder.get(std::string(board) + ".arguments"), HasSubstr("--idle-sleep=000000060"));
    // All else, and a door that is not open, needs new units.
    changed.reload_interval = 9;
    EXPECT_TRUE(make(alice, changed).result);
    EXPECT_THAT(systemd.asked(), Contains("StartTransientUnit tensorboard-alice-abcdefgh.socket"));
    reboot();
    changed.priority = 20;
    EXPECT_TRUE(make(alice, changed).result);
    EXPECT_THAT(systemd.asked(), Contains("StartTransientUnit tensorboard-alice-abcdefgh.socket"));
}

TEST_F(LauncherTest, WakesAndRestartsTheUnitBehindAnOpenDoor) {
    made();
    EXPECT_EQ(ask_of<wire::WakeBoard>(alice).result->port, 16001);
    EXPECT_EQ(ask_of<wire::RestartBoard>(alice).result->port, 16001);
    EXPECT_THAT(systemd.asked(),
                ElementsAre("StartUnit tensorboard-alice-abcdefgh.service", "RestartUnit tensorboard-alice-abcdefgh.service"));
}

TEST_F(LauncherTest, ADoorThatIsLostIsMadeAgainBeforeItsBoardWakes) {
    made(16002);
    reboot();
    EXPECT_EQ(ask_of<wire::WakeBoard>(alice).result->port, 16002);
    EXPECT_THAT(systemd.asked(),
                ElementsAre("StopUnit tensorboard-alice-abcdefgh.socket", "StopUnit tensorboard-alice-abcdefgh.service",
                            "StartTransientUnit tensorboard-alice-abcdefgh.socket", "StartUnit tensorboard-alice-abcdefgh.service"));
}

TEST_F(LauncherTest, ADoorWhosePortWasTakenMeanwhileMoves) {
    made(16001);
    reboot();
    systemd.take_ports({16001});
    EXPECT_EQ(ask_of<wire::WakeBoard>(alice).result->port, 16002);
    EXPECT_EQ(records.read(BoardId::parse(board).value())->door.port, 16002);
}

TEST_F(LauncherTest, PutsABoardToSleepAndKeepsItsDoor) {
    made();
    EXPECT_EQ(ask_of<wire::SleepBoard>(alice).result->port, 16001);
    EXPECT_THAT(systemd.asked(), ElementsAre("StopUnit tensorboard-alice-abcdefgh.service"));
    EXPECT_EQ(systemd.property(alices_socket, "ActiveState"), "active");
}

TEST_F(LauncherTest, AdministratorsPutAnybodysBoardToSleepAndNothingElse) {
    made();
    directory.groups = {{"wheel", {"bob"}}};
    const Token bob = ticket_of(1002);
    EXPECT_EQ(ask_of<wire::SleepBoard>(bob).result->port, 16001);
    EXPECT_THAT(systemd.asked(), ElementsAre("StopUnit tensorboard-alice-abcdefgh.service"));
    EXPECT_EQ(refusal(ask_of<wire::WakeBoard>(bob)), Refusal::no_such_door);
    EXPECT_EQ(refusal(ask_of<wire::RestartBoard>(bob)), Refusal::no_such_door);
    EXPECT_EQ(refusal(make(bob, door())), Refusal::no_such_door);
    EXPECT_EQ(refusal(ask_of<wire::SleepBoard>(bob, "zzzzzzzz")), Refusal::no_such_door);
    settings.administrators.clear();
    EXPECT_EQ(refusal(ask_of<wire::SleepBoard>(bob)), Refusal::no_such_door);
}

TEST_F(LauncherTest, RemovesDoorUnitAndRecordTheDoorFirst) {
    made();
    EXPECT_TRUE(ask_of<wire::WakeBoard>(alice).result);
    (void)systemd.asked();
    EXPECT_TRUE(ask_of<wire::RemoveDoor>(alice).result);
    EXPECT_THAT(systemd.asked(), ElementsAre("StopUnit tensorboard-alice-abcdefgh.socket", "StopUnit tensorboard-alice-abcdefgh.service"));
    EXPECT_EQ(records_folder.count(), 0U);
    EXPECT_TRUE(ask_of<wire::RemoveDoor>(alice).result) << "twice is fine";
}

TEST_F(LauncherTest, AUnitThatSomebodyStartsMeanwhileIsStoppedAgain) {
    made();
    EXPECT_TRUE(ask_of<wire::WakeBoard>(alice).result);
    systemd.start_after_next_stop("tensorboard-alice-abcdefgh.service");
    EXPECT_TRUE(ask_of<wire::RemoveDoor>(alice).result);
    EXPECT_EQ(systemd.property("tensorboard-alice-abcdefgh.service", "ActiveState"), "inactive");
}

TEST_F(LauncherTest, WhatSystemdDoesNotStopKeepsItsRecord) {
    made();
    systemd.refuse("StopUnit", "org.freedesktop.DBus.Error.AccessDenied");
    EXPECT_EQ(refusal(ask_of<wire::RemoveDoor>(alice)), Refusal::systemd);
    EXPECT_EQ(records.all().size(), 1U);
}

TEST_F(LauncherTest, WhatSystemdSaysNothingAboutIsNotStopped) {
    made();
    for (const char* method : {"StopUnit", "GetUnit", "Get"}) systemd.refuse(method, SD_BUS_ERROR_NO_REPLY);
    EXPECT_EQ(refusal(ask_of<wire::RemoveDoor>(alice)), Refusal::systemd);
    EXPECT_EQ(records.all().size(), 1U);
}

TEST_F(LauncherTest, MalformedIdsAreRefused) {
    for (const char* id : {"", "../x", "ABCDEFGH", "abcdefg"}) {
        EXPECT_EQ(refusal(ask_of<wire::WakeBoard>(alice, id)), Refusal::bad_request) << id;
        EXPECT_EQ(refusal(ask_of<wire::SleepBoard>(alice, id)), Refusal::bad_request) << id;
        EXPECT_EQ(refusal(ask_of<wire::RemoveDoor>(alice, id)), Refusal::bad_request) << id;
    }
    EXPECT_THAT(systemd.asked(), IsEmpty());
}

TEST_F(LauncherTest, ARefusalOfSystemdIsReportedInItsWords) {
    systemd.refuse("StartTransientUnit", "org.freedesktop.DBus.Error.AccessDenied");
    const Response answer = make(alice, door());
    EXPECT_EQ(refusal(answer), Refusal::systemd);
    EXPECT_THAT(answer.result.error().text, HasSubstr("on purpose"));
    EXPECT_EQ(records_folder.count(), 0U);
    systemd.refuse("StartTransientUnit", "");
    made();
    systemd.refuse("StartUnit", "org.freedesktop.systemd1.UnitMasked");
    EXPECT_EQ(refusal(ask_of<wire::WakeBoard>(alice)), Refusal::systemd);
}

TEST_F(LauncherTest, TellsWhoseATicketIs) {
    const Response answer = ask(local_ticket(), wire::ReadTicket{});
    ASSERT_TRUE(answer.holder);
    EXPECT_EQ(answer.holder->uid, 1001U);
    EXPECT_EQ(answer.holder->user, "alice");
    EXPECT_EQ(answer.holder->expires, 1'800'003'600);
}

TEST_F(LauncherTest, RevokesTheNamedTicketsAndNoOther) {
    const Token second = ticket_of(1001);
    const Token bob = ticket_of(1002);
    const auto good = [&](const Token& token) {
        return tickets.check(token.hash(), std::chrono::floor<std::chrono::seconds>(clock.wall())).has_value();
    };
    EXPECT_FALSE(send(wire::RevokeTickets{alice.hash().hex() + "not a hash"}));
    EXPECT_TRUE(good(alice)) << "a malformed message does nothing";
    EXPECT_EQ(refusal(send(wire::RevokeTickets{alice.hash().hex() + Token::make().hash().hex() + second.hash().hex()}).value()),
              std::nullopt);
    EXPECT_FALSE(good(alice));
    EXPECT_FALSE(good(second));
    EXPECT_TRUE(good(bob));
    EXPECT_TRUE(send(wire::RevokeTickets{alice.hash().hex()})) << "it is gone already";
}

TEST_F(LauncherTest, DashesOfANameAreNoDashesOfAUnit) {
    wire::DoorSpec spec = door();
    EXPECT_TRUE(make(ticket_of(1003), spec).result);
    EXPECT_THAT(systemd.asked().back(), HasSubstr("tensorboard-a\\x2dda-abcdefgh.socket"));
}

TEST_F(LauncherTest, ANewPasswordEndsEveryTicketOfBefore) {
    directory.shadow["alice"] = {"$y$one"};
    const Token before = ticket_of(1001);
    EXPECT_EQ(refusal(make(before, door())), std::nullopt);
    directory.shadow["alice"] = {"$y$two"};
    EXPECT_EQ(refusal(ask_of<wire::WakeBoard>(before)), Refusal::ticket);
    directory.shadow["alice"] = {"$y$one"};
    EXPECT_EQ(refusal(ask_of<wire::WakeBoard>(before)), Refusal::ticket) << "it is gone for good";
    EXPECT_EQ(refusal(ask_of<wire::WakeBoard>(ticket_of(1001))), std::nullopt) << "the board stays";
}

TEST_F(LauncherTest, ATicketOfASessionIsNoneToLogInWith) {
    EXPECT_EQ(refusal(ask(alice, wire::ReadTicket{})), Refusal::ticket);
    const Token local = local_ticket();
    EXPECT_EQ(ask(local, wire::ReadTicket{}).holder->user, "alice");
    EXPECT_EQ(refusal(ask(local, wire::ReadTicket{})), Refusal::ticket);
    EXPECT_EQ(refusal(make(local, door())), std::nullopt);
}

TEST_F(LauncherTest, TellsWhichTicketsAreThereNoMore) {
    directory.shadow["bob"] = {"$y$one"};
    const Token of_bob = ticket_of(1002);
    const Token unknown = Token::make();
    directory.shadow["bob"] = {"$y$two"};
    const auto answer = send(wire::AskTickets{alice.hash().hex() + of_bob.hash().hex() + unknown.hash().hex()});
    ASSERT_TRUE(answer && answer->ended);
    EXPECT_EQ(answer->ended->hashes, of_bob.hash().hex() + unknown.hash().hex());
    EXPECT_FALSE(send(wire::AskTickets{std::string(64, 'x')}));
}

TEST_F(LauncherTest, ARequestTakesTheShareOfItsTicketsPerson) {
    const auto person = [&](auto message) {
        fakes::SocketPair sockets;
        EXPECT_TRUE(wire::send(sockets.near.get(), std::move(message)));
        return person_of(**wire::receive(sockets.far.get(), 1s), tickets, records, clock);
    };
    EXPECT_EQ(person(wire::OpenLogdirs{Secret(alice.reveal())}), 1001U);
    EXPECT_EQ(person(wire::OpenLogdirs{Secret(Token::make().reveal())}), nobodys);
    // They wait for what the board's owner does with the door, and must not hold up the end of other people's tickets.
    made();
    EXPECT_EQ(person(wire::CheckDoor{board}), 1001U);
    EXPECT_EQ(person(wire::ResetFailed{board}), 1001U);
    EXPECT_EQ(person(wire::CheckDoor{"zzzzzzzz"}), nobodys);
    EXPECT_EQ(person(wire::RevokeTickets{alice.hash().hex()}), nobodys);
}

}  // namespace
}  // namespace boardgate::launcher

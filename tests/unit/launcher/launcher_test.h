// SPDX-License-Identifier: MIT
// The fixture of the launcher's tests: the launcher without its socket.
#pragma once

#include <gtest/gtest.h>

#include "src/base/gate_status_text.h"
#include "src/launcher/dispatch.h"
#include "src/tickets/shadow.h"

#include "tests/fakes/accounts.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_systemd.h"
#include "tests/fakes/socket_pair.h"
#include "tests/fakes/temp_folder.h"

namespace boardgate::launcher {

using namespace std::chrono_literals;
using wire::Refusal;

constexpr const char* board = "abcdefgh";
constexpr const char* alices_socket = "tensorboard-alice-abcdefgh.socket";
constexpr const char* alices_service = "tensorboard-alice-abcdefgh.service";

/// The launcher without its socket: real tickets and records, fake systemd and accounts.
struct LauncherTest : testing::Test {
    fakes::FakeSystemd systemd;
    fakes::Accounts directory{{{1001, 1001, "alice", "/home/alice", "/bin/bash"},
                               {1002, 1002, "bob", "/home/bob", "/bin/bash"},
                               {1003, 1003, "a-da", "/home/ada", "/bin/bash"},
                               {999, 999, "daemon", "/", "/bin/sh"}}};
    fakes::TempFolder tickets_folder;
    fakes::TempFolder records_folder;
    fakes::FakeClock clock;
    Settings settings =
        parse_settings("door_ports = 16000-16003\nadministrators = wheel\n[environments]\ndefault = /opt/tb/bin/tensorboard\n", "test")
            .value();
    tickets::TicketStore tickets = tickets::TicketStore::open(tickets_folder.path()).value();
    DoorRecords records = DoorRecords::open(records_folder.path()).value();
    Bus bus = Bus::open_system().value();
    std::unique_ptr<UnitJobs> jobs = UnitJobs::open(bus).value();
    Doors doors{settings, bus, *jobs, records};
    Dispatch dispatch{settings, tickets, clock, *jobs, doors};
    Token alice = ticket_of(1001);

    LauncherTest() {
        systemd.set(gate_unit, {{"ActiveState", "active"}, {"StatusText", gate_status_text(settings.door_ports)}});
        boot(1);
    }
    /// The manager's own properties. Its userspace starts at this time.
    void boot(std::uint64_t start, const std::string& state = "running") {
        systemd.set("", {{"UserspaceTimestamp", start}, {"SystemState", state}});
    }
    /// No door is open after another boot.
    void reboot() {
        systemd.forget(alices_socket);
        boot(2);
    }

    Token ticket_of(uid_t uid, std::chrono::seconds lives = 1h) {
        const auto account = account_of(uid);
        return ticket_of(uid, account ? account->name : "gone", lives);
    }
    Token ticket_of(uid_t uid, const std::string& user, std::chrono::seconds lives = 1h) {
        Token token = Token::make();
        EXPECT_TRUE(tickets.write(token.hash(), {uid, std::chrono::floor<std::chrono::seconds>(clock.wall()) + lives, user,
                                                 tickets::account_mark(user).value()}));
        return token;
    }
    /// Of alice, as local.sock gives it.
    Token local_ticket() {
        Token token = Token::make();
        const auto ends = std::chrono::floor<std::chrono::seconds>(clock.wall()) + 1h;
        EXPECT_TRUE(tickets.write(token.hash(), {1001, ends, "alice", "-", true}));
        return token;
    }
    template <class Message>
    Result<Response> send(Message message) {
        fakes::SocketPair sockets;
        EXPECT_TRUE(wire::send(sockets.near.get(), message));
        return dispatch.respond(**wire::receive(sockets.far.get(), 1s));
    }
    template <class Message>
    Response ask(const Token& token, Message message) {
        message.token = Secret(token.reveal());
        return send(std::move(message)).value();
    }
    template <class Message>
    Response ask_of(const Token& token, const std::string& id = board) {
        Message message;
        message.board = id;
        return ask(token, std::move(message));
    }
    static wire::DoorSpec door(std::uint16_t port = 0) {
        wire::DoorSpec door;
        door.board = board;
        door.port = port;
        door.logdir = "/home/alice/runs";
        door.environment = "default";
        door.reload_interval = 5;
        door.idle_sleep = 1800;
        door.priority = 50;
        return door;
    }
    Response make(const Token& token, const wire::DoorSpec& spec) {
        wire::MakeDoor message;
        message.door = spec;
        return ask(token, std::move(message));
    }
    /// Makes a door and forgets the recorded calls.
    void made(std::uint16_t port = 0) {
        ASSERT_TRUE(make(alice, door(port)).result);
        (void)systemd.asked();
        (void)systemd.transient();
    }
    static std::optional<Refusal> refusal(const Response& answer) {
        return answer.result ? std::nullopt : std::optional<Refusal>(answer.result.error().reason);
    }
};

}  // namespace boardgate::launcher

// SPDX-License-Identifier: MIT
// A shared board and a visitor's view of it, for the tests of the view gate.
#pragma once

#include <gtest/gtest.h>

#include "src/boardgated/gate/view_gate.h"

#include "tests/fakes/accounts.h"
#include "tests/fakes/disk.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace boardgate::boardgated {

using namespace std::chrono_literals;

constexpr std::string_view environment_prefix = "experiment/defaultExperimentId/";

/// alice shows her ready board to bob, and bob has a view: everything that an allowed request needs. Each test removes one thing.
struct ViewGateTest : testing::Test {
    fakes::Accounts directory{{{1001, 1001, "alice", "/home/alice", "/bin/sh"},
                               {1002, 1002, "bob", "/home/bob", "/bin/sh"},
                               {1003, 1003, "carol", "/home/carol", "/bin/sh"}}};
    fakes::TempFolder folder;
    fakes::FakeClock clock;
    fakes::Disk disk;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Settings settings = parse_settings("door_ports = 16000-16099\nsharing = everybody\n", "test").value();
    EndedLogins ended{*store, [](const std::vector<TokenHash>&) { return true; }};
    Sessions sessions{*store, ended, settings, clock};
    Registry registry{*store, clock};
    Memberships memberships{clock};
    Shares shares{*store, registry, memberships, settings, clock};
    Views views{*store, sessions, clock};
    FrontEnds front_ends{settings, clock, folder / "environments", folder / "wanted"};
    Gate gate{sessions, registry, settings, front_ends};
    ViewGate view_gate{gate, sessions, views, shares, registry, settings, front_ends};
    Token token = Token::make();
    BoardId board = make();
    std::string cookie = std::string(cookie_name) + "=" + token.reveal();
    std::string place;
    ViewQuestion question;
    std::string uri;

    ViewGateTest() {
        const Session session = log_in(token, 1002, "bob");
        become("active");
        gate.set_healthy(true);
        show({BoardShare::Kind::user, "bob", 1002});
        place = "/v/" + views.open(session, board).value().reveal() + "/";
        ask_data("data/runs");
    }
    Session log_in(const Token& with, std::uint32_t uid, const std::string& user) {
        const auto expires = std::chrono::floor<std::chrono::seconds>(clock.wall()) + 24h;
        EXPECT_TRUE(sessions.add({with.hash(), uid, user}, expires));
        return {with.hash(), uid, user};
    }
    BoardId make() {
        const Board made = registry.add(1001, UserName::parse("alice").value(), {}).value();
        EXPECT_TRUE(registry.set_port(made.id, 16001));
        return made.id;
    }
    void become(const std::string& service) {
        UnitFacts facts;
        facts.socket_active = "active";
        facts.service_active = service;
        registry.set_facts(board, facts);
    }
    void show(const BoardShare& share) { EXPECT_TRUE(shares.put(board, share)); }
    void show_no_longer() { EXPECT_TRUE(shares.remove(board, std::nullopt)); }
    /// As fetch() of the sandboxed frame asks: without a cookie, from an opaque origin.
    void ask_data(const std::string& path, std::string_view method = "GET") {
        ask(path, method);
        question.fetch_site = "cross-site";
        question.fetch_mode = "cors";
        question.fetch_dest = "empty";
    }
    /// As the portal's page loads its frame.
    void ask_page() {
        ask("", "GET");
        question.cookie = cookie;
        question.fetch_site = "same-origin";
        question.fetch_mode = "navigate";
        question.fetch_dest = "iframe";
    }
    /// As the page in the frame loads another one.
    void ask_inner_page(const std::string& path) {
        ask(path, "GET");
        question.fetch_site = "cross-site";
        question.fetch_mode = "navigate";
        question.fetch_dest = "iframe";
    }
    void ask(const std::string& path, std::string_view method) {
        uri = place + path;
        question = {};
        question.raw_uri = question.path = uri;
        question.method = method;
    }
    [[nodiscard]] ViewRefusal refusal() const {
        const ViewDecision decision = view_gate.decide(question);
        EXPECT_EQ(decision.port != 0, decision.refusal == ViewRefusal::none) << "only an allowed request has a port";
        return decision.refusal;
    }
};

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// A shared board and a visitor's view of it, for the tests of the view gate.
#pragma once

#include <gtest/gtest.h>

#include "src/boardgated/gate/view_gate.h"

#include "tests/fakes/accounts.h"
#include "tests/unit/boardgated/gate/gate_machine.h"

namespace boardgate::boardgated {

using namespace std::chrono_literals;

constexpr std::string_view environment_prefix = "experiment/defaultExperimentId/";

/// alice shows her ready board to bob, and bob has a view: everything that an allowed request needs. Each test removes one thing.
struct ViewGateTest : testing::Test, GateMachine {
    fakes::Accounts directory{{{1001, 1001, "alice", "/home/alice", "/bin/sh"},
                               {1002, 1002, "bob", "/home/bob", "/bin/sh"},
                               {1003, 1003, "carol", "/home/carol", "/bin/sh"}}};
    Memberships memberships{clock};
    Shares shares{*store, registry, memberships, settings, clock};
    Views views{*store, sessions, clock};
    ViewGate view_gate{gate, sessions, views, shares, registry, settings, front_ends};
    Token token = Token::make();
    BoardId board = make(1001, "alice");
    std::string cookie = cookie_of(token);
    std::string place;
    ViewQuestion question;
    std::string uri;

    ViewGateTest() : GateMachine("sharing = everybody\n") {
        const Session session = log_in(token, 1002, "bob");
        become("active");
        show({BoardShare::Kind::user, "bob", 1002});
        place = "/v/" + views.open(session, board).value().reveal() + "/";
        ask_data("data/runs");
    }
    void become(const std::string& service) { GateMachine::become(board, service); }
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

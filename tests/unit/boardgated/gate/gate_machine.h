// SPDX-License-Identifier: MIT
// The gate in force, and whom and what it asks: for the unit tests of its answers and for its fuzz target.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "src/boardgated/gate/gate.h"

#include "tests/fakes/disk.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace boardgate::boardgated {

/// Members stand in the order in which boardgated makes them. What fails throws.
struct GateMachine {
    /// `more` are lines of boardgate.conf.
    explicit GateMachine(const std::string& more = "") : settings(parse_settings("door_ports = 16000-16099\n" + more, "test").value()) {
        gate.set_healthy(true);
    }

    Session log_in(const Token& with, std::uint32_t uid, const std::string& user) {
        const auto expires = std::chrono::floor<std::chrono::seconds>(clock.wall()) + std::chrono::hours(24);
        must(sessions.add({with.hash(), uid, user}, expires));
        return {with.hash(), uid, user};
    }
    /// A board with this port, of whose units nothing is known yet.
    BoardId make(std::uint32_t uid, const std::string& user, std::uint16_t port = 16001) {
        const BoardId id = registry.add(uid, UserName::parse(user).value(), {}).value().id;
        must(registry.set_port(id, port));
        return id;
    }
    void become(const BoardId& id, const std::string& service, const std::string& socket = "active", const std::string& invocation = "") {
        UnitFacts facts;
        facts.socket_active = socket;
        facts.service_active = service;
        facts.invocation = invocation;
        registry.set_facts(id, facts);
    }
    [[nodiscard]] static std::string cookie_of(const Token& token) { return std::string(cookie_name) + "=" + token.reveal(); }

    static void must(const auto& done) {
        if (!done) throw std::runtime_error(done.error().text());
    }

    fakes::TempFolder folder;
    fakes::FakeClock clock;
    fakes::Disk disk;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Settings settings;
    EndedLogins ended{*store, [](const std::vector<TokenHash>&) { return true; }};
    Sessions sessions{*store, ended, settings, clock};
    Registry registry{*store, clock};
    FrontEnds front_ends{settings, clock, folder / "environments", folder / "wanted"};
    Gate gate{sessions, registry, settings, front_ends};
};

}  // namespace boardgate::boardgated

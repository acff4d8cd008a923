// SPDX-License-Identifier: MIT
#include "src/boardgated/units/unit_watch.h"

#include <gtest/gtest.h>

#include <condition_variable>

#include "src/base/lock_guarded.h"

#include "tests/fakes/fake_systemd.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

const BoardId board = BoardId::parse("abcdefgh").value();
constexpr const char* service = "tensorboard-alice-abcdefgh.service";
constexpr const char* door = "tensorboard-alice-abcdefgh.socket";
using Addresses = std::vector<fakes::FakeSystemd::Address>;
constexpr const char* gate_unit = "boardgate-gate.service";

struct UnitWatchTest : testing::Test {
    fakes::FakeSystemd systemd;
    struct Seen {
        UnitFacts facts{};
        Usage usage{};
        std::optional<bool> gate{};
        std::set<std::string> units{};
        int connections = 0;
        bool known = true;
        bool lost_port = false;
    };
    LockGuarded<Seen> guarded;  ///< the watch's thread writes it
    std::condition_variable changed;
    UnitWatch watch{listener()};

    ~UnitWatchTest() override { watch.stop(); }

    UnitWatch::Listener listener() {
        UnitWatch::Listener to;
        to.board = [this](const BoardId& id, const UnitFacts& now) {
            EXPECT_EQ(id, board);
            note([&](Seen& seen) {
                seen.lost_port |= seen.facts.port != 0 && now.port == 0;
                seen.facts = now;
            });
        };
        to.usage = [this](const BoardId&, const Usage& now) { note([&](Seen& seen) { seen.usage = now; }); };
        to.gate = [this](bool now) { note([&](Seen& seen) { seen.gate = now; }); };
        to.connected = [this](const std::set<std::string>& now) {
            note([&](Seen& seen) {
                seen.units = now;
                ++seen.connections;
            });
        };
        to.unit_of = [this](const BoardId& id) {
            return seen().known && id == board ? std::optional(UnitName(UserName::parse("alice").value(), board, Engine::systemd))
                                               : std::nullopt;
        };
        to.boards = [] { return std::vector<BoardId>{board}; };
        return to;
    }
    template <class Change>
    void note(Change change) {
        change(*guarded.lock());
        changed.notify_all();
    }
    [[nodiscard]] Seen seen() const { return *guarded.read(); }
    template <class Is>
    bool soon(Is is, std::chrono::seconds patience = 5s) {
        auto held = guarded.lock();
        return changed.wait_for(held.lock(), patience, [&] { return is(*held); });
    }
};

TEST_F(UnitWatchTest, KnowsEverythingWhenItHasStarted) {
    systemd.set(gate_unit, {{"ActiveState", "active"}});
    systemd.set(door, {{"ActiveState", "active"}, {"Listen", Addresses{{"Stream", "127.0.0.1:16001"}, {"Stream", "192.0.2.1:16001"}}}});
    systemd.set(service, {{"ActiveState", "failed"},
                          {"Result", "oom-kill"},
                          {"ExecMainCode", std::int32_t{2}},
                          {"ExecMainStatus", std::int32_t{9}},
                          {"StatusText", "Serving [x]"},
                          {"MemoryMax", std::uint64_t{1'000'000}},
                          {"StateChangeTimestamp", std::uint64_t{1'700'000'000'000'000}},
                          {"InvocationID", std::vector<std::uint8_t>{0x00, 0xAB, 0x0F}}});
    ASSERT_TRUE(watch.start());
    EXPECT_EQ(seen().gate, true);
    EXPECT_EQ(seen().units, (std::set<std::string>{gate_unit, door, service}));
    EXPECT_EQ(seen().facts.socket_active, "active");
    EXPECT_EQ(seen().facts.port, 16001);
    EXPECT_EQ(seen().facts.service_active, "failed");
    EXPECT_EQ(seen().facts.result, "oom-kill");
    EXPECT_EQ(seen().facts.exit_code, 2);
    EXPECT_EQ(seen().facts.exit_status, 9);
    EXPECT_EQ(seen().facts.status_text, "Serving [x]");
    EXPECT_EQ(seen().facts.memory_limit, 1'000'000U);
    EXPECT_EQ(seen().facts.since, 1'700'000'000'000'000);
    EXPECT_EQ(seen().facts.invocation, "00ab0f");
}

TEST_F(UnitWatchTest, ASleepingBoardIsKnownByTheListAndReadWholeLater) {
    systemd.set(door, {{"ActiveState", "active"}, {"Listen", Addresses{{"Stream", "127.0.0.1:16001"}}}});
    systemd.set(service, {{"ActiveState", "inactive"}});
    ASSERT_TRUE(watch.start());
    EXPECT_TRUE(soon([&](const Seen& seen) { return seen.facts.socket_active == "active"; }, 0s)) << "known at the end of start()";
    EXPECT_TRUE(soon([&](const Seen& seen) { return seen.facts.port == 16001; }));
}

TEST_F(UnitWatchTest, KnowsADoorsPortHoweverItsAddressIsWritten) {
    ASSERT_TRUE(watch.start());
    const std::pair<const char*, int> addresses[] = {{"[::]:16002", 16002}, {"16003", 16003},       {"[::1]:16004", 16004},
                                                     {"/run/x", 0},         {"127.0.0.1:70000", 0}, {"127.0.0.1:16x", 0}};
    for (const auto& [address, port] : addresses) {
        const std::string state = address;  // unique, so that the change is visible
        systemd.set(door, {{"ActiveState", state}, {"Listen", Addresses{{"Stream", address}}}});
        EXPECT_TRUE(soon([&](const Seen& seen) { return seen.facts.socket_active == state; }));
        EXPECT_EQ(seen().facts.port, port) << address;
    }
}

TEST_F(UnitWatchTest, UnitsThatAreNotThereHaveNoFacts) {
    ASSERT_TRUE(watch.start());
    EXPECT_EQ(seen().facts, UnitFacts());
    EXPECT_EQ(seen().gate, false);
}

TEST_F(UnitWatchTest, HearsOfEveryChange) {
    systemd.set(door, {{"ActiveState", "active"}});
    ASSERT_TRUE(watch.start());
    systemd.set(service, {{"ActiveState", "activating"}});
    EXPECT_TRUE(soon([&](const Seen& seen) { return seen.facts.service_active == "activating"; }));
    systemd.set(service, {{"ActiveState", "active"}});
    EXPECT_TRUE(soon([&](const Seen& seen) { return seen.facts.service_active == "active"; }));
    systemd.forget(door);
    EXPECT_TRUE(soon([&](const Seen& seen) { return seen.facts.socket_active.empty(); }));
}

TEST_F(UnitWatchTest, AUnitThatIsNotLoadedIsReadOnceAndNotForEver) {
    ASSERT_TRUE(watch.start());
    watch.refresh(board);
    systemd.set(gate_unit, {{"ActiveState", "active"}});  // seen after the board
    ASSERT_TRUE(soon([&](const Seen& seen) { return seen.gate == true; }));
    const int before = systemd.calls();
    // Asking again and again would go on immediately, and without end.
    EXPECT_FALSE(soon([&](const Seen&) { return systemd.calls() > before + 4; }, 1s)) << systemd.calls() - before << " calls";
}

TEST_F(UnitWatchTest, ClosesAndOpensTheGateWithItsUnit) {
    ASSERT_TRUE(watch.start());
    EXPECT_EQ(seen().gate, false);
    systemd.set(gate_unit, {{"ActiveState", "active"}});
    EXPECT_TRUE(soon([&](const Seen& seen) { return seen.gate == true; }));
    systemd.set(gate_unit, {{"ActiveState", "deactivating"}});
    EXPECT_TRUE(soon([&](const Seen& seen) { return seen.gate == false; }));
}

TEST_F(UnitWatchTest, ReadsWhatAReadyBoardUses) {
    systemd.set(service,
                {{"ActiveState", "active"}, {"MemoryCurrent", std::uint64_t{4096}}, {"CPUUsageNSec", std::uint64_t{1'239'999'999}}});
    ASSERT_TRUE(watch.start());
    EXPECT_TRUE(soon([&](const Seen& seen) { return seen.usage.memory == 4096U; }));
    EXPECT_EQ(seen().usage.cpu_seconds, 1.23);
}

/// It may need too much memory before it is ready.
TEST_F(UnitWatchTest, ReadsWhatAStartingBoardUsesAgainSoon) {
    systemd.set(service, {{"ActiveState", "activating"}, {"MemoryCurrent", std::uint64_t{4096}}});
    ASSERT_TRUE(watch.start());
    EXPECT_TRUE(soon([&](const Seen& seen) { return seen.usage.memory == 4096U; }));
    systemd.set(service, {{"ActiveState", "activating"}, {"MemoryCurrent", std::uint64_t{8192}}});
    EXPECT_TRUE(soon([&](const Seen& seen) { return seen.usage.memory == 8192U; }));
}

TEST_F(UnitWatchTest, WhatSystemdDoesNotCountIsNotUsedUp) {
    systemd.set(service,
                {{"ActiveState", "active"}, {"MemoryCurrent", std::uint64_t{UINT64_MAX}}, {"CPUUsageNSec", std::uint64_t{10'000'000}}});
    ASSERT_TRUE(watch.start());
    EXPECT_TRUE(soon([&](const Seen& seen) { return seen.usage.cpu_seconds.has_value(); }));
    EXPECT_EQ(seen().usage.memory, std::nullopt);
}

TEST_F(UnitWatchTest, LooksAgainWhenItIsAsked) {
    note([](Seen& seen) { seen.known = false; });
    systemd.set(service, {{"ActiveState", "active"}});
    ASSERT_TRUE(watch.start());
    EXPECT_EQ(seen().facts, UnitFacts());
    note([](Seen& seen) { seen.known = true; });
    watch.refresh(board);
    EXPECT_TRUE(soon([&](const Seen& seen) { return seen.facts.service_active == "active"; }));
}

TEST_F(UnitWatchTest, FactsOfASleepingBoardStandWhileTheBusIsRestarted) {
    systemd.set(door, {{"ActiveState", "active"}, {"Listen", Addresses{{"Stream", "127.0.0.1:16001"}}}});
    ASSERT_TRUE(watch.start());
    ASSERT_TRUE(soon([](const Seen& seen) { return seen.facts.port == 16001; }));
    note([](Seen& seen) { seen.lost_port = false; });
    systemd.hang_up();
    ASSERT_TRUE(soon([](const Seen& seen) { return seen.connections == 2; }));
    systemd.set(service, {{"ActiveState", "activating"}});
    ASSERT_TRUE(soon([](const Seen& seen) { return seen.facts.service_active == "activating"; }));
    EXPECT_FALSE(seen().lost_port);
}

TEST_F(UnitWatchTest, ComesBackWhenTheBusDoesAndLooksAtEverything) {
    systemd.set(gate_unit, {{"ActiveState", "active"}});
    ASSERT_TRUE(watch.start());
    systemd.hang_up();
    EXPECT_TRUE(soon([&](const Seen& seen) { return seen.connections == 2; }));
    EXPECT_TRUE(soon([&](const Seen& seen) { return seen.gate == true; }, 0s)) << "a restart of the bus is seen by nobody";
    systemd.set(service, {{"ActiveState", "active"}});
    EXPECT_TRUE(soon([&](const Seen& seen) { return seen.facts.service_active == "active"; }));
}

TEST(UnitWatch, SaysWhenThereIsNoBus) {
    { fakes::FakeSystemd gone; }
    setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", 1);
    UnitWatch watch({});
    EXPECT_FALSE(watch.start());
    unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
}

}  // namespace
}  // namespace boardgate::boardgated

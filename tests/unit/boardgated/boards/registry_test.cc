// SPDX-License-Identifier: MIT
#include "src/boardgated/boards/registry.h"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <thread>

#include "tests/fakes/disk.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

UnitFacts facts(const std::string& service, const std::string& invocation = "1") {
    UnitFacts facts;
    facts.socket_active = "active";
    facts.service_active = service;
    facts.invocation = invocation;
    return facts;
}

struct RegistryTest : testing::Test {
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Registry registry{*store, clock, 3h};
    std::vector<std::string> told;  ///< `abcdefgh ready`, ...

    RegistryTest() {
        registry.listen([this](const Board& board, bool gone) {
            // Listeners ask back; a lock held here would never end.
            EXPECT_EQ(registry.find(board.id).has_value(), !gone);
            told.push_back(gone ? "gone" : name_of(board.state));
        });
    }
    BoardId add(std::uint32_t uid = 1001) {
        BoardOptions options;
        options.logdir = "/data/runs";
        const auto board = registry.add(uid, UserName::parse("u" + std::to_string(uid)).value(), options);
        EXPECT_TRUE(board);
        return board->id;
    }
    [[nodiscard]] Board at(const BoardId& id) const { return registry.find(id).value(); }
    [[nodiscard]] Board after_restart(const BoardId& id) {
        Registry again(*store, clock, 3h);
        EXPECT_TRUE(again.load());
        return again.find(id).value();
    }
};

TEST_F(RegistryTest, ANewBoardIsKnownAndHasNoDoor) {
    const BoardId id = add();
    const Board board = at(id);
    EXPECT_EQ(board.state, State::off);
    EXPECT_EQ(board.port, 0);
    EXPECT_EQ(board.created, clock.wall());
    EXPECT_EQ(board.longest_awake, 3h);
    EXPECT_FALSE(board.last_viewed);
    EXPECT_EQ(told, std::vector<std::string>{"off"});
}

TEST_F(RegistryTest, ADoorIsWhereSystemdSaysAndNotWhereADatabaseOfYesterdayDid) {
    const BoardId id = add();
    ASSERT_TRUE(registry.set_port(id, 16001));
    UnitFacts now = facts("active");
    now.port = 16007;
    registry.set_facts(id, now);
    EXPECT_EQ(registry.gate_view(id)->port, 16007);
    now.port = 0;
    registry.set_facts(id, now);
    EXPECT_EQ(at(id).port, 16007) << "a door that is gone keeps its number";
}

TEST_F(RegistryTest, BoardsOutliveARestart) {
    const BoardId id = add();
    ASSERT_TRUE(registry.set_port(id, 16007));
    registry.viewed(id);
    registry.save_views();
    const Board board = after_restart(id);
    EXPECT_EQ(board.uid, 1001U);
    EXPECT_EQ(board.owner.str(), "u1001");
    EXPECT_EQ(board.options.logdir, "/data/runs");
    EXPECT_EQ(board.port, 16007);
    EXPECT_EQ(board.created, clock.wall());
    EXPECT_EQ(board.last_viewed, clock.wall());
    EXPECT_EQ(board.longest_awake, 3h);
    EXPECT_EQ(board.state, State::off) << "nothing is known of its units yet";
}

TEST_F(RegistryTest, APortThatItsSocketToldFirstIsStoredAllTheSame) {
    const BoardId id = add();
    UnitFacts listening = facts("");
    listening.port = 16007;
    registry.set_facts(id, listening);
    ASSERT_TRUE(registry.set_port(id, 16007));
    EXPECT_EQ(after_restart(id).port, 16007);
}

TEST_F(RegistryTest, GivesEachPersonTheirOwn) {
    const BoardId mine = add(1001);
    add(1002);
    ASSERT_EQ(registry.boards_of(1001).size(), 1U);
    EXPECT_EQ(registry.boards_of(1001).front().id, mine);
    EXPECT_TRUE(registry.boards_of(1003).empty());
    EXPECT_EQ(registry.all().size(), 2U);
}

TEST_F(RegistryTest, TheGateSeesOwnerPortAndState) {
    const BoardId id = add();
    ASSERT_TRUE(registry.set_port(id, 16007));
    registry.set_facts(id, facts("active"));
    const auto view = registry.gate_view(id);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->uid, 1001U);
    EXPECT_EQ(view->port, 16007);
    EXPECT_EQ(view->state, State::ready);
    EXPECT_FALSE(registry.gate_view(BoardId::make()));
}

TEST_F(RegistryTest, EachStateIsReportedOnce) {
    const BoardId id = add();
    told.clear();
    registry.set_facts(id, facts("activating"));
    registry.set_facts(id, facts("activating"));
    registry.set_facts(id, facts("active"));
    EXPECT_EQ(told, (std::vector<std::string>{"starting", "ready"}));
}

TEST_F(RegistryTest, AStateCountsFromWhenSystemdSawIt) {
    const BoardId id = add();
    UnitFacts now = facts("active");
    now.since = 1'700'000'000'000'000;
    registry.set_facts(id, now);
    EXPECT_EQ(at(id).state_since, WallTime(1'700'000'000s));
    clock.advance(1h);
    now.status_text = "Serving";
    now.since = 1'700'000'001'000'000;
    registry.set_facts(id, now);
    EXPECT_EQ(at(id).state_since, WallTime(1'700'000'000s)) << "the same state";
    registry.set_facts(id, facts("inactive"));
    EXPECT_EQ(at(id).state_since, clock.wall()) << "systemd does not know";
    now = facts("inactive");
    now.since = 1'700'000'002'000'000;
    registry.set_facts(id, now);
    EXPECT_EQ(at(id).state_since, WallTime(1'700'000'002s)) << "after a restart of boardgated, units are read whole later";
}

TEST_F(RegistryTest, ASleepingBoardHasTheReasonOfItsSleep) {
    const BoardId id = add();
    registry.set_facts(id, facts("active"));
    registry.set_asleep_because(id, "you put it to sleep");
    EXPECT_EQ(at(id).asleep_because, "");
    registry.set_facts(id, facts("inactive"));
    EXPECT_EQ(at(id).asleep_because, "you put it to sleep");
    registry.set_facts(id, facts("activating", "2"));
    EXPECT_EQ(at(id).asleep_because, "");
    registry.set_facts(id, facts("inactive", "2"));
    EXPECT_EQ(at(id).asleep_because, "") << "somebody stopped its unit";
    UnitFacts starting = facts("activating", "3");
    registry.set_facts(id, starting);
    registry.set_asleep_because(id, "you put it to sleep");
    starting.status_text = "Loading";
    registry.set_facts(id, starting);
    registry.set_facts(id, facts("inactive", "3"));
    EXPECT_EQ(at(id).asleep_because, "you put it to sleep") << "while it started";
}

TEST_F(RegistryTest, ABoardThatSleepsWhenItWasToSleepSaysWhy) {
    const BoardId id = add();
    BoardOptions options = at(id).options;
    options.idle_sleep = 1800;
    ASSERT_TRUE(registry.set_options(id, options));
    registry.set_facts(id, facts("active"));
    clock.advance(10min);
    registry.viewed(id);
    clock.advance(25min);
    registry.set_facts(id, facts("inactive"));
    EXPECT_EQ(at(id).asleep_because, "") << "it was viewed meanwhile";
    registry.set_facts(id, facts("active", "2"));
    clock.advance(30min);
    registry.set_facts(id, facts("inactive", "2"));
    EXPECT_EQ(at(id).asleep_because, "nobody viewed it for 30 minutes");
    options.idle_sleep = 864000;
    ASSERT_TRUE(registry.set_options(id, options));
    registry.set_facts(id, facts("activating", "3"));
    registry.set_facts(id, facts("active", "3"));
    clock.advance(3h);
    registry.set_facts(id, facts("inactive", "3"));
    EXPECT_EQ(at(id).asleep_because, "it was awake as long as this server allows");
}

TEST_F(RegistryTest, WaitingIsABoardThatSleepsAndNothingElse) {
    const BoardId id = add();
    registry.set_facts(id, facts("inactive"));
    registry.set_waiting(id, "for a free slot");
    EXPECT_EQ(at(id).state, State::waiting);
    EXPECT_EQ(at(id).waiting_for, "for a free slot");
    registry.set_waiting(id, "");
    EXPECT_EQ(at(id).state, State::asleep);
    registry.set_waiting(id, "for a free slot");
    registry.set_facts(id, facts("activating"));
    EXPECT_EQ(at(id).state, State::starting) << "somebody started it otherwise";
    EXPECT_EQ(at(id).waiting_for, "");
    registry.set_facts(id, facts("inactive"));
    EXPECT_EQ(at(id).state, State::asleep) << "it does not wait again by itself";
}

TEST_F(RegistryTest, AFailureBelongsToItsRun) {
    const BoardId id = add();
    const Failure failure{"out_of_memory", "", "", ""};
    EXPECT_FALSE(registry.set_failure(id, facts("failed", "1"), failure)) << "it has not failed";
    registry.set_facts(id, facts("failed", "1"));
    EXPECT_FALSE(registry.set_failure(id, facts("failed", "0"), failure)) << "another start";
    UnitFacts half_of_it = facts("failed", "1");
    half_of_it.exit_status = 66;
    EXPECT_FALSE(registry.set_failure(id, half_of_it, failure)) << "found before all of it was known";
    EXPECT_FALSE(at(id).failure);
    EXPECT_TRUE(registry.set_failure(id, facts("failed", "1"), failure));
    ASSERT_TRUE(at(id).failure);
    EXPECT_EQ(at(id).failure->code, "out_of_memory");
    registry.set_facts(id, facts("failed", "2"));
    EXPECT_FALSE(at(id).failure) << "the next run failed too, and nobody knows why yet";
    EXPECT_TRUE(registry.set_failure(id, facts("failed", "2"), failure));
    registry.set_facts(id, facts("activating", "3"));
    EXPECT_FALSE(at(id).failure);
}

TEST_F(RegistryTest, AFailureIsReportedTogetherWithItsReason) {
    const BoardId id = add();
    registry.set_facts(id, facts("failed", "0"));
    EXPECT_EQ(shown_state(at(id)), State::failed) << "it was so before anybody looked";
    registry.set_facts(id, facts("activating", "1"));
    registry.set_facts(id, facts("failed", "1"));
    EXPECT_EQ(at(id).state, State::failed);
    EXPECT_EQ(shown_state(at(id)), State::starting);
    EXPECT_TRUE(registry.set_failure(id, facts("failed", "1"), Failure{"out_of_memory", "", "", ""}));
    EXPECT_EQ(shown_state(at(id)), State::failed);
    registry.set_facts(id, facts("active", "2"));
    EXPECT_EQ(shown_state(at(id)), State::ready);
}

TEST_F(RegistryTest, UsageIsThatOfAReadyBoard) {
    const BoardId id = add();
    registry.set_usage(id, {100, 1.0});
    EXPECT_FALSE(at(id).usage.memory);
    registry.set_facts(id, facts("active"));
    registry.set_usage(id, {100, 1.0});
    registry.set_usage(id, {70, 2.0});
    EXPECT_EQ(at(id).usage.memory, 70U);
    EXPECT_EQ(at(id).peak_memory, 100U);
    registry.set_facts(id, facts("failed"));
    EXPECT_FALSE(at(id).usage.memory);
    EXPECT_EQ(at(id).peak_memory, 100U) << "what it came to says why it failed";
    registry.set_facts(id, facts("activating", "2"));
    EXPECT_FALSE(at(id).peak_memory);
    registry.set_usage(id, {90, 1.0});
    registry.set_facts(id, facts("activating", "2"));
    EXPECT_FALSE(at(id).usage.memory);
    registry.set_facts(id, facts("failed", "2"));
    EXPECT_EQ(at(id).peak_memory, 90U) << "a board may run out of memory while it starts";
}

TEST_F(RegistryTest, ARemovedBoardIsGoneForGood) {
    const BoardId id = add();
    told.clear();
    ASSERT_TRUE(registry.remove(id));
    EXPECT_EQ(told, std::vector<std::string>{"gone"});
    EXPECT_FALSE(registry.find(id));
    EXPECT_TRUE(store->boards().value().empty());
    EXPECT_TRUE(registry.remove(id)) << "twice is fine";
    registry.set_facts(id, facts("active"));
    registry.viewed(id);
    registry.set_waiting(id, "x");
    registry.set_usage(id, {1, 1.0});
    EXPECT_FALSE(registry.set_failure(id, facts("failed"), {}));
    EXPECT_EQ(told.size(), 1U);
    EXPECT_FALSE(registry.set_port(id, 16007));
    EXPECT_FALSE(registry.set_options(id, {}));
    registry.save_views();
    EXPECT_TRUE(store->boards().value().empty()) << "what comes late does not bring it back";
}

TEST(Registry, WhatTheStoreDoesNotTakeDoesNotHappen) {
    const fakes::TempFolder folder;
    fakes::FakeClock clock;
    const auto store = Store::open(folder / "db").value();
    Registry registry(*store, clock);
    int told = 0;
    const BoardId id = registry.add(1001, UserName::parse("alice").value(), {}).value().id;
    registry.listen([&](const Board&, bool) { ++told; });
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open((folder / "db").c_str(), &raw), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(raw,
                           "CREATE TRIGGER a BEFORE INSERT ON boards BEGIN SELECT RAISE(FAIL, 'full'); END;"
                           "CREATE TRIGGER b BEFORE DELETE ON boards BEGIN SELECT RAISE(FAIL, 'full'); END",
                           nullptr, nullptr, nullptr),
              SQLITE_OK);
    sqlite3_close(raw);
    BoardOptions options;
    options.title = "other";
    EXPECT_FALSE(registry.set_options(id, options));
    EXPECT_FALSE(registry.set_port(id, 16007));
    EXPECT_FALSE(registry.remove(id));
    EXPECT_FALSE(registry.add(1001, UserName::parse("alice").value(), {}));
    EXPECT_EQ(told, 0);
    ASSERT_EQ(registry.all().size(), 1U);
    EXPECT_EQ(registry.all().front().options.title, "");
    EXPECT_EQ(registry.all().front().port, 0);
}

TEST_F(RegistryTest, ViewsAreWrittenNowAndThen) {
    const BoardId id = add();
    clock.advance(1min);
    registry.viewed(id);
    EXPECT_EQ(at(id).last_viewed, clock.wall());
    EXPECT_FALSE(after_restart(id).last_viewed);
    registry.save_views();
    EXPECT_EQ(after_restart(id).last_viewed, clock.wall());
    clock.advance(500ms);
    registry.viewed(id);
    registry.save_views();
    clock.advance(600ms);
    registry.viewed(id);
    EXPECT_EQ(at(id).last_viewed, clock.wall());
}

/// Opened on a disk that a test stalls.
struct RegistryOnDisk : testing::Test {
    fakes::TempFolder folder;
    fakes::Disk disk;
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(folder / "db").value();
    Registry registry{*store, clock};
    const BoardId id = add();

    BoardId add() { return registry.add(1001, UserName::parse("alice").value(), {}).value().id; }
};

TEST_F(RegistryOnDisk, NobodyWhoAsksWaitsForADiskThatStalls) {
    registry.viewed(id);
    disk.stall();
    std::jthread change([&] { EXPECT_TRUE(registry.set_port(id, 16007)); });
    ASSERT_TRUE(disk.is_waited_for());
    std::jthread views([&] { registry.save_views(); });
    EXPECT_EQ(registry.gate_view(id)->port, 0) << "memory says what the disk says";
    registry.viewed(id);
    UnitFacts active = facts("active");
    registry.set_facts(id, active);
    EXPECT_EQ(registry.gate_view(id)->state, State::ready);
    disk.go_on();
    change.join();
    EXPECT_EQ(registry.gate_view(id)->port, 16007);
    EXPECT_EQ(registry.gate_view(id)->state, State::ready) << "what came meanwhile is not undone";
}

TEST_F(RegistryOnDisk, ViewsOfAllBoardsAreOneWrite) {
    const BoardId other = add();
    registry.viewed(id);
    registry.viewed(other);
    disk.stall();
    std::jthread views([&] { registry.save_views(); });
    ASSERT_TRUE(disk.is_waited_for());
    EXPECT_TRUE(registry.find(other));
    disk.go_on();
    views.join();
    const auto rows = store->boards().value();
    ASSERT_EQ(rows.size(), 2U);
    for (const BoardRow& row : rows) EXPECT_NE(row.last_viewed, 0);
}

TEST_F(RegistryOnDisk, AViewThatCouldNotBeWrittenIsWrittenLater) {
    registry.viewed(id);
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open((folder / "db").c_str(), &raw), SQLITE_OK);
    ASSERT_EQ(
        sqlite3_exec(raw, "CREATE TRIGGER a BEFORE UPDATE ON boards BEGIN SELECT RAISE(FAIL, 'full'); END", nullptr, nullptr, nullptr),
        SQLITE_OK);
    registry.save_views();
    EXPECT_EQ(store->boards().value().front().last_viewed, 0);
    ASSERT_EQ(sqlite3_exec(raw, "DROP TRIGGER a", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(raw);
    registry.save_views();
    EXPECT_NE(store->boards().value().front().last_viewed, 0);
}

TEST_F(RegistryTest, OnePersonNeverHasMoreBoardsThanAllowedHoweverManyAskAtOnce) {
    std::atomic<int> made = 0;
    std::atomic<int> refused = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                const auto board = registry.add(1001, UserName::parse("alice").value(), {}, 3);
                ++(board ? made : refused);
                EXPECT_TRUE(board || board.error().code == Code::too_many_boards);
            });
        }
    }
    EXPECT_EQ(made, 3);
    EXPECT_EQ(refused, 5);
    EXPECT_EQ(registry.boards_of(1001).size(), 3U);
    EXPECT_TRUE(registry.add(1002, UserName::parse("bob").value(), {}, 3)) << "others have room of their own";
}

TEST(Registry, ChangesAreReportedOneByOneInTheirOrder) {
    fakes::FakeClock clock;
    const auto store = Store::open(":memory:").value();
    Registry registry(*store, clock);
    std::vector<State> told;
    std::binary_semaphore telling(0);
    std::binary_semaphore go_on(0);
    const BoardId id = registry.add(1001, UserName::parse("alice").value(), {}).value().id;
    registry.listen([&](const Board& board, bool) {
        if (told.empty()) {
            telling.release();
            go_on.acquire();
        }
        told.push_back(board.state);
    });
    std::jthread slow([&] { registry.set_facts(id, facts("activating")); });
    telling.acquire();
    registry.set_facts(id, facts("active"));  // does not wait, and is not told before the other
    registry.set_facts(id, facts("inactive"));
    go_on.release();
    slow.join();
    EXPECT_EQ(told, (std::vector<State>{State::starting, State::ready, State::asleep}));
}

TEST(Registry, AListenerThatThrowsDoesNotSilenceWhatComesAfter) {
    fakes::FakeClock clock;
    const auto store = Store::open(":memory:").value();
    Registry registry(*store, clock);
    int told = 0;
    registry.listen([&](const Board&, bool) {
        if (++told == 1) throw std::runtime_error("no memory");
    });
    const BoardId id = registry.add(1001, UserName::parse("alice").value(), {}).value().id;
    registry.set_facts(id, facts("active"));
    EXPECT_EQ(told, 2);
}

TEST_F(RegistryTest, WaitsForTheStateThatIsAskedFor) {
    const BoardId id = add();
    const auto ready = [](const Board& board) { return board.state == State::ready; };
    EXPECT_EQ(registry.wait(id, 10ms, ready)->state, State::off) << "not in time: as it is";
    std::jthread later([&] {
        std::this_thread::sleep_for(20ms);
        registry.set_facts(id, facts("active"));
    });
    EXPECT_EQ(registry.wait(id, 10s, ready)->state, State::ready);
}

TEST_F(RegistryTest, NobodyWaitsForABoardThatWasRemoved) {
    const BoardId id = add();
    std::jthread later([&] {
        std::this_thread::sleep_for(20ms);
        EXPECT_TRUE(registry.remove(id));
    });
    EXPECT_EQ(registry.wait(id, 10s, [](const Board&) { return false; }), std::nullopt);
    EXPECT_EQ(registry.wait(id, 10s, [](const Board&) { return false; }), std::nullopt);
}

TEST_F(RegistryTest, MalformedRowsAreLeftOut) {
    ASSERT_TRUE(store->put_board({"../../etc", 1001, "alice", 1, "{}", 0, 0}));
    ASSERT_TRUE(store->put_board({"abcdefgh", 1001, "a/b", 1, "{}", 0, 0}));
    ASSERT_TRUE(store->put_board({"zzzzzzzz", 1001, "alice", 1, "not json", 0, 0}));
    Registry again(*store, clock);
    ASSERT_TRUE(again.load());
    ASSERT_EQ(again.all().size(), 1U);
    EXPECT_EQ(again.all().front().options.logdir, "") << "a board without options is still there, to be removed or changed";
}

TEST_F(RegistryTest, ABoardWhoseDoorRestsIsAsleepAndNotOff) {
    const BoardId id = add();
    UnitFacts behind_a_door;
    behind_a_door.socket_active = "active";
    behind_a_door.service_active = "inactive";
    registry.set_resting(id);
    EXPECT_EQ(at(id).state, State::asleep);
    registry.set_facts(id, behind_a_door);
    EXPECT_EQ(at(id).state, State::asleep);
    registry.set_resting(id);
    registry.set_facts(id, {});
    EXPECT_EQ(at(id).state, State::off) << "it had a door, so it did not rest";
    registry.set_resting(id);
    behind_a_door.service_active = "active";
    registry.set_facts(id, behind_a_door);
    EXPECT_EQ(at(id).state, State::ready);
}

}  // namespace
}  // namespace boardgate::boardgated

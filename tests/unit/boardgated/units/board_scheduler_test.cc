// SPDX-License-Identifier: MIT
#include "src/boardgated/units/board_scheduler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <semaphore>
#include <thread>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_launcher.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

struct BoardSchedulerTest : testing::Test {
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Registry registry{*store, clock};
    fakes::FakeLauncher launcher{registry};
    Settings settings = parse_settings("awake_boards_per_user = 2\nawake_boards = 3\n", "test").value();
    Token token = Token::make();
    std::set<std::uint32_t> with_page;
    BoardScheduler scheduler{
        launcher, registry, settings, clock, {[](const BoardId&) {}, [this](std::uint32_t uid) { return with_page.contains(uid); }}};

    BoardSchedulerTest() {
        registry.listen([this](const Board& board, bool gone) { scheduler.board_changed(board, gone); });
    }
    Board add(std::uint32_t uid, std::int64_t priority = 50) {
        BoardOptions options;
        options.logdir = "/x";
        options.priority = priority;
        return registry.add(uid, *UserName::parse("u" + std::to_string(uid)), options).value();
    }
    State wake(const Board& board) {
        EXPECT_TRUE(scheduler.wake(token, board.id));
        clock.advance(1s);
        return registry.find(board.id)->state;
    }
    State state(const Board& board) { return registry.find(board.id)->state; }
    State soon(const Board& board, State wanted) {
        return registry.wait(board.id, 2s, [&](const Board& now) { return now.state == wanted; })->state;
    }
};

TEST_F(BoardSchedulerTest, TheLongestIdleBoardOfThePersonMakesRoom) {
    const Board first = add(1001);
    const Board second = add(1001);
    const Board third = add(1001);
    ASSERT_EQ(wake(first), State::ready);
    ASSERT_EQ(wake(second), State::ready);
    registry.viewed(first.id);  // so the second is idle for longer, although it woke later
    clock.advance(1s);
    EXPECT_EQ(wake(third), State::ready);
    EXPECT_EQ(state(first), State::ready);
    EXPECT_EQ(state(second), State::asleep);
}

TEST_F(BoardSchedulerTest, NobodyHidesBoardsToHaveMoreOfThemAwake) {
    const HomeMark home = HomeMark::parse("12:1000.000000001").value();
    const UserName name = UserName::parse("u1001").value();
    for (int i = 0; i < 2; ++i) ASSERT_EQ(wake(registry.add(1001, name, {}, 9, {}, home.str()).value()), State::ready);
    ASSERT_EQ(registry.person_arrives(1001, name, std::nullopt)->hidden.size(), 2U);
    EXPECT_EQ(wake(add(1001)), State::waiting);
    EXPECT_EQ(wake(add(1002)), State::ready);
    EXPECT_EQ(wake(add(1003)), State::waiting) << "they count for the server's limit, too";
}

TEST_F(BoardSchedulerTest, NoBoardMakesRoomForAVisitor) {
    const Board first = add(1001);
    const Board second = add(1001);
    const Board shown = add(1001);
    ASSERT_EQ(wake(first), State::ready);
    ASSERT_EQ(wake(second), State::ready);
    const Token visitor = Token::make();
    EXPECT_TRUE(scheduler.wake_shared(visitor, shown.id));
    EXPECT_EQ(state(shown), State::waiting);
    EXPECT_EQ(state(first), State::ready);
    EXPECT_EQ(state(second), State::ready);
    EXPECT_TRUE(scheduler.sleep(token, first.id));
    EXPECT_EQ(soon(shown, State::ready), State::ready);
    EXPECT_TRUE(launcher.was_asked("wake_shared " + shown.id.str())) << "with the visitor's token";
    EXPECT_FALSE(launcher.was_asked("wake " + shown.id.str()));
}

TEST_F(BoardSchedulerTest, AVisitorMakesNoDoorAndTakesNoPlaceOfTheOwner) {
    settings.awake_boards_per_user = 1;
    const Board first = add(1001);
    const Board shown = add(1001);
    launcher.refuse = Problem{Code::no_such_board, "no door"};
    EXPECT_FALSE(scheduler.wake_shared(token, shown.id));
    EXPECT_EQ(launcher.asked, std::vector<std::string>{"wake_shared " + shown.id.str()});
    launcher.refuse.reset();
    ASSERT_EQ(wake(first), State::ready);
    EXPECT_TRUE(scheduler.wake_shared(token, shown.id));
    ASSERT_EQ(state(shown), State::waiting);
    EXPECT_EQ(wake(shown), State::ready) << "its owner has room by putting another one to sleep";
    EXPECT_TRUE(launcher.was_asked("wake " + shown.id.str()));
}

TEST_F(BoardSchedulerTest, NobodyElsesBoardIsPutToSleep) {
    const Board a = add(1001);
    const Board b = add(1002);
    const Board c = add(1003);
    const Board late = add(1004);
    for (const Board& board : {a, b, c}) ASSERT_EQ(wake(board), State::ready);
    EXPECT_EQ(wake(late), State::waiting);
    EXPECT_NE(registry.find(late.id)->waiting_for.find("3 boards"), std::string::npos);
    for (const Board& board : {a, b, c}) EXPECT_EQ(state(board), State::ready);
}

TEST_F(BoardSchedulerTest, WaitingBoardsWakeByPriorityAndThenByTime) {
    const Board a = add(1001);
    const Board b = add(1002);
    const Board c = add(1003);
    for (const Board& board : {a, b, c}) ASSERT_EQ(wake(board), State::ready);
    const Board low = add(1004, 10);
    const Board early = add(1005, 50);
    const Board late = add(1006, 50);
    for (const Board& board : {low, early, late}) ASSERT_EQ(wake(board), State::waiting);
    ASSERT_TRUE(scheduler.sleep(token, a.id));
    EXPECT_EQ(soon(early, State::ready), State::ready);
    EXPECT_EQ(state(late), State::waiting);
    ASSERT_TRUE(scheduler.sleep(token, b.id));
    EXPECT_EQ(soon(late, State::ready), State::ready);
    EXPECT_EQ(state(low), State::waiting);
}

TEST_F(BoardSchedulerTest, SleepEndsTheWaiting) {
    for (const Board& board : {add(1001), add(1002), add(1003)}) ASSERT_EQ(wake(board), State::ready);
    const Board late = add(1004);
    ASSERT_EQ(wake(late), State::waiting);
    ASSERT_TRUE(scheduler.sleep(token, late.id));
    EXPECT_EQ(state(late), State::asleep);
}

TEST_F(BoardSchedulerTest, AWaiterWhoseLoginEndedDoesNotHoldUpTheNext) {
    const Board a = add(1001);
    for (const Board& board : {a, add(1002), add(1003)}) ASSERT_EQ(wake(board), State::ready);
    const Board late = add(1004);
    ASSERT_EQ(wake(late), State::waiting);
    launcher.refuse = Problem{Code::unauthenticated, "the login has ended"};
    ASSERT_TRUE(scheduler.sleep(token, a.id));
    EXPECT_EQ(soon(late, State::off), State::off) << "it has no door in this test, and waits no longer";
}

TEST_F(BoardSchedulerTest, HoweverManyWakeAtOnceTheLimitsHoldAndNobodyIsForgotten) {
    std::vector<Board> boards;
    for (std::uint32_t i = 0; i < 12; ++i) boards.push_back(add(1001 + i % 4));
    struct Seen {
        std::map<BoardId, std::uint32_t> awake{};  // listeners are notified one by one
        std::atomic<bool> held = true;
    };
    const auto seen = std::make_shared<Seen>();  // the scheduler goes on for a moment when the test is over
    registry.listen([seen](const Board& board, bool) {
        seen->awake.erase(board.id);
        if (is_awake(board)) seen->awake.emplace(board.id, board.uid);
        std::map<std::uint32_t, int> of;
        for (const auto& [id, uid] : seen->awake) seen->held = ++of[uid] <= 2 && seen->held;
        seen->held = seen->awake.size() <= 3 && seen->held;
    });
    {
        std::vector<std::jthread> threads;
        for (const Board& board : boards) threads.emplace_back([&] { EXPECT_TRUE(scheduler.wake(token, board.id)); });
    }
    const auto in_state = [&](State wanted) {
        return std::count_if(boards.begin(), boards.end(), [&](const Board& board) { return state(board) == wanted; });
    };
    EXPECT_LE(in_state(State::ready), 3);
    // Each board that sleeps makes room for a waiting one.
    for (int i = 0; i < 2000 && in_state(State::waiting) > 0; ++i) {
        const auto ready = std::find_if(boards.begin(), boards.end(), [&](const Board& board) { return state(board) == State::ready; });
        EXPECT_TRUE(ready == boards.end() || scheduler.sleep(token, ready->id));
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_EQ(in_state(State::waiting), 0);
    EXPECT_TRUE(seen->held);
}

TEST_F(BoardSchedulerTest, TwoThatNeedRoomAtOncePutTwoToSleep) {
    const Board first = add(1001);
    const Board second = add(1001);
    ASSERT_EQ(wake(first), State::ready);
    ASSERT_EQ(wake(second), State::ready);
    const Board third = add(1001);
    const Board fourth = add(1001);
    {
        const std::jthread one([&] { EXPECT_TRUE(scheduler.wake(token, third.id)); });
        const std::jthread other([&] { EXPECT_TRUE(scheduler.wake(token, fourth.id)); });
    }
    EXPECT_EQ(state(third), State::ready);
    EXPECT_EQ(state(fourth), State::ready);
    EXPECT_EQ(state(first), State::asleep);
    EXPECT_EQ(state(second), State::asleep);
}

TEST_F(BoardSchedulerTest, AStartThatFailsMakesRoomForWhoWaits) {
    for (const Board& board : {add(1001), add(1002)}) ASSERT_EQ(wake(board), State::ready);
    const Board broken = add(1003);
    const Board late = add(1004);
    std::binary_semaphore starting(0);
    std::binary_semaphore go_on(0);
    launcher.before_wake = [&](const BoardId& board) -> std::optional<Problem> {
        if (board != broken.id) return std::nullopt;
        starting.release();
        go_on.acquire();
        return Problem{Code::launch_failed, "on purpose"};
    };
    std::jthread fails([&] { EXPECT_FALSE(scheduler.wake(token, broken.id)); });
    starting.acquire();
    EXPECT_EQ(wake(late), State::waiting) << "the last slot is taken";
    go_on.release();
    EXPECT_EQ(soon(late, State::ready), State::ready);
}

TEST_F(BoardSchedulerTest, TheNewestLoginIsTheOneThatWaits) {
    const Board a = add(1001);
    for (const Board& board : {a, add(1002), add(1003)}) ASSERT_EQ(wake(board), State::ready);
    const Board late = add(1004);
    const Token newer = Token::make();
    ASSERT_TRUE(scheduler.wake(token, late.id));
    ASSERT_TRUE(scheduler.wake(newer, late.id));
    launcher.only = newer.hash();
    (void)scheduler.sleep(newer, a.id);
    EXPECT_EQ(soon(late, State::ready), State::ready);
}

TEST_F(BoardSchedulerTest, OneWakeIsOneHoweverManyAsk) {
    const Board board = add(1001);
    EXPECT_EQ(scheduler.wake(token, board.id), true);
    EXPECT_EQ(scheduler.wake(token, board.id), false) << "it is awake";
    for (const Board& other : {add(1002), add(1003)}) ASSERT_EQ(wake(other), State::ready);
    const Board late = add(1004);
    EXPECT_EQ(scheduler.wake(token, late.id), true) << "it begins to wait";
    EXPECT_EQ(scheduler.wake(token, late.id), false) << "it waits";
    ASSERT_TRUE(scheduler.sleep(token, board.id));
    EXPECT_EQ(soon(late, State::ready), State::ready);
    EXPECT_EQ(scheduler.wake(token, late.id), false);
}

TEST_F(BoardSchedulerTest, AWaitingBoardSleepsAgainWhenItsVisitorHasGone) {
    const Board a = add(1001);
    for (const Board& board : {a, add(1002), add(1003)}) ASSERT_EQ(wake(board), State::ready);
    const Board left = add(1004);
    const Board seen = add(1005);
    const Board open = add(1006);
    for (const Board& board : {left, seen, open}) ASSERT_EQ(wake(board), State::waiting);
    with_page = {1006};
    clock.advance(25s);
    scheduler.looked_at(seen.id);
    clock.advance(10s);
    scheduler.sweep();
    EXPECT_EQ(registry.find(left.id)->waiting_for, "");
    EXPECT_NE(state(left), State::waiting);
    EXPECT_EQ(state(seen), State::waiting);
    EXPECT_EQ(state(open), State::waiting);
    clock.advance(31s);
    ASSERT_TRUE(scheduler.sleep(token, a.id));
    EXPECT_EQ(soon(open, State::ready), State::ready) << "nobody waits for the first one any more";
    EXPECT_EQ(state(seen), State::waiting);
}

TEST_F(BoardSchedulerTest, AStoppedDoorHoldsItsBoard) {
    const Board board = add(1001);
    ASSERT_EQ(wake(board), State::ready);
    launcher.stopped = Problem{Code::held, "its socket was stopped"};
    registry.set_facts(board.id, {});
    const auto now = registry.wait(board.id, 2s, [](const Board& each) { return each.held.has_value(); });
    ASSERT_TRUE(now->held);
    EXPECT_EQ(now->held->by, "root");
    const auto refused = scheduler.wake(token, board.id);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::held);
}

TEST_F(BoardSchedulerTest, ABoardWhoseDoorRestsStaysAsleep) {
    const Board board = add(1001);
    ASSERT_EQ(wake(board), State::ready);
    ASSERT_TRUE(scheduler.sleep(token, board.id));
    launcher.resting = {board.id};
    registry.set_facts(board.id, {});
    EXPECT_EQ(soon(board, State::asleep), State::asleep);
    EXPECT_FALSE(registry.find(board.id)->held);
    EXPECT_EQ(wake(board), State::ready);
}

TEST_F(BoardSchedulerTest, ADoorThatTheLauncherForgotIsMadeAgainFromTheRegistry) {
    const Board board = add(1001);
    launcher.refuse = Problem{Code::no_such_board, "no such door"};
    EXPECT_EQ(wake(board), State::ready);
    EXPECT_EQ(launcher.asked,
              (std::vector<std::string>{"wake " + board.id.str(), "make_door " + board.id.str(), "wake " + board.id.str()}));
    EXPECT_EQ(registry.find(board.id)->port, launcher.port);
}

TEST_F(BoardSchedulerTest, WakingOneThatIsAwakeNeedsNoRoom) {
    const Board a = add(1001);
    for (const Board& board : {a, add(1002), add(1003)}) ASSERT_EQ(wake(board), State::ready);
    EXPECT_EQ(wake(a), State::ready);
}

TEST_F(BoardSchedulerTest, ABoardThatIsBeingDeletedGetsNoDoorFromAPageThatIsStillOpen) {
    const Board board = add(1001);
    launcher.refuse = Problem{Code::no_such_board, "no record"};
    std::jthread visitor;
    {
        const auto held = scheduler.hold_door(board.id);
        visitor = std::jthread([&] { EXPECT_FALSE(scheduler.wake(token, board.id)); });
        ASSERT_TRUE(registry.remove(board.id));
    }
    visitor.join();
    EXPECT_EQ(std::count(launcher.asked.begin(), launcher.asked.end(), "make_door " + board.id.str()), 0);
}

}  // namespace
}  // namespace boardgate::boardgated

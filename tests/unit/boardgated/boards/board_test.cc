// SPDX-License-Identifier: MIT
#include "src/boardgated/boards/board.h"

#include <gtest/gtest.h>

#include <tuple>

namespace boardgate::boardgated {
namespace {

TEST(BoardState, IsWhatSystemdSaysOfDoorAndUnit) {
    const std::tuple<const char*, const char*, State> table[] = {
        {"active", "active", State::ready},
        {"active", "reloading", State::ready},
        {"active", "activating", State::starting},
        {"active", "inactive", State::asleep},
        {"active", "", State::asleep},
        {"active", "deactivating", State::asleep},
        {"active", "failed", State::failed},
        {"", "failed", State::off},
        {"", "", State::off},
        {"inactive", "inactive", State::off},
        {"failed", "inactive", State::off},
        {"inactive", "active", State::ready},
    };
    for (const auto& [door, unit, state] : table) {
        UnitFacts facts;
        facts.socket_active = door;
        facts.service_active = unit;
        EXPECT_EQ(state_of(facts), state) << "door " << door << ", unit " << unit;
    }
}

TEST(BoardState, IsNotAsleepWhileAFailedUnitEnds) {
    UnitFacts facts;
    facts.socket_active = "active";
    facts.service_active = "deactivating";
    facts.result = "success";
    EXPECT_EQ(state_of(facts), State::asleep);
    facts.result = "signal";
    EXPECT_EQ(state_of(facts), State::failed);
}

TEST(BoardState, OfAJobInTheClustersQueueIsQueued) {
    const std::tuple<const char*, const char*, State> table[] = {
        {"activating", "In Slurm's queue: Resources [slurm_queued] job=2", State::queued},
        {"activating", "Starting on n1 [slurm_starting] job=2 node=n1", State::starting},
        {"activating", "Loading [slurm_running] job=2 node=n1", State::starting},
        {"active", "Serving [slurm_running] job=2 node=n1", State::ready},
        {"active", "Starting on n1 [slurm_starting] job=2 node=n1", State::starting},
        {"inactive", "its job was cancelled [slurm_cancelled] job=2", State::asleep},
    };
    for (const auto& [unit, status, state] : table) {
        UnitFacts facts;
        facts.socket_active = "active";
        facts.service_active = unit;
        facts.status_text = status;
        EXPECT_EQ(state_of(facts), state) << unit << ": " << status;
    }
}

TEST(BoardNotices, AreInTheStatusText) {
    UnitFacts facts;
    const auto texts = [&](const char* status) {
        facts.status_text = status;
        std::string all;
        for (const Notice& notice : notices_of(facts)) all += notice.code + ": " + notice.text.substr(0, 46) + "\n";
        return all;
    };
    EXPECT_EQ(texts("Serving"), "");
    EXPECT_EQ(texts("Serving [unheard_of]"), "");
    EXPECT_EQ(texts("Serving [logdir_gone dead_links=%22a%20b%22]"),
              "logdir_gone: The log directory no longer exists. Its curves\ndead_links: A link to an event file leads nowhere: \"a b\".\n");
    EXPECT_EQ(texts("Serving [logdir_gone] [slurm_running] job=2 node=n1"),
              "logdir_gone: The log directory no longer exists. Its curves\n");
    EXPECT_EQ(texts("Serving [slurm_running] job=2 node=n1"), "");
}

TEST(BoardSleep, ComesAfterTheLastViewAndNeverAfterTheLongestTimeAwake) {
    using std::chrono::minutes;
    const WallTime woken{std::chrono::hours(1000)};
    Board board{BoardId::make(), 1000, *UserName::parse("alice"), {}};
    board.state_since = woken;
    board.options.idle_sleep = 1800;
    EXPECT_EQ(board.sleeps_at(), std::nullopt);
    board.state = State::ready;
    EXPECT_EQ(board.sleeps_at(), woken + minutes(30));
    board.last_viewed = woken + minutes(20);
    EXPECT_EQ(board.sleeps_at(), woken + minutes(50));
    board.longest_awake = minutes(40);
    EXPECT_EQ(board.sleeps_at(), woken + minutes(40));
    board.longest_awake = minutes(60);
    EXPECT_EQ(board.sleeps_at(), woken + minutes(50));
}

std::vector<std::string> codes(const char* status) {
    UnitFacts facts;
    facts.status_text = status;
    std::vector<std::string> all;
    for (const Notice& notice : notices_of(facts)) all.push_back(notice.code);
    return all;
}

TEST(BoardNotices, AreTheCodesInBracketsAtTheEndOfTheStatus) {
    EXPECT_EQ(codes("Serving [no_event_files]"), std::vector<std::string>{"no_event_files"});
    EXPECT_EQ(codes("Serving [unreadable_folder no_event_files]"), (std::vector<std::string>{"unreadable_folder", "no_event_files"}));
}

TEST(BoardNotices, OnlyKnownOnesAreShown) {
    for (const char* status : {"", "Serving", "Serving []", "Serving [made_up]", "[no_event_files] Serving", "Serving [no_event",
                               "Serving [xno_event_filesx]"}) {
        EXPECT_TRUE(codes(status).empty()) << status;
    }
}

}  // namespace
}  // namespace boardgate::boardgated

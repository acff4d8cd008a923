// SPDX-License-Identifier: MIT
#include "src/boardgated/units/failure_watch.h"

#include <gtest/gtest.h>

#include <csignal>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_journal.h"
#include "tests/fakes/fake_launcher.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

const std::string this_run(32, 'b');
const std::string run_before(32, 'a');
constexpr const char* systemds_word = "tensorboard.service: Failed with result 'exit-code'.";

struct FailureWatchTest : testing::Test {
    fakes::FakeClock clock;
    fakes::FakeJournal journal;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Registry registry{*store, clock};
    JournalClient client{journal.path()};
    fakes::FakeLauncher launcher{registry};
    FailureWatch watch{registry, client, launcher};
    BoardId id = registry.add(1001, UserName::parse("alice").value(), {}).value().id;

    FailureWatchTest() {
        registry.listen([this](const Board& board, bool gone) { watch.board_changed(board, gone); });
    }
    void become(const std::string& service, const std::string& run = this_run, const std::string& status_text = {}) {
        UnitFacts facts;
        facts.socket_active = "active";
        facts.service_active = service;
        facts.invocation = run;
        facts.status_text = status_text;
        facts.result = service == "failed" ? "exit-code" : "success";
        facts.exit_code = CLD_EXITED;
        facts.exit_status = service == "failed" ? 1 : 0;
        registry.set_facts(id, facts);
    }
    Failure told() {
        return registry.wait(id, 10s, [](const Board& board) { return board.failure.has_value(); })->failure.value_or(Failure{});
    }
};

TEST_F(FailureWatchTest, TheUnitIsResetAndTheBoardStaysFailedUntilItsNextRun) {
    journal.say({{"c", 1, "No module named 'pkg_resources'", this_run}, {"c", 2, systemds_word, this_run}});
    become("failed");
    EXPECT_EQ(told().code, "pkg_resources_missing");
    watch.finish();
    EXPECT_EQ(launcher.asked, std::vector<std::string>{"reset_failed " + id.str()});
    become("inactive");
    EXPECT_EQ(registry.find(id)->state, State::failed);
    EXPECT_EQ(registry.find(id)->failure->code, "pkg_resources_missing");
    Registry again(*store, clock);
    ASSERT_TRUE(again.load());
    again.set_facts(id, registry.find(id)->facts);
    EXPECT_EQ(again.find(id)->state, State::failed) << "also after a restart of boardgated";
    EXPECT_EQ(again.find(id)->failure->code, "pkg_resources_missing");
    become("active", run_before);
    become("inactive", run_before);
    EXPECT_EQ(registry.find(id)->state, State::asleep);
}

TEST_F(FailureWatchTest, TellsWhyByTheLinesOfThatRunAlone) {
    journal.say({{"c", 1, "No module named 'pkg_resources'", run_before},
                 {"c", 2, "said by nobody in particular, before it began", ""},
                 {"c", 3, "tensorboard: error: unrecognized arguments", this_run},
                 {"c", 4, "its last word, which journald knows no run of", ""},
                 {"c", 5, "x.service: Killing process 17 (server) with signal SIGKILL.", this_run},
                 {"c", 6, systemds_word, this_run}});
    become("failed");
    const Failure failure = told();
    EXPECT_NE(failure.code, "pkg_resources_missing") << "that was the run before";
    EXPECT_EQ(failure.exit_status, 1);
    EXPECT_EQ(failure.log_tail, (std::vector<std::string>{"tensorboard: error: unrecognized arguments",
                                                          "its last word, which journald knows no run of", systemds_word}));
}

TEST_F(FailureWatchTest, ReadsOnUntilTheReasonIsThere) {
    std::atomic<int> asked = 0;
    journal.when_asked([&] {
        if (++asked == 3) journal.say({{"c", 1, "No module named 'pkg_resources'", this_run}, {"c", 2, systemds_word, this_run}});
    });
    become("failed");
    EXPECT_EQ(told().code, "pkg_resources_missing");
    EXPECT_GE(asked, 3);
}

TEST_F(FailureWatchTest, WithoutALogTheFailureIsWhatSystemdReports) {
    journal.say({}, false);
    become("failed");
    const Failure failure = told();
    EXPECT_EQ(failure.code, "tensorboard_ended");
    EXPECT_NE(failure.detail.find("exit status 1"), std::string::npos) << failure.detail;
    EXPECT_TRUE(failure.log_tail.empty());
}

TEST_F(FailureWatchTest, WhatSystemdSaysMeanwhileIsPartOfTheReason) {
    journal.say({{"c", 1, systemds_word, this_run}});
    std::atomic<int> asked = 0;
    journal.when_asked([&] {
        if (++asked == 1) become("failed", this_run, "the log directory \"/gone\" does not exist");
    });
    become("failed");
    EXPECT_EQ(told().detail, "the log directory \"/gone\" does not exist");
}

TEST_F(FailureWatchTest, ABoardThatWasWokenMeanwhileHasNoFailure) {
    journal.when_asked([&] { become("active", std::string(32, 'c')); });
    become("failed");
    while (journal.asked().empty()) std::this_thread::yield();
    ASSERT_TRUE(registry.wait(id, 5s, [](const Board& board) { return board.state == State::ready; }));
    become("failed", std::string(32, 'd'));  // the next question comes when the first was done with
    while (journal.asked().size() < 2) std::this_thread::yield();
    EXPECT_FALSE(registry.find(id)->failure);
}

TEST_F(FailureWatchTest, EachFailedRunIsExaminedOnce) {
    journal.say({{"c", 1, "No module named 'pkg_resources'", this_run}, {"c", 2, systemds_word, this_run}});
    become("failed");
    (void)told();
    const std::size_t asked = journal.asked().size();
    registry.viewed(id);  // told again, as any change is
    BoardOptions options;
    options.title = "changed";
    ASSERT_TRUE(registry.set_options(id, options));
    become("inactive");
    EXPECT_EQ(journal.asked().size(), asked);
    EXPECT_TRUE(registry.find(id)->failure) << "its unit was reset";
}

}  // namespace
}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
#include "src/boardgated/api/metrics.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "tests/fakes/fake_clock.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

struct MetricsTest : testing::Test {
    fakes::FakeClock clock;
    Settings settings = parse_settings("", "test").value();
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    EndedLogins ended{*store, [](const std::vector<TokenHash>&) { return true; }};
    Sessions sessions{*store, ended, settings, clock};
    Registry registry{*store, clock};
    FrontEnds front_ends{settings, clock};
    Gate gate{sessions, registry, settings, front_ends};
    Metrics metrics{gate, registry, sessions, clock};

    Board add() { return registry.add(1001, *UserName::parse("alice"), {}).value(); }
    void now(Board board, State state) {
        board.state = state;
        metrics.board_changed(board, false);
    }
    /// The value of a line that starts with this text.
    std::string value(const std::string& name) {
        const std::string text = "\n" + metrics.text();
        const std::size_t at = text.find("\n" + name + " ");
        if (at == std::string::npos) return "(no such line)";
        const std::size_t begin = at + name.size() + 2;
        return text.substr(begin, text.find('\n', begin) - begin);
    }
};

TEST_F(MetricsTest, EverythingIsThereBeforeAnythingHappened) {
    EXPECT_EQ(value("boardgate_boards{state=\"ready\"}"), "0");
    EXPECT_EQ(value("boardgate_gate_sound"), "0");
    EXPECT_EQ(value("boardgate_sessions"), "0");
    EXPECT_EQ(value("boardgate_gate_decisions_total{decision=\"passed\"}"), "0");
    EXPECT_EQ(value("boardgate_gate_decisions_total{decision=\"not_ready\"}"), "0");
    EXPECT_EQ(value("boardgate_logins_total{outcome=\"login_failed\"}"), "0");
    EXPECT_EQ(value("boardgate_wake_seconds_count"), "0");
}

TEST_F(MetricsTest, GateDecisionsAreCountedByKindAndTime) {
    metrics.gate_answered(Refusal::none, 20us);
    metrics.gate_answered(Refusal::none, 25us);  // a bound belongs to its own bucket
    metrics.gate_answered(Refusal::unauthenticated, 3s);
    EXPECT_EQ(value("boardgate_gate_decisions_total{decision=\"passed\"}"), "2");
    EXPECT_EQ(value("boardgate_gate_decisions_total{decision=\"unauthenticated\"}"), "1");
    EXPECT_EQ(value("boardgate_gate_decision_seconds_bucket{le=\"1e-05\"}"), "0");
    EXPECT_EQ(value("boardgate_gate_decision_seconds_bucket{le=\"2.5e-05\"}"), "2");
    EXPECT_EQ(value("boardgate_gate_decision_seconds_bucket{le=\"1\"}"), "2");
    EXPECT_EQ(value("boardgate_gate_decision_seconds_bucket{le=\"+Inf\"}"), "3");
    EXPECT_EQ(value("boardgate_gate_decision_seconds_count"), "3");
    EXPECT_NEAR(std::stod(value("boardgate_gate_decision_seconds_sum")), 3.000045, 1e-9);
}

TEST_F(MetricsTest, LoginsAreCountedByOutcome) {
    metrics.login_ended(std::nullopt);
    metrics.login_ended(Code::login_failed);
    metrics.login_ended(Code::login_failed);
    EXPECT_EQ(value("boardgate_logins_total{outcome=\"bad_field\"}"), "(no such line)");
    metrics.login_ended(Code::bad_field);
    EXPECT_EQ(value("boardgate_logins_total{outcome=\"granted\"}"), "1");
    EXPECT_EQ(value("boardgate_logins_total{outcome=\"login_failed\"}"), "2");
    EXPECT_EQ(value("boardgate_logins_total{outcome=\"bad_field\"}"), "1");
}

TEST_F(MetricsTest, TheClustersQueueIsPartOfItsOwnWakes) {
    Board board = add();
    board.options.engine = "slurm";
    now(board, State::starting);
    now(board, State::queued);
    clock.advance(20s);
    now(board, State::starting);
    now(board, State::ready);
    EXPECT_EQ(value("boardgate_cluster_wake_seconds_sum"), "20");
    EXPECT_EQ(value("boardgate_wake_seconds_count"), "0");
    EXPECT_EQ(value("boardgate_wakes_total{outcome=\"ready\"}"), "1");
    EXPECT_EQ(value("boardgate_wakes_total{outcome=\"stopped\"}"), "0");
    EXPECT_EQ(value("boardgate_awake_boards{engine=\"slurm\"}"), "0");
}

TEST_F(MetricsTest, AWakeIsMeasuredFromItsStartToItsFirstAnswer) {
    const Board board = add();
    now(board, State::starting);
    clock.advance(600ms);
    now(board, State::starting);  // another of its facts changed
    clock.advance(300ms);
    now(board, State::ready);
    now(board, State::ready);
    EXPECT_EQ(value("boardgate_wakes_total{outcome=\"ready\"}"), "1");
    EXPECT_EQ(value("boardgate_wake_seconds_sum"), "0.9");
    EXPECT_EQ(value("boardgate_wake_seconds_bucket{le=\"0.75\"}"), "0");
    EXPECT_EQ(value("boardgate_wake_seconds_bucket{le=\"1\"}"), "1");
}

TEST_F(MetricsTest, WakesWithoutEffectAreLoggedAsThat) {
    const Board failing = add();
    now(failing, State::starting);
    now(failing, State::failed);
    const Board stopped = add();
    now(stopped, State::starting);
    now(stopped, State::asleep);
    const Board removed = add();
    now(removed, State::starting);
    metrics.board_changed(removed, true);
    const Board adopted = add();
    now(adopted, State::ready);
    EXPECT_EQ(value("boardgate_wakes_total{outcome=\"ready\"}"), "0");
    EXPECT_EQ(value("boardgate_wakes_total{outcome=\"failed\"}"), "1");
    EXPECT_EQ(value("boardgate_wakes_total{outcome=\"stopped\"}"), "2");
    EXPECT_EQ(value("boardgate_wake_seconds_count"), "0");
}

TEST_F(MetricsTest, GaugesShowWhatIsNow) {
    (void)add();
    gate.set_healthy(true);
    ASSERT_TRUE(sessions.add({Token::make().hash(), 1001, "alice"}, std::chrono::floor<std::chrono::seconds>(clock.wall()) + 1h));
    EXPECT_EQ(value("boardgate_boards{state=\"off\"}"), "1");
    EXPECT_EQ(value("boardgate_sessions"), "1");
    EXPECT_EQ(value("boardgate_gate_sound"), "1");
    clock.advance(2h);
    EXPECT_EQ(value("boardgate_sessions"), "0");
}

TEST_F(MetricsTest, EveryMetricIsIntroducedOnce) {
    std::istringstream lines(metrics.text());
    std::set<std::string> introduced;
    std::string line;
    while (std::getline(lines, line)) {
        ASSERT_FALSE(line.empty());
        if (line.starts_with("# TYPE ")) {
            const std::string name = line.substr(7, line.find(' ', 7) - 7);
            EXPECT_TRUE(introduced.insert(name).second) << name;
        } else if (!line.starts_with("#")) {
            std::string name = line.substr(0, line.find_first_of("{ "));
            for (const char* suffix : {"_bucket", "_sum", "_count"}) {
                if (name.ends_with(suffix)) name.resize(name.size() - std::string_view(suffix).size());
            }
            EXPECT_TRUE(introduced.contains(name)) << line;
        }
    }
    EXPECT_FALSE(introduced.empty());
}

}  // namespace
}  // namespace boardgate::boardgated

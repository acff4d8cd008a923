// SPDX-License-Identifier: MIT
#include "src/boardgated/nearby.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_launcher.h"

namespace boardgate::boardgated {
namespace {

struct NearbyTest : testing::Test {
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Registry registry{*store, clock};
    fakes::FakeLauncher launcher{registry};
    Token token = Token::make();

    std::vector<std::string> looked_at(const std::string& logdir) {
        launcher.asked.clear();
        (void)event_files_nearby(launcher, token, logdir);
        return launcher.asked;
    }
};

TEST_F(NearbyTest, NamesTheFirstFolderAboveThatHasEventFiles) {
    EXPECT_NE(event_files_nearby(launcher, token, "/home/alice/runs/typo/").find("\"/home/alice/runs\""), std::string::npos);
}

TEST_F(NearbyTest, LooksAtFewAndNeverAtAllOfTheMachine) {
    launcher.event_files = 0;
    EXPECT_EQ(looked_at("/home/alice/runs/a/b/c"),
              (std::vector<std::string>{"inspect /home/alice/runs/a/b", "inspect /home/alice/runs/a", "inspect /home/alice/runs"}));
    EXPECT_EQ(looked_at("/home/alice"), std::vector<std::string>{});
    EXPECT_EQ(looked_at("/data"), std::vector<std::string>{});
}

}  // namespace
}  // namespace boardgate::boardgated

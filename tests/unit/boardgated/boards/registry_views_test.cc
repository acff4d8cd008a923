// SPDX-License-Identifier: MIT
// Views of boards, which the gate's thread notes.
#include <gtest/gtest.h>

#include "src/boardgated/boards/registry.h"

#include "tests/fakes/fake_clock.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

struct RegistryViewsTest : testing::Test {
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Registry registry{*store, clock};
    const BoardId id = registry.add(1001, UserName::parse("alice").value(), {}).value().id;
};

TEST_F(RegistryViewsTest, TheGateWaitsForNoListener) {
    std::vector<std::function<void()>> later;
    std::vector<std::string> notified;
    registry.notify_of_views_by([&](std::function<void()> work) { later.push_back(std::move(work)); });
    registry.listen([&](const Board& board, bool) { notified.push_back(board.last_visit ? board.last_visit->visitor : "its owner"); });
    registry.viewed(id);
    clock.advance(1min);
    registry.visited(id, "bob");
    EXPECT_TRUE(notified.empty()) << "a listener may wait for the disk";
    ASSERT_EQ(later.size(), 2U);
    later.front()();
    EXPECT_EQ(notified, (std::vector<std::string>{"its owner", "bob"})) << "in their order";
    later.back()();
    EXPECT_EQ(notified.size(), 2U);
}

}  // namespace
}  // namespace boardgate::boardgated

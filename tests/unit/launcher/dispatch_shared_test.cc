// SPDX-License-Identifier: MIT
// Boards that their owners show to others: who may start one, by root's own record.
#include <gmock/gmock.h>

#include "src/base/landlock_version.h"

#include "tests/unit/launcher/launcher_test.h"

namespace boardgate::launcher {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Kind = wire::ShownTo::Kind;

constexpr const char* home = "12:34.000000005";

struct SharedTest : LauncherTest {
    Token bob = ticket_of(1002);
    const std::int64_t now = std::chrono::floor<std::chrono::seconds>(clock.wall()).time_since_epoch().count();

    void SetUp() override {
        if (landlock_version() < 1) GTEST_SKIP() << "no board is shown where the kernel cannot confine it";
    }
    SharedTest() {
        directory.groups = {{"vision", {"bob"}}, {"audio", {"a-da"}}};
        EXPECT_TRUE(make(alice, door()).result);
        (void)systemd.asked();
        (void)systemd.transient();
    }
    static wire::DoorSpec door() {
        wire::DoorSpec door = LauncherTest::door();
        door.home = home;
        return door;
    }
    template <class Start>
    Response start(const Token& token, const std::string& of_home = home) {
        Start message;
        message.board = board;
        message.home = of_home;
        return ask(token, std::move(message));
    }
    Response share(const Token& token, std::vector<wire::ShownTo> to, const std::string& id = board) {
        wire::ShareBoard message;
        message.board = id;
        message.to = std::move(to);
        return ask(token, std::move(message));
    }
    /// The owner shows the board to these and nobody else.
    void show(const wire::ShownTo& to) {
        ASSERT_EQ(refusal(share(alice, {to})), std::nullopt);
        (void)systemd.asked();
    }
    std::optional<Refusal> wake(const Token& token) { return refusal(start<wire::WakeShared>(token)); }
    std::string arguments() const { return records_folder.get(board + std::string(".arguments")); }
};

TEST_F(SharedTest, AVisitorStartsABoardThatIsShownAndDoesNothingElse) {
    show({Kind::user, "bob", 1002, 0});
    EXPECT_EQ(wake(bob), std::nullopt);
    EXPECT_THAT(systemd.asked(), ElementsAre("StartUnit tensorboard-alice-abcdefgh.service"));
    EXPECT_EQ(refusal(ask_of<wire::WakeBoard>(bob)), Refusal::no_such_door);
    EXPECT_EQ(refusal(ask_of<wire::RestartBoard>(bob)), Refusal::no_such_door);
    EXPECT_EQ(refusal(ask_of<wire::SleepBoard>(bob)), Refusal::no_such_door);
    EXPECT_EQ(refusal(ask_of<wire::ReadDoor>(bob)), Refusal::no_such_door);
    EXPECT_EQ(refusal(make(bob, door())), Refusal::no_such_door);
    EXPECT_EQ(refusal(share(bob, {{Kind::everybody, "", 0, 0}})), Refusal::no_such_door) << "nobody shows on what was shown to them";
    EXPECT_THAT(systemd.asked(), IsEmpty());
}

TEST_F(SharedTest, ItWakesWhileItsOwnerIsNotLoggedIn) {
    show({Kind::everybody, "", 0, 0});
    tickets.revoke(alice.hash());
    EXPECT_EQ(wake(bob), std::nullopt);
}

TEST_F(SharedTest, NobodyElseStartsIt) {
    EXPECT_EQ(wake(bob), Refusal::not_shown) << "it is shown to nobody";
    show({Kind::user, "a-da", 1003, 0});
    EXPECT_EQ(wake(bob), Refusal::not_shown) << "it is shown to somebody else";
    show({Kind::user, "bob", 1099, 0});
    EXPECT_EQ(wake(bob), Refusal::not_shown) << "the name is another person's by now";
    show({Kind::user, "bobby", 1002, 0});
    EXPECT_EQ(wake(bob), Refusal::not_shown) << "the number is another person's by now";
    show({Kind::user, "bob", 1002, now});
    EXPECT_EQ(wake(bob), Refusal::not_shown) << "it ends now";
    show({Kind::user, "bob", 1002, now + 60});
    EXPECT_EQ(wake(bob), std::nullopt);
    clock.advance(60s);
    (void)systemd.asked();
    EXPECT_EQ(wake(bob), Refusal::not_shown) << "it has ended";
    show({Kind::user, "bob", 1002, 0});
    ASSERT_EQ(refusal(share(alice, {})), std::nullopt);
    EXPECT_EQ(wake(bob), Refusal::not_shown) << "the owner took it back";
    EXPECT_EQ(refusal(ask_of<wire::WakeShared>(bob, "zzzzzzzz")), Refusal::not_shown) << "no board, the same answer";
    EXPECT_THAT(systemd.asked(), IsEmpty());
}

TEST_F(SharedTest, AGroupIsANameAndANumber) {
    constexpr std::uint32_t gid = 700'000;  // of fakes::Accounts' first group
    show({Kind::group, "vision", gid, 0});
    EXPECT_EQ(wake(bob), std::nullopt);
    EXPECT_EQ(wake(ticket_of(1003)), Refusal::not_shown) << "in another group";
    show({Kind::group, "vision", gid + 1, 0});
    EXPECT_EQ(wake(bob), Refusal::not_shown) << "the group was made again";
    show({Kind::group, "vision", gid, 0});
    directory.groups[0].second.clear();
    EXPECT_EQ(wake(bob), Refusal::not_shown) << "bob left it";
}

TEST_F(SharedTest, AnOwnerWithoutAnAccountShowsNothing) {
    show({Kind::everybody, "", 0, 0});
    directory.shadow["alice"] = {"!$y$j9T$x", -1};
    EXPECT_EQ(wake(bob), Refusal::not_shown) << "it is closed";
    directory.shadow.clear();
    directory.accounts[0].name = "anna";
    EXPECT_EQ(wake(bob), Refusal::not_shown) << "the number is another person's";
    EXPECT_THAT(systemd.asked(), IsEmpty());
}

TEST_F(SharedTest, ItIsOfTheHomeForWhichItWasMade) {
    show({Kind::everybody, "", 0, 0});
    EXPECT_EQ(refusal(start<wire::WakeShared>(bob, "")), Refusal::not_shown);
    EXPECT_EQ(refusal(start<wire::WakeShared>(bob, "12:34.000000006")), Refusal::not_shown);
    EXPECT_EQ(wake(bob), std::nullopt);
}

TEST_F(SharedTest, OfAnUnknownHomeItIsShownToNobody) {
    ASSERT_TRUE(make(alice, LauncherTest::door()).result);
    EXPECT_EQ(refusal(share(alice, {{Kind::user, "bob", 1002, 0}})), Refusal::systemd);
    EXPECT_EQ(refusal(share(alice, {})), std::nullopt) << "what is not shown may end";
    auto record = records.read(BoardId::parse(board).value()).value();
    record.shown_to = {{Kind::user, "bob", 1002, 0}};
    ASSERT_TRUE(records.write(record));
    EXPECT_EQ(refusal(start<wire::WakeShared>(bob, "")), Refusal::not_shown) << "an older boardgate recorded it";
}

TEST_F(SharedTest, OnlyWellformedListsAreTaken) {
    for (const wire::ShownTo& bad : {wire::ShownTo{Kind::user, "", 1002, 0}, wire::ShownTo{Kind::group, "a\nb", 1, 0},
                                     wire::ShownTo{Kind::everybody, "bob", 0, 0}, wire::ShownTo{Kind::user, "bob", 1002, -1}}) {
        EXPECT_EQ(refusal(share(alice, {bad})), Refusal::bad_request);
    }
    EXPECT_EQ(refusal(share(alice, {}, "../x")), Refusal::bad_request);
    EXPECT_EQ(refusal(share(alice, {}, "zzzzzzzz")), Refusal::no_such_door);
}

TEST_F(SharedTest, AShownBoardIsConfinedAndStaysItWhateverIsMadeOfItsDoor) {
    EXPECT_THAT(arguments(), Not(HasSubstr("--confined")));
    show({Kind::user, "bob", 1002, 0});
    EXPECT_THAT(arguments(), HasSubstr("--confined=yes"));
    ASSERT_TRUE(make(alice, door()).result) << "with other options";
    EXPECT_THAT(arguments(), HasSubstr("--confined=yes"));
    (void)systemd.asked();
    EXPECT_EQ(wake(bob), std::nullopt) << "and it is shown as before";
    ASSERT_EQ(refusal(share(alice, {})), std::nullopt);
    ASSERT_TRUE(make(alice, door()).result);
    EXPECT_THAT(arguments(), Not(HasSubstr("--confined")));
}

TEST_F(SharedTest, AnAwakeBoardStartsAgainOnceConfined) {
    EXPECT_TRUE(start<wire::WakeBoard>(alice).result);
    (void)systemd.asked();
    ASSERT_EQ(refusal(share(alice, {{Kind::user, "bob", 1002, 0}})), std::nullopt);
    EXPECT_THAT(systemd.asked(),
                ElementsAre("StopUnit tensorboard-alice-abcdefgh.service", "StartUnit tensorboard-alice-abcdefgh.service"));
    ASSERT_EQ(refusal(share(alice, {{Kind::everybody, "", 0, 0}})), std::nullopt);
    EXPECT_THAT(systemd.asked(), IsEmpty()) << "it is confined already";
}

TEST_F(SharedTest, WhatCannotBeStoppedIsNotShown) {
    EXPECT_TRUE(start<wire::WakeBoard>(alice).result);
    systemd.refuse("StopUnit", "org.freedesktop.DBus.Error.AccessDenied");
    EXPECT_EQ(refusal(share(alice, {{Kind::user, "bob", 1002, 0}})), Refusal::systemd);
    EXPECT_EQ(wake(bob), Refusal::not_shown);
}

TEST_F(SharedTest, ADoorThatIsLostIsMadeAgainForAVisitorToo) {
    show({Kind::user, "bob", 1002, 0});
    reboot();
    EXPECT_EQ(wake(bob), std::nullopt);
    EXPECT_THAT(systemd.asked().back(), HasSubstr("StartUnit tensorboard-alice-abcdefgh.service"));
    EXPECT_EQ(records.read(BoardId::parse(board).value())->shown_to.size(), 1U);
}

}  // namespace
}  // namespace boardgate::launcher

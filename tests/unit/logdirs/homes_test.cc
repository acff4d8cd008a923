// SPDX-License-Identifier: MIT
#include "src/logdirs/homes.h"

#include <gtest/gtest.h>

namespace boardgate::logdirs {
namespace {

constexpr uid_t alice = 1001, bob = 1002, carol = 1003;

const std::vector<Home> homes = {
    {alice, "alice", "/home/alice"}, {bob, "bob", "/home/bob"}, {carol, "carol", "/home/bob/guests/carol"},
    {alice, "alice", "/srv/lab"},    {bob, "bob2", "/srv/lab"}, {1004, "admin", "/home"},
};

const Home* foreign(const std::string& path, uid_t me = alice) { return foreign_home(path, me, homes); }

TEST(Homes, AnothersHomeIsForeign) {
    ASSERT_NE(foreign("/home/bob"), nullptr);
    EXPECT_EQ(foreign("/home/bob/runs")->user, "bob");
}

TEST(Homes, OnesOwnIsNotEvenInsideAnothers) {
    EXPECT_EQ(foreign("/home/alice/runs"), nullptr);
    EXPECT_EQ(foreign("/home/bob/guests/carol/runs", carol), nullptr);
    EXPECT_EQ(foreign("/home/bob/guests/carol/runs", bob)->user, "carol");
}

TEST(Homes, AHomeThatIsSharedIsEachOnes) {
    EXPECT_EQ(foreign("/srv/lab/runs", alice), nullptr);
    EXPECT_EQ(foreign("/srv/lab/runs", bob), nullptr);
    EXPECT_NE(foreign("/srv/lab/runs", carol), nullptr);
}

TEST(Homes, ASimilarNameIsAnotherFolder) {
    const std::vector<Home> bobs = {{bob, "bob", "/home/bob"}};
    EXPECT_EQ(foreign_home("/home/bobby", alice, bobs), nullptr);
    EXPECT_EQ(foreign_home("/home", alice, bobs), nullptr);
    EXPECT_EQ(foreign_home("/data/home/bob", alice, bobs), nullptr);
}

TEST(Homes, WhatIsSharedIsChosen) {
    constexpr gid_t lab = 2000;
    const auto is_shared = [](uid_t owner, gid_t group, mode_t mode) {
        struct stat folder {};
        folder.st_uid = owner;
        folder.st_gid = group;
        folder.st_mode = mode;
        return is_shared_with(folder, alice, {alice, lab});
    };
    EXPECT_TRUE(is_shared(bob, lab, S_IFDIR | 02770));
    EXPECT_TRUE(is_shared(bob, lab, S_IFDIR | 02775));
    EXPECT_TRUE(is_shared(alice, alice, S_IFDIR | 0700)) << "one's own, wherever it is";
    EXPECT_FALSE(is_shared(bob, lab, S_IFDIR | 02755)) << "read only: what SETGID_HOMES of adduser.conf(5) leaves";
    EXPECT_FALSE(is_shared(bob, lab, S_IFDIR | 0775)) << "a umask of 002";
    EXPECT_FALSE(is_shared(bob, bob, S_IFDIR | 02770)) << "another group";
    EXPECT_FALSE(is_shared(alice, alice, S_IFREG | 0600));
}

TEST(OwnedHomes, OnesOwnAndRootsAreNobodysElse) {
    struct stat root {};
    ASSERT_EQ(stat("/root", &root), 0);
    EXPECT_FALSE(OwnedHomes(alice, 1000).foreign_owner(root));
    root.st_uid = 54321;  // no such account
    EXPECT_FALSE(OwnedHomes(alice, 1000).foreign_owner(root));
    root.st_uid = alice;
    EXPECT_FALSE(OwnedHomes(alice, 1000).foreign_owner(root));
}

TEST(Homes, TidyTakesDetoursOutOfAPath) {
    EXPECT_EQ(tidy("/home/alice/../bob//runs/./"), "/home/bob/runs");
    EXPECT_EQ(tidy("/../.."), "/");
    EXPECT_EQ(tidy("/"), "/");
}

TEST(Homes, SystemAccountsHaveNone) {
    for (const Home& home : homes_of_people(1000)) {
        EXPECT_GE(home.uid, 1000U);
        EXPECT_NE(home.path, "/");
        EXPECT_NE(home.user, "nobody");
    }
}

}  // namespace
}  // namespace boardgate::logdirs

// SPDX-License-Identifier: MIT
#include "src/tickets/ticket_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include <filesystem>

#include "tests/fakes/temp_folder.h"

namespace boardgate::tickets {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::sys_seconds;

const Time now{1'800'000'000s};

struct TicketStoreTest : testing::Test {
    fakes::TempFolder folder;
    TicketStore store = TicketStore::open(folder.path()).value();
    Token token = Token::make();
    TokenHash hash = token.hash();

    void write(const TokenHash& of, uid_t uid, Time expires = now + 1h) const { ASSERT_TRUE(store.write(of, {uid, expires, "alice"})); }
    [[nodiscard]] bool good(const TokenHash& of, Time at = now) const { return store.check(of, at).has_value(); }
};

TEST_F(TicketStoreTest, GivesBackWhatWasWritten) {
    write(hash, 1001);
    const auto ticket = store.check(hash, now);
    ASSERT_TRUE(ticket) << ticket.error().text();
    EXPECT_EQ(ticket->uid, 1001U);
    EXPECT_EQ(ticket->expires, now + 1h);
    EXPECT_EQ(ticket->user, "alice");
    // Another process of another boot.
    EXPECT_TRUE(TicketStore::open(folder.path()).value().check(hash, now));
}

TEST_F(TicketStoreTest, KnowsNoTicketThatWasNotWritten) {
    write(hash, 1001);
    const auto other = store.check(Token::make().hash(), now);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().sys, ENOENT);
}

TEST_F(TicketStoreTest, ATicketEnds) {
    write(hash, 1001, now + 10s);
    EXPECT_TRUE(good(hash, now + 9s));
    const auto ended = store.check(hash, now + 10s);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().sys, ENOENT);
}

TEST_F(TicketStoreTest, OfTooManyOfOneUserTheOneThatEndsFirstGoes) {
    const TokenHash of_bob = Token::make().hash();
    write(of_bob, 1002, now + 1s);
    std::vector<TokenHash> own;
    for (std::size_t i = 0; i < TicketStore::most_of_user; ++i) {
        own.push_back(Token::make().hash());
        write(own.back(), 1001, now + 1h + std::chrono::seconds(i));
    }
    EXPECT_TRUE(good(own[0]));
    write(hash, 1001, now + 2h);
    EXPECT_FALSE(good(own[0]));
    EXPECT_TRUE(good(own[1]));
    EXPECT_TRUE(good(hash));
    EXPECT_TRUE(good(of_bob)) << "nobody's tickets make room for another's";
    EXPECT_EQ(folder.count(), TicketStore::most_of_user + 1);
}

TEST_F(TicketStoreTest, KeepsTheHashAndNeverTheToken) {
    write(hash, 1001);
    ASSERT_EQ(folder.count(), 1U);
    EXPECT_TRUE(folder.has(hash.hex()));
    EXPECT_EQ(folder.get(hash.hex()), "2 1001 1800003600 - session alice\n");
    struct stat facts {};
    ASSERT_EQ(stat((folder / hash.hex()).c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(TicketStoreTest, DamagedTicketsAreNone) {
    for (const char* text : {"",
                             "2",
                             "2 1001",
                             "2 1001 1800003600",
                             "2 1001 1800003600 -",
                             "2 1001 1800003600 - session",
                             "2 1001 1800003600 - session \n",
                             "2 1001 1800003600 - session alice",
                             "2 1001 1800003600 - session alice\nx",
                             "2 1001 1800003600 - other alice\n",
                             "2 1001 1800003600  session alice\n",
                             "1 1001 1800003600 - session alice\n",
                             "1001 1800003600 alice\n",
                             "2 0 1800003600 - session alice\n",
                             "2 -1 1800003600 - session alice\n",
                             "2 4294967295 1800003600 - session alice\n",
                             "2 4294968297 1800003600 - session alice\n",
                             " 2 1001 1800003600 - session alice\n",
                             "2  1001 1800003600 - session alice\n",
                             "2 1001 0 - session alice\n",
                             "2 1001 -1800003600 - session alice\n",
                             "2\t1001 1800003600 - session alice\n",
                             "2 0x3e9 1800003600 - session alice\n",
                             "2 1001 1800003600 - session alice bob\n"}) {
        folder.put(hash.hex(), text);
        const auto ticket = store.check(hash, now);
        ASSERT_FALSE(ticket) << text;
        EXPECT_EQ(ticket.error().sys, ENOENT) << text;
    }
}

TEST_F(TicketStoreTest, ATicketThatIsALinkIsRefused) {
    const fakes::TempFolder elsewhere;
    elsewhere.put("ticket", "2 1001 1800003600 - session alice\n");
    std::filesystem::create_symlink(elsewhere / "ticket", folder / hash.hex());
    EXPECT_FALSE(good(hash));
}

TEST_F(TicketStoreTest, IsNeverWrittenTwice) {
    write(hash, 1001);
    // The name of a ticket being written is taken: nobody else's file is written into.
    folder.put(hash.hex() + ".new", "");
    EXPECT_FALSE(store.write(hash, {1002, now + 1h, "alice"}));
    EXPECT_EQ(store.check(hash, now)->uid, 1001U);
}

TEST_F(TicketStoreTest, RevokesOneAndLeavesTheOthers) {
    const TokenHash other = Token::make().hash();
    write(hash, 1001);
    write(other, 1001);
    store.revoke(hash);
    EXPECT_FALSE(good(hash));
    EXPECT_TRUE(good(other));
    store.revoke(hash);  // gone already
}

TEST_F(TicketStoreTest, SweepsWhatHasEndedAndWhatIsDamaged) {
    const TokenHash ended = Token::make().hash();
    write(hash, 1001, now + 1s);
    write(ended, 1001, now);
    folder.put(Token::make().hash().hex(), "broken");
    store.sweep(now);
    EXPECT_EQ(folder.count(), 1U);
    EXPECT_TRUE(good(hash));
}

TEST_F(TicketStoreTest, SweepsHalfWrittenTicketsOnceTheyAreOld) {
    const std::string young = folder.put(Token::make().hash().hex() + ".new", "");
    const std::string old = folder.put(Token::make().hash().hex() + ".new", "");
    const auto at = [](const std::string& path, Time time) {
        const utimbuf times{time.time_since_epoch().count(), time.time_since_epoch().count()};
        ASSERT_EQ(utime(path.c_str(), &times), 0);
    };
    at(young, now - 30s);
    at(old, now - 90s);
    store.sweep(now);
    EXPECT_TRUE(std::filesystem::exists(young)) << "another login may be writing it";
    EXPECT_FALSE(std::filesystem::exists(old));
}

TEST(TicketStore, RefusesAFolderThatIsNotItsOwnersAlone) {
    const fakes::TempFolder folder;
    for (const mode_t mode : {0750U, 0701U, 0777U, 0720U}) {
        ASSERT_EQ(chmod(folder.path().c_str(), mode), 0);
        EXPECT_FALSE(TicketStore::open(folder.path())) << mode;
    }
    ASSERT_EQ(chmod(folder.path().c_str(), 0700), 0);
    EXPECT_TRUE(TicketStore::open(folder.path()));
}

TEST(TicketStore, RefusesAFolderOfSomebodyElse) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
    const fakes::TempFolder folder;
    ASSERT_EQ(chown(folder.path().c_str(), 65534, 65534), 0);
    EXPECT_FALSE(TicketStore::open(folder.path()));
}

TEST(TicketStore, RefusesALinkAFileAndNothing) {
    const fakes::TempFolder folder;
    const fakes::TempFolder elsewhere;
    std::filesystem::create_symlink(elsewhere.path(), folder / "link");
    EXPECT_FALSE(TicketStore::open(folder / "link"));
    EXPECT_FALSE(TicketStore::open(folder.put("file", "")));
    EXPECT_FALSE(TicketStore::open(folder / "nothing"));
}

TEST_F(TicketStoreTest, ALocalOneIsTakenOnce) {
    ASSERT_TRUE(store.write(hash, {1001, now + 1h, "alice", "mark", true}));
    const auto ticket = store.check(hash, now);
    ASSERT_TRUE(ticket && ticket->local);
    EXPECT_EQ(ticket->mark, "mark");
    EXPECT_TRUE(store.take_local(hash, *ticket));
    const auto taken = store.check(hash, now);
    ASSERT_TRUE(taken) << "it goes on as the session's";
    EXPECT_FALSE(taken->local);
    EXPECT_FALSE(store.take_local(hash, *taken));
    store.revoke(hash);
    EXPECT_FALSE(store.take_local(hash, *ticket)) << "a revoked ticket stays revoked";
    EXPECT_FALSE(good(hash));
}

TEST_F(TicketStoreTest, ThoseThatARuleNamesGo) {
    const TokenHash of_bob = Token::make().hash();
    write(hash, 1001);
    write(of_bob, 1002);
    store.revoke_if([](const Ticket& ticket) { return ticket.uid == 1001; });
    EXPECT_FALSE(good(hash));
    EXPECT_TRUE(good(of_bob));
}

}  // namespace
}  // namespace boardgate::tickets

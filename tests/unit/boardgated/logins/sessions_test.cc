// SPDX-License-Identifier: MIT
#include "src/boardgated/logins/sessions.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "tests/fakes/disk.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

struct SessionsTest : testing::Test {
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Settings settings = parse_settings("session_idle = 1h\nsession_lifetime = 10h\nsessions_per_user = 3\n", "test").value();
    std::set<std::string> revoked;  ///< hashes of tickets
    EndedLogins ended{*store, [this](const std::vector<TokenHash>& tickets) {
                          for (const TokenHash& ticket : tickets) revoked.insert(ticket.hex());
                          return true;
                      }};
    Sessions sessions{*store, ended, settings, clock};

    TokenHash add(std::uint32_t uid = 1001, std::chrono::seconds lives = 10h, const std::string& name = {},
                  const std::string& address = {}) {
        const TokenHash token = Token::make().hash();
        const auto expires = std::chrono::floor<std::chrono::seconds>(clock.wall()) + lives;
        EXPECT_TRUE(sessions.add({token, uid, "u" + std::to_string(uid)}, expires, name, address));
        clock.advance(1s);
        return token;
    }
    [[nodiscard]] bool there(const TokenHash& token) const { return sessions.find(token).has_value(); }
    /// As after a restart of boardgated.
    [[nodiscard]] bool there_after_restart(const TokenHash& token) {
        Sessions again(*store, ended, settings, clock);
        EXPECT_TRUE(ended.store() && ended.revoke());
        EXPECT_TRUE(again.load());
        return again.find(token).has_value();
    }
};

TEST_F(SessionsTest, AreFoundByTheirToken) {
    const TokenHash token = add(1001);
    add(1002);
    const auto session = sessions.find(token);
    ASSERT_TRUE(session);
    EXPECT_EQ(session->uid, 1001U);
    EXPECT_EQ(session->user, "u1001");
    EXPECT_FALSE(there(Token::make().hash()));
    EXPECT_FALSE(there(TokenHash()));
}

TEST_F(SessionsTest, EndWhenTheyAreNotUsed) {
    const TokenHash token = add();
    clock.advance(1h - 2s);
    EXPECT_TRUE(there(token));
    sessions.touch(token);
    clock.advance(1h - 1s);
    EXPECT_TRUE(there(token));
    clock.advance(1s);
    EXPECT_FALSE(there(token));
}

TEST_F(SessionsTest, AreCheckedOnceAnHourAndAfterAStart) {
    const TokenHash token = add(1001, 10h, {}, "192.0.2.1");
    EXPECT_TRUE(sessions.to_check().empty()) << "PAM was asked a moment ago";
    clock.advance(Sessions::between_checks);
    const auto first = sessions.to_check();
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].user, "u1001");
    EXPECT_EQ(first[0].by_address, (std::map<std::string, std::vector<TokenHash>>{{"192.0.2.1", {token}}}));
    EXPECT_EQ(sessions.to_check().size(), 1U) << "nobody was asked about it";
    sessions.checked({token});
    EXPECT_TRUE(sessions.to_check().empty());
    EXPECT_LT(Sessions::between_checks, 1h);
    Sessions again(*store, ended, settings, clock);
    ASSERT_TRUE(again.load());
    EXPECT_EQ(again.to_check().size(), 1U);
    clock.advance(1h);
    EXPECT_TRUE(sessions.to_check().empty()) << "it was not used, and has ended";
}

TEST_F(SessionsTest, AreCheckedTogetherWithAllOfTheirAccount) {
    const TokenHash old = add(1001, 10h, {}, "192.0.2.1");
    clock.advance(40min);
    const TokenHash recent = add(1001, 10h, {}, "192.0.2.2");
    const TokenHash same = add(1001, 10h, {}, "192.0.2.2");
    add(1002);
    clock.advance(10min);
    sessions.touch(old);
    const auto due = sessions.to_check();
    ASSERT_EQ(due.size(), 1U) << "the other account is not due";
    ASSERT_EQ(due[0].by_address.size(), 2U);
    EXPECT_EQ(due[0].by_address.at("192.0.2.1"), std::vector<TokenHash>{old});
    const auto& later = due[0].by_address.at("192.0.2.2");
    EXPECT_TRUE(later == (std::vector{recent, same}) || later == (std::vector{same, recent}));
}

TEST_F(SessionsTest, OfAFewMinutesAreCheckedTogether) {
    clock.advance(300s - clock.boot() % 300s);
    for (std::uint32_t uid = 2000; uid < 2100; ++uid) add(uid);  // a second each
    clock.advance(Sessions::between_checks - 200s);
    EXPECT_TRUE(sessions.to_check().empty());
    clock.advance(100s);
    EXPECT_EQ(sessions.to_check().size(), 100U);
}

TEST_F(SessionsTest, AreCheckedManyAtATimeThoseFirstThatAreDueLongest) {
    const std::uint32_t count = Sessions::most_checks + 5;
    for (std::uint32_t uid = 2000; uid < 2000 + count; ++uid) add(uid);
    clock.advance(Sessions::between_checks);
    const auto due = sessions.to_check();
    ASSERT_EQ(due.size(), Sessions::most_checks);
    for (const auto& account : due) {
        for (const auto& [address, tokens] : account.by_address) sessions.checked(tokens);
    }
    const auto rest = sessions.to_check();
    ASSERT_EQ(rest.size(), 5U);
    for (const auto& account : rest) EXPECT_GE(account.uid, 2000 + Sessions::most_checks - 300) << "one of the first 5 minutes";
}

TEST_F(SessionsTest, EndWithTheirTicketHoweverMuchTheyAreUsed) {
    const TokenHash token = add(1001, 90min);
    clock.advance(45min);
    sessions.touch(token);
    clock.advance(45min - 2s);
    EXPECT_TRUE(there(token));
    clock.advance(1s);
    EXPECT_FALSE(there(token));
}

TEST_F(SessionsTest, BeingLookedUpIsNotBeingUsed) {
    const TokenHash token = add();
    for (int minute = 0; minute < 60; ++minute) {
        (void)sessions.find(token);
        clock.advance(1min);
    }
    EXPECT_FALSE(there(token));
}

TEST_F(SessionsTest, AClockThatIsSetNeitherEndsThemNorKeepsThem) {
    const TokenHash token = add(1001, 90min);
    clock.set_wall(clock.wall() + 48h);
    EXPECT_TRUE(there(token));
    clock.set_wall(clock.wall() - 96h);
    clock.advance(1h);
    EXPECT_FALSE(there(token));
}

TEST_F(SessionsTest, OutliveARestart) {
    const TokenHash token = add();
    EXPECT_TRUE(there_after_restart(token));
    clock.advance(1h);
    EXPECT_FALSE(there_after_restart(token));
}

TEST_F(SessionsTest, WhatEndedIsForgottenByTheStoreToo) {
    add();
    clock.advance(1h);
    Sessions again(*store, ended, settings, clock);
    ASSERT_TRUE(again.load());
    EXPECT_TRUE(ended.store() && ended.revoke());
    EXPECT_TRUE(store->sessions().value().empty());
}

TEST_F(SessionsTest, TimesOfUseReachTheStoreWithTheSweep) {
    const TokenHash token = add();
    clock.advance(50min);
    sessions.touch(token);
    sessions.sweep();
    clock.advance(50min);
    EXPECT_TRUE(there_after_restart(token));
    EXPECT_TRUE(there(token));
}

TEST_F(SessionsTest, AnEarlierWallClockDoesNotMakeThemLiveLonger) {
    const TokenHash token = add();
    clock.set_wall(clock.wall() - 24h);
    Sessions again(*store, ended, settings, clock);
    ASSERT_TRUE(again.load());
    clock.advance(1h);
    EXPECT_FALSE(again.find(token));
}

TEST_F(SessionsTest, TheLongestUnusedOneGoesBeyondTheLimit) {
    const TokenHash first = add();
    const TokenHash second = add();
    const TokenHash third = add();
    sessions.touch(first);
    clock.advance(1s);
    const TokenHash others = add(1002);
    EXPECT_TRUE(there(second));
    const TokenHash fourth = add();
    EXPECT_TRUE(there(first));
    EXPECT_FALSE(there(second));
    EXPECT_TRUE(there(third));
    EXPECT_TRUE(there(fourth));
    EXPECT_TRUE(there(others));
    EXPECT_FALSE(there_after_restart(second));
}

TEST_F(SessionsTest, AClientThatCannotKeepItsSessionEndsItsOwn) {
    const TokenHash browser = add(1001, 10h, "Firefox", "192.0.2.1");
    TokenHash last;
    for (int i = 0; i < 10; ++i) last = add(1001, 10h, "boardgate on lab", "192.0.2.2");
    EXPECT_TRUE(there(browser)) << "though it was not used for longest";
    EXPECT_TRUE(there(last));
    EXPECT_EQ(sessions.sessions_of(1001).size(), 3U);
    add(1001, 10h, "boardgate on laptop", "192.0.2.3");
    EXPECT_FALSE(there(browser)) << "another client ends the session that was not used for longest";
}

TEST_F(SessionsTest, LoggingOutEndsOneForGood) {
    const TokenHash token = add();
    const TokenHash other = add();
    sessions.end(token);
    EXPECT_FALSE(there(token));
    EXPECT_FALSE(there_after_restart(token));
    EXPECT_TRUE(there(other));
    sessions.sweep();
    EXPECT_FALSE(there_after_restart(token));
}

TEST_F(SessionsTest, LoggingOutEverywhereEndsAllOfOnePerson) {
    const TokenHash first = add(1001);
    const TokenHash second = add(1001);
    const TokenHash others = add(1002);
    sessions.end_all(1001);
    EXPECT_FALSE(there(first));
    EXPECT_FALSE(there(second));
    EXPECT_TRUE(there(others));
    EXPECT_TRUE(ended.store() && ended.revoke());
    EXPECT_EQ(store->sessions().value().size(), 1U);
}

TEST_F(SessionsTest, EndWhenTheirNumberBelongsToAnotherName) {
    const TokenHash left = add(1001);
    const TokenHash other = add(1002);
    const TokenHash come = Token::make().hash();
    ASSERT_TRUE(sessions.add({come, 1001, "somebody"}, std::chrono::floor<std::chrono::seconds>(clock.wall()) + 1h));
    EXPECT_FALSE(there(left));
    EXPECT_FALSE(there_after_restart(left));
    EXPECT_TRUE(there(other));
    EXPECT_TRUE(there(come));
}

TEST_F(SessionsTest, TakeTheirTicketsAlongHoweverTheyEnd) {
    const auto is_revoked = [this](const TokenHash& token) {
        EXPECT_TRUE(ended.store() && ended.revoke());
        return revoked.contains(token.hex());
    };
    const TokenHash logged_out = add(1001);
    sessions.end(logged_out);
    EXPECT_TRUE(is_revoked(logged_out));
    const TokenHash everywhere = add(1001);
    sessions.end_all(1001);
    EXPECT_TRUE(is_revoked(everywhere));
    const TokenHash of_another = add(1001);
    ASSERT_TRUE(sessions.add({Token::make().hash(), 1001, "another"}, std::chrono::floor<std::chrono::seconds>(clock.wall()) + 10h));
    EXPECT_TRUE(is_revoked(of_another));
    const TokenHash beyond_the_limit = add(1002);
    for (int i = 0; i < 3; ++i) add(1002);
    EXPECT_TRUE(is_revoked(beyond_the_limit));
    const TokenHash unused = add(1003);
    clock.advance(2h);
    EXPECT_FALSE(is_revoked(unused));
    sessions.sweep();
    EXPECT_TRUE(is_revoked(unused));
    const TokenHash unused_while_nobody_looked = add(1003);
    clock.advance(2h);
    EXPECT_FALSE(there_after_restart(unused_while_nobody_looked));
    EXPECT_TRUE(is_revoked(unused_while_nobody_looked));
}

TEST_F(SessionsTest, AreListedToTheirOwnerTheLastUsedFirst) {
    const TokenHash laptop = add(1001, 10h, "laptop", "192.0.2.1");
    add(1001, 10h, "desk");
    add(1002, 10h, "other");
    clock.advance(1min);
    sessions.touch(laptop);
    const auto views = sessions.sessions_of(1001);
    ASSERT_EQ(views.size(), 2U);
    EXPECT_EQ(views[0].name, "laptop");
    EXPECT_EQ(views[0].address, "192.0.2.1");
    EXPECT_EQ(views[0].last_used, clock.wall());
    EXPECT_EQ(views[0].expires - views[0].created, 10h);
    EXPECT_EQ(views[1].name, "desk");
    clock.advance(1h);
    EXPECT_TRUE(sessions.sessions_of(1001).empty());
}

TEST_F(SessionsTest, AnIdNamesOneOfOnesOwnAndOpensNothing) {
    const TokenHash token = add(1001);
    const std::string id = sessions.sessions_of(1001).front().id;
    EXPECT_EQ(sessions.find_by_id(1001, id), token);
    EXPECT_EQ(sessions.find_by_id(1002, id), std::nullopt);
    EXPECT_EQ(sessions.find_by_id(1001, ""), std::nullopt);
    EXPECT_EQ(sessions.find_by_id(1001, id.substr(1)), std::nullopt);
    EXPECT_LT(id.size(), 2 * TokenHash::size / 2);
}

TEST_F(SessionsTest, ANewNameOutlivesARestart) {
    const TokenHash token = add();
    ASSERT_TRUE(sessions.rename(token, "at home"));
    EXPECT_EQ(sessions.sessions_of(1001).front().name, "at home");
    EXPECT_EQ(store->sessions().value().front().name, "at home");
}

TEST_F(SessionsTest, AreFewerThanTheLimitHoweverManyLogInAtOnce) {
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                EXPECT_TRUE(
                    sessions.add({Token::make().hash(), 1001, "u1001"}, std::chrono::floor<std::chrono::seconds>(clock.wall()) + 1h));
            });
        }
    }
    EXPECT_EQ(sessions.sessions_of(1001).size(), 3U);
    EXPECT_TRUE(ended.store() && ended.revoke());
    EXPECT_EQ(store->sessions().value().size(), 3U);
}

/// On a disk that a test stalls or fills.
struct SessionsOnDisk : SessionsTest {
    fakes::TempFolder folder;
    fakes::Disk disk;
    std::unique_ptr<Store> store_on_disk = Store::open(folder / "db").value();
    EndedLogins ended_on_disk{*store_on_disk, [](const std::vector<TokenHash>&) { return true; }};
    Sessions kept{*store_on_disk, ended_on_disk, settings, clock};

    TokenHash log_in(std::uint32_t uid = 1001) {
        const TokenHash token = Token::make().hash();
        EXPECT_TRUE(kept.add({token, uid, "u"}, std::chrono::floor<std::chrono::seconds>(clock.wall()) + 10h));
        return token;
    }
    void execute(const char* sql) {
        sqlite3* raw = nullptr;
        ASSERT_EQ(sqlite3_open((folder / "db").c_str(), &raw), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(raw);
        sqlite3_close(raw);
    }
};

TEST_F(SessionsOnDisk, NobodyWhoIsLoggedInWaitsForADiskThatStalls) {
    const TokenHash there_before = log_in();
    const TokenHash leaving = log_in();
    clock.advance(1s);
    kept.touch(there_before);
    disk.stall();
    std::jthread sweep([&] { kept.sweep(); });
    ASSERT_TRUE(disk.is_waited_for());
    std::jthread login([&] { log_in(1002); });
    std::jthread logout([&] { kept.end(leaving); });
    EXPECT_TRUE(kept.find(there_before));
    kept.touch(there_before);
    while (kept.find(leaving)) std::this_thread::yield();  // ends although nothing can be written
    EXPECT_EQ(kept.count(), 1U) << "who logs in is not in before the disk has it";
    disk.go_on();
    for (std::jthread* thread : {&sweep, &login, &logout}) thread->join();
    EXPECT_TRUE(ended_on_disk.store() && ended_on_disk.revoke());
    EXPECT_EQ(kept.count(), 2U);
    EXPECT_EQ(store_on_disk->sessions().value().size(), 2U);
}

TEST_F(SessionsOnDisk, ALogoutThatCouldNotBeWrittenIsWrittenLater) {
    const TokenHash token = log_in();
    execute("CREATE TRIGGER a BEFORE DELETE ON sessions BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END");
    kept.end(token);
    EXPECT_FALSE(kept.find(token));
    EXPECT_FALSE(ended_on_disk.store() && ended_on_disk.revoke());
    EXPECT_EQ(store_on_disk->sessions().value().size(), 1U);
    execute("DROP TRIGGER a");
    EXPECT_TRUE(ended_on_disk.store() && ended_on_disk.revoke());
    EXPECT_TRUE(store_on_disk->sessions().value().empty());
}

TEST_F(SessionsOnDisk, OnAFullDiskNobodyLogsIn) {
    disk.fill();
    bool full = false;
    for (int i = 0; i < 100 && !full; ++i) {
        const TokenHash token = Token::make().hash();
        full = !kept.add({token, 2000U + static_cast<std::uint32_t>(i), std::string(200, 'u')},
                         std::chrono::floor<std::chrono::seconds>(clock.wall()) + 10h);
        EXPECT_EQ(kept.find(token).has_value(), !full);
    }
    EXPECT_TRUE(full);
    EXPECT_EQ(kept.count(), store_on_disk->sessions().value().size());
}

TEST_F(SessionsTest, ADamagedRowIsSkipped) {
    ASSERT_TRUE(store->put_session({"not a hash", 1001, "u", 0, 0, 4'000'000'000, "", ""}));
    const TokenHash token = add();
    EXPECT_TRUE(there_after_restart(token));
}

}  // namespace
}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
#include "src/boardgated/store.h"

#include <gtest/gtest.h>

#include "tests/fakes/temp_folder.h"

namespace boardgate::boardgated {
namespace {

struct StoreTest : testing::Test {
    fakes::TempFolder folder;
    std::string path = folder / "boardgate.db";
    std::unique_ptr<Store> store = Store::open(path).value();

    void reopen() {
        store.reset();
        store = Store::open(path).value();
    }
    /// Something that only another program would do to the file.
    void tamper(const std::string& sql) {
        sqlite3* raw = nullptr;
        ASSERT_EQ(sqlite3_open(path.c_str(), &raw), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(raw);
        sqlite3_close(raw);
    }
};

TEST_F(StoreTest, KeepsSessions) {
    ASSERT_TRUE(store->put_session({"aa", 4294967294U, "o'brien", 1, 2, 3, "Büro", "::1"}));
    ASSERT_TRUE(store->put_session({"bb", 1002, "bob", 4, 5, 6, "", ""}));
    reopen();
    const auto rows = store->sessions().value();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].hash, "aa");
    EXPECT_EQ(rows[0].uid, 4294967294U);
    EXPECT_EQ(rows[0].user, "o'brien");
    EXPECT_EQ(rows[0].created, 1);
    EXPECT_EQ(rows[0].last_used, 2);
    EXPECT_EQ(rows[0].expires, 3);
    EXPECT_EQ(rows[0].name, "Büro");
    EXPECT_EQ(rows[0].address, "::1");
}

TEST_F(StoreTest, PuttingAgainReplaces) {
    ASSERT_TRUE(store->put_session({"aa", 1001, "alice", 1, 2, 3, "", ""}));
    ASSERT_TRUE(store->put_session({"aa", 1001, "alice", 1, 9, 3, "", ""}));
    const auto rows = store->sessions().value();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].last_used, 9);
}

TEST_F(StoreTest, DeletesOneSession) {
    ASSERT_TRUE(store->put_session({"aa", 1001, "alice", 1, 2, 3, "", ""}));
    ASSERT_TRUE(store->put_session({"bb", 1001, "alice", 1, 2, 3, "", ""}));
    ASSERT_TRUE(store->delete_session("aa"));
    ASSERT_TRUE(store->delete_session("aa"));
    reopen();
    const auto rows = store->sessions().value();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].hash, "bb");
}

TEST_F(StoreTest, KeepsBoards) {
    const std::string options = R"({"title":"a \"b\"; DROP TABLE boards"})";
    ASSERT_TRUE(store->put_board({"abcdefgh", 1001, "alice", 65535, options, 7, 8}));
    ASSERT_TRUE(store->put_board({"zzzzzzzz", 1002, "bob", 0, "{}", 7, 0}));
    ASSERT_TRUE(store->delete_board("zzzzzzzz"));
    reopen();
    const auto rows = store->boards().value();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].id, "abcdefgh");
    EXPECT_EQ(rows[0].uid, 1001U);
    EXPECT_EQ(rows[0].owner, "alice");
    EXPECT_EQ(rows[0].port, 65535);
    EXPECT_EQ(rows[0].options, options);
    EXPECT_EQ(rows[0].created, 7);
    EXPECT_EQ(rows[0].last_viewed, 8);
}

TEST_F(StoreTest, KeepsEachPersonsPresets) {
    ASSERT_TRUE(store->put_preset(1001, {"b", "{1}"}));
    ASSERT_TRUE(store->put_preset(1001, {"a", "{2}"}));
    ASSERT_TRUE(store->put_preset(1002, {"a", "{3}"}));
    ASSERT_TRUE(store->put_preset(1001, {"b", "{4}"}));
    ASSERT_TRUE(store->delete_preset(1002, "b"));
    const auto rows = store->presets(1001).value();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].name, "a");
    EXPECT_EQ(rows[0].options, "{2}");
    EXPECT_EQ(rows[1].options, "{4}");
    ASSERT_TRUE(store->delete_preset(1001, "a"));
    EXPECT_EQ(store->presets(1001).value().size(), 1U);
    EXPECT_EQ(store->presets(1002).value().size(), 1U);
}

TEST_F(StoreTest, AFileOfANewerBoardgateIsLeftAlone) {
    ASSERT_TRUE(store->put_board({"abcdefgh", 1001, "alice", 1, "{}", 7, 8}));
    store.reset();
    tamper("PRAGMA user_version=1000");
    const auto opened = Store::open(path);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().text().find("newer boardgate"), std::string::npos) << opened.error().text();
    tamper("PRAGMA user_version=1");
    EXPECT_EQ(Store::open(path).value()->boards().value().size(), 1U);
}

TEST_F(StoreTest, ADamagedFileIsAnErrorAndNotAnEmptyDatabase) {
    store.reset();
    folder.put("boardgate.db", std::string(8192, 'x'));
    folder.put("boardgate.db-wal", "");
    const auto opened = Store::open(path);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().text().find("check the disk"), std::string::npos) << opened.error().text();
}

TEST_F(StoreTest, WhatCannotBeWrittenIsAnError) {
    tamper(
        "CREATE TRIGGER full BEFORE INSERT ON boards BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END;"
        "CREATE TRIGGER full2 BEFORE DELETE ON sessions BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END");
    ASSERT_TRUE(store->put_session({"aa", 1001, "alice", 1, 2, 3, "", ""}));
    EXPECT_FALSE(store->put_board({"abcdefgh", 1001, "alice", 1, "{}", 7, 8}));
    EXPECT_FALSE(store->delete_session("aa"));
    EXPECT_EQ(store->sessions().value().size(), 1U);
}

TEST(Store, SaysWhichFolderIsMissing) {
    const auto opened = Store::open("/nonexistent/boardgate.db");
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().text().find("cannot open the database"), std::string::npos);
}

}  // namespace
}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
#include "src/boardgated/storage/store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/fd.h"

#include "tests/fakes/disk.h"
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
    /// A change of the file that only another program makes.
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
    ASSERT_TRUE(store->end_sessions({"aa"}));
    ASSERT_TRUE(store->end_sessions({"aa", "cc"}));
    ASSERT_TRUE(store->end_sessions({}));
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

TEST_F(StoreTest, TimesOfUseAreWrittenTogetherAndBringNothingBack) {
    ASSERT_TRUE(store->put_session({"aa", 1001, "alice", 1, 2, 3, "", ""}));
    ASSERT_TRUE(store->put_board({"abcdefgh", 1001, "alice", 1, "{}", 7, 0}));
    ASSERT_TRUE(store->put_board({"zzzzzzzz", 1001, "alice", 2, "{}", 7, 0}));
    ASSERT_TRUE(store->sessions_used({{"aa", 20}, {"gone", 20}}));
    ASSERT_TRUE(store->boards_viewed({{"abcdefgh", 21}, {"gonegone", 21}, {"zzzzzzzz", 22}}));
    reopen();
    ASSERT_EQ(store->sessions().value().size(), 1U);
    EXPECT_EQ(store->sessions().value().front().last_used, 20);
    ASSERT_EQ(store->boards().value().size(), 2U);
    EXPECT_EQ(store->boards().value()[0].last_viewed, 21);
    EXPECT_EQ(store->boards().value()[1].last_viewed, 22);
}

TEST_F(StoreTest, ANewNameOfASessionThatEndedBringsItNotBack) {
    ASSERT_TRUE(store->rename_session("aa", "laptop"));
    EXPECT_TRUE(store->sessions().value().empty());
}

TEST_F(StoreTest, ADamagedFileIsAnErrorAndNotAnEmptyDatabase) {
    store.reset();
    folder.put("boardgate.db", std::string(8192, 'x'));
    folder.put("boardgate.db-wal", "");
    const auto opened = Store::open(path);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().text().find(path + " is damaged: restore a copy of it"), std::string::npos) << opened.error().text();
    EXPECT_TRUE(opened.error().lasting);
    EXPECT_EQ(folder.get("boardgate.db").size(), 8192U) << "it stays for a later repair";
}

TEST_F(StoreTest, DamageBehindTheFirstPageIsAnErrorToo) {
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(store->put_session({std::to_string(i), 1001, std::string(100, 'u'), 1, 2, 3, "", ""}));
    store.reset();
    const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    const std::string rubbish(4096, '\xff');
    for (off_t page = 1; page < 8; ++page) ASSERT_EQ(pwrite(file.get(), rubbish.data(), rubbish.size(), page * 4096), 4096);
    const auto opened = Store::open(path);
    ASSERT_TRUE(opened);
    const auto rows = (*opened)->sessions();
    ASSERT_FALSE(rows);
    EXPECT_NE(rows.error().text().find("is damaged"), std::string::npos) << rows.error().text();
}

TEST_F(StoreTest, AFullDiskIsSaidAndCostsNothingThatWasThere) {
    store.reset();
    fakes::Disk disk;
    reopen();
    ASSERT_TRUE(store->put_session({"aa", 1001, "alice", 1, 2, 3, "", ""}));
    disk.fill();
    const std::string long_options(20'000, 'x');
    const auto put = store->put_board({"abcdefgh", 1001, "alice", 1, long_options, 7, 8});
    ASSERT_FALSE(put);
    EXPECT_NE(put.error().text().find("free some space on the disk of " + path), std::string::npos) << put.error().text();
    EXPECT_TRUE(store->boards().value().empty());
    EXPECT_EQ(store->sessions().value().size(), 1U);
    EXPECT_TRUE(store->end_sessions({"aa"})) << "what makes room goes on";
    disk.make_room();
    EXPECT_TRUE(store->put_board({"abcdefgh", 1001, "alice", 1, long_options, 7, 8}));
}

/// As an account that may read a folder and its files, but not write them.
class Stranger {
public:
    explicit Stranger(const fakes::TempFolder& folder) {
        chmod(folder.path().c_str(), 0555);
        for (const auto& file : std::filesystem::directory_iterator(folder.path())) chmod(file.path().c_str(), 0444);
        if (geteuid() == 0) root_ = seteuid(65534) == 0;
    }
    Stranger(const Stranger&) = delete;
    Stranger& operator=(const Stranger&) = delete;
    ~Stranger() {
        if (root_) (void)!seteuid(0);
    }

private:
    bool root_ = false;
};

TEST_F(StoreTest, AFolderThatCannotBeWrittenIsSaidAtOnce) {
    store.reset();
    const Stranger stranger(folder);
    for (const std::string& which : {path, folder / "another.db"}) {
        const auto opened = Store::open(which);
        ASSERT_FALSE(opened) << which;
        EXPECT_NE(opened.error().text().find("must be able to write " + which), std::string::npos) << opened.error().text();
        EXPECT_TRUE(opened.error().lasting) << "so that requests are refused instead of waiting for one start after the other";
    }
}

TEST_F(StoreTest, WhatCannotBeWrittenIsAnError) {
    tamper(
        "CREATE TRIGGER full BEFORE INSERT ON boards BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END;"
        "CREATE TRIGGER full2 BEFORE DELETE ON sessions BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END");
    ASSERT_TRUE(store->put_session({"aa", 1001, "alice", 1, 2, 3, "", ""}));
    EXPECT_FALSE(store->put_board({"abcdefgh", 1001, "alice", 1, "{}", 7, 8}));
    EXPECT_FALSE(store->end_sessions({"aa"}));
    EXPECT_EQ(store->sessions().value().size(), 1U);
}

TEST(Store, SaysWhichFolderIsMissing) {
    const auto opened = Store::open("/nonexistent/boardgate.db");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().text(),
              "cannot open the database: unable to open database file: No such file or directory; the user boardgate must be able to write "
              "/nonexistent/boardgate.db and its folder; then: systemctl restart boardgate.target");
}

}  // namespace
}  // namespace boardgate::boardgated

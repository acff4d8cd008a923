// SPDX-License-Identifier: MIT
#include "src/boardgated/storage/schema.h"

#include <gtest/gtest.h>

#include "src/boardgated/boards/registry.h"
#include "src/boardgated/storage/store.h"

#include "tests/fakes/disk.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace boardgate::boardgated {
namespace {

/// The schema of the first boardgate.
constexpr const char* first_version = R"sql(
PRAGMA journal_mode=WAL;
CREATE TABLE sessions (
    hash TEXT PRIMARY KEY, uid INTEGER NOT NULL, user TEXT NOT NULL,
    created INTEGER NOT NULL, last_used INTEGER NOT NULL, expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE boards (
    id TEXT PRIMARY KEY, uid INTEGER NOT NULL, owner TEXT NOT NULL, port INTEGER NOT NULL,
    options TEXT NOT NULL, created INTEGER NOT NULL, last_viewed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO sessions VALUES ('aa', 1001, 'alice', 1, 2, 3);
INSERT INTO boards VALUES ('abcdefgh', 1001, 'alice', 16001, '{"logdir":"/data"}', 7, 8);
PRAGMA user_version=1;
)sql";
/// A later form of the same version.
constexpr const char* first_version_with_more = R"sql(
CREATE TABLE presets (uid INTEGER NOT NULL, name TEXT NOT NULL, options TEXT NOT NULL, PRIMARY KEY (uid, name)) STRICT, WITHOUT ROWID;
INSERT INTO presets VALUES (1001, 'mine', '{}');
ALTER TABLE sessions ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
UPDATE sessions SET name = 'laptop', address = '::1';
)sql";

struct SchemaTest : testing::Test {
    fakes::TempFolder folder;
    std::string path = folder / "boardgate.db";

    /// Runs SQL on a file as another program; returns the columns of the last row.
    static std::string tell(const std::string& file, const std::string& sql) {
        sqlite3* raw = nullptr;
        EXPECT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
        std::string row;
        const auto keep = [](void* to, int columns, char** values, char**) {
            static_cast<std::string*>(to)->clear();
            for (int i = 0; i < columns; ++i) static_cast<std::string*>(to)->append(i == 0 ? "" : "|").append(values[i]);
            return 0;
        };
        EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), keep, &row, nullptr), SQLITE_OK) << sqlite3_errmsg(raw);
        sqlite3_close(raw);
        return row;
    }
    [[nodiscard]] std::string version() const { return tell(path, "PRAGMA user_version"); }
    [[nodiscard]] std::string tables(const std::string& file) const {
        return tell(file, "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name)");
    }
};

TEST_F(SchemaTest, ANewFileIsOfTodaysVersionAndHasNoCopy) {
    ASSERT_TRUE(Store::open(path));
    EXPECT_EQ(version(), std::to_string(schema_version()));
    EXPECT_EQ(tables(path), "asks boards failures holds made_boards people presets revocations run_notes sessions shares views");
    ASSERT_TRUE(Store::open(path)) << "and is opened again";
    EXPECT_FALSE(folder.has("boardgate.db.version-0"));
}

TEST_F(SchemaTest, WhatTheFirstVersionKeptIsThereToday) {
    tell(path, first_version);
    const auto store = Store::open(path).value();
    EXPECT_EQ(version(), std::to_string(schema_version()));
    const auto sessions = store->sessions().value();
    ASSERT_EQ(sessions.size(), 1U);
    EXPECT_EQ(sessions.front().hash, "aa");
    EXPECT_EQ(sessions.front().expires, 3);
    EXPECT_EQ(sessions.front().name, "");
    EXPECT_EQ(sessions.front().address, "");
    const auto boards = store->boards().value();
    ASSERT_EQ(boards.size(), 1U);
    EXPECT_EQ(boards.front().port, 16001);
    EXPECT_EQ(boards.front().last_viewed, 8);
    EXPECT_EQ(boards.front().deleted, 0);
    EXPECT_EQ(boards.front().paths, "") << "the registry adds it";
    fakes::FakeClock clock;
    Registry registry(*store, clock);
    ASSERT_TRUE(registry.load());
    BoardOptions options;
    options.logdir = "/data/";
    ASSERT_EQ(registry.boards_on(1001, options, "").size(), 1U) << "a board of an older boardgate is found by its folder";
    EXPECT_TRUE(registry.boards_on(1002, options, "").empty());
    EXPECT_TRUE(store->put_session({"bb", 1001, "alice", 1, 2, 3, "desk", "::1"}));
    EXPECT_TRUE(store->put_preset(1001, {"mine", "{}"}));
}

TEST_F(SchemaTest, AFirstVersionThatHasTheNewColumnsKeepsThem) {
    tell(path, std::string(first_version) + first_version_with_more);
    const auto store = Store::open(path).value();
    EXPECT_EQ(version(), std::to_string(schema_version()));
    EXPECT_EQ(store->sessions().value().front().name, "laptop");
    EXPECT_EQ(store->presets(1001).value().size(), 1U);
}

TEST_F(SchemaTest, ACopyOfWhatWasBeforeStaysBesideIt) {
    tell(path, first_version);
    folder.put("boardgate.db.version-1", "of an attempt that broke off");
    ASSERT_TRUE(Store::open(path));
    const std::string copy = folder / "boardgate.db.version-1";
    EXPECT_EQ(tell(copy, "PRAGMA user_version"), "1");
    EXPECT_EQ(tables(copy), "boards sessions");
    EXPECT_EQ(tell(copy, "SELECT hash, user FROM sessions"), "aa|alice");
}

TEST_F(SchemaTest, NothingIsChangedOfWhichNoCopyCanBeKept) {
    tell(path, first_version);
    std::filesystem::create_directory(folder / "boardgate.db.version-1");
    const auto opened = Store::open(path);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().text().find("cannot copy the database"), std::string::npos) << opened.error().text();
    EXPECT_EQ(version(), "1");
    EXPECT_EQ(tables(path), "boards sessions");
}

TEST_F(SchemaTest, AStepThatFindsNoRoomIsNotHalfDone) {
    tell(path, first_version);
    {
        fakes::Disk disk;
        disk.fill();
        const auto opened = Store::open(path);
        ASSERT_FALSE(opened);
        EXPECT_NE(opened.error().text().find("free some space on the disk of " + path), std::string::npos) << opened.error().text();
        EXPECT_EQ(version(), "1");
        EXPECT_EQ(tables(path), "boards sessions");
    }
    EXPECT_TRUE(Store::open(path)) << "and goes well when there is room";
    EXPECT_EQ(tables(path), "asks boards failures holds made_boards people presets revocations run_notes sessions shares views");
}

TEST_F(SchemaTest, AFileOfANewerBoardgateIsLeftAlone) {
    ASSERT_TRUE(Store::open(path));
    tell(path, "PRAGMA user_version=1000");
    const auto opened = Store::open(path);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().text().find("written by a newer boardgate (version 1000, this one knows "), std::string::npos)
        << opened.error().text();
    EXPECT_TRUE(opened.error().lasting);
    EXPECT_EQ(version(), "1000");
    EXPECT_EQ(folder.count(), 1U) << "nothing beside it";
}

}  // namespace
}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
#include "src/launcher/door_record.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <future>

#include "tests/fakes/temp_folder.h"

namespace boardgate::launcher {
namespace {

const BoardId board = BoardId::parse("abcdefgh").value();

struct DoorRecordsTest : testing::Test {
    fakes::TempFolder folder;
    DoorRecords records = DoorRecords::open(folder.path()).value();

    static DoorRecord record(const std::string& id = "abcdefgh") {
        DoorRecord record;
        record.uid = 1001;
        record.owner = "alice";
        record.door.board = id;
        record.door.port = 16001;
        record.door.logdir = "/home/alice/runs";
        record.door.more_logdirs = {"/data"};
        record.door.names = {"é \"x\"", "data"};
        record.opened = 1'795'000'000'000'000;
        record.stopped = true;
        record.door.environment = "default";
        record.door.reload_interval = 7;
        record.door.reload_multifile = true;
        record.door.samples_per_plugin = "images=5";
        record.door.loader = wire::Loader::python;
        record.door.idle_sleep = 1800;
        record.door.priority = 70;
        record.door.bind_all = true;
        record.door.host = "::1";
        record.door.home = "12:34.000000005";
        return record;
    }
    void write(DoorRecord what) const { ASSERT_TRUE(records.write(what)); }
};

TEST_F(DoorRecordsTest, GiveBackWhatWasWritten) {
    write(record());
    const auto back = records.read(board);
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(back->uid, 1001U);
    EXPECT_EQ(back->owner, "alice");
    EXPECT_EQ(back->door.board, "abcdefgh");
    EXPECT_EQ(back->door.port, 16001);
    EXPECT_EQ(back->door.logdir, "/home/alice/runs");
    EXPECT_EQ(back->door.names, (std::vector<std::string>{"é \"x\"", "data"}));
    EXPECT_EQ(back->opened, 1'795'000'000'000'000U);
    EXPECT_TRUE(back->stopped);
    EXPECT_EQ(back->door.environment, "default");
    EXPECT_EQ(back->door.reload_interval, 7U);
    EXPECT_TRUE(back->door.reload_multifile);
    EXPECT_EQ(back->door.samples_per_plugin, "images=5");
    EXPECT_EQ(back->door.loader, wire::Loader::python);
    EXPECT_EQ(back->door.idle_sleep, 1800U);
    EXPECT_EQ(back->door.priority, 70U);
    EXPECT_TRUE(back->door.bind_all);
    EXPECT_EQ(back->door.home, "12:34.000000005");
    EXPECT_EQ(back->door.host, "::1");
    EXPECT_EQ(folder.count(), 1U);
}

TEST_F(DoorRecordsTest, OnlyBoardsThatAreShownHaveARecordThatAnOlderBoardgateCannotRead) {
    const auto format = [&] { return static_cast<int>(static_cast<unsigned char>(folder.get("abcdefgh").at(0))); };
    write(record());
    const int plain = format();
    DoorRecord shown = record();
    shown.shown_to = {{wire::ShownTo::Kind::group, "vision", 2001, 1'900'000'000}, {wire::ShownTo::Kind::everybody, "", 0, 0}};
    write(shown);
    EXPECT_NE(format(), plain);
    const auto back = records.read(board);
    ASSERT_TRUE(back) << back.error().text();
    ASSERT_EQ(back->shown_to.size(), 2U);
    EXPECT_EQ(back->shown_to[0].kind, wire::ShownTo::Kind::group);
    EXPECT_EQ(back->shown_to[0].name, "vision");
    EXPECT_EQ(back->shown_to[0].number, 2001U);
    EXPECT_EQ(back->shown_to[0].until, 1'900'000'000);
    EXPECT_EQ(back->shown_to[1].kind, wire::ShownTo::Kind::everybody);
    EXPECT_TRUE(back->stopped);
    shown.shown_to.clear();
    write(shown);
    EXPECT_EQ(format(), plain);
}

TEST_F(DoorRecordsTest, OnlyBoardsOfSlurmHaveARecordWithAnEngine) {
    const auto format = [&] { return static_cast<int>(static_cast<unsigned char>(folder.get("abcdefgh").at(0))); };
    DoorRecord seen = record();
    write(seen);
    const int plain = format();
    seen.door.engine = Engine::slurm;
    for (const bool is_shown : {false, true}) {
        if (is_shown) seen.shown_to = {{wire::ShownTo::Kind::user, "bob", 1002, 0}};
        write(seen);
        EXPECT_NE(format(), plain);
        const auto back = records.read(board);
        ASSERT_TRUE(back) << back.error().text();
        EXPECT_EQ(back->door.engine, Engine::slurm);
        EXPECT_EQ(back->shown_to.size(), is_shown ? 1U : 0U);
        EXPECT_EQ(back->door.home, record().door.home);
    }
    write(record());
    EXPECT_EQ(format(), plain);
    EXPECT_EQ(records.read(board)->door.engine, Engine::systemd);
}

TEST_F(DoorRecordsTest, OfBoardgate01AreRead) {
    wire::Writer out(2);
    wire::detail::Put put(out);
    wire::DoorSpec door = record().door;
    out.number(std::uint32_t{1001});
    put.text("alice", wire::longest::user);
    put.text(door.board, wire::longest::board);
    put.number(door.port);
    put.text(door.logdir, wire::longest::path);
    put.texts(door.more_logdirs, wire::longest::more_logdirs, wire::longest::path);
    put.text("its title", 200);
    door.settings(put);
    folder.put("abcdefgh", out.bytes());
    const auto back = records.read(board);
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(back->owner, "alice");
    EXPECT_EQ(back->door.more_logdirs, std::vector<std::string>{"/data"});
    EXPECT_EQ(back->door.host, "::1");
    EXPECT_EQ(back->opened, 0U) << "so its units are made again at the next start";
    EXPECT_FALSE(back->stopped);
}

TEST_F(DoorRecordsTest, HaveTheArgumentsOfTheirBoardBesideThem) {
    write(record());
    ASSERT_TRUE(records.write_arguments(board, {"--logdir=/a b", "--loader=auto"}));
    EXPECT_EQ(folder.get("abcdefgh.arguments"), std::string("--logdir=/a b\0--loader=auto\0", 28));
    std::vector<std::string> damaged;
    EXPECT_EQ(records.all(&damaged).size(), 1U);
    EXPECT_TRUE(damaged.empty());
    records.remove(board);
    EXPECT_EQ(folder.count(), 0U);
}

TEST_F(DoorRecordsTest, AreOneForEachBoard) {
    write(record());
    DoorRecord other = record();
    other.door.port = 16009;
    write(other);
    EXPECT_EQ(folder.count(), 1U);
    EXPECT_EQ(records.read(board)->door.port, 16009);
    records.remove(board);
    const auto gone = records.read(board);
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().sys, ENOENT);
    records.remove(board);
}

TEST_F(DoorRecordsTest, AHalfWrittenOneFromACrashIsWrittenOver) {
    folder.put("abcdefgh.new", std::string(5000, 'x'));
    write(record());
    EXPECT_TRUE(records.read(board));
    EXPECT_EQ(folder.count(), 1U);
}

TEST_F(DoorRecordsTest, DamagedOnesAreErrorsAndNamed) {
    write(record());
    write(record("zzzzzzzz"));
    const std::string bytes = folder.get("abcdefgh");
    for (const std::string& broken :
         {std::string(), bytes.substr(0, bytes.size() - 1), bytes + "x", "\x09" + bytes.substr(1), std::string(100'000, '\0')}) {
        folder.put("abcdefgh", broken);
        EXPECT_FALSE(records.read(board)) << broken.size();
        std::vector<std::string> damaged;
        EXPECT_EQ(records.all(&damaged).size(), 1U);
        EXPECT_EQ(damaged, std::vector<std::string>{"abcdefgh"});
    }
}

TEST_F(DoorRecordsTest, ARecordUnderAnotherBoardsNameIsRefused) {
    write(record("zzzzzzzz"));
    std::filesystem::rename(folder / "zzzzzzzz", folder / "abcdefgh");
    EXPECT_FALSE(records.read(board));
}

TEST_F(DoorRecordsTest, BelongToAnAccountByNumberAndName) {
    const DoorRecord one = record();
    EXPECT_TRUE(one.is_of({1001, 100, "alice", "", ""}));
    EXPECT_FALSE(one.is_of({1001, 100, "anna", "", ""}));
    EXPECT_FALSE(one.is_of({1002, 100, "alice", "", ""}));
}

TEST_F(DoorRecordsTest, AreHeldByOneAtATime) {
    std::optional<FolderLock> held = records.lock(board);
    const DoorRecords other = DoorRecords::open(folder.path()).value();
    auto second = std::async(std::launch::async, [&] { return other.lock(board); });
    // Other boards and the choice of ports are not locked.
    EXPECT_TRUE(other.lock(*BoardId::parse("zzzzzzzz")));
    EXPECT_TRUE(other.lock_ports());
    EXPECT_EQ(second.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
    held.reset();
    EXPECT_TRUE(second.get());
}

TEST_F(DoorRecordsTest, LinksAndOtherFilesAreNone) {
    const fakes::TempFolder elsewhere;
    write(record());
    std::filesystem::rename(folder / "abcdefgh", elsewhere / "abcdefgh");
    std::filesystem::create_symlink(elsewhere / "abcdefgh", folder / "abcdefgh");
    EXPECT_FALSE(records.read(board));
    folder.put("README", "x");
    std::vector<std::string> damaged;
    EXPECT_TRUE(records.all(&damaged).empty());
    EXPECT_EQ(damaged.size(), 1U);
}

TEST(DoorRecords, RefuseAFolderThatIsNotItsOwnersAlone) {
    const fakes::TempFolder folder;
    for (const mode_t mode : {0750U, 0701U, 0777U}) {
        ASSERT_EQ(chmod(folder.path().c_str(), mode), 0);
        EXPECT_FALSE(DoorRecords::open(folder.path())) << mode;
    }
    EXPECT_FALSE(DoorRecords::open(folder / "nothing"));
}

}  // namespace
}  // namespace boardgate::launcher

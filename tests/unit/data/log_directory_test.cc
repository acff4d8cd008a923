// SPDX-License-Identifier: MIT
#include "src/data/log_directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/fakes/temp_folder.h"
#include "tests/unit/events/event_bytes.h"

namespace boardgate::data {
namespace {

using events::double_field;
using events::record_of;
using events::scalar_event;
namespace fs = std::filesystem;

struct LogDirectoryTest : testing::Test {
    fakes::TempFolder folder;
    fs::path root{folder.path()};
    LogDirectory logs{folder.path(), {}};

    static std::string points(std::int64_t from, std::int64_t to, float value = 1, const std::string& tag = "loss") {
        std::string bytes;
        for (std::int64_t step = from; step < to; ++step) bytes += record_of(double_field(1, 1000) + scalar_event(step, tag, value));
        return bytes;
    }
    void write(const std::string& name, const std::string& bytes, std::ios::openmode mode = std::ios::trunc) const {
        fs::create_directories((root / name).parent_path());
        std::ofstream(root / name, std::ios::binary | mode) << bytes;
    }
    /// As a copy puts it there: another file of the same name.
    void replace(const std::string& name, const std::string& bytes) const {
        write("new", bytes);
        fs::rename(root / "new", root / name);
    }
    [[nodiscard]] std::vector<std::string> runs() const {
        std::vector<std::string> names;
        const auto runs = logs.runs();
        for (const auto& [name, run] : *runs) names.push_back(name);
        return names;
    }
    struct Point {
        std::int64_t step;
        float value;
        bool operator==(const Point&) const = default;
    };
    [[nodiscard]] std::vector<Point> shown(const std::string& name = "run", const std::string& tag = "loss") const {
        const auto all = logs.runs();
        const auto run = all->find(name);
        if (run == all->end()) return {};
        const auto series = run->second->series.find(tag);
        if (series == run->second->series.end()) return {};
        std::vector<Point> points;
        for (const std::uint32_t point : series->second.shown())
            points.push_back({series->second.step(point), series->second.scalar(point)});
        return points;
    }
    [[nodiscard]] std::int64_t last_step() const {
        const auto points = shown();
        return points.empty() ? -1 : points.back().step;
    }
};

TEST_F(LogDirectoryTest, FindsFoldersWithEventFilesAsRuns) {
    write("tfevents.1", points(0, 1));
    write("a/b/x.tfevents.y", points(0, 1));
    write("c/events", points(0, 1));
    write(std::string("bad \xFF/tfevents"), points(0, 1));
    fs::create_directories(root / "d/tfevents.folder");
    mkfifo((root / "d/tfevents.pipe").c_str(), 0600);
    fs::create_symlink("a", root / "link");
    fs::create_symlink("..", root / "a/up");
    logs.look();
    EXPECT_EQ(runs(), (std::vector<std::string>{".", "a/b", "bad \xEF\xBF\xBD", "link/b"}));
    EXPECT_EQ(*logs.runs()->at("a/b")->start_time, 1000);
}

TEST_F(LogDirectoryTest, FollowsWhatIsAppended) {
    const std::string all = points(0, 30);
    for (std::size_t size = 0; size < all.size(); size += 97) {
        write("run/tfevents", all.substr(size, 97), std::ios::app);
        logs.look();
    }
    EXPECT_EQ(shown().size(), 30U);
    EXPECT_EQ(last_step(), 29);
}

TEST_F(LogDirectoryTest, FollowsEveryKindOfReplacedFile) {
    write("run/tfevents.1", points(0, 10));
    logs.look();
    replace("run/tfevents.1", points(0, 20, 2));
    logs.look();
    EXPECT_EQ(last_step(), 19);
    EXPECT_EQ(shown().front().value, 2) << "also what was before";
    fs::remove(root / "run/tfevents.1");
    write("run/tfevents.1", points(0, 25, 3));
    logs.look();
    EXPECT_EQ(last_step(), 24);
    EXPECT_EQ(shown().front().value, 3);
    fs::rename(root / "run", root / "old");
    write("run/tfevents.1", points(0, 5, 4));
    logs.look();
    EXPECT_EQ(last_step(), 4);
    EXPECT_EQ(shown().front().value, 4);
    EXPECT_EQ(runs(), (std::vector<std::string>{"old", "run"}));
}

TEST_F(LogDirectoryTest, OfTwoFilesEitherMayBeReplaced) {
    write("run/tfevents.1", points(0, 10, 1));
    write("run/tfevents.2", points(10, 20, 1));
    logs.look();
    replace("run/tfevents.1", points(0, 10, 2));
    logs.look();
    ASSERT_EQ(shown().size(), 20U);
    EXPECT_EQ(shown()[9], (Point{9, 2}));
    EXPECT_EQ(shown()[10], (Point{10, 1}));
    replace("run/tfevents.2", points(10, 15, 3));
    logs.look();
    EXPECT_EQ(last_step(), 14);
    EXPECT_EQ(shown()[9], (Point{9, 2}));
}

TEST_F(LogDirectoryTest, AFileThatIsWrittenOverInPlaceIsReadAnew) {
    write("run/tfevents.1", points(0, 10, 1));
    logs.look();
    write("run/tfevents.1", points(0, 20, 2));
    logs.look();
    EXPECT_EQ(shown().size(), 20U);
    EXPECT_EQ(shown().front().value, 2) << "no mixture of both";
}

TEST_F(LogDirectoryTest, AShorterFileCountsFromTheSecondLookOn) {
    write("run/tfevents.1", points(0, 10, 1));
    logs.look();
    write("run/tfevents.1", points(0, 4, 2));
    logs.look();
    EXPECT_EQ(last_step(), 9) << "a copy may be under way";
    logs.look();
    EXPECT_EQ(last_step(), 3);
    EXPECT_EQ(shown().front().value, 2);
}

TEST_F(LogDirectoryTest, ACopyThatBeginsWithAnEmptyFileChangesNothing) {
    const std::string all = points(0, 10);
    write("run/tfevents.1", all);
    logs.look();
    write("run/tfevents.1", all.substr(0, 100));
    logs.look();
    write("run/tfevents.1", all + points(10, 12));
    logs.look();
    EXPECT_EQ(shown().size(), 12U);
}

TEST_F(LogDirectoryTest, DataThatComesBehindZerosIsFollowed) {
    const std::string all = points(0, 10);
    write("run/tfevents.1", all + std::string(4096, '\0'));
    logs.look();
    EXPECT_EQ(last_step(), 9);
    write("run/tfevents.1", all + points(10, 20) + std::string(100, '\0'));
    logs.look();
    EXPECT_EQ(last_step(), 19);
}

TEST_F(LogDirectoryTest, DamageStopsItsFileOnly) {
    std::string damaged = record_of(double_field(1, 1000) + scalar_event(50, "loss", 1));
    damaged[2] = 1;
    write("run/tfevents.1", points(0, 50) + damaged + points(51, 99));
    write("other/tfevents.1", points(0, 99));
    logs.look();
    EXPECT_EQ(last_step(), 49);
    EXPECT_EQ(shown("other").size(), 99U);
}

/// What a look finds wrong with the files.
struct LogNotices : LogDirectoryTest {
    std::vector<FileNotice> found;
    [[nodiscard]] std::string look() {
        LogDirectory(folder.path(), {}, [this](const FileNotices& notices) { found = notices.list(); }).look();
        std::string all;
        for (const FileNotice& notice : found) all += notice.code + " " + notice.detail + ";";
        return all;
    }
};

TEST_F(LogNotices, AreNoneOfSoundFiles) {
    write("run/tfevents.1", points(0, 10));
    write("run/tfevents.2", "");
    write("cut/tfevents.1", points(0, 10) + points(10, 11).substr(0, 20));
    write("once/tfevents.1", points(0, 1));
    EXPECT_EQ(look(), "");
}

TEST_F(LogNotices, NameADamagedFileAndWhere) {
    std::string damaged = record_of(double_field(1, 1000) + scalar_event(50, "loss", 1));
    damaged[2] = 1;
    write("run/tfevents.1", points(0, 50) + damaged + points(51, 99));
    write("other/tfevents.1", points(0, 99));
    EXPECT_EQ(look(), "damaged_event_files \"run/tfevents.1\" at byte " + std::to_string(points(0, 50).size()) + ";");
}

TEST_F(LogNotices, NameATagThatIsNotUnicode) {
    write("run/tfevents.1", points(0, 50) + points(50, 51, 1, "\xFF") + points(51, 99));
    EXPECT_EQ(look(), "damaged_event_files \"run/tfevents.1\" at byte " + std::to_string(points(0, 50).size()) + ";");
}

TEST_F(LogNotices, NameFilesThatAreNoEventFiles) {
    write("a/tfevents.1", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n");
    write("b/tfevents.1.gz", "\x1f\x8b\x08" + std::string(50, 'x'));
    write("c/tfevents.1", "");
    write("c/tfevents.2", "");
    write("d/tfevents.csv", "step,value\n1,2\n3,4\n5,6\n");
    write("e/tfevents.1", std::string(100, '\0'));
    EXPECT_EQ(look(),
              "compressed_event_files \"b/tfevents.1.gz\";empty_event_files \"c/tfevents.1\" and 1 more;git_lfs_pointers \"a/tfevents.1\";"
              "not_event_files \"d/tfevents.csv\";zeros_in_event_files \"e/tfevents.1\";");
}

TEST_F(LogNotices, NameZerosBehindTheEventsUntilEventsCome) {
    LogDirectory log(folder.path(), {}, [this](const FileNotices& notices) { found = notices.list(); });
    write("run/tfevents.1", points(0, 50) + std::string(4096, '\0'));
    log.look();
    EXPECT_EQ(found, (std::vector<FileNotice>{{"zeros_in_event_files", "\"run/tfevents.1\""}}));
    write("run/tfevents.1", points(0, 90));
    log.look();
    log.look();
    EXPECT_TRUE(found.empty());
}

TEST_F(LogNotices, NameLeftoversOfACopy) {
    write("run/tfevents.1", points(0, 100));
    write("run/tfevents.1.partial", points(0, 49));
    write("run/tfevents.1~", points(0, 49));
    EXPECT_EQ(look(), "copy_leftovers \"run/tfevents.1.partial\" and 1 more;");
}

TEST_F(LogNotices, NameALinkThatLeadsNowhere) {
    write("run/tfevents.1", points(0, 100));
    fs::create_directories(root / "wandb/files");
    fs::create_symlink("/home/ubuntu/gone/tfevents.1", root / "wandb/files/tfevents.1");
    fs::create_symlink("gone", root / "wandb/latest");
    EXPECT_EQ(look(), "dead_links \"wandb/files/tfevents.1\";");
}

TEST_F(LogNotices, NameARunWhoseStepsStayAtZero) {
    const std::string again = points(0, 1, 1) + points(0, 1, 2) + points(0, 1, 3);
    write("run/tfevents.1", again);
    write("moved/tfevents.1", again + points(1, 2, 1, "accuracy"));
    write("text/tfevents.1", points(0, 1, 1, "a") + points(0, 1, 1, "b"));
    EXPECT_EQ(look(), "all_at_step_zero \"run\";");
}

TEST_F(LogNotices, NameValuesThatAreNotShown) {
    using events::field;
    // A tensor of one double, as some writers store a scalar.
    const std::string tensor = field(1, 2) + field(2, std::string()) + events::varint((6U << 3) | 1) + events::little_endian(0, 8);
    const std::string metadata = field(1, field(1, std::string("scalars")));
    const std::string value = field(1, std::string("loss")) + field(8, tensor) + field(9, metadata);
    write("run/tfevents.1", record_of(double_field(1, 1000) + field(2, 1) + field(5, field(1, value))));
    EXPECT_EQ(look(), "values_not_shown \"run\", tag \"loss\";");
}

TEST_F(LogNotices, NameAProfile) {
    write("run/tfevents.1.profile-empty", points(0, 1));
    fs::create_directories(root / "run/plugins/profile/2026_01_01");
    EXPECT_EQ(look(), "profiles \"run/plugins/profile\";");
}

TEST_F(LogNotices, AreFoundWithOnePointOfEachSeries) {
    write("run/tfevents.1", points(0, 1, 1) + points(0, 1, 2));
    write("sound/tfevents.1", points(0, 3000));
    LogDirectory(folder.path(), {{}, false, true}, [this](const FileNotices& notices) { found = notices.list(); }).look();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].code, "all_at_step_zero");
}

TEST_F(LogDirectoryTest, AFileWithoutTimeInItsNameThatIsWrittenAnewIsFollowed) {
    write("catboost_info/learn/events.out.tfevents", points(0, 100, 1));
    logs.look();
    write("catboost_info/learn/events.out.tfevents", points(0, 20, 2));
    logs.look();
    logs.look();
    EXPECT_EQ(shown("catboost_info/learn").size(), 20U);
}

TEST_F(LogDirectoryTest, AFileThatWentIsForgottenAtTheSecondLook) {
    write("run/tfevents.1", points(0, 10));
    write("run/tfevents.1.partial", points(0, 5, 2));
    logs.look();
    EXPECT_EQ(last_step(), 4) << "the leftover is read after the file";
    fs::remove(root / "run/tfevents.1.partial");
    logs.look();
    EXPECT_EQ(last_step(), 4) << "a copy may be under way";
    logs.look();
    EXPECT_EQ(last_step(), 9);
    EXPECT_EQ(shown().front().value, 1);
}

TEST_F(LogDirectoryTest, ARunWithoutFilesIsNoRun) {
    write("run/tfevents.1", points(0, 10));
    logs.look();
    fs::remove_all(root / "run");
    logs.look();
    EXPECT_EQ(runs(), std::vector<std::string>{});
    fs::remove_all(root);
    logs.look();
    EXPECT_EQ(runs(), std::vector<std::string>{});
}

TEST_F(LogDirectoryTest, RunsThatWereAskedForStayWholeWhileTheyAreReadAnew) {
    write("run/tfevents.1", points(0, 10, 1));
    logs.look();
    const auto before = logs.runs()->at("run");
    replace("run/tfevents.1", points(0, 20, 2));
    logs.look();
    EXPECT_EQ(before->series.find("loss")->second.shown().size(), 10U);
}

TEST_F(LogDirectoryTest, HoldsNoFileOpen) {
    for (int i = 0; i < 50; ++i) write("run" + std::to_string(i) + "/tfevents.1", points(0, 3));
    const auto open_files = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()); };
    const auto before = open_files();
    logs.look();
    EXPECT_EQ(runs().size(), 50U);
    EXPECT_EQ(open_files(), before);
}

TEST_F(LogDirectoryTest, LooksByItselfAgainAndAgain) {
    write("run/tfevents.1", points(0, 10));
    logs.start(std::chrono::seconds(1));
    const auto wait_for = [&](std::int64_t step) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (std::chrono::steady_clock::now() < end) {
            const auto all = logs.runs();
            const auto run = all->find("run");
            if (run != all->end()) {
                const std::shared_lock lock(run->second->mutex);
                if (last_step() == step) return true;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return false;
    };
    EXPECT_TRUE(wait_for(9));
    write("run/tfevents.1", points(10, 12), std::ios::app);
    EXPECT_TRUE(wait_for(11));
}

}  // namespace
}  // namespace boardgate::data

// SPDX-License-Identifier: MIT
#include "src/data/run_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "src/data/log_directory.h"

#include "tests/fakes/temp_folder.h"
#include "tests/unit/events/event_bytes.h"

namespace {
/// Calls of write(2) until the process ends, as if it were killed; negative: it lives.
int writes_left = -1;
}  // namespace

/// In place of the C library's, for this program: while it counts, a call takes a few bytes only.
extern "C" ssize_t write(int fd, const void* bytes, std::size_t size) {
    constexpr std::size_t few = 100;
    if (writes_left >= 0 && writes_left-- == 0) _exit(9);
    return syscall(SYS_write, fd, bytes, writes_left < 0 ? size : std::min(size, few));
}

namespace boardgate::data {
namespace {

using events::double_field;
using events::record_of;
using events::scalar_event;
namespace fs = std::filesystem;

struct RunCacheTest : testing::Test {
    fakes::TempFolder folder;
    fs::path root{fs::path(folder.path()) / "logs"};
    fs::path cache{fs::path(folder.path()) / "cache"};
    std::uint64_t most = std::uint64_t{1} << 30;
    std::string rules;

    RunCacheTest() {
        fs::create_directories(root);
        fs::create_directories(cache);
    }
    static std::string points(std::int64_t from, std::int64_t to, float value = 1) {
        std::string bytes;
        for (std::int64_t step = from; step < to; ++step) {
            for (const char* tag : {"loss", "accuracy"})
                bytes += record_of(double_field(1, 1000 + static_cast<double>(step)) +
                                   scalar_event(step, tag, value + static_cast<float>(step)));
        }
        return bytes;
    }
    static std::string picture(std::int64_t step, std::size_t size) {
        using events::field;
        const std::string image = field(1, 4) + field(2, 5) + field(4, std::string(size, 'p'));
        return record_of(double_field(1, 1000) + field(2, static_cast<std::uint64_t>(step)) +
                         field(5, field(1, field(1, std::string("picture")) + field(4, image))));
    }
    /// Changed long ago, so that its time tells another change.
    void write_file(const std::string& name, const std::string& bytes, time_t changed = 1000,
                    std::ios::openmode mode = std::ios::trunc) const {
        fs::create_directories((root / name).parent_path());
        std::ofstream(root / name, std::ios::binary | mode) << bytes;
        const timespec times[] = {{changed, 0}, {changed, 0}};
        utimensat(AT_FDCWD, (root / name).c_str(), times, 0);
    }
    /// All that can be asked for.
    static std::string content(const LogDirectory& logs) {
        std::string all;
        const auto runs = logs.runs();
        for (const auto& [name, run] : *runs) {
            all += name + ' ' + std::to_string(run->start_time.value_or(0)) + '\n';
            for (const auto& [tag, series] : run->series) {
                all += tag + ' ' + series.kind().plugin + ' ' + series.kind().metadata;
                for (const std::uint32_t point : series.shown()) {
                    all += ' ' + std::to_string(series.step(point)) + ' ' + std::to_string(series.wall_time(point)) + ' ';
                    all += series.is_scalar() ? std::to_string(series.scalar(point))
                                              : std::to_string(series.item(point).size) + '@' + std::to_string(series.item(point).offset);
                }
                all += '\n';
            }
        }
        return all;
    }
    /// A board that wakes, looks and sleeps.
    [[nodiscard]] std::string wake() const {
        LogDirectory logs(root, {});
        logs.use_cache({cache, most, rules}, 0);
        logs.look();
        return content(logs);
    }
    [[nodiscard]] std::string read_anew() const {
        LogDirectory logs(root, {});
        logs.look();
        return content(logs);
    }
    [[nodiscard]] std::vector<fs::path> cached() const {
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator(cache)) files.push_back(entry.path());
        return files;
    }
    void write_sample() const {
        write_file("a/tfevents.1", points(0, 3000) + points(2500, 4000) + picture(1, 100) + picture(2, 50000));
        write_file("a/tfevents.2", points(3900, 4100));
        write_file("b/tfevents.1", points(0, 2000));
    }
    /// Other bytes in the middle, with the time, size and end of before: only a cache does not see it.
    void change_unseen(const std::string& name) const {
        std::fstream file(root / name, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(5000) << std::string(50, 'x');
        file.close();
        const timespec times[] = {{1000, 0}, {1000, 0}};
        utimensat(AT_FDCWD, (root / name).c_str(), times, 0);
    }
};

TEST_F(RunCacheTest, AWakeShowsWhatWasRead) {
    write_sample();
    const std::string before = wake();
    EXPECT_EQ(before, read_anew());
    EXPECT_EQ(cached().size(), 2U);
    change_unseen("a/tfevents.1");
    EXPECT_NE(read_anew(), before);
    EXPECT_EQ(wake(), before) << "it comes from the cache";
}

TEST_F(RunCacheTest, AWakeGoesOnWhereItWas) {
    const std::string all = points(0, 4000);
    for (const std::size_t part : {all.size() / 2, all.size() / 3 + 7}) {
        write_file("a/tfevents.1", all.substr(0, part));
        LogDirectory live(root, {});
        live.look();
        (void)wake();
        ASSERT_EQ(cached().size(), 1U);
        write_file("a/tfevents.1", all, 2000);
        write_file("a/tfevents.2", points(5000, 5010), 2000);
        live.look();
        EXPECT_EQ(wake(), content(live)) << "with the same choices of points";
        fs::remove(root / "a/tfevents.2");
        fs::remove(cached().front());
    }
}

TEST_F(RunCacheTest, WhatIsNotTheSameIsReadAnew) {
    const auto is_read_anew = [&](const char* what, const std::function<void()>& change) {
        fs::remove_all(root);
        write_sample();
        (void)wake();
        change_unseen("a/tfevents.1");
        change();
        EXPECT_EQ(wake(), read_anew()) << what;
    };
    is_read_anew("replaced", [&] {
        write_file("new", points(0, 3000, 5));
        fs::rename(root / "new", root / "a/tfevents.1");
    });
    is_read_anew("a copy with the same times", [&] {
        fs::copy_file(root / "a/tfevents.1", root / "copy");
        fs::rename(root / "copy", root / "a/tfevents.1");
        write_file("a/tfevents.1", "", 1000, std::ios::app);
    });
    is_read_anew("shorter", [&] { fs::resize_file(root / "a/tfevents.2", 5000); });
    is_read_anew("written over", [&] { write_file("a/tfevents.2", points(0, 4100, 9), 2000); });
    is_read_anew("a file went", [&] { fs::remove(root / "a/tfevents.2"); });
    is_read_anew("a run went and came", [&] {
        fs::rename(root / "a", root / "c");
        fs::rename(root / "b", root / "a");
    });
    is_read_anew("other numbers of points are kept", [&] { rules = "scalars=10"; });
}

TEST_F(RunCacheTest, AFileThatMayNotBeReadAnyMoreIsNotShown) {
    if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
    write_sample();
    (void)wake();
    fs::permissions(root / "b/tfevents.1", fs::perms::none);
    EXPECT_EQ(wake().find("\nb 1"), std::string::npos);
}

TEST_F(RunCacheTest, AFileThatChangedJustNowIsNotKept) {
    write_file("a/tfevents.1", points(0, 3000), std::time(nullptr));
    EXPECT_EQ(wake(), read_anew());
    EXPECT_TRUE(cached().empty());
}

TEST_F(RunCacheTest, ADamagedCacheIsNotUsed) {
    write_file("a/tfevents.1", points(0, 1000));
    const std::string right = wake();
    const fs::path file = cached().front();
    std::ostringstream bytes;
    bytes << std::ifstream(file, std::ios::binary).rdbuf();
    std::mt19937 dice(1);
    for (int i = 0; i < 300; ++i) {
        std::string damaged = bytes.str();
        const std::size_t at = dice() % damaged.size();
        i % 3 == 0 ? damaged.resize(at) : void(damaged[at] = static_cast<char>(damaged[at] ^ (1 << (dice() % 8))));
        std::ofstream(file, std::ios::binary) << damaged;
        EXPECT_EQ(wake(), right);
    }
    fs::remove(file);
    fs::create_directory(file);
    EXPECT_EQ(wake(), right);
}

TEST_F(RunCacheTest, AStateOfAnythingAtAllDoesNoHarm) {
    write_sample();
    const Findings found = find_event_files(root);
    const std::vector<FoundFile>& files = found.runs.at("a");
    const ReadingRules plain;
    RunReader reader(plain);
    events::EventReader event_reader;
    reader.read(files, event_reader);
    const std::string state = reader.state().value();
    std::mt19937 dice(1);
    for (int i = 0; i < 3000; ++i) {
        std::string damaged = state;
        for (unsigned n = 0; n <= dice() % 4; ++n) {
            // The numbers are at the beginning of each part; the rest is points.
            const std::size_t at = dice() % (dice() % 2 == 0 ? damaged.size() : 400);
            damaged[at] = static_cast<char>(dice());
        }
        if (dice() % 8 == 0) damaged.resize(dice() % damaged.size());
        RunReader other(plain);
        if (!other.restore(damaged, files)) continue;
        other.read(files, event_reader);
        const auto run = other.run();
        for (const auto& [tag, series] : run->series) (void)series.shown();
    }
}

TEST_F(RunCacheTest, AWriterThatEndsAnywhereLeavesTheRightPoints) {
    write_file("a/tfevents.1", points(0, 1000));
    write_file("b/tfevents.1", points(0, 1000, 7));
    std::string right = read_anew();
    bool complete = false;
    int ends = 0;
    for (int n = 0; !complete; n += 1 + n / 20) {
        const pid_t child = fork();
        if (child == 0) {
            writes_left = n;
            (void)wake();
            writes_left = -1;
            _exit(0);
        }
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        complete = WEXITSTATUS(status) == 0;
        ends += complete ? 0 : 1;
        ASSERT_EQ(wake(), right) << "after " << n << " writes";
        // The next one finds a cache that is out of date.
        write_file("a/tfevents.1", points(1000 + n, 1001 + n), 2000 + n, std::ios::app);
        write_file("b/tfevents.1", points(0, 1000 + n, 8), 2000 + n);
        right = read_anew();
    }
    EXPECT_GT(ends, 20);
}

TEST_F(RunCacheTest, TheOldestGoesBeyondTheBound) {
    RunCache store(cache, 10000, "");
    const auto age = [&](const std::string& run, time_t time) {
        ASSERT_TRUE(store.load(run)) << run;
        for (const fs::path& file : cached()) {
            struct stat info {};
            const timespec times[] = {{time, 0}, {time, 0}};
            if (stat(file.c_str(), &info) == 0 && info.st_mtim.tv_sec > 1'000'000) utimensat(AT_FDCWD, file.c_str(), times, 0);
        }
    };
    for (const auto& [run, time] : {std::pair{"first", 300}, std::pair{"second", 100}, std::pair{"third", 200}}) {
        ASSERT_TRUE(store.store(run, std::string(3000, 'x')));
        age(run, time);
    }
    store.trim();
    EXPECT_EQ(cached().size(), 3U);
    ASSERT_TRUE(store.store("fourth", std::string(3000, 'y')));
    store.trim();
    EXPECT_FALSE(store.load("second"));
    EXPECT_FALSE(store.load("third")) << "some room for others";
    EXPECT_TRUE(store.load("first"));
    EXPECT_EQ(store.load("fourth"), std::string(3000, 'y'));
    EXPECT_FALSE(store.store("large", std::string(10000, 'x')));
    std::ofstream(cache / "0123.77.new") << "left by a writer that ended";
    fs::last_write_time(cache / "0123.77.new", fs::file_time_type::clock::now() - std::chrono::hours(2));
    store.trim();
    EXPECT_EQ(cached().size(), 2U);
}

TEST_F(RunCacheTest, AFolderThatCannotBeWrittenIsNoFault) {
    write_sample();
    cache = root / "b/tfevents.1";
    EXPECT_EQ(wake(), read_anew());
}

}  // namespace
}  // namespace boardgate::data

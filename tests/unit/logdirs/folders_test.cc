// SPDX-License-Identifier: MIT
// As an ordinary account where the test runs as root, who may read everything.
#include "src/logdirs/folders.h"

#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "tests/fakes/fake_clock.h"
#include "tests/unit/logdirs/temporary_folder.h"

namespace boardgate::logdirs {
namespace {

using wire::FolderReport;
using wire::FolderVerdict;

constexpr uid_t somebody = 54321;

struct FoldersTest : TemporaryFolder {
    FolderReport inspected(const std::string& path) const {
        const fakes::FakeClock clock;
        Folders folders(clock, somebody, 1000);
        return folders.inspect(*LogDir::parse(path));
    }
    void expect(FolderVerdict verdict, const std::string& path) const { EXPECT_EQ(inspected(path).verdict, verdict) << path; }
    /// The body's failures are the test's.
    void as_somebody(const std::function<void()>& body) const {
        if (geteuid() != 0) return body();
        const pid_t child = fork();
        if (child == 0) {
            if (setgid(somebody) != 0 || setuid(somebody) != 0) _exit(2);
            body();
            _exit(HasFailure() ? 1 : 0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
};

TEST_F(FoldersTest, ReportsAReadableFolderWithItsEventFiles) {
    file("runs/a/events.out.tfevents.1", 1234);
    as_somebody([&] {
        const FolderReport report = inspected(root / "runs");
        EXPECT_EQ(report.verdict, FolderVerdict::readable);
        EXPECT_EQ(report.event_files, 1U);
        EXPECT_EQ(report.newest, 1234);
    });
}

TEST_F(FoldersTest, TellsMissingFromNoFolder) {
    file("file");
    expect(FolderVerdict::missing, root / "nothing");
    expect(FolderVerdict::not_a_folder, root / "file");
    expect(FolderVerdict::not_a_folder, root / "file/below");
    expect(FolderVerdict::not_a_folder, "/dev/null");
    ASSERT_EQ(mkfifo((root / "pipe").c_str(), 0666), 0);
    expect(FolderVerdict::not_a_folder, root / "pipe");
}

TEST_F(FoldersTest, SaysInTheSystemsWordsWhyAFolderIsUnreadable) {
    chmod(folder("closed/inner").c_str(), 0755);
    chmod((root / "closed").c_str(), 0700);
    chmod(folder("names-only").c_str(), 0744);
    chmod(folder("pass-only").c_str(), 0711);
    as_somebody([&] {
        for (const char* name : {"closed", "closed/inner", "names-only", "pass-only"}) {
            const FolderReport report = inspected(root / name);
            EXPECT_EQ(report.verdict, FolderVerdict::unreadable) << name;
            EXPECT_EQ(report.detail, "Permission denied") << name;
        }
    });
}

TEST_F(FoldersTest, SurvivesACircleOfLinks) {
    std::filesystem::create_symlink("b", root / "a");
    std::filesystem::create_symlink("a", root / "b");
    expect(FolderVerdict::unreadable, root / "a");
}

}  // namespace
}  // namespace boardgate::logdirs

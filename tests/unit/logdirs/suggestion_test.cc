// SPDX-License-Identifier: MIT
// Under an ordinary account if the test runs as root, which may read everything.
#include "src/logdirs/suggestion.h"

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

struct InspectFolderTest : TemporaryFolder {
    FolderReport inspected(const std::string& path) const {
        const fakes::FakeClock clock;
        Folders folders(clock, somebody, 1000);
        return inspect_folder(folders, *LogDir::parse(path), root / "project");
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

TEST_F(InspectFolderTest, ReportsAReadableFolderWithItsEventFiles) {
    file("runs/a/events.out.tfevents.1", 1234);
    as_somebody([&] {
        const FolderReport report = inspected(root / "runs");
        EXPECT_EQ(report.verdict, FolderVerdict::readable);
        EXPECT_EQ(report.event_files, 1U);
        EXPECT_EQ(report.newest, 1234);
    });
}

TEST_F(InspectFolderTest, TellsMissingFromNoFolder) {
    file("file");
    expect(FolderVerdict::missing, root / "nothing");
    expect(FolderVerdict::not_a_folder, root / "file");
    expect(FolderVerdict::not_a_folder, root / "file/below");
    expect(FolderVerdict::not_a_folder, "/dev/null");
    ASSERT_EQ(mkfifo((root / "pipe").c_str(), 0666), 0);
    expect(FolderVerdict::not_a_folder, root / "pipe");
}

TEST_F(InspectFolderTest, SaysInTheSystemsWordsWhyAFolderIsUnreadable) {
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

TEST_F(InspectFolderTest, CountsWhatCannotBeReadBelowAndNamesTheFirst) {
    file("runs/open/events.out.tfevents.1");
    chmod(folder("runs/closed").c_str(), 0700);
    chmod(folder("runs/open/names-only").c_str(), 0744);
    as_somebody([&] {
        const FolderReport report = inspected(root / "runs");
        EXPECT_EQ(report.verdict, FolderVerdict::readable);
        EXPECT_EQ(report.event_files, 1U);
        EXPECT_EQ(report.unreadable, 2U);
        EXPECT_EQ(report.unreadable_folder, root / "runs/closed");
        EXPECT_EQ(inspected(root / "runs/open/").unreadable_folder, root / "runs/open/names-only");
    });
}

TEST_F(InspectFolderTest, WhereThereIsNothingTheNearestEventFilesAreNamed) {
    file("project/runs/a/events.out.tfevents.1");
    file("project/runs/b/events.out.tfevents.1");
    file("project/notes");
    folder("project/runs/empty");
    for (const char* slip :
         {"project/runz", "project/runs/c", "project/runs/empty/", "project/runz/deep/", "project/notes", "project/notes/x"}) {
        const FolderReport report = inspected(root / slip);
        EXPECT_EQ(report.suggestion, root / "project/runs") << slip;
        EXPECT_EQ(report.suggestion_runs, 2U) << slip;
    }
    EXPECT_EQ(inspected(root / "project/runs").suggestion, "") << "it has some";
    EXPECT_EQ(inspected(root / "other").suggestion, "") << "above the home nobody looks";
    EXPECT_EQ(inspected("/nothing/at/all").suggestion, "");
}

TEST_F(InspectFolderTest, SurvivesACircleOfLinks) {
    std::filesystem::create_symlink("b", root / "a");
    std::filesystem::create_symlink("a", root / "b");
    expect(FolderVerdict::unreadable, root / "a");
}

}  // namespace
}  // namespace boardgate::logdirs

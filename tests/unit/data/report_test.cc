// SPDX-License-Identifier: MIT
#include "src/data/report.h"

#include <gtest/gtest.h>

#include "tests/fakes/temp_folder.h"

namespace boardgate::data {
namespace {

struct ReportTest : testing::Test {
    fakes::TempFolder folder;
    std::string file = folder / "report";
    [[nodiscard]] std::string text() const {
        std::ostringstream bytes;
        bytes << std::ifstream(file).rdbuf();
        return bytes.str();
    }
    static FileNotices found(const char* name) {
        FileNotices notices;
        notices.add("dead_links", name);
        return notices;
    }
};

TEST_F(ReportTest, SaysWhatTwoLooksFound) {
    Report report(file, false);
    report.update(found("a"));
    EXPECT_EQ(text(), "") << "it may be half written";
    EXPECT_TRUE(std::filesystem::exists(file)) << "the first look is over";
    report.update(found("a"));
    EXPECT_EQ(text(), "dead_links\t\"a\"\n");
    report.update(found("b"));
    EXPECT_EQ(text(), "");
}

TEST_F(ReportTest, SaysWhatTheOnlyLookFound) {
    Report(file, true).update(found("a"));
    EXPECT_EQ(text(), "dead_links\t\"a\"\n");
}

TEST_F(ReportTest, IsNotWrittenAgainWhereNothingChanged) {
    Report report(file, false);
    report.update({});
    std::filesystem::remove(file);
    report.update({});
    EXPECT_FALSE(std::filesystem::exists(file));
    Report("", false).update({});
}

}  // namespace
}  // namespace boardgate::data

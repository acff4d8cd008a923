// SPDX-License-Identifier: MIT
#include "src/base/file_notices.h"

#include <gtest/gtest.h>

#include "src/base/names.h"

namespace boardgate {
namespace {

TEST(FileNotices, NameTheFirstFileAndCountTheOthers) {
    FileNotices found;
    EXPECT_TRUE(found.list().empty());
    found.add("damaged_event_files", "b/tfevents", " at byte 7");
    found.add("damaged_event_files", "a/tfevents", " at byte 9");
    found.add("dead_links", "c");
    EXPECT_EQ(found.list(),
              (std::vector<FileNotice>{{"damaged_event_files", "\"a/tfevents\" at byte 9 and 1 more"}, {"dead_links", "\"c\""}}));
}

TEST(FileNotices, KnowWhatAnEarlierLookFoundAsWell) {
    FileNotices earlier, now;
    earlier.add("dead_links", "a");
    now.add("dead_links", "a");
    now.add("dead_links", "b");
    now.add("damaged_event_files", "a");
    EXPECT_EQ(now.also_in(earlier).list(), (std::vector<FileNotice>{{"dead_links", "\"a\""}}));
}

TEST(FileNotices, OfALongNameTheEndIsShown) {
    FileNotices found;
    found.add("dead_links", std::string(1000, 'x') + "\xC3\xA9/events\n" + std::string(289, 'y'));
    const std::string detail = found.list().front().detail;
    EXPECT_LE(detail.size(), longest_detail);
    EXPECT_TRUE(is_utf8(detail)) << detail;
    EXPECT_NE(detail.find("/events?y"), std::string::npos) << detail;
}

TEST(FileNotices, AReportIsReadAsItWasWritten) {
    const std::vector<FileNotice> notices = {{"dead_links", "\"a b\t[c]\" and 3 more"}, {"no_event_files", ""}};
    EXPECT_EQ(read_report(report_text(notices)), notices);
    EXPECT_EQ(read_report("Bad\tx\n\nx;y\t1\ndead_links\t" + std::string(longest_detail + 1, 'a') + "\ncut\tof"),
              std::vector<FileNotice>{});
}

TEST(FileNotices, AWordOfAStatusTextHoldsAnyDetail) {
    for (const char* const detail : {"", "\"runs/a b\"", "100 % [x] =", "\xC3\xA9\xE2\x80\xA6"}) {
        const FileNotice notice{"dead_links", detail};
        const std::string word = status_word(notice);
        EXPECT_EQ(word.find_first_of(" []"), std::string::npos) << word;
        EXPECT_EQ(from_status_word(word), notice) << word;
    }
    EXPECT_EQ(from_status_word("code=%4"), (FileNotice{"code", "%4"}));
    EXPECT_EQ(safe_detail("a\x1b[2J\nb"), "a?[2J?b");
    EXPECT_EQ(safe_detail("\xC3\xA9"), "\xC3\xA9");
    EXPECT_EQ(safe_detail("a\xFF"), "a?");
}

}  // namespace
}  // namespace boardgate

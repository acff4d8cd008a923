// SPDX-License-Identifier: MIT
#include "src/boardgated/api/folder_notices.h"

#include <gtest/gtest.h>

namespace boardgate::boardgated {
namespace {

TEST(FolderNotices, AnOwnerReadsThemBeforeTheStart) {
    wire::FolderReport full{wire::FolderVerdict::readable, {}, 4};
    wire::FolderReport closed{wire::FolderVerdict::readable, {}, 1, 0, 2, "/x/closed"};
    wire::FolderReport empty{wire::FolderVerdict::readable, {}, 0, 0, 0, {}, "/x/runs", 3};
    BoardOptions options;
    const auto codes = [&](const std::vector<wire::FolderReport>& reports) {
        std::string all;
        for (const Notice& notice : notices_of(reports, options)) all += notice.code + " ";
        return all;
    };
    EXPECT_EQ(codes({full}), "");
    EXPECT_EQ(codes({empty}), "event_files_nearby ");
    EXPECT_EQ(codes({empty, full}), "") << "there are some";
    EXPECT_EQ(codes({full, closed}), "unreadable_folder ");
    EXPECT_EQ(notices_of({closed}, options).front().text,
              "\"/x/closed\" below the log directory cannot be read, and 1 more: the board does not show its runs.");
    wire::FolderReport pointers{wire::FolderVerdict::readable, {}, 2};
    pointers.notices = {{"git_lfs_pointers", "\"/x/\xFF\x1b\" and 1 more"}, {"unheard_of", ""}};
    EXPECT_EQ(codes({pointers}), "git_lfs_pointers ");
    EXPECT_EQ(notices_of({pointers}, options).front().text,
              "These are Git LFS pointers and no event files: \"/x/??\" and 1 more. Run git lfs pull where they are.");
    options.loader = "python";
    EXPECT_EQ(codes({closed}), "slow_loader_stopped ");
    closed.unreadable_folder.clear();
    closed.unreadable = 1;
    EXPECT_TRUE(notices_of({closed}, options).front().text.starts_with("A folder below the log directory cannot be read: the slow"));
}

}  // namespace
}  // namespace boardgate::boardgated

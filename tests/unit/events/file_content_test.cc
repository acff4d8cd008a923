// SPDX-License-Identifier: MIT
#include "src/events/file_content.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "src/base/fd.h"

#include "tests/fakes/temp_folder.h"
#include "tests/unit/events/event_bytes.h"

namespace boardgate::events {
namespace {

Content content(const std::string& bytes) {
    const fakes::TempFolder folder;
    std::ofstream(folder / "file", std::ios::binary) << bytes;
    const Fd fd(open((folder / "file").c_str(), O_RDONLY | O_CLOEXEC));
    return content_of(fd.get());
}

TEST(FileContent, IsRecognizedByTheFirstBytes) {
    const std::string record = record_of(scalar_event(1, "loss", 1));
    EXPECT_EQ(content(record), Content::events);
    EXPECT_EQ(content(record.substr(0, 5)), Content::events) << "its writer is at it";
    EXPECT_EQ(content(record.substr(0, 20)), Content::events);
    EXPECT_EQ(content(""), Content::empty);
    EXPECT_EQ(content("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"), Content::lfs_pointer);
    EXPECT_EQ(content("\x1f\x8b\x08" + std::string(60, 'x')), Content::compressed);
    EXPECT_EQ(content("\x28\xb5\x2f\xfd" + std::string(60, 'x')), Content::compressed);
    EXPECT_EQ(content(std::string(4096, '\0')), Content::zeros);
    EXPECT_EQ(content("step,value\n1,2\n3,4\n"), Content::other);
}

TEST(FileContent, OnlyEventsNeedNoNotice) {
    EXPECT_EQ(notice_of(Content::events), nullptr);
    for (const Content content : {Content::empty, Content::lfs_pointer, Content::compressed, Content::zeros, Content::other})
        EXPECT_NE(notice_of(content), nullptr);
}

TEST(FileContent, LeftoversOfCopiesLieBesideTheRealFile) {
    const std::set<std::string, std::less<>> names = {"events.out.tfevents.1.host", "x"};
    for (const char* const name :
         {"events.out.tfevents.1.host.partial", "events.out.tfevents.1.host~", ".events.out.tfevents.1.host.AbC123"})
        EXPECT_TRUE(is_copy_leftover(name, names)) << name;
    for (const char* const name :
         {"events.out.tfevents.1.host", "events.out.tfevents.1.host.profile-empty", "events.out.tfevents.1.host.v2",
          "events.out.tfevents.2.host.partial", ".events.out.tfevents.2.host.AbC123", "~", ".x", ""})
        EXPECT_FALSE(is_copy_leftover(name, names)) << name;
}

}  // namespace
}  // namespace boardgate::events

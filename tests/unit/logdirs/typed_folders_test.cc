// SPDX-License-Identifier: MIT
#include "src/logdirs/typed_folders.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/fakes/temp_folder.h"

namespace boardgate::logdirs {
namespace {

struct TypedFoldersTest : testing::Test {
    fakes::TempFolder home;
    TypedFoldersTest() {
        for (const char* folder : {"runs/s1-a", "runs/s1-b", "runs/a,b", "data", "x:y"})
            std::filesystem::create_directories(std::filesystem::path(home.path()) / folder);
        home.put("runs/s1-file", "no folder");
    }
    /// "name:path path ...", without the home.
    std::string meant(const std::vector<std::string>& texts) {
        std::string all;
        for (const wire::NamedFolder& folder : typed_folders(texts, home.path()).folders) {
            std::string path = folder.path;
            if (path.starts_with(home.path())) path.replace(0, home.path().size(), "~");
            all += (all.empty() ? "" : " ") + (folder.name.empty() ? "" : folder.name + ":") + path;
        }
        return all;
    }
};

TEST_F(TypedFoldersTest, ArePathsBelowHomeOrWhole) { EXPECT_EQ(meant({"runs", "~/data", "/opt/x", "~"}), "~/runs ~/data /opt/x ~"); }

TEST_F(TypedFoldersTest, MayBeSeveralInOneTextWithNames) {
    EXPECT_EQ(meant({"mine:/opt/a,other:~/data"}), "mine:/opt/a other:~/data");
    EXPECT_EQ(meant({"/opt/a, /opt/b"}), "/opt/a /opt/b");
    EXPECT_EQ(meant({"runs,data"}), "~/runs ~/data");
}

TEST_F(TypedFoldersTest, AreTheFolderOfThatNameFirst) {
    EXPECT_EQ(meant({"runs/a,b"}), "~/runs/a,b");
    EXPECT_EQ(meant({"x:y"}), "~/x:y");
}

TEST_F(TypedFoldersTest, AreThoseThatAPatternMatches) {
    EXPECT_EQ(meant({"runs/s1-*"}), "~/runs/s1-a ~/runs/s1-b");
    EXPECT_EQ(meant({"runs/none-*"}), "~/runs/none-*") << "which is then said to be missing";
}

TEST_F(TypedFoldersTest, AreCountedWhereTheyAreTooMany) {
    for (int i = 0; i < 20; ++i) std::filesystem::create_directories(std::filesystem::path(home.path()) / "many" / std::to_string(i));
    const wire::ResolvedFolders many = typed_folders({"many/*"}, home.path());
    EXPECT_EQ(many.found, 20U);
    EXPECT_EQ(many.folders.size(), wire::longest::more_logdirs + 1);
}

}  // namespace
}  // namespace boardgate::logdirs

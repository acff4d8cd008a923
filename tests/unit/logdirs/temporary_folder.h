// SPDX-License-Identifier: MIT
// A folder that is deleted after the test.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace boardgate::logdirs {

struct TemporaryFolder : testing::Test {
    TemporaryFolder() {
        std::string name = "/tmp/logdirs-test-XXXXXX";
        root = std::filesystem::canonical(mkdtemp(name.data()));
        chmod(root.c_str(), 0755);
    }
    ~TemporaryFolder() override { std::filesystem::remove_all(root); }

    std::string folder(const std::string& name) const {
        std::filesystem::create_directories(root / name);
        return root / name;
    }
    std::string file(const std::string& name, time_t changed = 0) const {
        std::filesystem::create_directories((root / name).parent_path());
        std::ofstream(root / name) << "x";
        const timespec times[] = {{changed, 0}, {changed, 0}};
        if (changed != 0) utimensat(AT_FDCWD, (root / name).c_str(), times, 0);
        return root / name;
    }

    std::filesystem::path root;
};

}  // namespace boardgate::logdirs

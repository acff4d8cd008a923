// SPDX-License-Identifier: MIT
// A temporary folder with mode 0700; the destructor deletes it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>

namespace boardgate::fakes {

class TempFolder {
public:
    TempFolder() {
        char name[] = "/tmp/boardgate-test-XXXXXX";
        if (mkdtemp(name) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    /// Writes a file and returns its path.
    std::string put(const std::string& name, const std::string& bytes) const {
        std::ofstream(*this / name, std::ios::binary) << bytes;
        return *this / name;
    }
    [[nodiscard]] std::string get(const std::string& name) const {
        std::ifstream in(*this / name, std::ios::binary);
        return (std::stringstream() << in.rdbuf()).str();
    }
    [[nodiscard]] bool has(const std::string& name) const { return std::filesystem::exists(*this / name); }
    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
    }

private:
    std::string path_;
};

}  // namespace boardgate::fakes

// SPDX-License-Identifier: MIT
#include "src/boardgated/api/environments.h"

#include <filesystem>

namespace boardgate::boardgated {

std::string tensorboard_version(const std::string& program) {
    namespace fs = std::filesystem;
    constexpr std::string_view before = "tensorboard-";
    constexpr std::string_view behind = ".dist-info";
    std::error_code fault;
    const fs::path lib = fs::path(program).parent_path().parent_path() / "lib";
    for (const auto& python : fs::directory_iterator(lib, fs::directory_options::skip_permission_denied, fault)) {
        if (!python.path().filename().string().starts_with("python")) continue;
        for (const auto& package :
             fs::directory_iterator(python.path() / "site-packages", fs::directory_options::skip_permission_denied, fault)) {
            const std::string name = package.path().filename();
            if (name.size() > before.size() + behind.size() && name.starts_with(before) && name.ends_with(behind)) {
                return name.substr(before.size(), name.size() - before.size() - behind.size());
            }
        }
    }
    return {};
}

}  // namespace boardgate::boardgated

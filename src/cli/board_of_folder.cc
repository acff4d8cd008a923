// SPDX-License-Identifier: MIT
#include "src/cli/board_of_folder.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

namespace boardgate::cli {

namespace {

std::vector<std::string> names_of(const std::string& path) {
    std::vector<std::string> names;
    for (const auto& name : std::filesystem::path(path).lexically_normal()) {
        if (!name.empty()) names.push_back(name.string());  // a trailing slash yields an empty name
    }
    return names;
}

/// The depth of `above`, if `folder` is `above` or below it.
std::optional<std::size_t> depth_above(const std::string& above, const std::vector<std::string>& folder) {
    const auto names = names_of(above);
    if (names.size() > folder.size() || !std::equal(names.begin(), names.end(), folder.begin())) return std::nullopt;
    return names.size();
}

}  // namespace

const Json::Value* board_of_folder(const Json::Value& boards, const std::string& folder) {
    const auto names = names_of(folder);
    const Json::Value* best = nullptr;
    std::size_t deepest = 0;
    for (const Json::Value& board : boards) {
        std::vector<std::string> shown = {board["logdir"].asString()};
        for (const Json::Value& more : board["more_logdirs"]) shown.push_back(more.asString());
        for (const std::string& logdir : shown) {
            const auto depth = depth_above(logdir, names);
            if (!depth || *depth < deepest) continue;
            if (best != nullptr && *depth == deepest && board["created"].asString() < (*best)["created"].asString()) continue;
            best = &board;
            deepest = *depth;
        }
    }
    return best;
}

}  // namespace boardgate::cli

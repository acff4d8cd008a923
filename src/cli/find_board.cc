// SPDX-License-Identifier: MIT
#include "src/cli/find_board.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <vector>

#include "src/base/settings.h"
#include "src/cli/board_of_folder.h"
#include "src/cli/terminal.h"

namespace boardgate::cli {

namespace {

namespace fs = std::filesystem;
using Json::Value;

std::string normal(const std::string& folder) {
    const fs::path path = fs::path(folder).lexically_normal();
    return (path.has_filename() ? path : path.parent_path()).string();  // "." leaves a slash behind
}

/// Where the links of this server lead; as it is where they lead nowhere.
std::string followed(const std::string& folder) {
    std::error_code gone;
    const fs::path path = fs::weakly_canonical(folder, gone);
    return gone ? folder : normal(path.string());
}

std::vector<std::string> folders_of(const Value& board) {
    std::vector<std::string> folders = {board["logdir"].asString()};
    for (const Value& more : board["more_logdirs"]) folders.push_back(more.asString());
    return folders;
}

using Fits = std::function<bool(const Value&)>;

std::vector<const Value*> all_that_fit(const Value& boards, const Fits& fits) {
    std::vector<const Value*> found;
    for (const Value& board : boards) {
        if (fits(board)) found.push_back(&board);
    }
    std::ranges::sort(found, std::greater(), [](const Value* board) { return (*board)["created"].asString() + (*board)["id"].asString(); });
    return found;
}

/// From what fits best to what fits at all.
std::vector<Fits> ways_to_fit(const std::string& text) {
    const std::string path = normal(path_for_server(text));
    const auto only = [](const std::string& folder, const Value& board, auto make) {
        const auto folders = folders_of(board);
        return folders.size() == 1 && make(folders.front()) == folder;
    };
    const auto among = [](const std::string& folder, const Value& board, auto make) {
        return std::ranges::any_of(folders_of(board), [&](const std::string& each) { return make(each) == folder; });
    };
    std::vector<Fits> ways = {
        [text](const Value& board) { return board["title"].asString() == text; },
        [path, only](const Value& board) { return only(path, board, normal); },
        [path, among](const Value& board) { return among(path, board, normal); },
    };
    if (is_server()) {
        const std::string target = followed(path);
        ways.emplace_back([target, only](const Value& board) { return only(target, board, followed); });
        ways.emplace_back([target, among](const Value& board) { return among(target, board, followed); });
    } else if (!text.starts_with('/')) {
        // Below a home that this machine does not know.
        const std::string end = "/" + normal(text.starts_with("~/") ? text.substr(2) : text);
        ways.emplace_back([end](const Value& board) {
            return std::ranges::any_of(folders_of(board), [&](const std::string& each) { return normal(each).ends_with(end); });
        });
    }
    return ways;
}

}  // namespace

bool is_server() { return access(settings_path, F_OK) == 0; }

std::string path_for_server(const std::string& folder) {
    // gs://bucket, name:/path, /a,/b: the server understands them, or says why not.
    const bool several = folder.find(',') != std::string::npos && !fs::exists(folder);
    const std::size_t colon = folder.find(':');
    const bool named = colon != std::string::npos && colon + 1 < folder.size() && (folder[colon + 1] == '/' || folder[colon + 1] == '~');
    if (!is_server() || several || (named && !fs::exists(folder)) || folder.starts_with("~/") || folder == "~") return folder;
    return normal(fs::absolute(folder).string());
}

CommandResult<Value> find_board(const Value& boards, const std::string& text) {
    if (text.empty()) return refused("name a board: its id, its folder or its title");
    const auto by_id = all_that_fit(boards, [&](const Value& board) { return board["id"].asString().starts_with(text); });
    if (by_id.size() == 1 || (!by_id.empty() && (*by_id.front())["id"].asString() == text)) return *by_id.front();
    for (const Fits& fits : ways_to_fit(text)) {
        const auto found = all_that_fit(boards, fits);
        if (found.empty()) continue;
        if (found.size() > 1)
            say(fmt::format("{} boards match \"{}\"; this is the newest: {} {}", found.size(), text, (*found.front())["id"].asString(),
                            (*found.front())["title"].asString()));
        return *found.front();
    }
    if (by_id.size() > 1) return refused(fmt::format("\"{}\" is the beginning of several ids; give more of the id", text));
    return refused(fmt::format("you have no board \"{}\": no id, folder or title is like this; boardgate ls lists yours", text));
}

const Value* board_above(const Value& boards, const std::string& folder) {
    if (const Value* found = board_of_folder(boards, folder); found != nullptr || !is_server()) return found;
    Value links = boards;
    for (Value& board : links) {
        board["logdir"] = followed(board["logdir"].asString());
        for (Value& more : board["more_logdirs"]) more = followed(more.asString());
    }
    const Value* found = board_of_folder(links, followed(folder));
    if (found == nullptr) return nullptr;
    const std::string id = (*found)["id"].asString();
    for (const Value& board : boards) {
        if (board["id"].asString() == id) return &board;
    }
    return nullptr;
}

}  // namespace boardgate::cli

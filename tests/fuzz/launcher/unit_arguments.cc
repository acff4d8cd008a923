// SPDX-License-Identifier: MIT
// A board's command line: from the message of boardgated (MakeDoor) to the words for systemd, and to what boardgate-board reads.
#include <algorithm>

#include "src/base/exec_argument.h"
#include "src/board/options.h"
#include "src/launcher/unit_properties.h"

#include "tests/fuzz/fuzz.h"

namespace boardgate::launcher {
namespace {

using fuzz::require;

DoorPlan plan_of(const wire::DoorSpec& door) {
    static const UserName owner = *UserName::parse("alice");
    static const BoardId board = *BoardId::parse("abcdefgh");
    return {UnitName(owner, board), {1001, 1001, "alice", "/home/alice", "/bin/bash"}, *Port::parse(16001), door, "/opt/tb/bin/tensorboard",
            std::chrono::hours(8)};
}

/// boardgate-board reads its options, in the form that systemd passes them.
void read_by_board(const wire::DoorSpec& door, const std::vector<std::string>& words) {
    std::vector<std::string> escaped = {"boardgate-board"};
    for (std::size_t i = 1; i < words.size(); ++i) escaped.push_back(escape_exec_argument(words[i]));
    std::vector<char*> argv;
    for (std::string& word : escaped) argv.push_back(word.data());
    argv.push_back(nullptr);
    const auto options = board::parse_options(static_cast<int>(escaped.size()), argv.data());
    const bool is_valid =
        BoardId::parse(door.board) && LogDir::parse(door.logdir) && Samples::parse(door.samples_per_plugin) &&
        ReloadInterval::parse(door.reload_interval) && IdleSleep::parse(door.idle_sleep) &&
        std::all_of(door.more_logdirs.begin(), door.more_logdirs.end(), [](const auto& f) { return LogDir::parse(f).has_value(); });
    if (!is_valid) return;
    require(options.has_value(), "boardgate-board reads what the launcher writes");
    require(options->logdir.str() == door.logdir && options->title == door.title && options->samples == door.samples_per_plugin,
            "boardgate-board reads the values that the person chose");
    require(options->more_logdirs.size() == door.more_logdirs.size(), "boardgate-board reads every folder");
}

}  // namespace
}  // namespace boardgate::launcher

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boardgate;
    using namespace boardgate::launcher;
    using fuzz::require;
    const std::string_view input = fuzz::text_of(data, size);

    // Any text is one word, which systemd leaves alone.
    const std::string word = escape_exec_argument(input);
    require(word.find_first_of("$;") == std::string::npos, "systemd finds nothing to expand");
    const auto back = unescape_exec_argument(word);
    require(back && *back == input, "a word is read back");
    if (const auto plain = unescape_exec_argument(input)) require(escape_exec_argument(*plain) == input, "a word has one form");

    wire::Datagram datagram;
    datagram.bytes = Secret(std::string(input));
    const auto asked = wire::decode<wire::MakeDoor>(datagram);
    if (!asked) return 0;
    const auto words = board_arguments(plan_of(asked->door));
    require(!words.empty() && words.front().starts_with('/'), "the program comes first");
    for (std::size_t i = 1; i < words.size(); ++i)
        require(words[i].starts_with("--") && words[i].find('=') != std::string::npos, "each option is one word with its value");
    // A NUL would end the word; the dispatcher refuses control characters before.
    if (std::none_of(words.begin(), words.end(), [](const auto& w) { return w.find('\0') != std::string::npos; }))
        read_by_board(asked->door, words);
    return 0;
}

// SPDX-License-Identifier: MIT
// A board's options: from the message of boardgated (MakeDoor) to the words that boardgate-board reads.
#include <algorithm>

#include "src/base/folder_names.h"
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

/// boardgate-board reads its options from its standard input.
void read_by_board(const wire::DoorSpec& door, const std::vector<std::string>& words) {
    const auto options = board::parse_options(door.board, words);
    const bool is_valid =
        BoardId::parse(door.board) && LogDir::parse(door.logdir) && Samples::parse(door.samples_per_plugin) &&
        ReloadInterval::parse(door.reload_interval) && IdleSleep::parse(door.idle_sleep) &&
        std::all_of(door.more_logdirs.begin(), door.more_logdirs.end(), [](const auto& f) { return LogDir::parse(f).has_value(); }) &&
        std::all_of(door.names.begin(), door.names.end(), is_folder_name);
    if (!is_valid) return;
    require(options.has_value(), "boardgate-board reads what the launcher writes");
    require(options->folders.front().str() == door.logdir && options->names == door.names && options->samples == door.samples_per_plugin,
            "boardgate-board reads the values that the person chose");
    require(options->folders.size() == 1 + door.more_logdirs.size(), "boardgate-board reads every folder");
}

}  // namespace
}  // namespace boardgate::launcher

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boardgate;
    using namespace boardgate::launcher;
    using fuzz::require;
    const std::string_view input = fuzz::text_of(data, size);

    wire::Datagram datagram;
    datagram.bytes = Secret(std::string(input));
    const auto asked = wire::decode<wire::MakeDoor>(datagram);
    if (!asked) return 0;
    const auto words = board_arguments(plan_of(asked->door));
    for (const std::string& word : words)
        require(word.starts_with("--") && word.find('=') != std::string::npos, "each option is one word with its value");
    // A NUL would end the word; the dispatcher refuses control characters before.
    if (std::none_of(words.begin(), words.end(), [](const auto& w) { return w.find('\0') != std::string::npos; }))
        read_by_board(asked->door, words);
    return 0;
}

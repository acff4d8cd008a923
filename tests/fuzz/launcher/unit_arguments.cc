// SPDX-License-Identifier: MIT
// A board's options: from the message of boardgated (MakeDoor) to the words in the file for its unit, and to what boardgate-board
// reads.
#include <algorithm>

#include "src/base/folder_names.h"
#include "src/base/words.h"
#include "src/board/options.h"
#include "src/launcher/unit_properties.h"

#include "tests/fuzz/fuzz.h"
#include "tests/unit/events/open_file.h"

namespace boardgate::launcher {
namespace {

using fuzz::require;

DoorPlan plan_of(const wire::DoorSpec& door) {
    static const UserName owner = *UserName::parse("alice");
    static const BoardId board = *BoardId::parse("abcdefgh");
    return {UnitName(owner, board, door.engine),
            {1001, 1001, "alice", "/home/alice", "/bin/bash"},
            *Port::parse(16001),
            door,
            "/opt/tb/bin/tensorboard",
            std::chrono::hours(8)};
}

bool is_valid(const wire::DoorSpec& door) {
    const auto path = [](const std::string& text) { return LogDir::parse(text).has_value(); };
    return path(door.logdir) && std::all_of(door.more_logdirs.begin(), door.more_logdirs.end(), path) &&
           std::all_of(door.names.begin(), door.names.end(), is_folder_name) && Samples::parse(door.samples_per_plugin) &&
           ReloadInterval::parse(door.reload_interval) && IdleSleep::parse(door.idle_sleep);
}

void read_by_board(const wire::DoorSpec& door, const std::vector<std::string>& words) {
    std::string file;
    for (const std::string& word : words) file.append(word).append(1, '\0');
    const Fd input = events::open_file(file);
    require(lseek(input.get(), 0, SEEK_SET) == 0, "a file has a beginning");
    auto read = read_words(input.get());
    require(read && *read == words, "each word is read back");
    const auto options = board::parse_options("abcdefgh", *std::move(read));
    if (!is_valid(door)) return;
    require(options.has_value(), "boardgate-board reads what the launcher writes");
    require(options->folders.size() == 1 + door.more_logdirs.size() && options->folders.front().str() == door.logdir,
            "boardgate-board reads every folder as it was chosen");
    require(options->names == door.names && options->samples == door.samples_per_plugin,
            "boardgate-board reads the values that were chosen");
}

}  // namespace
}  // namespace boardgate::launcher

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boardgate;
    using namespace boardgate::launcher;
    wire::Datagram datagram;
    datagram.bytes = Secret(std::string(fuzz::text_of(data, size)));
    const auto asked = wire::decode<wire::MakeDoor>(datagram);
    if (!asked) return 0;
    const auto words = board_arguments(plan_of(asked->door));
    for (const std::string& word : words)
        fuzz::require(word.starts_with("--") && word.find('=') != std::string::npos, "each option is one word with its value");
    // A NUL would end the word; the launcher refuses control characters before.
    const auto has_nul = [](const std::string& word) { return word.find('\0') != std::string::npos; };
    if (std::none_of(words.begin(), words.end(), has_nul)) read_by_board(asked->door, words);
    return 0;
}

// SPDX-License-Identifier: MIT
// A body of the API: JSON, and as options of a board, which go into the database and to the launcher.
#include "src/boardgated/boards/board_options.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boardgate;
    using namespace boardgate::boardgated;
    using fuzz::require;
    static const Settings settings = *parse_settings("[environments]\ndefault = /opt/tensorboard/bin/tensorboard\n", "test");
    static const BoardId board = *BoardId::parse("abcdefgh");

    const std::string text(fuzz::text_of(data, size));
    auto object = JsonObject::parse(text);
    if (!object) return 0;
    require(text.size() <= longest_body, "a body has a bound");
    {
        auto again = JsonObject::parse(text);
        std::vector<Secret> answers;
        Secret password;
        std::string user;
        again->take("password", password, 1024);
        again->take("answers", answers, 8, 1024);
        again->take("user", user, 1, 256);
        require(password.reveal().size() <= 1024 && answers.size() <= 8 && user.size() <= 256, "fields have bounds");
        require(is_utf8(user) && !has_control_character(user), "a text is UTF-8 without control characters");
    }
    const auto options = take_options(*object, default_options(settings), settings);
    if (!options) return 0;
    const std::string stored = options_text(*options);
    require(is_utf8(stored) && stored.find('\n') == std::string::npos, "options are stored as one line");
    const BoardOptions read = options_of_text(stored);
    require(options_text(read) == stored, "options are read back from the database");
    const wire::DoorSpec door = door_spec(board, read);
    require(LogDir::parse(door.logdir).has_value() && door.logdir == options->logdir, "the launcher gets the folder as it was written");
    require(door.more_logdirs.size() <= wire::longest::more_logdirs, "folders have a bound");
    for (const std::string& more : door.more_logdirs) require(LogDir::parse(more).has_value(), "each folder is a path");
    require(door.names.size() <= wire::longest::more_logdirs + 1, "names have a bound");
    require(Samples::parse(door.samples_per_plugin).has_value(), "samples are checked");
    require(door.host.empty() || is_ip_address(door.host), "a host is an address");
    return 0;
}

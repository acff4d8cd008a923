// SPDX-License-Identifier: MIT
#include "src/board/options.h"

#include <getopt.h>

#include <charconv>
#include <map>

#include "src/base/board_values.h"
#include "src/base/exec_argument.h"

namespace boardgate::board {

namespace {

constexpr option known[] = {
    {"board", required_argument, nullptr, 0},
    {"tensorboard", required_argument, nullptr, 0},
    {"logdir", required_argument, nullptr, 0},
    {"title", required_argument, nullptr, 0},
    {"samples", required_argument, nullptr, 0},
    {"reload-interval", required_argument, nullptr, 0},
    {"loader", required_argument, nullptr, 0},
    {"reload-multifile", required_argument, nullptr, 0},
    {"idle-sleep", required_argument, nullptr, 0},
    {"longest-awake", required_argument, nullptr, 0},
    {nullptr, 0, nullptr, 0},
};

tl::unexpected<Error> bad(const std::string& option) { return failure("an option is missing or invalid", "--" + option); }

template <class Number>
Result<std::chrono::seconds> parse_seconds(const std::string& option, const std::string& text) {
    std::int64_t number = -1;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    const auto parsed = Number::parse(number);
    if (status != std::errc() || end != text.data() + text.size() || !parsed) return bad(option);
    return std::chrono::seconds(parsed->number());
}

}  // namespace

Result<Options> parse_options(int argc, char** argv) {
    std::map<std::string, std::string> given;
    std::vector<LogDir> more_logdirs;
    optind = 0;  // resets glibc's getopt; tests parse more than once
    opterr = 0;
    for (int index = 0, found = 0; (found = getopt_long(argc, argv, "", known, &index)) != -1;) {
        if (found != 0) return failure("unknown option", argv[optind - 1], "do not start this program by hand: a board's unit starts it");
        auto value = unescape_exec_argument(optarg);
        if (!value) return bad(known[index].name);
        const std::string name = known[index].name;
        if (name == "logdir" && given.contains(name)) {
            const auto another = LogDir::parse(*value);
            if (!another) return error_of(another);
            more_logdirs.push_back(*another);
            continue;
        }
        given[name] = *std::move(value);
    }
    if (optind != argc) return failure("unexpected argument", argv[optind]);

    const auto board = BoardId::parse(given["board"]);
    if (!board) return bad("board");
    // The same rules apply to the path of a program.
    if (!LogDir::parse(given["tensorboard"])) return bad("tensorboard");
    const auto logdir = LogDir::parse(given["logdir"]);
    if (!logdir) return error_of(logdir);
    const auto reload = parse_seconds<ReloadInterval>("reload-interval", given["reload-interval"]);
    if (!reload) return error_of(reload);
    const auto idle = parse_seconds<IdleSleep>("idle-sleep", given["idle-sleep"]);
    if (!idle) return error_of(idle);
    const auto awake = parse_seconds<LongestAwake>("longest-awake", given["longest-awake"]);
    if (!awake) return error_of(awake);
    const auto samples = Samples::parse(given["samples"]);
    if (!samples) return bad("samples");
    static const std::map<std::string, bool> answers = {{"yes", true}, {"no", false}};
    const auto multifile = answers.find(given["reload-multifile"]);
    if (multifile == answers.end()) return bad("reload-multifile");
    static const std::map<std::string, Loader> loaders = {
        {"auto", Loader::automatic}, {"boardgate", Loader::boardgate}, {"rustboard", Loader::rustboard}, {"python", Loader::python}};
    const auto loader = loaders.find(given["loader"]);
    if (loader == loaders.end()) return bad("loader");
    return Options{*board,         given["tensorboard"], *logdir, more_logdirs, given["title"], *reload, multifile->second,
                   samples->str(), loader->second,       *idle,   *awake};
}

}  // namespace boardgate::board

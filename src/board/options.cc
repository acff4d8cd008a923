// SPDX-License-Identifier: MIT
#include "src/board/options.h"

#include <getopt.h>

#include <charconv>
#include <map>

#include "src/base/board_values.h"
#include "src/base/folder_names.h"

namespace boardgate::board {

namespace {

constexpr option known[] = {
    {"tensorboard", required_argument, nullptr, 0},
    {"logdir", required_argument, nullptr, 0},
    {"name", required_argument, nullptr, 0},
    {"samples", required_argument, nullptr, 0},
    {"reload-interval", required_argument, nullptr, 0},
    {"loader", required_argument, nullptr, 0},
    {"reload-multifile", required_argument, nullptr, 0},
    {"idle-sleep", required_argument, nullptr, 0},
    {"longest-awake", required_argument, nullptr, 0},
    {"home", required_argument, nullptr, 0},
    {"confined", required_argument, nullptr, 0},
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

Result<Options> parse_options(const std::string& id, std::vector<std::string> words) {
    std::map<std::string, std::string> given;
    std::vector<LogDir> folders;
    std::vector<std::string> names;
    words.insert(words.begin(), "boardgate-board");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    const int argc = static_cast<int>(argv.size());
    argv.push_back(nullptr);
    optind = 0;  // resets glibc's getopt; tests parse more than once
    opterr = 0;
    for (int index = 0, found = 0; (found = getopt_long(argc, argv.data(), "", known, &index)) != -1;) {
        if (found != 0) return failure("unknown option", argv[optind - 1], "do not start this program by hand: a board's unit starts it");
        const std::string name = known[index].name;
        if (name == "logdir") {
            const auto folder = LogDir::parse(optarg);
            if (!folder) return error_of(folder);
            folders.push_back(*folder);
        } else if (name == "name") {
            if (!is_folder_name(optarg)) return bad(name);
            names.emplace_back(optarg);
        } else {
            given[name] = optarg;
        }
    }
    if (optind != argc) return failure("unexpected argument", argv[optind]);

    const auto board = BoardId::parse(id);
    if (!board) return bad("board");
    // The same rules apply to the path of a program.
    if (!LogDir::parse(given["tensorboard"])) return bad("tensorboard");
    if (folders.empty()) return bad("logdir");
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
    std::optional<HomeMark> home;
    if (given.contains("home")) {
        const auto mark = HomeMark::parse(given["home"]);
        if (!mark) return bad("home");
        home = *mark;
    }
    // Absent: a board that nobody else sees.
    const auto confined = given.contains("confined") ? answers.find(given["confined"]) : answers.find("no");
    if (confined == answers.end()) return bad("confined");
    return Options{*board,         given["tensorboard"], folders, names,  *reload, multifile->second,
                   samples->str(), loader->second,       *idle,   *awake, home,    confined->second};
}

}  // namespace boardgate::board

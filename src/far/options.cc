// SPDX-License-Identifier: MIT
#include "src/far/options.h"

#include <charconv>
#include <functional>
#include <map>

namespace boardgate::far {

namespace {

template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    return fault == std::errc() && end == text.data() + text.size();
}

bool read_seconds(std::string_view text, std::chrono::seconds& seconds) {
    std::int64_t number = 0;
    if (!read_number(text, number) || number < 0) return false;
    seconds = std::chrono::seconds(number);
    return true;
}

bool take(std::string_view name, std::string_view value, Options& options) {
    using Field = std::string Options::*;
    static const std::map<std::string_view, Field> texts = {{"job-name", &Options::job_name},
                                                            {"address", &Options::address},
                                                            {"partition", &Options::partition},
                                                            {"account", &Options::account},
                                                            {"qos", &Options::qos},
                                                            {"memory", &Options::memory},
                                                            {"cpus", &Options::cpus},
                                                            {"commands", &Options::commands},
                                                            {"slurm-conf", &Options::slurm_conf},
                                                            {"link-address", &Options::link_address},
                                                            {"node-program", &Options::node_program}};
    if (const auto text = texts.find(name); text != texts.end()) {
        options.*text->second = value;
        return true;
    }
    if (name == "sbatch") {
        options.sbatch.emplace_back(value);
        return true;
    }
    if (name == "time") return read_seconds(value, options.time);
    if (name == "longest-queue") return read_seconds(value, options.longest_queue);
    if (name == "first-port") return read_number(value, options.first_port);
    if (name == "last-port") return read_number(value, options.last_port);
    return false;
}

}  // namespace

Result<Options> parse_options(const std::string& board, const std::vector<std::string>& words) {
    const auto id = BoardId::parse(board);
    if (!id) return failure("an option is missing or invalid", "--board");
    Options options{*id};
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        // The job's script has a line for each.
        if (!word.starts_with("--") || equals == std::string::npos || has_control_character(word))
            return failure("an option is invalid", word.substr(0, equals));
        if (!take(std::string_view(word).substr(2, equals - 2), std::string_view(word).substr(equals + 1), options))
            options.board_words.push_back(word);
    }
    const std::pair<const char*, const std::string*> needed[] = {{"--job-name", &options.job_name},
                                                                 {"--memory", &options.memory},
                                                                 {"--cpus", &options.cpus},
                                                                 {"--commands", &options.commands},
                                                                 {"--link-address", &options.link_address},
                                                                 {"--node-program", &options.node_program}};
    for (const auto& [name, value] : needed) {
        if (value->empty()) return failure("an option is missing or invalid", name);
    }
    if (options.longest_queue.count() == 0 || options.first_port > options.last_port)
        return failure("an option is missing or invalid", "--longest-queue or --first-port");
    return options;
}

}  // namespace boardgate::far

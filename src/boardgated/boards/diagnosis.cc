// SPDX-License-Identifier: MIT
#include "src/boardgated/boards/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstring>
#include <map>
#include <optional>
#include <regex>

#include "src/base/byte_size.h"
#include "src/boardgated/common/json.h"

namespace boardgate::boardgated {

namespace {

/// The number of lines that a person reads; the page links to the whole log.
constexpr std::size_t tail_lines = 20;

std::string ending(const UnitFacts& facts) {
    if (facts.exit_code == CLD_KILLED || facts.exit_code == CLD_DUMPED) {
        const char* name = sigabbrev_np(facts.exit_status);
        return "it was ended by signal " + (name == nullptr ? std::to_string(facts.exit_status) : "SIG" + std::string(name));
    }
    if (facts.exit_code == CLD_EXITED) return "it ended with exit status " + std::to_string(facts.exit_status);
    return "it did not end by itself";
}

/// The unit's Result. A crash counts as "core-dump" even without a core file: boardgate-board is not dumpable.
std::string result_of(const UnitFacts& facts) {
    constexpr int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
    const bool crashed = facts.result == "signal" && std::ranges::find(crashes, facts.exit_status) != std::end(crashes);
    return crashed ? "core-dump" : facts.result;
}

/// The unit's Result where the exit status lacks the reason: a watchdog, a lack of resources.
std::string systemd_result(const UnitFacts& facts) {
    return facts.result == "exit-code" || facts.result == "signal" ? "" : fmt::format("; systemd says \"{}\"", facts.result);
}

std::string memory_detail(const Board& board) {
    std::string detail = ending(board.facts);
    if (board.facts.memory_limit) detail += fmt::format("; its limit is {} (MemoryMax=)", byte_size(*board.facts.memory_limit));
    if (board.peak_memory) detail += "; its highest observed use is " + byte_size(*board.peak_memory);
    return detail;
}

/// Is the status in `sign`, such as `137` or `200-243`?
bool is_status(std::string_view sign, int status) {
    int first = 0;
    int last = 0;
    const char* const end = sign.data() + sign.size();
    const char* const rest = std::from_chars(sign.data(), end, first).ptr;
    if (rest == end) return status == first;
    std::from_chars(rest + 1, end, last);
    return status >= first && status <= last;
}

/// The text before `[code]`, when the status text ends with this code.
std::optional<std::string> status_with_code(const UnitFacts& facts, const std::string& code) {
    const std::string mark = fmt::format(" [{}]", code);
    const std::string status = own_status(facts.status_text);
    if (!status.ends_with(mark)) return std::nullopt;
    return status.substr(0, status.size() - mark.size());
}

/// boardgate-board's last status text, which states why it ended; the exit status if the text is of normal operation.
std::string last_status(const UnitFacts& facts) {
    const std::string status = own_status(facts.status_text);
    const bool normal = status.empty() || status.starts_with("Serving") || status.starts_with("Starting");
    return (normal ? ending(facts) : status) + systemd_result(facts);
}

/// The text that matches the rule; nothing without a match.
std::optional<std::string> match(const FailureRule& rule, const Board& board, const std::vector<std::string>& log) {
    const UnitFacts& facts = board.facts;
    switch (rule.by) {
        case FailureRule::By::said: {
            // Everybody can read the status, so the path is only in the log.
            const auto status = status_with_code(facts, rule.sign);
            const std::string mark = std::string(" [") + rule.sign + "]";
            const auto line = std::find_if(log.rbegin(), log.rend(), [&](const std::string& each) { return each.ends_with(mark); });
            return status && line != log.rend() ? line->substr(0, line->size() - mark.size()) : status;
        }
        case FailureRule::By::log:
            // The last match: TensorBoard may have recovered from earlier ones.
            for (auto line = log.rbegin(); line != log.rend(); ++line) {
                if (line->find(rule.sign) != std::string::npos) return *line;
            }
            return std::nullopt;
        case FailureRule::By::status:
            if (facts.exit_code != CLD_EXITED || !is_status(rule.sign, facts.exit_status)) return std::nullopt;
            return last_status(facts);
        case FailureRule::By::result:
            if (*rule.sign != '\0' && result_of(facts) != rule.sign) return std::nullopt;
            return facts.result == "oom-kill" ? memory_detail(board) : last_status(facts);
    }
    return std::nullopt;
}

/// Replaces placeholders such as {environment} by the board's options.
std::string filled(std::string text, const Json::Value& options) {
    for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open)) {
        const std::size_t close = text.find('}', open);
        if (close == std::string::npos) break;
        const std::string value = options[text.substr(open + 1, close - open - 1)].asString();
        text.replace(open, close - open + 1, value);
        open += value.size();
    }
    return text;
}

void set_change(Failure& failure, std::string_view change, const Json::Value& options) {
    const std::size_t equals = change.find('=');
    if (equals == std::string_view::npos) return;
    const std::string option(change.substr(0, equals));
    const std::string value(change.substr(equals + 1));
    if (options[option].asString() == value) return;
    failure.change_option = option;
    failure.change_value = value;
}

/// Rust's programs write `[2026-01-31T12:00:00Z WARN ...]`, Python's `W0131 12:00:00.123456 140001 ...]`.
std::string without_time(const std::string& line) {
    static const std::regex time(R"(\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,\d]{0,12}|[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9} +\d{1,20})");
    return std::regex_replace(line, time, "", std::regex_constants::match_continuous | std::regex_constants::format_first_only);
}

/// The last lines that are different: a warning at every reload would hide the reason. Each with the number of lines that it
/// stands for.
std::vector<std::string> last_lines(const std::vector<std::string>& log) {
    struct Line {
        std::string text;
        std::size_t times;
    };
    std::vector<Line> lines;  // the latest first
    std::map<std::string, std::size_t> known;
    for (auto line = log.rbegin(); line != log.rend(); ++line) {
        const auto [at, is_new] = known.try_emplace(without_time(*line), lines.size());
        if (!is_new) {
            ++lines[at->second].times;
        } else if (lines.size() < tail_lines) {
            lines.push_back({*line, 1});
        } else {
            break;
        }
    }
    std::vector<std::string> shown;
    for (auto line = lines.rbegin(); line != lines.rend(); ++line)
        shown.push_back(line->times == 1 ? line->text : fmt::format("{} ({} times)", line->text, line->times));
    return shown;
}

}  // namespace

const std::vector<FailureRule>& failure_rules() {
    static const std::vector<FailureRule> rules = {
#define FAILURE(code, by, sign, summary, remedy, change) {#code, FailureRule::By::by, sign, summary, remedy, change},
#include "src/boardgated/boards/failures.inc"
#undef FAILURE
    };
    return rules;
}

Failure diagnose(const Board& board, const std::vector<std::string>& log) {
    Json::Value options(Json::objectValue);
    add_options(options, board.options);
    Failure failure;
    for (const FailureRule& rule : failure_rules()) {
        const auto detail = match(rule, board, log);
        if (!detail) continue;
        failure = {rule.code, filled(rule.summary, options), *detail, filled(rule.remedy, options)};
        set_change(failure, rule.change, options);
        break;
    }
    if (board.facts.exit_code == CLD_EXITED) failure.exit_status = board.facts.exit_status;
    failure.log_tail = last_lines(log);
    return failure;
}

bool is_unexplained(const Failure& failure) { return failure.code == "tensorboard_ended" || failure.code == "unknown"; }

Json::Value failure_json(const Failure& failure) {
    Json::Value value(Json::objectValue);
    value["code"] = failure.code;
    value["summary"] = failure.summary;
    value["detail"] = failure.detail;
    value["remedy"] = failure.remedy;
    value["exit_status"] = failure.exit_status ? Json::Value(*failure.exit_status) : Json::Value();
    value["log_tail"] = Json::Value(Json::arrayValue);
    for (const std::string& line : failure.log_tail) value["log_tail"].append(line);
    // The body of a PATCH before the next attempt.
    value["change"] = Json::Value();
    if (!failure.change_option.empty()) value["change"][failure.change_option] = failure.change_value;
    return value;
}

std::string failure_text(const Failure& failure) { return to_text(failure_json(failure)); }

Failure failure_of_text(const std::string& text) {
    const Json::Value value = trusted_json(text);
    Failure failure{value["code"].asString(), value["summary"].asString(), value["detail"].asString(), value["remedy"].asString()};
    if (value["exit_status"].isInt()) failure.exit_status = value["exit_status"].asInt();
    for (const Json::Value& line : value["log_tail"]) failure.log_tail.push_back(line.asString());
    if (value["change"].isObject()) {
        for (const std::string& option : value["change"].getMemberNames()) {
            failure.change_option = option;
            failure.change_value = value["change"][option].asString();
        }
    }
    return failure;
}

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
#include "src/boardgated/diagnosis.h"

#include <csignal>
#include <cstring>

namespace boardgate::boardgated {

namespace {

/// As many lines as a person reads; the whole log is one click away.
constexpr std::size_t tail_lines = 20;

std::string ending(const UnitFacts& facts) {
    if (facts.exit_code == CLD_KILLED || facts.exit_code == CLD_DUMPED) {
        const char* name = sigabbrev_np(facts.exit_status);
        return "it was ended by signal " + (name == nullptr ? std::to_string(facts.exit_status) : "SIG" + std::string(name));
    }
    if (facts.exit_code == CLD_EXITED) return "it ended with exit status " + std::to_string(facts.exit_status);
    return "systemd says \"" + facts.result + "\"";
}

/// The line that shows the sign, or nothing. The last one: what came before may have been overcome.
const std::string* shown_by(const FailureRule& rule, const UnitFacts& facts, const std::vector<std::string>& log) {
    static const std::string no_line;
    switch (rule.by) {
        case FailureRule::By::result:
            return *rule.sign == '\0' || facts.result == rule.sign ? &no_line : nullptr;
        case FailureRule::By::status:
            return facts.exit_code == CLD_EXITED && std::to_string(facts.exit_status) == rule.sign ? &no_line : nullptr;
        case FailureRule::By::log:
            for (auto line = log.rbegin(); line != log.rend(); ++line) {
                if (line->find(rule.sign) != std::string::npos) return &*line;
            }
            return nullptr;
    }
    return nullptr;
}

}  // namespace

const std::vector<FailureRule>& failure_rules() {
    static const std::vector<FailureRule> rules = {
#define FAILURE(code, by, sign, summary, remedy) {#code, FailureRule::By::by, sign, summary, remedy},
#include "src/boardgated/failures.inc"
#undef FAILURE
    };
    return rules;
}

Failure diagnose(const UnitFacts& facts, const std::vector<std::string>& log) {
    Failure failure;
    for (const FailureRule& rule : failure_rules()) {
        const std::string* line = shown_by(rule, facts, log);
        if (line == nullptr) continue;
        // boardgate-board's status line is its last word on why.
        const std::string told = facts.status_text.empty() || facts.status_text.starts_with("Serving") ? ending(facts) : facts.status_text;
        failure = {rule.code, rule.summary, line->empty() ? told : *line, rule.remedy, {}, {}};
        break;
    }
    if (facts.exit_code == CLD_EXITED) failure.exit_status = facts.exit_status;
    const std::size_t from = log.size() > tail_lines ? log.size() - tail_lines : 0;
    failure.log_tail.assign(log.begin() + static_cast<std::ptrdiff_t>(from), log.end());
    return failure;
}

Json::Value failure_json(const Failure& failure) {
    Json::Value value(Json::objectValue);
    value["code"] = failure.code;
    value["summary"] = failure.summary;
    value["detail"] = failure.detail;
    value["remedy"] = failure.remedy;
    value["exit_status"] = failure.exit_status ? Json::Value(*failure.exit_status) : Json::Value();
    value["log_tail"] = Json::Value(Json::arrayValue);
    for (const std::string& line : failure.log_tail) value["log_tail"].append(line);
    return value;
}

}  // namespace boardgate::boardgated

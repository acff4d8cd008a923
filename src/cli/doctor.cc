// SPDX-License-Identifier: MIT
// doctor: the faults of an installation, and what repairs them.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "src/base/peer.h"
#include "src/cli/commands.h"
#include "src/cli/examine.h"
#include "src/cli/exit_status.h"
#include "src/cli/find_board.h"
#include "src/cli/terminal.h"

namespace boardgate::cli {

Findings examine_installation() {
    Findings findings;
    const auto settings = read_settings();
    if (settings) {
        findings.push_back({true, std::string(settings_path) + " has no errors", {}});
    } else {
        for (const std::string& fault : settings.error())
            findings.push_back({false, fault, "correct it, then: systemctl restart boardgated"});
    }
    // With an error in boardgate.conf, check what does not depend on it.
    const Settings used = settings ? *settings : *parse_settings("", settings_path);
    if (settings) examine_files(findings, used);
    const bool runs = examine_what_runs(findings, used);
    if (settings) examine_cluster(findings, used);
    if (settings && runs) examine_address(findings, used);
    if (geteuid() == 0) examine_way_in(findings);
    return findings;
}

namespace {

Json::Value findings_json(const Findings& findings) {
    Json::Value list(Json::arrayValue);
    for (const Finding& finding : findings) {
        Json::Value one(Json::objectValue);
        one["fine"] = finding.fine;
        one["what"] = finding.what;
        one["remedy"] = finding.remedy;
        list.append(one);
    }
    return list;
}

/// For a person without runs, where boardgate looked: a new account's data may be elsewhere.
void add_where_runs_are(Findings& findings, const Connection& connection) {
    const auto runs = connection.ask("GET", "/api/v1/runs?limit=1");
    if (!runs || (*runs)["found"].asUInt64() != 0) return;
    std::string roots;
    for (const Json::Value& root : (*runs)["roots"]) roots += (roots.empty() ? "" : ", ") + root.asString();
    std::string text = "no runs below " + (roots.empty() ? "the folders of run_roots" : roots);
    for (const Json::Value& place : (*runs)["elsewhere"]) {
        const std::string number = std::to_string(place["runs"].asUInt64()) + (place["runs"].asUInt64() == 1 ? " run" : " runs");
        text += "; there " + std::string(number == "1 run" ? "is " : "are ") + (place["complete"].asBool() ? "" : "more than ") + number +
                " in " + place["path"].asString();
    }
    const bool known = !(*runs)["elsewhere"].empty();
    text += std::string(known ? ": " : "; if yours are elsewhere, ") + "give start " + (known ? "that" : "their") +
            " folder, or ask an administrator to add it to run_roots in boardgate.conf";
    findings.push_back({true, std::move(text), {}});
}

/// A finding about each board of the person, or the one named; refused when there is no such board.
CommandResult<void> add_boards(Findings& findings, const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) {
        // On the server, the findings before this one say why.
        const bool known = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) { return !finding.fine; });
        if (known && connection.error().exit_status == exit_status::unreachable) return {};
        const bool away = connection.error().exit_status == exit_status::unreachable;
        findings.push_back({false, connection.error().text, away ? "check that the server and its nginx are running" : "boardgate login"});
        return {};
    }
    findings.push_back({true, "you are logged in to " + connection->api().server(), {}});
    const auto answer = connection->ask("GET", "/api/v1/boards");
    if (!answer) {
        findings.push_back({false, answer.error().text, "systemctl status boardgated"});
        return {};
    }
    Json::Value boards = (*answer)["boards"];
    if (!arguments.board.empty()) {
        const auto named = find_board(boards, arguments.board);
        if (!named) return error_of(named);
        boards = Json::Value(Json::arrayValue);
        boards.append(*named);
    }
    if (arguments.board.empty()) add_where_runs_are(findings, *connection);
    for (const Json::Value& board : boards) {
        const std::string named = "board " + board["id"].asString() + " is " + board["state"].asString();
        const Json::Value& failure = board["failure"];
        if (failure.isObject()) {
            findings.push_back({false, named + ": " + failure["summary"].asString() + " (" + failure["detail"].asString() + ")",
                                failure["remedy"].asString()});
        } else {
            findings.push_back({true, named, {}});
        }
        for (const Json::Value& notice : board["notices"]) findings.push_back({false, named + ": " + notice["text"].asString(), {}});
    }
    return {};
}

/// A job on a node is somebody's: root's own would say nothing of what people's do.
CommandResult<void> add_node(Findings& findings, const Arguments& arguments) {
    const auto settings = read_settings();
    if (!settings) return {};  // the findings have its faults
    if (!settings->engine.allows(Engine::slurm)) return refused("boards run on this server only: engine in boardgate.conf has no slurm");
    const auto caller = account_of(geteuid());
    if (geteuid() == 0 && arguments.user.empty())
        return refused("root's jobs say nothing about people's: name an account, boardgate doctor --node --user NAME");
    if (geteuid() != 0 && !arguments.user.empty() && (!caller || caller->name != arguments.user))
        return refused("only root can name another account");
    examine_node(findings, *settings, arguments.user.empty() && caller ? caller->name : arguments.user);
    return {};
}

}  // namespace

CommandResult<void> doctor(const Arguments& arguments) {
    Findings findings;
    // A laptop has no installation to check. On a server, root has no boards.
    const bool on_server = access(settings_path, F_OK) == 0;
    if (on_server) findings = examine_installation();
    if (arguments.node) {
        if (!on_server) return refused("--node is for the server itself: run it there");
        if (auto added = add_node(findings, arguments); !added) return added;
    }
    // Only an administrator can follow these remedies.
    if (geteuid() != 0) {
        for (Finding& finding : findings) {
            if (!finding.remedy.empty())
                finding.remedy = "tell an administrator of this server, who finds the remedy with: sudo boardgate doctor";
        }
    }
    if (!on_server || geteuid() != 0) {
        if (auto added = add_boards(findings, arguments); !added) return added;
    }
    std::size_t wrong = 0;
    for (const Finding& finding : findings) {
        if (!finding.fine) ++wrong;
        if (arguments.json) continue;
        print((finding.fine ? coloured("fine", Colour::green) + "   " : coloured("WRONG", Colour::red) + "  ") + plain(finding.what));
        // A remedy may have lines for a file.
        std::istringstream remedy(finding.remedy);
        const char* before = "       do: ";
        for (std::string line; std::getline(remedy, line); before = "           ") print(before + plain(line));
    }
    if (arguments.json) print(text_of(findings_json(findings)));
    if (wrong != 0) return refused(fmt::format("{} of {} checks failed", wrong, findings.size()));
    return {};
}

}  // namespace boardgate::cli

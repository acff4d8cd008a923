// SPDX-License-Identifier: MIT
#include "src/cli/doctor.h"

#include <sys/stat.h>
#include <unistd.h>

#include "src/base/bus.h"
#include "src/base/settings.h"
#include "src/cli/commands.h"
#include "src/cli/terminal.h"

namespace boardgate::cli {

namespace {

Finding unit_is_active(const Bus& bus, const std::string& unit) {
    const std::string state = bus.active_state(unit);
    if (state == "active") return {true, unit + " is active", {}};
    return {false, unit + " is " + (state.empty() ? "not there" : state), "systemctl enable --now boardgate.target; systemctl status " + unit};
}

Finding socket_is_there(const char* path) {
    struct stat about {};
    if (stat(path, &about) != 0) return {false, std::string(path) + " is not there", "systemctl restart boardgate.target"};
    if (!S_ISSOCK(about.st_mode)) return {false, std::string(path) + " is not a socket", "remove it, then: systemctl restart boardgate.target"};
    return {true, std::string(path) + " is there", {}};
}

Finding environment_runs(const std::string& name, const std::string& program) {
    if (access(program.c_str(), X_OK) == 0) return {true, "environment " + name + ": " + program, {}};
    return {false, "environment " + name + ": " + program + " cannot be run", "install TensorBoard there, or mend [environments] in boardgate.conf"};
}

}  // namespace

std::vector<Finding> examine_installation() {
    std::vector<Finding> findings;
    const auto settings = read_settings();
    if (settings) {
        findings.push_back({true, std::string(settings_path) + " is good", {}});
        for (const auto& [name, program] : settings->environments) findings.push_back(environment_runs(name, program));
        if (settings->address.empty()) findings.push_back({false, "the server does not know its own address", "set `address` in boardgate.conf"});
    } else {
        for (const std::string& fault : settings.error()) findings.push_back({false, fault, "mend it, then: systemctl restart boardgated"});
    }
    if (const auto bus = Bus::open_system()) {
        for (const char* unit : {"boardgate-gate.service", "boardgated-gate.socket", "boardgated-app.socket", "boardgated-stream.socket",
                                 "boardgate-login.socket", "boardgate-launcher.socket", "boardgate-journal.socket", "nginx.service"}) {
            findings.push_back(unit_is_active(*bus, unit));
        }
    } else {
        findings.push_back({false, bus.error().text(), "systemctl start dbus"});
    }
    for (const char* socket : {"/run/boardgate/gate.sock", "/run/boardgate/app.sock", "/run/boardgate/stream.sock", "/run/boardgate-root/login.sock"}) {
        findings.push_back(socket_is_there(socket));
    }
    return findings;
}

namespace {

Json::Value findings_json(const std::vector<Finding>& findings) {
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

void add_boards(std::vector<Finding>& findings, const Arguments& arguments) {
    const auto connection = Connection::open();
    if (!connection) {
        findings.push_back({false, connection.error().text, "boardgate login"});
        return;
    }
    const auto boards = connection->ask("GET", "/api/v1/boards");
    if (!boards) {
        findings.push_back({false, boards.error().text, "systemctl status boardgated"});
        return;
    }
    for (const Json::Value& board : (*boards)["boards"]) {
        if (!arguments.board.empty() && !board["id"].asString().starts_with(arguments.board)) continue;
        const std::string named = "board " + board["id"].asString() + " is " + board["state"].asString();
        const Json::Value& failure = board["failure"];
        if (failure.isObject()) {
            findings.push_back({false, named + ": " + failure["summary"].asString(), failure["remedy"].asString()});
        } else {
            findings.push_back({true, named, {}});
        }
        for (const Json::Value& notice : board["notices"]) findings.push_back({false, named, notice["text"].asString()});
    }
}

}  // namespace

Outcome<void> doctor(const Arguments& arguments) {
    std::vector<Finding> findings;
    // On a laptop there is no installation to look at; root has no boards.
    if (access(settings_path, F_OK) == 0) findings = examine_installation();
    if (geteuid() != 0) add_boards(findings, arguments);
    std::size_t wrong = 0;
    for (const Finding& finding : findings) {
        if (!finding.fine) ++wrong;
        if (!arguments.json) print((finding.fine ? "fine   " : "WRONG  ") + plain(finding.what) + (finding.fine ? "" : "\n       do: " + plain(finding.remedy)));
    }
    if (arguments.json) print(text_of(findings_json(findings)));
    if (wrong != 0) return refused(std::to_string(wrong) + " of " + std::to_string(findings.size()) + " things are wrong");
    return {};
}

}  // namespace boardgate::cli

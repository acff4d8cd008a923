// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <regex>
#include <sstream>
#include <vector>

#include "src/cli/api_client.h"
#include "src/cli/examine.h"
#include "src/cli/program.h"

namespace boardgate::cli {

namespace {

constexpr std::chrono::seconds patience{20};

/// The numbers that the pattern finds in nginx's configuration.
std::vector<long> numbers_in(const std::string& text, const char* pattern) {
    std::vector<long> numbers;
    const std::regex wanted(pattern);
    for (std::sregex_iterator each(text.begin(), text.end(), wanted), end; each != end; ++each) {
        numbers.push_back(std::strtol((*each)[1].str().c_str(), nullptr, 10));
    }
    return numbers;
}

/// One address may have so many connections that others find none left.
void examine_connections(Findings& to, const std::string& configuration) {
    const auto limits = numbers_in(configuration, R"(\n\s*limit_conn boardgate_holder_connections (\d+);)");
    if (limits.empty()) return;
    const auto found = numbers_in(configuration, R"(\n\s*worker_connections\s+(\d+);)");
    const long connections = found.empty() ? 512 : found.back();  // nginx's own default
    const long needed = 4 * *std::min_element(limits.begin(), limits.end());
    if (connections >= needed) return;
    to.push_back({false, fmt::format("nginx has {} connections for each worker, and one address can take them all", connections),
                  fmt::format("set worker_connections {}; or more in the section events of /etc/nginx/nginx.conf", needed)});
}

void examine_nginx(Findings& to) {
    const ProgramEnd end = run_program({"nginx", "-T"}, patience);
    if (end.too_long) {
        to.push_back({false, fmt::format("nginx -T did not end within {} s, the patience of doctor", patience.count()),
                      "run nginx -T: the disk or the machine may be busy"});
    } else if (end.status != 0) {
        std::smatch fault;
        const bool found = std::regex_search(end.output, fault, std::regex(R"(\[emerg\][^\n]*)"));
        const bool without_ipv6 = end.output.find("Address family not supported") != std::string::npos;
        to.push_back(
            {false, "nginx rejects its configuration: " + (found ? fault.str() : fmt::format("status {}", end.status)),
             without_ipv6 ? "remove the lines with [::] from nginx-listen.conf and nginx-listen-http.conf in /etc/boardgate" : "nginx -t"});
    } else if (end.output.find("/usr/share/boardgate/nginx/") == std::string::npos) {
        to.push_back(
            {false, "nginx does not include boardgate's site", BOARDGATE_LIBEXECDIR "/boardgate-site enable && systemctl reload nginx"});
    } else {
        to.push_back({true, "nginx accepts its configuration, and it includes boardgate's site", {}});
        examine_connections(to, end.output);
    }
}

/// Whether an input chain refuses packets that match no rule: by its policy, as ufw's, or by its last rule, as
/// firewalld's.
bool refuses_the_unknown(const std::string& rules) {
    static const std::regex last_rule(R"(^\s*(counter packets \d+ bytes \d+ )?(drop|reject)\b)");
    std::istringstream lines(rules);
    bool arriving = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.find(" hook input ") != std::string::npos) arriving = true;
        if (arriving && (line.find("policy drop") != std::string::npos || std::regex_search(line, last_rule))) return true;
        if (line == "\t}") arriving = false;
    }
    return false;
}

/// Other firewall rules that may block https.
void examine_firewall(Findings& to) {
    const ProgramEnd end = run_program({"nft", "list", "ruleset"}, patience);
    if (end.status != 0) return;  // not root, or no nftables, so no filter
    const std::string& rules = end.output;
    const bool drops = refuses_the_unknown(rules);
    const bool opens = std::regex_search(rules, std::regex(R"(dport (\{[^}]*)?\b(443|https)\b)"));
    if (drops && !opens) {
        to.push_back(
            {false, "the host's firewall refuses packets by default and has no rule for https",
             "allow https: ufw allow https; firewall-cmd --permanent --add-service=https && firewall-cmd --reload; or a rule for tcp "
             "dport 443"});
    } else {
        to.push_back({true, drops ? "the host's firewall allows https" : "no firewall of the host blocks https", {}});
    }
}

}  // namespace

// Without a session, boardgated answers "unauthenticated".
void examine_address(Findings& to, const Settings& settings) {
    if (settings.address.empty()) {
        to.push_back({false, "boardgate.conf has no `address`", "set `address` in boardgate.conf"});
        return;
    }
    if (!settings.address.starts_with("https://")) {
        to.push_back({false, fmt::format("`address` in boardgate.conf is {}, and boardgate is served over https only", settings.address),
                      "write https:// in `address` of boardgate.conf, then: systemctl restart boardgated"});
        return;
    }
    ApiClient client(settings.address, settings.certificate_authority, {});
    client.wait_at_most(patience);
    const auto answer = client.ask("GET", "/api/v1/session");
    if (!answer) {
        to.push_back({false, answer.error().what + " " + answer.error().subject, answer.error().remedy});
    } else if (answer->body["code"].asString() != "unauthenticated") {
        to.push_back({false, settings.address + " does not lead to boardgate: " + answer->problem(),
                      "systemctl status boardgated; compare `address` in boardgate.conf with server_name in nginx-server.conf"});
    } else {
        to.push_back({true, settings.address + " answers", {}});
    }
}

void examine_way_in(Findings& to) {
    examine_nginx(to);
    examine_firewall(to);
}

}  // namespace boardgate::cli

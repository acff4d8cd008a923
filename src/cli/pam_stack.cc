// SPDX-License-Identifier: MIT
#include "src/cli/pam_stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <sstream>

namespace boardgate::cli {

namespace {

constexpr int deepest_include = 8;

/// The words of a line. `[...]` is one word, and `#` begins a comment.
std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words;
    std::istringstream in(line.substr(0, line.find('#')));
    for (std::string word; in >> word;) {
        const bool in_brackets = !words.empty() && words.back().front() == '[' && words.back().find(']') == std::string::npos;
        if (in_brackets) {
            words.back() += " " + word;
        } else {
            words.push_back(word);
        }
    }
    return words;
}

std::string module_name(const std::string& path) {
    std::string name = path.substr(path.rfind('/') + 1);
    if (name.ends_with(".so")) name.resize(name.size() - 3);
    return name;
}

void add_service(std::vector<PamLine>& to, const std::string& service, const std::string& folder, int depth_left) {
    if (depth_left == 0) return;
    std::ifstream in(service.starts_with('/') ? service : folder + "/" + service);
    for (std::string line; std::getline(in, line);) {
        const auto words = words_of(line);
        if (words.size() == 2 && words[0] == "@include") {
            add_service(to, words[1], folder, depth_left - 1);
            continue;
        }
        if (words.size() < 3) continue;
        // A minus means that the module may be missing.
        const std::string stage = words[0].front() == '-' ? words[0].substr(1) : words[0];
        if (stage != "auth" && stage != "account") continue;
        if (words[1] == "include" || words[1] == "substack") {
            add_service(to, words[2], folder, depth_left - 1);
        } else {
            to.push_back({module_name(words[2]), {words.begin() + 3, words.end()}});
        }
    }
}

std::string argument(const PamLine& line, const std::string& name) {
    for (const std::string& one : line.arguments) {
        if (one.starts_with(name + "=")) return one.substr(name.size() + 1);
    }
    return {};
}

std::vector<std::string> in_homes(const std::vector<std::string>& homes) {
    // For a path that both name, ProtectHome=read-only would win.
    std::vector<std::string> lines = {"ProtectHome=no"};
    for (const std::string& home : homes) lines.push_back("ReadWritePaths=" + home);
    return lines;
}

/// The need of a module that replaces this file, and therefore writes to its folder. The path may have `$` or `%` for the
/// person.
PamNeed rewrites(const PamLine& line, const std::string& path, const std::vector<std::string>& homes) {
    PamNeed need{line.module, fmt::format("rewrites {} at each login", path), {}};
    const bool at_home = path.starts_with("~") || path.starts_with("${HOME}") || path.starts_with("%h");
    if (at_home) {
        need.lines = in_homes(homes);
        return need;
    }
    const std::string fixed = path.substr(0, path.find_first_of("$%"));
    const std::string folder = fixed.substr(0, fixed.rfind('/'));
    static const std::vector<std::string> of_system = {"", "/etc", "/var", "/var/lib", "/usr", "/home", "/root", "/run"};
    if (std::find(of_system.begin(), of_system.end(), folder) != of_system.end()) {
        need.advice = "move the file into a folder of its own, such as /etc/liboath, and name it in " + line.module +
                      "'s line; then run boardgate doctor again";
    } else {
        need.lines = {"ReadWritePaths=" + folder};
    }
    return need;
}

PamNeed connects(const PamLine& line) {
    return {line.module,
            "connects to a server",
            {"PrivateNetwork=no", "RestrictAddressFamilies=AF_UNIX AF_NETLINK AF_INET AF_INET6", "IPAddressAllow=any"}};
}

using NeedOf = std::function<PamNeed(const PamLine&, const std::vector<std::string>&)>;

/// The needs of modules, by name. A module that asks sssd, winbind or nslcd over a socket needs nothing.
const std::map<std::string, NeedOf>& needy_modules() {
    static const NeedOf network = [](const PamLine& line, const std::vector<std::string>&) { return connects(line); };
    static const std::map<std::string, NeedOf> modules = {
        {"pam_google_authenticator",
         [](const PamLine& line, const auto& homes) {
             const std::string secret = argument(line, "secret");
             return rewrites(line, secret.empty() ? "~/.google_authenticator" : secret, homes);
         }},
        {"pam_oath",
         [](const PamLine& line, const auto& homes) {
             const std::string file = argument(line, "usersfile");
             return rewrites(line, file.empty() ? "/etc/users.oath" : file, homes);
         }},
        {"pam_faillock",
         [](const PamLine& line, const auto&) {
             // Without `dir=` it is /run/faillock, which the unit may write.
             const std::string folder = argument(line, "dir");
             PamNeed need{line.module, "keeps its counts in " + folder, {}};
             if (!folder.empty() && !folder.ends_with("/run/faillock")) need.lines = {"ReadWritePaths=" + folder};
             return need;
         }},
        {"pam_ldap", network},
        {"pam_krb5", network},
        {"pam_radius_auth", network},
        {"pam_duo", network},
        {"pam_yubico", network},
        {"pam_tacplus", network},
    };
    return modules;
}

}  // namespace

std::vector<PamLine> pam_stack(const std::string& service, const std::string& folder) {
    std::vector<PamLine> lines;
    add_service(lines, service, folder, deepest_include);
    return lines;
}

std::vector<PamNeed> needs_of(const std::vector<PamLine>& stack, const std::vector<std::string>& homes) {
    std::vector<PamNeed> needs;
    for (const PamLine& line : stack) {
        const auto found = needy_modules().find(line.module);
        if (found == needy_modules().end()) continue;
        PamNeed need = found->second(line, homes);
        const bool known = std::any_of(needs.begin(), needs.end(), [&](const PamNeed& other) { return other.lines == need.lines; });
        if ((!need.lines.empty() && !known) || !need.advice.empty()) needs.push_back(std::move(need));
    }
    return needs;
}

std::vector<std::string> missing_lines(const std::vector<std::string>& lines, const std::map<std::string, std::string>& unit) {
    std::vector<std::string> missing;
    for (const std::string& line : lines) {
        const std::size_t equals = line.find('=');
        const auto has = unit.find(line.substr(0, equals));
        std::istringstream wanted(line.substr(equals + 1));
        bool complete = has != unit.end();
        for (std::string word; complete && wanted >> word;) {
            if (word == "any") word = "0.0.0.0/0";
            const std::string present = fmt::format(" {} ", has->second);
            complete = present.find(fmt::format(" {} ", word)) != std::string::npos ||
                       present.find(fmt::format(" -{} ", word)) != std::string::npos;
        }
        if (!complete) missing.push_back(line);
    }
    return missing;
}

}  // namespace boardgate::cli

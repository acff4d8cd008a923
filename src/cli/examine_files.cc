// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <sstream>

#include "src/base/byte_size.h"
#include "src/cli/examine.h"
#include "src/cli/pam_stack.h"
#include "src/cli/program.h"

namespace boardgate::cli {

namespace {

constexpr std::chrono::seconds patience{20};
constexpr int days_of_warning = 14;
constexpr unsigned long long least_free = 200ULL << 20;
/// Debian gives /run a tenth of the memory: 200 MiB on a machine with 2 GiB.
constexpr unsigned long long least_free_in_run = 64ULL << 20;
constexpr const char* server_file = "/etc/boardgate/nginx-server.conf";
constexpr const char* pam_file = "/etc/pam.d/boardgate";

/// The part of the program's path that an account other than root can change; empty if there is none.
std::string changeable_part(const std::string& program) {
    std::error_code missing;
    for (std::filesystem::path part = std::filesystem::canonical(program, missing);; part = part.parent_path()) {
        struct stat about {};
        if (stat(part.c_str(), &about) != 0) return {};
        const bool by_group = (about.st_mode & S_IWGRP) != 0 && about.st_gid != 0;
        const bool by_others = (about.st_mode & S_IWOTH) != 0;
        if (about.st_uid != 0 || ((by_group || by_others) && (about.st_mode & S_ISVTX) == 0)) return part;
        if (part == part.root_path()) return {};
    }
}

/// The pages in which boards are shown to others; boards work without them.
bool has_shared_pages(const std::string& program) {
    const std::string published = "/var/lib/boardgate-frontend/";
    std::ifstream lines(published + "environments");  // a line: the program, and last the version of its files
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(program + "\t")) continue;
        const std::string version = line.substr(line.rfind('\t') + 1);
        return access((published + "frontend/" + version + "/view/index.html").c_str(), F_OK) == 0;
    }
    return false;
}

void examine_environment(Findings& to, const std::string& name, const std::string& program, bool sharing) {
    const std::string named = fmt::format("environment {}: {}", name, program);
    if (access(program.c_str(), X_OK) != 0) {
        to.push_back({false, named + " cannot be run", "install TensorBoard there, or correct [environments] in boardgate.conf"});
        return;
    }
    if (const std::string part = changeable_part(program); !part.empty()) {
        to.push_back(
            {false,
             fmt::format("{}: accounts other than root can change {}, and so run programs as everybody who opens a board", named, part),
             fmt::format("chown -R root:root {0}; chmod -R go-w {0}", part)});
    }
    // As nobody: it must work for ordinary accounts, and root must not run its code.
    const ProgramEnd end = run_program({program, "--version"}, patience, geteuid() == 0 ? std::optional(nobody) : std::nullopt);
    if (end.too_long) {
        to.push_back({false, fmt::format("{} did not print its version within {} s", named, patience.count()),
                      fmt::format("run `{} --version`: the disk or the machine may be busy", program)});
        return;
    }
    std::smatch version;
    static const std::regex last_line(R"(((\d+)\.(\d+)\.\d+\S*)\s*$)");
    if (end.status != 0 || !std::regex_search(end.output, version, last_line)) {
        const std::size_t end_of_text = end.output.find_last_not_of('\n') + 1;
        const std::size_t line = end_of_text == 0 ? 0 : end.output.rfind('\n', end_of_text - 1) + 1;
        to.push_back({false,
                      fmt::format("{} ended with exit status {}: {}", named, end.status, end.output.substr(line, end_of_text - line)),
                      fmt::format("run `{} --version` and install what is missing", program)});
    } else if (std::stoi(version[2]) * 1000 + std::stoi(version[3]) < 2021) {
        to.push_back({false,
                      named + " is TensorBoard " + version.str(1) +
                          ", which lets anybody with write access to a log directory read other files of the board's owner",
                      "update it to 2.21 or newer"});
    } else {
        to.push_back({true, named + " is TensorBoard " + version.str(1), {}});
        if (sharing && !has_shared_pages(program)) {
            to.push_back({true,
                          fmt::format("boards of environment {} cannot be shown to others: their pages are not published "
                                      "(journalctl -u boardgate-frontend says why)",
                                      name),
                          {}});
        }
    }
}

/// The argument of a directive of nginx-server.conf; empty if there is none.
std::string file_of_directive(const std::string& directive) {
    std::ifstream in(server_file);
    const std::regex wanted(fmt::format("^\\s*{}\\s+([^;]+);", directive));
    std::smatch found;
    for (std::string line; std::getline(in, line);) {
        if (std::regex_search(line, found, wanted)) return found[1];
    }
    return {};
}

void examine_certificate(Findings& to) {
    const std::string path = file_of_directive("ssl_certificate");
    if (path.empty()) {
        to.push_back({false, std::string(server_file) + " names no ssl_certificate", "add one, then: nginx -t && systemctl reload nginx"});
        return;
    }
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                               [](std::FILE* open) { return std::fclose(open); });
    // Often only root can read the folder of certificates; root's doctor checks it.
    if (!file && errno == EACCES && geteuid() != 0) return;
    const std::unique_ptr<X509, void (*)(X509*)> certificate(file ? PEM_read_X509(file.get(), nullptr, nullptr, nullptr) : nullptr,
                                                             X509_free);
    if (!certificate) {
        to.push_back({false, fmt::format("certificate {} cannot be read", path), "check ssl_certificate in " + std::string(server_file)});
        return;
    }
    if (X509_cmp_current_time(X509_get0_notBefore(certificate.get())) > 0) {
        to.push_back({false, fmt::format("certificate {} is not valid yet: the certificate or the clock is wrong", path),
                      "date; timedatectl set-ntp true"});
        return;
    }
    int days = 0;
    int seconds = 0;
    ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate.get()));
    const std::string renew = "renew it, then: systemctl reload nginx";
    if (days < 0 || seconds < 0) {
        to.push_back({false, fmt::format("certificate {} expired {} days ago", path, -days), renew});
    } else {
        to.push_back(
            {days >= days_of_warning, fmt::format("certificate {} expires in {} days", path, days), days >= days_of_warning ? "" : renew});
    }
}

void examine_pam(Findings& to) {
    std::ifstream in(pam_file);
    std::string text;
    for (std::string line; std::getline(in, line);) text += line + "\n";
    const std::string remedy = "restore it from boardgate's systemd/boardgate.pam";
    // A service without a file of its own gets /etc/pam.d/other, which refuses everybody on most systems.
    if (!in.is_open()) {
        to.push_back({false, std::string(pam_file) + " does not exist, so nobody can log in", remedy});
    } else if (!std::regex_search(text, std::regex(R"((^|\n)\s*(auth\s|@include\s))")) ||
               !std::regex_search(text, std::regex(R"((^|\n)\s*(account\s|@include\s))"))) {
        to.push_back({false, std::string(pam_file) + " has no auth or no account lines", remedy});
    } else {
        to.push_back({true, std::string(pam_file) + " has auth and account lines", {}});
    }
}

/// The folders of the local accounts' homes.
std::vector<std::string> folders_of_homes(std::int64_t minimum_uid) {
    std::set<std::string> folders;
    setpwent();
    while (const ::passwd* account = getpwent()) {
        const std::string home = account->pw_dir;
        const std::size_t end = home.rfind('/');
        if (account->pw_uid >= minimum_uid && account->pw_uid != nobody && end != std::string::npos && end > 0 &&
            access(home.c_str(), F_OK) == 0)
            folders.insert(home.substr(0, end));
    }
    endpwent();
    if (folders.empty()) folders.insert("/home");
    return {folders.begin(), folders.end()};
}

/// `Name=value` lines of a unit.
std::map<std::string, std::string> properties_of(const std::string& unit) {
    std::map<std::string, std::string> properties;
    std::istringstream lines(run_program({"systemctl", "show", unit}, patience).output);
    for (std::string line; std::getline(lines, line);) {
        if (const std::size_t equals = line.find('='); equals != std::string::npos)
            properties[line.substr(0, equals)] = line.substr(equals + 1);
    }
    return properties;
}

/// Some modules need more than boardgate-login's unit allows.
void examine_pam_modules(Findings& to, const Settings& settings) {
    const auto needs = needs_of(pam_stack("boardgate"), folders_of_homes(settings.minimum_uid));
    if (needs.empty()) return;
    const auto unit = properties_of("boardgate-login@doctor.service");
    for (const PamNeed& need : needs) {
        const std::string what = need.module + " " + need.why;
        if (need.lines.empty()) {
            to.push_back({false, what + ", which boardgate-login@.service cannot allow", need.advice});
            continue;
        }
        const auto missing = missing_lines(need.lines, unit);
        if (missing.empty()) {
            to.push_back({true, what + ", which boardgate-login@.service allows", {}});
            continue;
        }
        std::string remedy = "systemctl edit boardgate-login@.service, and add:\n    [Service]";
        for (const std::string& line : missing) remedy += "\n    " + line;
        to.push_back({false, what + ", which boardgate-login@.service does not allow: every login is refused", remedy});
    }
}

void examine_disk(Findings& to, const char* path, unsigned long long least) {
    struct statvfs about {};
    if (statvfs(path, &about) != 0) return;  // its unit makes it; examine_what_runs() reports it if missing
    const unsigned long long free = static_cast<unsigned long long>(about.f_bavail) * about.f_frsize;
    to.push_back({free >= least, fmt::format("{} has {} free", path, byte_size(free)),
                  free >= least ? "" : "free some space: du -x -d1 " + std::string(path)});
}

}  // namespace

void examine_files(Findings& to, const Settings& settings) {
    for (const auto& [name, program] : settings.environments)
        examine_environment(to, name, program, settings.sharing != setting::Sharing::off);
    examine_certificate(to);
    examine_pam(to);
    examine_pam_modules(to, settings);
    struct stat about {};
    if (stat("/var/log/journal", &about) == 0) {
        to.push_back({true, "the journal persists across reboots", {}});
    } else {
        to.push_back({false, "the journal does not persist across reboots, so the reasons of failed boards are lost",
                      "mkdir /var/log/journal && systemctl restart systemd-journald"});
    }
    for (const char* path : {"/var/lib/boardgate", "/var/lib/boardgate-root"}) examine_disk(to, path, least_free);
    examine_disk(to, "/run", least_free_in_run);
}

}  // namespace boardgate::cli

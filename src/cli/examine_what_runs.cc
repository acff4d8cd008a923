// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <fmt/format.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "src/base/bus.h"
#include "src/base/fd.h"
#include "src/base/peer.h"
#include "src/cli/examine.h"
#include "src/cli/program.h"

namespace boardgate::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds patience{20};

constexpr const char* units[] = {"boardgate-gate.service",    "boardgated-gate.socket",   "boardgated-app.socket",
                                 "boardgated-stream.socket",  "boardgate-login.socket",   "boardgate-local.socket",
                                 "boardgate-launcher.socket", "boardgate-journal.socket", "nginx.service"};

struct SocketFile {
    const char* path;
    const char* group;  ///< nullptr: nginx's
    mode_t mode;
};
constexpr SocketFile sockets[] = {
    {"/run/boardgate/gate.sock", nullptr, 0660},
    {"/run/boardgate/app.sock", nullptr, 0660},
    {"/run/boardgate/stream.sock", nullptr, 0660},
    {"/run/boardgate-root/login.sock", "boardgate", 0660},
    {"/run/boardgate-root/launcher.sock", "boardgate", 0660},
    {"/run/boardgate-root/journal.sock", "boardgate", 0660},
    {"/run/boardgate-root/local.sock", "root", 0666},
};

void examine_units(Findings& to) {
    const auto bus = Bus::open_system();
    if (!bus) {
        to.push_back({false, bus.error().text(), "systemctl start dbus"});
        return;
    }
    for (const std::string unit : units) {
        const std::string state = bus->active_state(unit);
        if (state == "active") {
            to.push_back({true, unit + " is active", {}});
        } else {
            to.push_back({false, unit + " is " + (state.empty() ? "not there" : state),
                          "systemctl enable --now boardgate.target nginx; systemctl status " + unit});
        }
    }
}

void examine_socket(Findings& to, const SocketFile& socket, const std::string& nginx_group) {
    const std::string path = socket.path;
    const std::string mend = "systemctl restart boardgate.target";
    struct stat about {};
    if (stat(socket.path, &about) != 0 || !S_ISSOCK(about.st_mode)) {
        to.push_back({false, path + " is not there", mend});
        return;
    }
    const std::string wanted = socket.group == nullptr ? nginx_group : socket.group;
    const ::group* const group = getgrgid(about.st_gid);
    const std::string has = group == nullptr ? std::to_string(about.st_gid) : group->gr_name;
    if ((about.st_mode & 07777) != socket.mode || has != wanted) {
        to.push_back({false,
                      fmt::format("{} is for group {} with mode {:04o}, and should be for {} with {:04o}", path, has, about.st_mode & 07777,
                                  wanted, socket.mode),
                      mend});
    } else {
        to.push_back({true, fmt::format("{} is for {}", path, (socket.mode & 0006) != 0 ? "everybody" : "group " + has + " alone"), {}});
    }
}

/// Tries what the packet filter must refuse: a connection to a door, by an account that is not nginx's. The
/// probe's port has a listener of its own (boardgate-doorcheck), so that nothing else can be the reason.
void examine_gate(Findings& to, const Settings& settings) {
    const pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgroups(0, nullptr) != 0 || setgid(nobody) != 0 || setuid(nobody) != 0)) _exit(2);
        const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(settings.probe_port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int done = connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
        _exit(done == 0 ? 1 : errno == ECONNREFUSED ? 0 : 2);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    const std::string port = std::to_string(settings.probe_port());
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        to.push_back({true, "port " + port + " refuses a local account, as doors do", {}});
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == 1) {
        to.push_back({false, "doors are open to every local account: port " + port + " let one in",
                      "systemctl restart boardgate-gate; nft list table inet boardgate"});
    } else {
        to.push_back({false, "whether doors refuse local accounts cannot be told: port " + port + " does not answer",
                      "systemctl status boardgate-gate; nft list ruleset"});
    }
}

void examine_nginx(Findings& to) {
    const ProgramEnd end = run_program({"nginx", "-T"}, patience);
    if (end.status != 0) {
        std::smatch fault;
        const bool told = std::regex_search(end.output, fault, std::regex(R"(\[emerg\][^\n]*)"));
        to.push_back(
            {false, "nginx refuses its configuration: " + (told ? fault.str() : fmt::format("status {}", end.status)), "nginx -t"});
    } else if (end.output.find("/usr/share/boardgate/nginx/") == std::string::npos) {
        to.push_back({false, "nginx does not include boardgate's site",
                      "ln -s ../sites-available/boardgate /etc/nginx/sites-enabled/ && systemctl reload nginx"});
    } else {
        to.push_back({true, "nginx's configuration is good and has boardgate's site", {}});
    }
}

/// `Name:` and the effective uid of a process; an empty name when it is gone.
std::pair<std::string, uid_t> name_and_uid(const fs::path& process) {
    std::ifstream in(process / "status");
    std::string name;
    uid_t uid = 0;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("Name:\t")) name = line.substr(6);
        if (line.starts_with("Uid:\t")) {
            uid_t real = 0;
            std::istringstream(line.substr(5)) >> real >> uid;
        }
    }
    return {name, uid};
}

/// Whatever runs under nginx's account passes the doors as nginx does.
void examine_nginx_account(Findings& to, const std::string& account) {
    const auto uid = uid_of(account.c_str());
    if (!uid) {
        to.push_back({false, "there is no account " + account, "set nginx_user in boardgate.conf"});
        return;
    }
    std::map<std::string, int> others;
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator("/proc", gone)) {
        const std::string pid = entry.path().filename();
        if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
        const auto [name, owner] = name_and_uid(entry.path());
        if (owner == *uid && name != "nginx") ++others[name];
    }
    if (others.empty()) to.push_back({true, "nothing but nginx runs as " + account, {}});
    for (const auto& [name, count] : others) {
        to.push_back({false, fmt::format("{} ({} of them) runs as {}, which may open every board", name, count, account),
                      "give it an account of its own, or nginx one"});
    }
}

std::pair<int, int> local_ports() {
    std::ifstream in("/proc/sys/net/ipv4/ip_local_port_range");
    int first = 0;
    int last = -1;
    in >> first >> last;
    return {first, last};
}

/// Listeners on IPv4 in the range, by port: the uid that made them.
std::map<int, uid_t> listeners(const setting::Ports& range) {
    std::map<int, uid_t> found;
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        std::ifstream in(table);
        std::string line;
        std::getline(in, line);
        while (std::getline(in, line)) {
            // proc_pid_net(5): sl local_address rem_address st tx:rx tr:when retrnsmt uid ...
            std::istringstream words(line);
            std::string number, local, remote, state, queues, timer, retransmit;
            uid_t uid = 0;
            words >> number >> local >> remote >> state >> queues >> timer >> retransmit >> uid;
            if (state != "0A" || local.rfind(':') == std::string::npos) continue;
            const int port = std::stoi(local.substr(local.rfind(':') + 1), nullptr, 16);
            if (port >= range.first && port <= range.last) found[port] = uid;
        }
    }
    return found;
}

void examine_ports(Findings& to, const Settings& settings) {
    const setting::Ports range = settings.door_ports;
    const std::string named = fmt::format("door_ports {}-{}", range.first, range.last);
    const auto [first, last] = local_ports();
    if (first <= range.last && last >= range.first) {
        to.push_back(
            {false, fmt::format("{} overlaps the ports {}-{} that the kernel gives to outgoing connections", named, first, last),
             fmt::format("sysctl -w net.ipv4.ip_local_reserved_ports={}-{}, or choose others in boardgate.conf", range.first, range.last)});
    } else {
        to.push_back({true, named + " is apart from the kernel's own ports", {}});
    }
    const auto checker = uid_of("boardgate-door");
    for (const auto& [port, uid] : listeners(range)) {
        // Doors are systemd's.
        if (uid == 0 || (checker && uid == *checker && port == settings.probe_port())) continue;
        const auto owner = account_of(uid);
        to.push_back({false,
                      fmt::format("port {} of door_ports is held by a program of {}", port, owner ? owner->name : std::to_string(uid)),
                      fmt::format("ss -ltnp 'sport = :{}'", port)});
    }
}

/// Rules of others that may keep people from https. Only a table that drops by default is a reason to look.
void examine_firewall(Findings& to) {
    const ProgramEnd end = run_program({"nft", "list", "ruleset"}, patience);
    if (end.status != 0) return;  // not root, or no nftables: then nothing filters
    const std::string& rules = end.output;
    const bool drops = std::regex_search(rules, std::regex(R"(hook input [^\n]*policy drop)"));
    const bool opens = std::regex_search(rules, std::regex(R"(dport (\{[^}]*)?\b(443|https)\b)"));
    if (drops && !opens) {
        to.push_back({false, "the host's firewall drops what it does not know, and knows no https",
                      "open it: ufw allow https; firewall-cmd --permanent --add-service=https && firewall-cmd --reload; or a rule for tcp "
                      "dport 443"});
    } else {
        to.push_back({true, drops ? "the host's firewall lets https in" : "no firewall of the host is in the way of https", {}});
    }
}

std::string group_of(const std::string& account) {
    const auto found = account_of(account);
    const ::group* const group = found ? getgrgid(found->gid) : nullptr;
    return group == nullptr ? account : group->gr_name;
}

}  // namespace

void examine_what_runs(Findings& to, const Settings& settings) {
    examine_units(to);
    const std::string nginx_group = group_of(settings.nginx_user);
    for (const SocketFile& socket : sockets) examine_socket(to, socket, nginx_group);
    examine_gate(to, settings);
    examine_nginx_account(to, settings.nginx_user);
    examine_ports(to, settings);
    if (geteuid() == 0) {
        examine_nginx(to);
        examine_firewall(to);
    }
}

}  // namespace boardgate::cli

// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <fmt/format.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "src/base/bus.h"
#include "src/base/byte_size.h"
#include "src/base/fd.h"
#include "src/base/landlock_version.h"
#include "src/base/peer.h"
#include "src/cli/examine.h"
#include "src/cli/program.h"

namespace boardgate::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds patience{20};
/// The cache of boards (src/launcher/unit_properties.cc).
constexpr const char* cache_folder = "/var/cache/boardgate-boards";

std::string name_of_group(gid_t gid) {
    const ::group* const group = getgrgid(gid);
    return group == nullptr ? std::to_string(gid) : group->gr_name;
}

std::string name_of_account(uid_t uid) {
    const auto account = account_of(uid);
    return account ? account->name : std::to_string(uid);
}

/// A unit that must be active; for a socket unit, also the owner and mode of its file.
struct Part {
    const char* unit;
    const char* path = nullptr;
    const char* group = nullptr;  ///< nullptr: it is nginx's account's own
    mode_t mode = 0;
};
constexpr Part parts[] = {
    {"boardgate-gate.service"},
    {"boardgate-ports.service"},
    {"nginx.service"},
    {"boardgated-gate.socket", "/run/boardgate/gate.sock", nullptr, 0600},
    {"boardgated-app.socket", "/run/boardgate/app.sock", nullptr, 0600},
    {"boardgated-stream.socket", "/run/boardgate/stream.sock", nullptr, 0600},
    {"boardgate-login.socket", "/run/boardgate-root/login.sock", "boardgate", 0660},
    {"boardgate-launcher.socket", "/run/boardgate-root/launcher.sock", "boardgate", 0660},
    {"boardgate-journal.socket", "/run/boardgate-root/journal.sock", "boardgate", 0660},
    {"boardgate-local.socket", "/run/boardgate-root/local.sock", "root", 0666},
};

/// The fault of a socket's file, if any.
std::optional<Finding> fault_of_socket(const Part& part, const std::string& nginx_user) {
    const std::string path = part.path;
    struct stat about {};
    if (stat(part.path, &about) != 0 || !S_ISSOCK(about.st_mode))
        return Finding{false, path + " does not exist", "systemctl restart boardgate.target"};
    const bool by_group = part.group != nullptr;
    const std::string wanted = by_group ? part.group : nginx_user;
    const std::string has = by_group ? name_of_group(about.st_gid) : name_of_account(about.st_uid);
    if ((about.st_mode & 07777) == part.mode && (has == wanted || wanted.empty())) return std::nullopt;
    std::string remedy = "systemctl restart boardgate.target";
    if (has != wanted)
        remedy =
            fmt::format("systemctl edit {}: [Socket] {}={}; then {}", part.unit, by_group ? "SocketGroup" : "SocketUser", wanted, remedy);
    return Finding{false,
                   fmt::format("{} belongs to {} {} with mode {:04o}, but needs {} and mode {:04o}", path, by_group ? "group" : "account",
                               has, about.st_mode & 07777, wanted, part.mode),
                   remedy};
}

/// Its sockets start boardgated, so it may be inactive, but must be able to start.
bool can_boardgated_start(const Bus& bus) {
    const std::string state = bus.active_state("boardgated.service");
    if (state != "activating") return state != "failed";
    return run_program({"systemctl", "show", "--value", "--property=NRestarts", "boardgated.service"}, patience).output == "0\n";
}

/// False if nothing of boardgate runs.
bool examine_parts(Findings& to, const std::string& nginx_user) {
    const auto bus = Bus::open_system();
    if (!bus) {
        to.push_back({false, bus.error().text(), "systemctl start dbus"});
        return true;
    }
    // All parts stop with the target: one finding instead of one for each.
    if (bus->active_state("boardgate.target") != "active" && bus->active_state("boardgated-app.socket") != "active") {
        to.push_back({false, "boardgate is stopped: boardgate.target is not active", "systemctl enable --now boardgate.target nginx"});
        return false;
    }
    const bool starts = can_boardgated_start(*bus);
    if (!starts)
        to.push_back({false, "boardgated.service cannot start", "journalctl -x -u boardgated -n 20; then systemctl restart boardgated"});
    for (const Part& part : parts) {
        // Its sockets are closed while it cannot start.
        if (!starts && std::string_view(part.unit).starts_with("boardgated-")) continue;
        const std::string state = bus->active_state(part.unit);
        if (state != "active") {
            to.push_back({false, std::string(part.unit) + " is " + (state.empty() ? "not known to systemd" : state),
                          std::string("systemctl enable --now boardgate.target nginx; systemctl status ") + part.unit});
            continue;
        }
        const auto fault = part.path == nullptr ? std::nullopt : fault_of_socket(part, nginx_user);
        to.push_back(fault ? *fault : Finding{true, std::string(part.unit) + " is active", {}});
    }
    return true;
}

std::pair<int, int> local_ports() {
    std::ifstream in("/proc/sys/net/ipv4/ip_local_port_range");
    int first = 0;
    int last = -1;
    in >> first >> last;
    return {first, last};
}

/// TCP listeners in the range: the uid of each by port.
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

/// Tries a connection that the packet filter must refuse: to a door, by an account other than nginx's. On the probe's
/// port boardgate-doorcheck listens, so only the packet filter can be the reason of a refusal.
void examine_gate(Findings& to, const Settings& settings) {
    const std::string port = std::to_string(settings.probe_port());
    if (listeners({settings.probe_port(), settings.probe_port()}).empty()) {
        to.push_back(
            {false,
             fmt::format("cannot check that doors refuse local accounts: boardgate-doorcheck does not listen on port {} of door_ports",
                         port),
             "systemctl restart boardgate.target; systemctl status boardgate-gate"});
        return;
    }
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
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        to.push_back({true, fmt::format("port {} refuses local accounts, as doors do", port), {}});
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == 1) {
        to.push_back({false, fmt::format("doors are open to every local account: port {} accepted a connection", port),
                      "systemctl restart boardgate-gate; nft list table inet boardgate"});
    } else {
        to.push_back({false, fmt::format("cannot check that doors refuse local accounts: port {} does not answer", port),
                      "systemctl status boardgate-gate; nft list ruleset"});
    }
}

/// An empty name if it has ended.
struct Process {
    std::string name;
    pid_t parent = 0;
    uid_t uid = 0;  ///< the effective one
};

std::vector<Process> all_processes() {
    std::vector<Process> found;
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator("/proc", gone)) {
        const std::string pid = entry.path().filename();
        if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
        Process& process = found.emplace_back();
        std::ifstream in(entry.path() / "status");
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with("Name:\t")) process.name = line.substr(6);
            if (line.starts_with("PPid:\t")) process.parent = static_cast<pid_t>(std::strtol(line.c_str() + 6, nullptr, 10));
            if (line.starts_with("Uid:\t")) {
                uid_t real = 0;
                std::istringstream(line.substr(5)) >> real >> process.uid;
            }
        }
    }
    return found;
}

/// What nginx.conf says with `user`, or what nginx was built for.
void examine_nginx_workers(Findings& to, const std::vector<Process>& processes, uid_t wanted, const std::string& account) {
    const ProgramEnd end = run_program({"systemctl", "show", "--property=MainPID", "--value", "nginx.service"}, patience);
    const auto main = static_cast<pid_t>(std::strtol(end.output.c_str(), nullptr, 10));
    if (main == 0) return;  // examine_parts() reports it
    std::set<uid_t> others;
    for (const Process& process : processes) {
        if (process.parent == main && process.name == "nginx" && process.uid != wanted) others.insert(process.uid);
    }
    for (const uid_t uid : others) {
        const std::string name = name_of_account(uid);
        to.push_back({false, fmt::format("nginx's workers run as {}, and boardgate lets only {} in (nginx_user)", name, account),
                      fmt::format("write nginx_user = {} into boardgate.conf, then: systemctl restart boardgate-gate boardgated", name)});
    }
}

/// Any program under nginx's account can connect to doors, as nginx does; and nginx under another one cannot.
void examine_nginx_account(Findings& to, const std::string& account) {
    const auto uid = uid_of(account.c_str());
    if (!uid) {
        to.push_back({false, "there is no account " + account, "set nginx_user in boardgate.conf"});
        return;
    }
    const std::vector<Process> processes = all_processes();
    examine_nginx_workers(to, processes, *uid, account);
    std::map<std::string, int> others;
    for (const Process& process : processes) {
        if (process.uid == *uid && process.name != "nginx") ++others[process.name];
    }
    if (others.empty()) to.push_back({true, "only nginx runs as " + account, {}});
    for (const auto& [name, count] : others) {
        to.push_back({false, fmt::format("{} (processes: {}) runs as {}, and so can open every board", name, count, account),
                      "run it, or nginx, under an account of its own"});
    }
}

/// `: python3 (process 812, session-4.scope) of carol`, as far as this account may see it.
std::string program_at(int port) {
    const ProgramEnd end = run_program({BOARDGATE_LIBEXECDIR "/boardgate-doorcheck", "--holder", std::to_string(port)}, patience);
    const std::string program = end.output.substr(0, end.output.find('\n'));
    return end.status != 0 || program.empty() ? std::string() : ": " + program;
}

void examine_ports(Findings& to, const Settings& settings) {
    const setting::Ports range = settings.door_ports;
    const std::string named = fmt::format("door_ports {}-{}", range.first, range.last);
    const auto [first, last] = local_ports();
    if (first <= range.last && last >= range.first) {
        to.push_back({false, fmt::format("{} overlaps the ports {}-{} that the kernel gives to outgoing connections", named, first, last),
                      fmt::format("sysctl -w net.ipv4.ip_local_reserved_ports={}-{}, or change door_ports in boardgate.conf", range.first,
                                  range.last)});
    } else {
        to.push_back({true, named + " does not overlap the kernel's ports for outgoing connections", {}});
    }
    const auto checker = uid_of("boardgate-door");
    for (const auto& [port, uid] : listeners(range)) {
        // systemd (uid 0) listens on doors.
        if (uid == 0 || (checker && uid == *checker && port == settings.probe_port())) continue;
        const auto owner = account_of(uid);
        to.push_back({false,
                      fmt::format("a program of {1} listens on port {0} of door_ports{2}", port, owner ? owner->name : std::to_string(uid),
                                  program_at(port)),
                      fmt::format("ss -ltnp 'sport = :{}'", port)});
    }
}

/// What a service says behind a semicolon is a fault: ports that boardgate-ports could not keep, also those on which nothing
/// listens; boards that are not in boardgated's database.
void examine_statuses(Findings& to) {
    constexpr std::pair<const char*, const char*> services[] = {
        {"boardgate-ports.service", "end those programs: ss -tanp; boardgate takes the ports within ten seconds"},
        {"boardgated.service", "journalctl -x -u boardgated; if the database was lost, restore a copy of /var/lib/boardgate/boardgate.db"}};
    for (const auto& [service, remedy] : services) {
        const ProgramEnd end = run_program({"systemctl", "show", "--value", "--property=StatusText", service}, patience);
        const std::string status = end.output.substr(0, end.output.find('\n'));
        if (status.find(';') != std::string::npos) to.push_back({false, fmt::format("{}: {}", service, status), remedy});
    }
}

/// Without a limit, boards may take the memory that training needs.
void examine_limits(Findings& to) {
    const ProgramEnd end = run_program({"systemctl", "show", "--value", "--property=MemoryMax", "tensorboard.slice"}, patience);
    const bool none = end.status != 0 || end.output.starts_with("infinity");
    to.push_back({!none, none ? "all boards together have no memory limit" : "all boards together have a memory limit",
                  none ? "systemctl edit tensorboard.slice: [Slice] MemoryMax=50%" : ""});
}

/// Names and sizes only: the files are people's.
void examine_caches(Findings& to) {
    namespace fs = std::filesystem;
    std::uintmax_t bytes = 0;
    std::size_t people = 0;
    std::error_code error;
    for (fs::directory_iterator person(cache_folder, error), end; person != end && !error; person.increment(error)) {
        ++people;
        std::error_code none;
        for (fs::directory_iterator file(person->path(), none); file != fs::directory_iterator() && !none; file.increment(none)) {
            std::error_code gone;
            const std::uintmax_t size = file->is_symlink(gone) ? 0 : file->file_size(gone);
            bytes += gone ? 0 : size;
        }
    }
    if (people > 0) to.push_back({true, fmt::format("boards keep {} of {} people in {}", byte_size(bytes), people, cache_folder), {}});
}

/// Boards work without it; they are only not shown to others.
void examine_kernel(Findings& to) {
    const bool confines = landlock_version() >= 1;
    to.push_back({true,
                  confines ? "the kernel confines boards that are shown to others to their folders (Landlock)"
                           : "the kernel has no Landlock: no board can be shown to others",
                  {}});
}

}  // namespace

bool examine_what_runs(Findings& to, const Settings& settings) {
    // examine_nginx_account() reports a missing account.
    const bool runs = examine_parts(to, account_of(settings.nginx_user) ? settings.nginx_user : std::string());
    if (runs) examine_gate(to, settings);
    examine_nginx_account(to, settings.nginx_user);
    if (!settings.administrators.empty() && getgrnam(settings.administrators.c_str()) == nullptr)
        to.push_back({false, fmt::format("there is no group {}, so nobody is an administrator", settings.administrators),
                      fmt::format("groupadd {}, or correct administrators in boardgate.conf", settings.administrators)});
    examine_ports(to, settings);
    examine_statuses(to);
    examine_limits(to);
    examine_caches(to);
    examine_kernel(to);
    return runs;
}

}  // namespace boardgate::cli

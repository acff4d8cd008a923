// SPDX-License-Identifier: MIT
#include "src/board/confinement.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "src/base/fd.h"
#include "src/base/landlock_version.h"

namespace boardgate::board {

namespace {

namespace fs = std::filesystem;

/// All that the first version of Landlock can refuse (Linux 5.13).
constexpr std::uint64_t reading = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t everything = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
/// A rule for something that is no folder may name no others.
constexpr std::uint64_t of_files = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;

/// The system's own, and software beside it, into which an environment may link. The unit's /run and /dev hold nothing of the owner's.
constexpr const char* of_the_system[] = {"/usr",
                                         "/opt",
                                         "/lib",
                                         "/lib32",
                                         "/lib64",
                                         "/libx32",
                                         "/bin",
                                         "/sbin",
                                         "/etc",
                                         "/proc",
                                         "/run",
                                         "/dev",
                                         "/sys/devices/system/cpu",
                                         "/sys/fs/cgroup",
                                         "/var/lib/sss"};
constexpr const char* written[] = {"/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/shm"};

/// The folder above the folder of a program, with links followed or not: /opt/tensorboard for /opt/tensorboard/bin/python.
void add_prefixes(std::vector<std::string>& to, const fs::path& program) {
    std::error_code gone;
    for (const fs::path& path : {program, fs::canonical(program, gone)}) {
        const fs::path prefix = path.parent_path().parent_path();
        if (prefix.has_relative_path()) to.push_back(prefix.string());
    }
}

/// `home` of pyvenv.cfg: the folder of the Python from which the environment was made.
std::string python_of(const fs::path& environment) {
    std::ifstream in(environment / "pyvenv.cfg");
    for (std::string line; std::getline(in, line);) {
        const std::size_t equals = line.find('=');
        if (line.starts_with("home") && equals != std::string::npos) return line.substr(line.find_first_not_of(' ', equals + 1));
    }
    return {};
}

Result<void> allow(int rules, const std::string& path, std::uint64_t what) {
    const Fd folder(open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat info {};
    if (!folder || fstat(folder.get(), &info) != 0) return {};
    landlock_path_beneath_attr rule{};
    rule.allowed_access = S_ISDIR(info.st_mode) ? what : what & of_files;
    rule.parent_fd = folder.get();
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) return system_error("cannot allow a path", path);
    return {};
}

/// struct landlock_ruleset_attr, as newer headers have it.
struct About {
    std::uint64_t handled_access_fs = 0;
    std::uint64_t handled_access_net = 0;
    std::uint64_t scoped = 0;
};

constexpr long knows_moves = 2;                           ///< Linux 5.19
constexpr long knows_scopes = 6;                          ///< Linux 6.12
constexpr std::uint64_t moves = std::uint64_t{1} << 13;   ///< LANDLOCK_ACCESS_FS_REFER
constexpr std::uint64_t signals = std::uint64_t{1} << 1;  ///< LANDLOCK_SCOPE_SIGNAL

Fd rules_about(std::uint64_t files) {
    About about{files};
    if (landlock_version() >= knows_scopes) about.scoped = signals;
    return Fd(static_cast<int>(syscall(SYS_landlock_create_ruleset, &about, sizeof about, 0)));
}

bool restrict_to(const Fd& rules) {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(SYS_landlock_restrict_self, rules.get(), 0) == 0;
}

}  // namespace

Confinement Confinement::of(const std::vector<LogDir>& folders, const std::string& tensorboard, const std::string& own,
                            const std::string& cache) {
    Confinement confinement{{std::begin(of_the_system), std::end(of_the_system)}, {std::begin(written), std::end(written)}};
    for (const LogDir& folder : folders) confinement.read.push_back(folder.str());
    add_prefixes(confinement.read, tensorboard);
    std::error_code gone;
    const fs::path environment = fs::canonical(tensorboard, gone).parent_path().parent_path();
    add_prefixes(confinement.read, environment / "bin/python3");
    if (const std::string python = python_of(environment); !python.empty()) add_prefixes(confinement.read, fs::path(python) / "python3");
    for (const std::string& folder : {own, cache}) {
        if (!folder.empty()) confinement.write.push_back(folder);
    }
    return confinement;
}

Result<void> Confinement::enter() const {
    const Fd rules = rules_about(everything);
    if (!rules) return system_error("cannot confine the board (landlock)");
    for (const std::string& folder : read) {
        if (auto allowed = allow(rules.get(), folder, reading); !allowed) return allowed;
    }
    for (const std::string& folder : write) {
        if (auto allowed = allow(rules.get(), folder, everything); !allowed) return allowed;
    }
    if (!restrict_to(rules)) return system_error("cannot confine the board (landlock)");
    return {};
}

void keep_apart() {
    // Landlock refuses traces of processes outside, whatever the rules are. These refuse nothing that a board could do: what they do
    // not handle is allowed, but for moves to another folder, which a rule has to allow.
    const bool has_moves = landlock_version() >= knows_moves;
    const Fd rules = rules_about(LANDLOCK_ACCESS_FS_MAKE_BLOCK | (has_moves ? moves : 0));
    if (!rules || (has_moves && !allow(rules.get(), "/", moves))) return;
    (void)restrict_to(rules);
}

}  // namespace boardgate::board

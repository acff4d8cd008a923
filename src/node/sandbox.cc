// SPDX-License-Identifier: MIT
#include "src/node/sandbox.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "src/base/fd.h"
#include "src/node/system_calls.h"

namespace boardgate::node {

namespace {

constexpr unsigned long quiet = MS_NOSUID | MS_NODEV;
constexpr unsigned clone_tree = 1;         // OPEN_TREE_CLONE (linux/mount.h, which <sys/mount.h> of newer systems repeats)
constexpr unsigned from_descriptor = 0x4;  // MOVE_MOUNT_F_EMPTY_PATH
constexpr unsigned recursive = 0x8000;     // AT_RECURSIVE
/// Sockets of name services: who owns a file is looked up there.
constexpr const char* name_services[] = {"/run/systemd/userdb", "/run/nscd", "/run/nslcd", "/run/samba/winbindd"};
constexpr const char* devices[] = {"null", "zero", "full", "random", "urandom"};

Result<void> write_file(const char* path, const std::string& text) {
    const Fd file(open(path, O_WRONLY | O_CLOEXEC));
    if (!file || write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        return system_error("cannot write", path);
    return {};
}

/// A copy of what is at the path, to be put somewhere else later; nothing if there is nothing.
Fd copy_of(const std::string& path) {
    return Fd(static_cast<int>(syscall(SYS_open_tree, AT_FDCWD, path.c_str(), clone_tree | static_cast<unsigned>(O_CLOEXEC) | recursive)));
}

bool put(const Fd& copy, const std::string& path) {
    return syscall(SYS_move_mount, copy.get(), "", AT_FDCWD, path.c_str(), from_descriptor) == 0;
}

Result<void> make_read_only(const char* path, unsigned flags) {
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID;
    if (syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attributes, sizeof attributes) != 0)
        return system_error("cannot make files read-only (Linux 5.12)", path);
    return {};
}

Result<void> mount_tmpfs(const char* path, const char* options, unsigned long flags = quiet) {
    if (mount("tmpfs", path, "tmpfs", flags, options) != 0) return system_error("cannot mount a tmpfs", path);
    return {};
}

/// Only the devices that every program expects.
Result<void> make_dev() {
    const std::string staging = "/run/dev";
    mkdir(staging.c_str(), 0755);
    if (auto made = mount_tmpfs(staging.c_str(), "mode=0755,size=64k", MS_NOSUID); !made) return made;
    for (const std::string name : devices) {
        const Fd place(open((staging + "/" + name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
        const Fd device = copy_of("/dev/" + name);
        if (!place || !device || !put(device, staging + "/" + name)) return system_error("cannot use the device", name);
    }
    (void)!symlink("/proc/self/fd", (staging + "/fd").c_str());
    (void)!symlink("/proc/self/fd/0", (staging + "/stdin").c_str());
    (void)!symlink("/proc/self/fd/1", (staging + "/stdout").c_str());
    (void)!symlink("/proc/self/fd/2", (staging + "/stderr").c_str());
    mkdir((staging + "/shm").c_str(), 0755);
    if (auto made = mount_tmpfs((staging + "/shm").c_str(), "mode=1777,size=64M,nr_inodes=1k"); !made) return made;
    if (auto closed = make_read_only(staging.c_str(), 0); !closed) return closed;
    if (mount(staging.c_str(), "/dev", nullptr, MS_MOVE, nullptr) != 0) return system_error("cannot replace", "/dev");
    rmdir(staging.c_str());
    return {};
}

/// Nothing of the node's /run: it has sockets of services that act for the owner outside (buses, munge, containers).
Result<void> make_run(const Fd& link, const std::vector<std::pair<std::string, Fd>>& services) {
    if (auto made = mount_tmpfs("/run", "mode=0755,size=1M"); !made) return made;
    for (const auto& [path, copy] : services) {
        std::error_code ignored;
        std::filesystem::create_directories(path, ignored);
        (void)put(copy, path);
    }
    mkdir(inner_link, 0700);
    mkdir(own_tmp, 0700);
    if (!put(link, inner_link)) return system_error("cannot mount", inner_link);
    // As on the server: it counts as the job's memory, and ends with it.
    if (auto made = mount_tmpfs(own_tmp, "mode=0700,size=256M,nr_inodes=16k"); !made) return made;
    if (auto made = make_dev(); !made) return made;
    return make_read_only("/run", 0);
}

/// Only this board's processes; where the kernel can, nothing else of /proc either.
Result<void> mount_proc() {
    constexpr unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (mount("proc", "/proc", "proc", flags, "subset=pid,hidepid=invisible") == 0) return {};
    if (mount("proc", "/proc", "proc", flags, nullptr) == 0) return {};
    return system_error("cannot mount", "/proc");
}

Result<void> mount_all(const SandboxPlan& plan) {
    // What is mounted on the node later (homes by an automounter) appears here, too; nothing from here appears there.
    if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) return system_error("cannot change mounts");
    std::vector<std::pair<std::string, Fd>> services;
    for (const std::string path : name_services) {
        if (Fd copy = copy_of(path); copy) services.emplace_back(path, std::move(copy));
    }
    const Fd link = copy_of(plan.link_folder);
    if (!link) return system_error("cannot use the folder", plan.link_folder);
    const Fd cache = plan.cache.empty() ? Fd() : copy_of(plan.cache);
    if (auto closed = make_read_only("/", recursive); !closed) return closed;
    // slurmd's spool has the job's script, and with it the key.
    if (access("/var/spool", F_OK) == 0) {
        if (auto covered = mount_tmpfs("/var/spool", "mode=0555,size=4k", quiet | MS_RDONLY); !covered) return covered;
    }
    if (cache) (void)put(cache, plan.cache);
    if (auto made = make_run(link, services); !made) return made;
    return mount_proc();
}

Result<void> start_loopback() {
    const Fd any(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    const std::string name = "lo";
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (!any || ioctl(any.get(), SIOCSIFFLAGS, &request) != 0) return system_error("cannot start loopback");
    return {};
}

}  // namespace

Result<void> leave_namespaces() {
    const uid_t own_uid = geteuid();
    const gid_t own_gid = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWPID) != 0)
        return system_error("this node gives people no namespaces of their own");
    // The files below are root's while nobody may trace the process.
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    // The same numbers inside. Without setgroups(2), the groups stay as they are: files are read by group, too.
    const std::string uid = std::to_string(own_uid);
    const std::string gid = std::to_string(own_gid);
    auto written = write_file("/proc/self/setgroups", "deny");
    if (written) written = write_file("/proc/self/uid_map", uid + " " + uid + " 1");
    if (written) written = write_file("/proc/self/gid_map", gid + " " + gid + " 1");
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    return written;
}

Result<void> drop_privileges() {
    for (int capability = 0; capability <= CAP_LAST_CAP; ++capability) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_capset, &header, none.data()) != 0)
        return system_error("cannot drop privileges");
    return {};
}

Result<void> enter_sandbox(const SandboxPlan& plan) {
    if (auto mounted = mount_all(plan); !mounted) return mounted;
    if (auto up = start_loopback(); !up) return up;
    (void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr, 0, 0, 0);
    if (auto dropped = drop_privileges(); !dropped) return dropped;
    return refuse_system_calls();
}

}  // namespace boardgate::node

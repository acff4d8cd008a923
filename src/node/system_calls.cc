// SPDX-License-Identifier: MIT
// A list of what is refused, not of what is allowed: systemd's list for services needs its library, and what boards do besides
// is bounded by namespaces without a privilege.
#include "src/node/system_calls.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace boardgate::node {

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t this_machine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t this_machine = AUDIT_ARCH_AARCH64;
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
constexpr std::uint32_t this_machine = AUDIT_ARCH_PPC64LE;
#elif defined(__s390x__)
constexpr std::uint32_t this_machine = AUDIT_ARCH_S390X;
#elif defined(__riscv)
constexpr std::uint32_t this_machine = AUDIT_ARCH_RISCV64;
#else
#error "boardgate-node knows no number for this machine (linux/audit.h)"
#endif

/// Namespaces, mounts, other processes' memory, keys, the kernel itself, and ways into it that boards never take.
constexpr std::uint32_t refused[] = {
    SYS_unshare,
    SYS_setns,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_mount_setattr,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_getfd,
    SYS_kcmp,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_quotactl,
    SYS_syslog,
    SYS_personality,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_adjtimex,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_name_to_handle_at,
    SYS_open_by_handle_at,
    SYS_fanotify_init,
    SYS_vhangup,
    SYS_sched_setscheduler,
    SYS_sched_setattr,
    SYS_mbind,
    SYS_set_mempolicy,
    SYS_migrate_pages,
    SYS_move_pages,
};
constexpr std::uint32_t new_namespaces =
    CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWCGROUP;
constexpr std::uint32_t families[] = {AF_UNIX, AF_INET, AF_INET6};

constexpr std::uint32_t offset_of_number = offsetof(seccomp_data, nr);
constexpr std::uint32_t offset_of_machine = offsetof(seccomp_data, arch);
/// The lower half of an argument, on machines of either order.
constexpr std::uint32_t offset_of_argument(unsigned number) {
    constexpr bool big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + number * sizeof(std::uint64_t) + (big ? sizeof(std::uint32_t) : 0));
}
constexpr std::uint32_t error(std::uint32_t number) { return SECCOMP_RET_ERRNO | number; }

class Filter {
public:
    void load(std::uint32_t offset) { add(BPF_LD | BPF_W | BPF_ABS, offset); }
    void answer(std::uint32_t what) { add(BPF_RET | BPF_K, what); }
    /// Skips so many statements unless the loaded value is this one.
    void unless_equal(std::uint32_t value, std::uint8_t skip) { add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip); }
    void if_equal(std::uint32_t value, std::uint8_t skip) { add(BPF_JMP | BPF_JEQ | BPF_K, value, skip, 0); }
    void unless_any_bit(std::uint32_t bits, std::uint8_t skip) { add(BPF_JMP | BPF_JSET | BPF_K, bits, 0, skip); }
    void if_below(std::uint32_t value, std::uint8_t skip) { add(BPF_JMP | BPF_JGE | BPF_K, value, 0, skip); }
    std::vector<sock_filter> statements;

private:
    void add(int code, std::uint32_t value, std::uint8_t yes = 0, std::uint8_t no = 0) {
        statements.push_back({static_cast<std::uint16_t>(code), yes, no, value});
    }
};

Filter filter() {
    Filter made;
    made.load(offset_of_machine);
    made.if_equal(this_machine, 1);
    made.answer(SECCOMP_RET_KILL_PROCESS);
    made.load(offset_of_number);
#if defined(__x86_64__)
    constexpr std::uint32_t x32 = 0x40000000;
    made.if_below(x32, 1);
    made.answer(error(ENOSYS));
#endif
    for (const std::uint32_t number : refused) {
        made.unless_equal(number, 1);
        made.answer(error(EPERM));
    }
    // Its flags are in memory, where a filter cannot look; the C library then takes clone(2).
    made.unless_equal(SYS_clone3, 1);
    made.answer(error(ENOSYS));
#if defined(__s390x__)
    constexpr unsigned flags = 1;
#else
    constexpr unsigned flags = 0;
#endif
    made.unless_equal(SYS_clone, 4);
    made.load(offset_of_argument(flags));
    made.unless_any_bit(new_namespaces, 1);
    made.answer(error(EPERM));
    made.load(offset_of_number);
    made.unless_equal(SYS_socket, static_cast<std::uint8_t>(std::size(families) + 2));
    made.load(offset_of_argument(0));
    for (std::size_t i = 0; i < std::size(families); ++i) made.if_equal(families[i], static_cast<std::uint8_t>(std::size(families) - i));
    made.answer(error(EAFNOSUPPORT));
    made.answer(SECCOMP_RET_ALLOW);
    return made;
}

}  // namespace

Result<void> refuse_system_calls() {
    Filter made = filter();
    const sock_fprog program{static_cast<unsigned short>(made.statements.size()), made.statements.data()};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) return system_error("cannot refuse system calls");
    return {};
}

}  // namespace boardgate::node

// SPDX-License-Identifier: MIT
#include "src/node/board_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "src/base/attached_descriptor.h"
#include "src/base/exec_words.h"
#include "src/base/pipe_ends.h"
#include "src/base/run.h"
#include "src/base/words.h"

namespace boardgate::node {

namespace {

constexpr int door_number = 3;  // sd_listen_fds(3)
constexpr rlim_t most_files = 65536;

/// What the processes of the child need.
struct Inside {
    const BoardSetup& setup;
    int words;
    int log;
    int report;
};

[[noreturn]] void give_up(const Inside& inside, const Error& error) {
    const std::string text = "E" + error.text();
    (void)!send(inside.report, text.data(), text.size(), MSG_NOSIGNAL);
    _exit(exit_status::unavailable);
}

/// As the drop-in of boards on the server sets them, and nothing of the job's.
std::vector<std::string> environment_of(const BoardSetup& setup) {
    const std::string own(own_tmp);
    std::vector<std::string> environment = {"PATH=/usr/local/bin:/usr/bin:/bin",
                                            "LANG=C.UTF-8",
                                            "HOME=" + own,
                                            "TMPDIR=" + own,
                                            "PYTHONNOUSERSITE=1",
                                            "CUDA_VISIBLE_DEVICES=",
                                            "OPENBLAS_NUM_THREADS=1",
                                            "RUNTIME_DIRECTORY=" + own,
                                            std::string("NOTIFY_SOCKET=") + inner_link + "/notify",
                                            "LISTEN_FDS=1",
                                            "LISTEN_FDNAMES=door",
                                            "LISTEN_PID=" + std::to_string(getpid())};
    if (!setup.sandbox.cache.empty()) {
        environment.push_back("CACHE_DIRECTORY=" + setup.sandbox.cache);
        environment.emplace_back("BOARDGATE_CACHE_MEBIBYTES=512");
    }
    return environment;
}

[[noreturn]] void run_board(const Inside& inside) {
    const std::vector<std::string> words = {inside.setup.program, "--board=" + inside.setup.board.str()};
    const std::vector<std::string> environment = environment_of(inside.setup);
    dup2(inside.words, STDIN_FILENO);
    dup2(inside.log, STDOUT_FILENO);
    dup2(inside.log, STDERR_FILENO);
    // The door last: its number may be another one's before.
    const Fd door(fcntl(inside.setup.door.get(), F_DUPFD_CLOEXEC, door_number + 1));
    dup2(door.get(), door_number);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    execve(words[0].c_str(), exec_words(words).data(), exec_words(environment).data());
    const Error error{"cannot run boardgate-board on this node", inside.setup.program, {}, errno};
    give_up(inside, error);
}

/// The first process inside. It ends as the board does, and all that the board left ends with it.
[[noreturn]] void run_inside(const Inside& inside) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (const auto entered = enter_sandbox(inside.setup.sandbox); !entered) give_up(inside, entered.error());
    auto known = make_pipe();
    const pid_t board = known ? fork() : -1;
    if (board < 0) give_up(inside, Error{"cannot start a process", {}, {}, errno});
    if (board == 0) {
        known->writing.reset();
        char byte = 0;
        (void)!read(known->reading.get(), &byte, 1);
        run_board(inside);
    }
    if (const Fd process(static_cast<int>(syscall(SYS_pidfd_open, board, 0))); process)
        (void)send_attached(inside.report, "P", process.get());
    // It runs once the node can send signals to it.
    known->writing.reset();
    for (;;) {
        int status = 0;
        const pid_t gone = wait(&status);
        if (gone == board) _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
        if (gone < 0 && errno != EINTR) _exit(exit_status::fault_of_ours);
    }
}

/// Automounters act on what is looked at from outside.
void touch_folders(const BoardSetup& setup) {
    constexpr std::string_view option = "--logdir=";
    for (const std::string& word : setup.words) {
        if (word.starts_with(option)) (void)!access(word.substr(option.size()).c_str(), R_OK);
    }
}

[[noreturn]] void run_child(const Inside& inside, int go, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    char byte = 0;
    if (getppid() != parent || read(go, &byte, 1) != 1) _exit(exit_status::done);
    touch_folders(inside.setup);
    umask(0077);
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = std::min(files.rlim_max, most_files);
    setrlimit(RLIMIT_NOFILE, &files);
    if (const auto left = leave_namespaces(); !left) give_up(inside, left.error());
    // Other capabilities have reset it.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(exit_status::done);
    const pid_t first = fork();
    if (first < 0) give_up(inside, Error{"cannot start a process", {}, {}, errno});
    if (first == 0) run_inside(inside);
    (void)drop_privileges();
    int status = 0;
    while (waitpid(first, &status, 0) < 0 && errno == EINTR) {
    }
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

}  // namespace

Result<BoardProcess> BoardProcess::start(const BoardSetup& setup, const std::function<void()>& forget) {
    Fd words(memfd_create("options", MFD_CLOEXEC));
    auto go = make_pipe();
    auto log = make_pipe();
    std::array<int, 2> ends{};
    if (!words || !go || !log || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return system_error("cannot prepare a process");
    const Fd report(ends[1]);
    Fd reports(ends[0]);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid < 0) return system_error("cannot start a process");
    if (pid == 0) {
        forget();
        go->writing.reset();
        run_child({setup, words.get(), log->writing.get(), report.get()}, go->reading.get(), parent);
    }
    BoardProcess started(pid, std::move(words));
    started.process_ = Fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    started.go_ = std::move(go->writing);
    started.log_ = std::move(log->reading);
    started.report_ = std::move(reports);
    fcntl(started.log_.get(), F_SETFL, O_NONBLOCK);
    if (!started.process_) return system_error("cannot watch a process");
    started.replace_words(bytes_of(setup.words));
    return started;
}

BoardProcess::BoardProcess(BoardProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      words_(std::move(other.words_)),
      process_(std::move(other.process_)),
      go_(std::move(other.go_)),
      log_(std::move(other.log_)),
      report_(std::move(other.report_)),
      board_(std::move(other.board_)),
      unfit_(std::move(other.unfit_)),
      status_(other.status_) {}

BoardProcess::~BoardProcess() {
    if (pid_ < 0 || status_) return;
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void BoardProcess::go() {
    if (go_) (void)!write(go_.get(), "g", 1);
    go_.reset();
}

void BoardProcess::take_report() {
    std::array<char, 2048> text{};
    iovec part{text.data(), text.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = recvmsg(report_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0) return;
    if (got == 0) return report_.reset();
    if (text[0] == 'E') unfit_.assign(text.data() + 1, static_cast<std::size_t>(got - 1));
    if (text[0] == 'P') board_ = attached_to(message);
}

std::optional<int> BoardProcess::ended() {
    int status = 0;
    if (!status_ && waitpid(pid_, &status, WNOHANG) == pid_) status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return status_;
}

void BoardProcess::signal_board(int signal) {
    if (!board_ && report_) take_report();
    // Before the board runs there is nothing to end in order.
    if (board_) {
        (void)syscall(SYS_pidfd_send_signal, board_.get(), signal, nullptr, 0);
    } else if (signal == SIGTERM && !status_) {
        kill(pid_, SIGKILL);
    }
}

void BoardProcess::end_now() {
    if (!status_) kill(pid_, SIGKILL);
}

void BoardProcess::replace_words(std::string_view bytes) {
    if (ftruncate(words_.get(), static_cast<off_t>(bytes.size())) == 0) (void)!pwrite(words_.get(), bytes.data(), bytes.size(), 0);
}

}  // namespace boardgate::node

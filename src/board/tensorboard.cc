// SPDX-License-Identifier: MIT
#include "src/board/tensorboard.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "src/base/exec_words.h"
#include "src/base/pipe_ends.h"

namespace boardgate::board {

namespace {

/// Stopping takes 0.06 s idle and 0.2 s with 300 runs; the unit's TimeoutStopSec= is longer.
constexpr std::chrono::milliseconds time_to_stop{5000};

constexpr const char* data_server = BOARDGATE_LIBEXECDIR "/boardgate-data";
/// Versions with which tests/lab/test_data_server.py has compared boardgate-data.
constexpr std::string_view tested_versions[] = {"2.21.0"};

/// RustBoard starts a reading thread for each processor; more than these only wait for memory, and hundreds do not fit into
/// a board's TasksMax=.
constexpr unsigned most_reading_threads = 8;

/// Our environment without systemd's variables for boardgate-board, and with the data server's.
std::vector<std::string> environment_for_tensorboard(Loader loader, const std::vector<std::string>& data_variables) {
    static constexpr std::string_view ours[] = {
        "NOTIFY_SOCKET=",    "LISTEN_",          "WATCHDOG_", "RAYON_NUM_THREADS=", "TENSORBOARD_DATA_SERVER_BINARY=",
        "BOARDGATE_REPORT=", "BOARDGATE_CHARTS="};
    std::vector<std::string> words;
    for (char** word = environ; *word != nullptr; ++word) {
        const std::string_view text = *word;
        if (std::none_of(std::begin(ours), std::end(ours), [text](std::string_view begin) { return text.starts_with(begin); }))
            words.emplace_back(text);
    }
    const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1U, most_reading_threads);
    words.push_back("RAYON_NUM_THREADS=" + std::to_string(threads));
    if (loader == Loader::boardgate) {
        words.push_back(std::string("TENSORBOARD_DATA_SERVER_BINARY=") + data_server);
        words.insert(words.end(), data_variables.begin(), data_variables.end());
    }
    return words;
}

/// Runs in the child between fork and exec, where only async-signal-safe calls are allowed, because the parent has another
/// thread; returns errno.
int execute(const std::vector<char*>& arguments, const std::vector<char*>& environment, pid_t parent) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);  // the parent died before the line above
    // All descriptors are close-on-exec already. A leaked one would let TensorBoard keep the door open or notify systemd
    // as boardgate-board.
    syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    execve(arguments.front(), arguments.data(), environment.data());
    return errno;
}

}  // namespace

std::string path_prefix(const BoardId& board) { return "/b/" + board.str(); }

/// The folders with the packages of the Python installation that this program belongs to.
static std::vector<std::filesystem::path> package_folders(const std::string& tensorboard) {
    namespace fs = std::filesystem;
    std::vector<fs::path> folders;
    std::error_code error;
    const fs::path root = fs::canonical(tensorboard, error).parent_path().parent_path();
    for (fs::directory_iterator python(root / "lib", error), end; python != end && !error; python.increment(error))
        folders.push_back(python->path() / "site-packages");
    return folders;
}

bool may_have_tensorflow(const std::string& tensorboard) {
    namespace fs = std::filesystem;
    std::error_code error;
    const fs::path root = fs::canonical(tensorboard, error).parent_path().parent_path();
    if (std::ifstream venv(root / "pyvenv.cfg"); venv) {
        // TensorFlow may be among the system's own packages.
        for (std::string line; std::getline(venv, line);) {
            if (line.starts_with("include-system-site-packages") && line.ends_with("true")) return true;
        }
    }
    bool found_tensorboard = false;
    for (const fs::path& packages : package_folders(tensorboard)) {
        if (fs::exists(packages / "tensorflow", error)) return true;
        found_tensorboard |= fs::exists(packages / "tensorboard", error);
    }
    return !found_tensorboard;
}

bool is_tested_tensorboard(const std::string& tensorboard) {
    namespace fs = std::filesystem;
    std::error_code error;
    for (const fs::path& packages : package_folders(tensorboard)) {
        for (const std::string_view version : tested_versions) {
            if (fs::exists(packages / fmt::format("tensorboard-{}.dist-info", version), error)) return true;
        }
    }
    return false;
}

bool has_profile_plugin(const std::string& tensorboard) {
    static constexpr const char* plugins[] = {"xprof", "tensorboard_plugin_profile", "torch_tb_profiler"};
    std::error_code error;
    for (const std::filesystem::path& packages : package_folders(tensorboard)) {
        for (const char* plugin : plugins) {
            if (std::filesystem::exists(packages / plugin, error)) return true;
        }
    }
    return false;
}

std::vector<std::string> tensorboard_arguments(const Options& options, const LogDir& logdir, Loader loader, bool tensorflow) {
    const bool python = loader == Loader::python;
    std::vector<std::string> words = {
        options.tensorboard,
        // One path; unlike in --logdir_spec, commas have no meaning.
        "--logdir=" + logdir.str(),
        "--path_prefix=" + path_prefix(options.board),
        "--host=127.0.0.1",
        "--port=" + std::to_string(inner_port),
        "--reload_interval=" + std::to_string(options.reload_interval.count()),
        // Not `auto`: TensorBoard would take its slow loader without a word.
        std::string("--load_fast=") + (python ? "false" : "true"),
    };
    if (options.reload_multifile) words.emplace_back("--reload_multifile=true");
    // Without the flag, TensorFlow's reader keeps a replaced file open. Without TensorFlow, the flag only causes a warning
    // for each file.
    if (python && tensorflow) words.emplace_back("--detect_file_replacement=true");
    if (!options.samples.empty()) words.push_back("--samples_per_plugin=" + options.samples);
    return words;
}

std::string Ending::text() const {
    if (signal == 0) return "TensorBoard ended with exit status " + std::to_string(status);
    const char* name = sigabbrev_np(signal);
    return "TensorBoard was ended by signal " + (name == nullptr ? std::to_string(signal) : "SIG" + std::string(name));
}

Result<TensorBoard> TensorBoard::start(const std::vector<std::string>& arguments, Loader loader,
                                       const std::vector<std::string>& data_variables) {
    const std::vector<char*> words = exec_words(arguments);
    const std::vector<std::string> variables = environment_for_tensorboard(loader, data_variables);
    const std::vector<char*> environment = exec_words(variables);
    // Carries errno if exec fails; a successful exec closes it.
    auto ends = make_pipe();
    if (!ends) return error_of(ends);
    const Fd why = std::move(ends->reading);
    Fd failed = std::move(ends->writing);
    // Orphans of TensorBoard's process become our children.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid < 0) return system_error("cannot start a process");
    if (pid == 0) {
        const int error = execute(words, environment, parent);
        (void)!write(failed.get(), &error, sizeof error);
        _exit(127);
    }
    setpgid(pid, pid);  // in parent and child: either may run first
    TensorBoard started(pid, Fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))));
    if (!started.pidfd_) return system_error("cannot watch a process");
    failed.reset();
    int error = 0;
    if (read(why.get(), &error, sizeof error) == sizeof error) {
        // The path is at the end, so that the text starts the same for every path (failures.inc).
        return tl::make_unexpected(Error{"cannot run tensorboard", {}, "the environment's program is " + arguments.front(), error});
    }
    return started;
}

TensorBoard::TensorBoard(TensorBoard&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)), over_(other.over_), ending_(other.ending_) {}

TensorBoard::~TensorBoard() {
    if (pid_ >= 0) end_all();
}

/// Also kills processes that a start script left, which would keep the port.
void TensorBoard::end_all() {
    if (std::exchange(over_, true)) return;  // the pid may be another process by now
    kill(-pid_, SIGKILL);
    int status = 0;
    for (pid_t gone = 0; (gone = waitpid(-pid_, &status, 0)) > 0 || errno == EINTR;) {
        if (gone == pid_) take(status);
    }
}

void TensorBoard::take(int status) { ending_ = WIFSIGNALED(status) ? Ending{0, WTERMSIG(status)} : Ending{WEXITSTATUS(status), 0}; }

std::optional<Ending> TensorBoard::ended() {
    int status = 0;
    if (!ending_ && waitpid(pid_, &status, WNOHANG) == pid_) take(status);
    return ending_;
}

void TensorBoard::stop() {
    if (!ended()) {
        kill(pid_, SIGTERM);
        pollfd gone{pidfd_.get(), POLLIN, 0};
        poll(&gone, 1, static_cast<int>(time_to_stop.count()));
    }
    end_all();
}

}  // namespace boardgate::board

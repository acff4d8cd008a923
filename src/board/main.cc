// SPDX-License-Identifier: MIT
// boardgate-board: as the board's owner, in its sandbox, started by the door. Starts TensorBoard, says READY when
// it answers, joins door and TensorBoard, sleeps when nobody looks, ends as TensorBoard ended.
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "src/base/folder_fault.h"
#include "src/base/peer.h"
#include "src/base/run.h"
#include "src/base/service.h"
#include "src/board/idle_timer.h"
#include "src/board/join.h"
#include "src/board/readiness.h"
#include "src/board/several_folders.h"
#include "src/board/tensorboard.h"

namespace {

using namespace boardgate;
using namespace boardgate::board;
using std::chrono::milliseconds;

enum class Outcome { ready, told_to_stop, idle, tensorboard_ended };

/// SIGTERM and SIGINT as a descriptor; ours alone, TensorBoard starts with none blocked.
Result<Fd> stop_signals() {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    sigprocmask(SIG_BLOCK, &ending, nullptr);
    signal(SIGPIPE, SIG_IGN);  // a visitor that left is no reason to end
    Fd signals(signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals) return system_error("cannot receive signals");
    return signals;
}

/// Waits for one more descriptor. Where it was the end that came, says which.
std::optional<Outcome> wait(const Fd& signals, TensorBoard& tensorboard, int fd, short events, milliseconds longest) {
    std::array<pollfd, 3> waiting{{{signals.get(), POLLIN, 0}, {tensorboard.fd(), POLLIN, 0}, {fd, events, 0}}};
    // A day is short enough for poll(2)'s int and makes no difference.
    poll(waiting.data(), waiting.size(), static_cast<int>(std::min<milliseconds>(longest, std::chrono::hours(24)).count()));
    if (waiting[0].revents != 0) return Outcome::told_to_stop;
    if (waiting[1].revents != 0 && tensorboard.ended()) return Outcome::tensorboard_ended;
    return std::nullopt;
}

Outcome wait_until_ready(const Clock& clock, const Fd& signals, TensorBoard& tensorboard, const BoardId& board) {
    Readiness readiness(clock, inner_port, path_prefix(board) + "/data/environment");
    StartTime start_time(clock, tensorboard.pid());
    while (!readiness.turn()) {
        start_time.turn();
        if (const auto end = wait(signals, tensorboard, readiness.fd(), readiness.events(), readiness.patience())) return *end;
    }
    return Outcome::ready;
}

Outcome serve(const Clock& clock, const Fd& signals, TensorBoard& tensorboard, Join& join, const Options& options) {
    IdleTimer idle(clock, options.idle_sleep, options.longest_awake);
    for (;;) {
        if (join.turn()) idle.used();
        if (idle.expired()) return Outcome::idle;
        if (const auto end = wait(signals, tensorboard, join.fd(), POLLIN, std::min(join.patience(), idle.left()))) return *end;
    }
}

/// Last words, for the board's owner. Through standard error, whose unit journald knows: of a datagram whose
/// sender has ended meanwhile it can no longer tell, and the line would be in nobody's log.
void say_last(const std::string& words) {
    std::fprintf(stderr, "%s\n", words.c_str());
    notify_status(words);
}

/// For the table of failures, too: the status line ends with the code in brackets, as with notices.
int cannot_read(const FolderFault& fault) {
    std::fprintf(stderr, "%s\n", fault.text.c_str());
    notify_status(fault.text + " [" + code_of(fault.kind) + "]");
    return exit_status::no_input;
}

/// 126 and 127 as a shell says it: there, but not to be run; not there.
int cannot_run(const Error& error) {
    say_last(error.text());
    return error.sys == ENOENT ? 127 : 126;
}

}  // namespace

int main(int argc, char** argv) {
    return run("boardgate-board", [&]() -> Result<int> {
        if (argc == 2 && std::string_view(argv[1]) == "--version") {
            std::puts("boardgate " BOARDGATE_VERSION);
            return exit_status::done;
        }
        auto options = parse_options(argc, argv);
        if (!options) return tl::make_unexpected(options.error());
        auto sockets = service_sockets();
        if (!sockets) return tl::make_unexpected(sockets.error());
        auto door = take_sockets(*sockets, "door");
        if (!door) return tl::make_unexpected(door.error());
        const auto signals = stop_signals();
        if (!signals) return tl::make_unexpected(signals.error());

        const SystemClock clock;
        // TensorBoard itself would serve an empty page.
        const auto owner = account_of(geteuid());
        std::vector<LogDir> folders = {options->logdir};
        folders.insert(folders.end(), options->more_logdirs.begin(), options->more_logdirs.end());
        for (const LogDir& folder : folders) {
            if (const auto fault = fault_of_folder(folder.str(), owner ? owner->home : std::string())) return cannot_read(*fault);
        }
        if (folders.size() > 1) {
            const char* own = std::getenv("RUNTIME_DIRECTORY");  // systemd.exec(5); empty at every start
            const auto linked = link_folders(folders, own == nullptr ? "" : own);
            if (!linked) return tl::make_unexpected(linked.error());
            options->logdir = *linked;
        }
        notify_status("Starting TensorBoard");
        auto tensorboard = TensorBoard::start(tensorboard_arguments(*options));
        if (!tensorboard) return cannot_run(tensorboard.error());
        Outcome outcome = wait_until_ready(clock, *signals, *tensorboard, options->board);
        if (outcome == Outcome::ready) {
            // Not before: what has connected meanwhile waits in the kernel's backlog.
            auto join = Join::open(*std::move(door), inner_port);
            if (!join) return tl::make_unexpected(join.error());
            notify_ready("Serving");
            outcome = serve(clock, *signals, *tensorboard, *join, *options);
            if (outcome != Outcome::tensorboard_ended) {
                notify_stopping(outcome == Outcome::idle ? "Going to sleep" : "Stopping");
            }
        } else if (outcome == Outcome::told_to_stop) {
            // Mostly by systemd, when TimeoutStartSec= is over.
            notify_stopping("Stopped before TensorBoard answered");
        }
        if (outcome != Outcome::tensorboard_ended) {
            tensorboard->stop();
            return exit_status::done;
        }
        const Ending ending = *tensorboard->ended();
        say_last(ending.text());
        return ending.exit_status();
    });
}

// SPDX-License-Identifier: MIT
// boardgate-board: runs as the board's owner in the sandbox; the door starts it. Starts TensorBoard, notifies systemd when
// it answers, relays between door and TensorBoard, restarts TensorBoard where that helps, sleeps when idle, and ends with
// TensorBoard's exit status.
#include <fmt/format.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "src/base/home_mark.h"
#include "src/base/logdir_problem.h"
#include "src/base/options_changed_signal.h"
#include "src/base/peer.h"
#include "src/base/run.h"
#include "src/base/service.h"
#include "src/base/session_ended_signal.h"
#include "src/base/words.h"
#include "src/board/confinement.h"
#include "src/board/several_folders.h"
#include "src/board/supervisor.h"

namespace {

using namespace boardgate;
using namespace boardgate::board;

/// SIGTERM, SIGINT, session_ended_signal and options_changed_signal as a descriptor. TensorBoard starts with no blocked signals.
Result<Fd> taken_signals() {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, session_ended_signal);
    sigaddset(&ending, options_changed_signal);
    sigprocmask(SIG_BLOCK, &ending, nullptr);
    signal(SIGPIPE, SIG_IGN);  // a closed connection must not end the program
    Fd signals(signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals) return system_error("cannot receive signals");
    return signals;
}

/// The status has the code in brackets, as for notices, for the table of failures. Everybody can read it, so what it is about
/// is only in the log.
int cannot_start(const std::string& text, const std::string& status, const char* code) {
    std::fprintf(stderr, "%s [%s]\n", text.c_str(), code);
    notify_status(fmt::format("{} [{}]", status, code));
    return exit_status::no_input;
}

/// The account was deleted and made again with the same name and uid, or its home was replaced.
bool has_another_home(const Account& owner, const Options& options) {
    const auto now = HomeMark::of(owner.home, owner.uid);
    return now && options.home && !now->is_same_home(*options.home);
}

/// The id of `--board=ID`.
std::string board_of(int argc, char** argv) {
    constexpr std::string_view option = "--board=";
    const std::string_view word = argc == 2 ? argv[1] : "";
    return std::string(word.starts_with(option) ? word.substr(option.size()) : "");
}

Result<void> confine(const Options& options, const char* own) {
    const char* cache = secure_getenv("CACHE_DIRECTORY");
    return Confinement::of(options.folders, options.tensorboard, own == nullptr ? "" : own, cache == nullptr ? "" : cache).enter();
}

}  // namespace

int main(int argc, char** argv) {
    return run("boardgate-board", [&]() -> Result<int> {
        // Its owner's other processes must not speak through this one, to systemd or to a door.
        keep_memory_private();
        if (argc == 2 && std::string_view(argv[1]) == "--version") {
            std::puts("boardgate " BOARDGATE_VERSION);
            return exit_status::done;
        }
        auto words = read_words(STDIN_FILENO);
        if (!words) return error_of(words);
        // TensorBoard must not find the options again; this program may read them again (options_changed_signal).
        Fd input = take_input();
        const auto options = parse_options(board_of(argc, argv), *std::move(words));
        if (!options) return error_of(options);
        auto sockets = service_sockets();
        if (!sockets) return error_of(sockets);
        auto doors = take_sockets(*sockets, "door");
        if (!doors) return error_of(doors);
        auto signals = taken_signals();
        if (!signals) return error_of(signals);

        const SystemClock clock;
        // TensorBoard would serve an empty page.
        const auto owner = account_of(geteuid());
        if (owner && has_another_home(*owner, *options))
            return cannot_start(owner->home + " is not the home for which this board was made", "The home is another one", "home_replaced");
        for (const LogDir& folder : options->folders) {
            if (const auto fault = fault_of_folder(folder.str(), owner ? owner->home : std::string()))
                return cannot_start(fault->text, "A log directory cannot be read", code_of(fault->kind));
        }
        const char* own = secure_getenv("TMPDIR");  // a tmpfs of the unit, empty at every start
        const auto linked = link_folders(options->folders, options->names, own == nullptr ? "" : own);
        if (!linked) return error_of(linked);
        if (options->confined) {
            if (const auto confined = confine(*options, own); !confined)
                return cannot_start(confined.error().text(), "The board cannot be confined to its folders", "not_confined");
        } else {
            keep_apart();
        }
        return Supervisor(clock, *options, *linked, std::move(input), *std::move(signals), *std::move(doors)).run();
    });
}

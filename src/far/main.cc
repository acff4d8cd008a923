// SPDX-License-Identifier: MIT
// boardgate-far: runs as the board's owner in the sandbox of its unit; the door starts it. TensorBoard runs on a node of the cluster
// as a job of Slurm, whose node connects to this program.
#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "src/base/options_changed_signal.h"
#include "src/base/peer.h"
#include "src/base/run.h"
#include "src/base/service.h"
#include "src/base/session_ended_signal.h"
#include "src/base/words.h"
#include "src/far/far.h"

namespace {

using namespace boardgate;
using namespace boardgate::far;

Result<Fd> taken_signals() {
    sigset_t taken;
    sigemptyset(&taken);
    for (const int signal : {SIGTERM, SIGINT, session_ended_signal, options_changed_signal}) sigaddset(&taken, signal);
    sigprocmask(SIG_BLOCK, &taken, nullptr);
    signal(SIGPIPE, SIG_IGN);  // a closed connection must not end the program
    Fd signals(signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals) return system_error("cannot receive signals");
    return signals;
}

/// The id of `--board=ID`.
std::string board_of(int argc, char** argv) {
    constexpr std::string_view option = "--board=";
    const std::string_view word = argc == 2 ? argv[1] : "";
    return std::string(word.starts_with(option) ? word.substr(option.size()) : "");
}

}  // namespace

int main(int argc, char** argv) {
    return run("boardgate-far", [&]() -> Result<int> {
        // Its owner's other processes must not read the key, nor speak through this one.
        keep_memory_private();
        if (argc == 2 && std::string_view(argv[1]) == "--version") {
            std::puts("boardgate " BOARDGATE_VERSION);
            return exit_status::done;
        }
        const auto words = read_words(STDIN_FILENO);
        if (!words) return error_of(words);
        Fd input = take_input();
        auto options = parse_options(board_of(argc, argv), *words);
        if (!options) return error_of(options);
        auto sockets = service_sockets();
        if (!sockets) return error_of(sockets);
        auto doors = take_sockets(*sockets, "door");
        if (!doors) return error_of(doors);
        for (const Fd& door : *doors) fcntl(door.get(), F_SETFL, fcntl(door.get(), F_GETFL) | O_NONBLOCK);
        auto signals = taken_signals();
        if (!signals) return error_of(signals);
        const auto owner = account_of(geteuid());
        if (!owner) return error_of(owner);
        const SystemClock clock;
        return Far(clock, *std::move(options), owner->name, std::move(input), *std::move(signals), *std::move(doors)).run();
    });
}

// SPDX-License-Identifier: MIT
// boardgate-node: runs as the board's owner in a job of Slurm, whose script (written by boardgate-far on the server) gives it orders on
// standard input. Connects to the server, and runs boardgate-board in a sandbox.
#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string_view>

#include "src/base/run.h"
#include "src/node/check.h"
#include "src/node/node.h"

namespace {

using namespace boardgate;
using namespace boardgate::node;

constexpr std::size_t longest_orders = 512 * 1024;

/// boardgate-board is beside this program.
Result<std::string> board_program() {
    std::array<char, 4096> path{};
    const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
    if (size <= 0) return system_error("cannot find the folder of this program");
    const std::string_view own(path.data(), static_cast<std::size_t>(size));
    return std::string(own.substr(0, own.rfind('/'))) + "/boardgate-board";
}

Result<link::Orders> read_orders() {
    Secret text;
    text.storage().reserve(longest_orders);  // growing would leave copies of the key
    std::array<char, 4096> part{};
    for (ssize_t got = 0; (got = read(STDIN_FILENO, part.data(), part.size())) > 0;) {
        if (text.storage().size() + static_cast<std::size_t>(got) > longest_orders) return failure("the orders are too long");
        text.storage().append(part.data(), static_cast<std::size_t>(got));
    }
    explicit_bzero(part.data(), part.size());
    const Fd nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
    dup2(nothing.get(), STDIN_FILENO);
    return link::orders_in(text.reveal());
}

Result<Fd> taken_signals() {
    sigset_t taken;
    sigemptyset(&taken);
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGHUP}) sigaddset(&taken, signal);
    sigprocmask(SIG_BLOCK, &taken, nullptr);
    signal(SIGPIPE, SIG_IGN);
    Fd signals(signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals) return system_error("cannot receive signals");
    return signals;
}

}  // namespace

int main(int argc, char** argv) {
    return run("boardgate-node", [&]() -> Result<int> {
        const auto program = board_program();
        if (!program) return error_of(program);
        if (argc >= 2 && std::string_view(argv[1]) == "--check") return print_check(argc, argv, *program);
        if (argc == 2 && std::string_view(argv[1]) == "--version") {
            std::puts("boardgate " BOARDGATE_VERSION);
            return exit_status::done;
        }
        keep_memory_private();
        auto signals = taken_signals();
        if (!signals) return error_of(signals);
        auto orders = read_orders();
        if (!orders) return error_of(orders);
        auto folder = OwnFolder::make();
        if (!folder) return error_of(folder);
        const BoardSetup setup{*program, orders->board, std::move(orders->words), {folder->path(), own_cache()}, folder->take_door()};
        auto board = BoardProcess::start(setup, [&] { orders->key.bytes.wipe(); });
        if (!board) return error_of(board);
        const SystemClock clock;
        return Node(clock, *std::move(orders), *std::move(folder), *std::move(signals), *std::move(board)).run();
    });
}

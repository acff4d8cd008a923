// SPDX-License-Identifier: MIT
// boardgate-journal: sends boardgated the logs of boards' units. One process with an account of its own that can only read
// the journal serves all readers.
#include <signal.h>
#include <sys/signalfd.h>

#include "src/base/peer.h"
#include "src/base/run.h"
#include "src/base/service.h"
#include "src/journal/log_server.h"

namespace {

using namespace boardgate;

Result<int> serve() {
    auto sockets = service_sockets();
    if (!sockets) return error_of(sockets);
    auto listening = take_socket(*sockets, "journal");
    if (!listening) return error_of(listening);
    const auto boardgated = uid_of("boardgate");
    if (!boardgated) return error_of(boardgated);
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    sigprocmask(SIG_BLOCK, &ending, nullptr);
    const Fd signals(signalfd(-1, &ending, SFD_CLOEXEC));
    notify_ready("Reading the logs of boards");
    journal::LogServer server(*std::move(listening), *boardgated);
    if (const auto served = server.serve(signals); !served) return error_of(served);
    return exit_status::done;
}

}  // namespace

int main(int argc, char** argv) {
    return run("boardgate-journal", [&]() -> Result<int> {
        if (const auto status = answered_common_option(argc, argv)) return *status;
        return serve();
    });
}

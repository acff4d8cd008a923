// SPDX-License-Identifier: MIT
// boardgate-login: root, one process per login attempt (or for checks of many accounts), started by its Accept=yes socket; with --local, one process that
// starts a child process for each request of a local account.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "src/base/accept.h"
#include "src/base/log.h"
#include "src/base/peer.h"
#include "src/base/run.h"
#include "src/base/service.h"
#include "src/base/workers.h"
#include "src/login/attempt.h"
#include "src/login/conversation.h"

namespace {

using namespace boardgate;

/// An account may request as many local tickets as it wants, two concurrently.
constexpr WorkerLimits local_limits{
    .at_once = 32, .of_person = 2, .waiting = 8, .turn = std::chrono::seconds(10), .works = login::longest_module};
/// The socket unit starts it again.
constexpr std::chrono::seconds idle{60};

Result<void> give_ticket(int connection, uid_t caller, const Settings& settings) {
    const auto store = tickets::TicketStore::open();
    if (!store) return error_of(store);
    const SystemClock clock;
    store->sweep(std::chrono::floor<std::chrono::seconds>(clock.wall()));
    return login::local_attempt(connection, caller, settings, *store, clock);
}

void take(Workers& workers, int listening, const Settings& settings) {
    const auto connection = std::make_shared<Fd>(accept_connection(listening));
    if (!*connection) return;
    const auto caller = peer_of(connection->get());
    // Connections beyond the account's share are closed.
    (void)(caller && workers.add(caller->uid, [connection, uid = caller->uid, &settings] {
        if (const auto done = give_ticket(connection->get(), uid, settings); !done) log_event(Event::bad_message, done.error().text());
    }));
}

/// --local: on local.sock, to which every local account can connect.
Result<int> serve_this_server(const Settings& settings) {
    auto sockets = service_sockets();
    if (!sockets) return error_of(sockets);
    const auto listening = take_socket(*sockets, "local");
    if (!listening) return error_of(listening);
    const SystemClock clock;
    auto workers = Workers::make(clock, local_limits);
    if (!workers) return error_of(workers);
    notify_ready("Waiting for requests");
    auto end = std::chrono::steady_clock::now() + idle;
    while (!workers->idle() || std::chrono::steady_clock::now() < end) {
        pollfd waiting[2] = {{listening->get(), POLLIN, 0}, {workers->fd(), POLLIN, 0}};
        if (poll(waiting, 2, 1000) < 0 && errno != EINTR) return system_error("cannot wait for requests");
        workers->advance();
        if (waiting[0].revents == 0) continue;
        end = std::chrono::steady_clock::now() + idle;
        take(*workers, listening->get(), settings);
    }
    return exit_status::done;
}

Result<int> serve_boardgated(const Settings& settings) {
    const auto connection = accepted_connection();
    if (!connection) return error_of(connection);
    const auto caller = peer_of(connection->get());
    const auto boardgated = uid_of("boardgate");
    if (!caller || !boardgated || caller->uid != *boardgated) {
        log_event(Event::refused_peer, "a process other than boardgated connected to the socket of boardgate-login");
        return exit_status::done;
    }
    // The kernel's alarm ends the attempt even if a PAM module hangs.
    alarm(static_cast<unsigned>(login::longest_module.count()));
    const auto store = tickets::TicketStore::open();
    if (!store) return error_of(store);
    const SystemClock clock;
    store->sweep(std::chrono::floor<std::chrono::seconds>(clock.wall()));
    if (const auto done = login::attempt(connection->get(), settings, *store, clock); !done) {
        log_event(Event::bad_message, done.error().text());
    }
    return exit_status::done;
}

}  // namespace

int main(int argc, char** argv) {
    return run("boardgate-login", [&]() -> Result<int> {
        keep_memory_private();
        if (const auto status = answered_common_option(argc, argv)) return *status;
        const Settings settings = settings_or_throw();
        const bool local = argc == 2 && std::string_view(argv[1]) == "--local";
        return local ? serve_this_server(settings) : serve_boardgated(settings);
    });
}

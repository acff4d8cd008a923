// SPDX-License-Identifier: MIT
// boardgate-login: root, one process per login attempt, started by its Accept=yes socket.
#include <unistd.h>

#include "src/base/log.h"
#include "src/base/peer.h"
#include "src/base/run.h"
#include "src/base/service.h"
#include "src/login/attempt.h"

int main(int argc, char** argv) {
    using namespace boardgate;
    return run("boardgate-login", [&]() -> Result<int> {
        keep_memory_private();
        if (const auto status = answered_common_option(argc, argv)) return *status;
        const Settings settings = settings_or_throw();
        const auto connection = accepted_connection();
        if (!connection) return error_of(connection);
        const auto caller = peer_of(connection->get());
        if (!caller) return error_of(caller);
        // --local: on local.sock, to which every local account can connect.
        const bool local = argc == 2 && std::string_view(argv[1]) == "--local";
        const auto boardgated = uid_of("boardgate");
        if (!local && (!boardgated || caller->uid != *boardgated)) {
            log_event(Event::refused_peer, "a process other than boardgated connected to the socket of boardgate-login");
            return exit_status::done;
        }
        // The kernel's alarm ends the attempt even if a PAM module hangs.
        alarm(300);
        const auto store = tickets::TicketStore::open();
        if (!store) return error_of(store);
        const SystemClock clock;
        store->sweep(std::chrono::floor<std::chrono::seconds>(clock.wall()));
        const auto done = local ? login::local_attempt(connection->get(), caller->uid, settings, *store, clock)
                                : login::attempt(connection->get(), settings, *store, clock);
        if (!done) {
            log_event(Event::bad_message, done.error().text());
        }
        return exit_status::done;
    });
}

// SPDX-License-Identifier: MIT
// boardgate-launcher: root, started by its socket, ends when idle.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/log.h"
#include "src/base/peer.h"
#include "src/base/run.h"
#include "src/base/service.h"
#include "src/launcher/dispatch.h"
#include "src/launcher/reconcile.h"

namespace {

using namespace boardgate;

/// Ends after this long without a request; the socket unit starts it again.
constexpr std::chrono::seconds idle{60};
/// boardgated sends its request immediately after connecting.
constexpr std::chrono::seconds patience{5};

void serve(int connection, uid_t boardgated, const launcher::DoorRecords& records, launcher::Dispatch& dispatch) {
    const auto caller = peer_of(connection);
    if (!caller || caller->uid != boardgated) {
        log_event(Event::refused_peer, "a process other than boardgated connected to the socket of boardgate-launcher");
        return;
    }
    const auto request = wire::receive(connection, patience);
    if (!request || !*request) return;
    const Fd lock = records.lock();
    const auto response = dispatch.respond(**request);
    if (!response) {
        log_event(Event::bad_message, response.error().text());
        return;
    }
    // Sending fails only when the peer is gone.
    if (response->holder) {
        (void)wire::send(connection, wire::TicketHolder(*response->holder));
    } else if (response->result) {
        (void)wire::send(connection, wire::Done(*response->result), response->attach.get());
    } else {
        (void)wire::send(connection, wire::Refused(response->result.error()));
    }
}

/// Ends when idle, and when the bus restarts: the next request starts a new launcher with a new bus connection.
Result<int> serve_until_idle(int listening, uid_t boardgated, const Bus& bus, launcher::UnitJobs& jobs,
                             const launcher::DoorRecords& records, launcher::Dispatch& dispatch) {
    auto end = std::chrono::steady_clock::now() + idle;
    while (jobs.keep_up()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) break;
        pollfd waiting[2] = {{listening, POLLIN, 0}, {sd_bus_get_fd(bus.get()), POLLIN, 0}};
        if (poll(waiting, 2, static_cast<int>(left.count())) < 0 && errno != EINTR) return system_error("cannot wait for requests");
        // The bus first: if it has ended, the next launcher handles the request.
        if (waiting[1].revents != 0 || waiting[0].revents == 0) continue;
        end = std::chrono::steady_clock::now() + idle;
        const Fd connection(accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (connection) serve(connection.get(), boardgated, records, dispatch);
    }
    return exit_status::done;
}

}  // namespace

int main(int argc, char** argv) {
    return run("boardgate-launcher", [&]() -> Result<int> {
        keep_memory_private();
        if (const auto status = answered_common_option(argc, argv)) return *status;
        const Settings settings = settings_or_throw();
        const std::string_view option = argc == 2 ? argv[1] : "";
        if (option == "--close-strays" && access(launcher::doors_folder, F_OK) != 0) return exit_status::done;  // no door was ever made
        const auto bus = Bus::open_system();
        if (!bus) return error_of(bus);
        const auto jobs = launcher::UnitJobs::open(*bus);
        if (!jobs) return error_of(jobs);
        const auto records = launcher::DoorRecords::open();
        if (!records) return error_of(records);
        launcher::Doors doors(settings, *bus, **jobs, *records);
        const SystemClock clock;
        if (option == "--close-strays") {
            launcher::close_strays(*records, doors, settings);
            return exit_status::done;
        }
        if (option == "--reconcile-doors") {
            return launcher::reconcile(*records, doors, settings, clock) ? exit_status::done : exit_status::try_again;
        }

        auto sockets = service_sockets();
        if (!sockets) return error_of(sockets);
        const auto listening = take_socket(*sockets, "launcher");
        if (!listening) return error_of(listening);
        const auto boardgated = uid_of("boardgate");
        if (!boardgated) return error_of(boardgated);
        const auto tickets = tickets::TicketStore::open();
        if (!tickets) return error_of(tickets);
        launcher::Dispatch dispatch(settings, *tickets, clock, **jobs, doors);
        notify_ready("Waiting for requests");
        return serve_until_idle(listening->get(), *boardgated, *bus, **jobs, *records, dispatch);
    });
}

// SPDX-License-Identifier: MIT
// boardgate-launcher: root, started by its socket, ends when idle. A child process handles each request (workers.h), so
// that a unit of one person that does not stop delays no other person.
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
#include "src/launcher/dispatch.h"
#include "src/launcher/reconcile.h"

namespace {

using namespace boardgate;

/// Ends after this long without a request; the socket unit starts it again.
constexpr std::chrono::seconds idle{60};
/// boardgated sends its request immediately after connecting.
constexpr std::chrono::seconds patience{5};
/// A worker waits for systemd, which waits for units of its person. boardgated gives up after 25 s.
constexpr WorkerLimits limits{
    .at_once = 32, .of_person = 4, .waiting = 32, .turn = std::chrono::seconds(20), .works = std::chrono::seconds(45)};

/// Opened once, for all workers.
struct Launcher {
    const Settings& settings;
    const Clock& clock;
    const tickets::TicketStore& tickets;
    const launcher::DoorRecords& records;
};

/// The peer may be gone; then nobody misses the response.
void reply(int connection, const launcher::Response& response) {
    if (response.holder) {
        (void)wire::send(connection, wire::TicketHolder(*response.holder));
    } else if (response.ended) {
        (void)wire::send(connection, wire::EndedTickets(*response.ended));
    } else if (response.resting) {
        (void)wire::send(connection, wire::RestingBoards(*response.resting));
    } else if (response.door) {
        (void)wire::send(connection, wire::DoorIs(*response.door));
    } else if (response.result) {
        (void)wire::send(connection, wire::Done(*response.result), response.attach.get());
    } else {
        (void)wire::send(connection, wire::Refused(response.result.error()));
    }
}

/// In a worker, with its own bus connection.
Result<void> work(const Launcher& with, int connection, const wire::Datagram& request) {
    const auto bus = Bus::open_system();
    if (!bus) return error_of(bus);
    const auto jobs = launcher::UnitJobs::open(*bus);
    if (!jobs) return error_of(jobs);
    launcher::Doors doors(with.settings, *bus, **jobs, with.records);
    launcher::Dispatch dispatch(with.settings, with.tickets, with.clock, **jobs, doors);
    const auto response = dispatch.respond(request);
    if (!response) {
        log_event(Event::bad_message, response.error().text());
        return {};
    }
    reply(connection, *response);
    return {};
}

void take(Workers& workers, const Launcher& with, uid_t boardgated, int listening) {
    const auto connection = std::make_shared<Fd>(accept_connection(listening));
    if (!*connection) return;
    const auto caller = peer_of(connection->get());
    if (!caller || caller->uid != boardgated) {
        log_event(Event::refused_peer, "a process other than boardgated connected to the socket of boardgate-launcher");
        return;
    }
    auto request = wire::receive(connection->get(), patience);
    if (!request || !*request) return;
    const auto kept = std::make_shared<const wire::Datagram>(std::move(**request));
    const uid_t person = launcher::person_of(*kept, with.tickets, with.records, with.clock);
    const bool taken = workers.add(person, [&with, connection, kept] {
        if (const auto done = work(with, connection->get(), *kept); !done) log_event(Event::request_fault, done.error().text());
    });
    if (!taken)
        reply(connection->get(), {launcher::refuse(wire::Refusal::busy, "you have too many concurrent requests; try again in a moment")});
}

/// Ends when idle.
Result<int> serve_until_idle(int listening, uid_t boardgated, const Launcher& with) {
    auto workers = Workers::make(with.clock, limits);
    if (!workers) return error_of(workers);
    auto end = std::chrono::steady_clock::now() + idle;
    while (!workers->idle() || std::chrono::steady_clock::now() < end) {
        // Once a second, to drop requests that waited too long.
        pollfd waiting[2] = {{listening, POLLIN, 0}, {workers->fd(), POLLIN, 0}};
        if (poll(waiting, 2, 1000) < 0 && errno != EINTR) return system_error("cannot wait for requests");
        workers->advance();
        if (waiting[0].revents == 0) continue;
        end = std::chrono::steady_clock::now() + idle;
        take(*workers, with, boardgated, listening);
    }
    return exit_status::done;
}

/// --close-strays, --release-doors and --reconcile-doors.
Result<int> put_in_order(std::string_view option, const Settings& settings, const Clock& clock) {
    const auto bus = Bus::open_system();
    if (!bus) return error_of(bus);
    const auto jobs = launcher::UnitJobs::open(*bus);
    if (!jobs) return error_of(jobs);
    const auto records = launcher::DoorRecords::open();
    if (!records) return error_of(records);
    launcher::Doors doors(settings, *bus, **jobs, *records);
    if (option == "--close-strays") {
        launcher::close_strays(*records, doors, settings);
        return exit_status::done;
    }
    if (option == "--release-doors") {
        launcher::release_all(*records);
        return exit_status::done;
    }
    const auto tickets = tickets::TicketStore::open();
    if (!tickets) return error_of(tickets);
    launcher::revoke_outdated(*tickets);
    return launcher::reconcile(*records, doors, settings, clock) ? exit_status::done : exit_status::try_again;
}

}  // namespace

int main(int argc, char** argv) {
    return run("boardgate-launcher", [&]() -> Result<int> {
        keep_memory_private();
        if (const auto status = answered_common_option(argc, argv)) return *status;
        const Settings settings = settings_or_throw();
        const SystemClock clock;
        const std::string_view option = argc == 2 ? argv[1] : "";
        const bool closes = option == "--close-strays" || option == "--release-doors";
        if (closes && access(launcher::doors_folder, F_OK) != 0) return exit_status::done;  // no door was ever made
        if (!option.empty()) return put_in_order(option, settings, clock);

        auto sockets = service_sockets();
        if (!sockets) return error_of(sockets);
        const auto listening = take_socket(*sockets, "launcher");
        if (!listening) return error_of(listening);
        const auto boardgated = uid_of("boardgate");
        if (!boardgated) return error_of(boardgated);
        const auto tickets = tickets::TicketStore::open();
        if (!tickets) return error_of(tickets);
        const auto records = launcher::DoorRecords::open();
        if (!records) return error_of(records);
        notify_ready("Waiting for requests");
        return serve_until_idle(listening->get(), *boardgated, {settings, clock, *tickets, *records});
    });
}

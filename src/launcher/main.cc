// SPDX-License-Identifier: MIT
// boardgate-launcher: root, started by its socket, ends when nobody has asked for a while.
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/log.h"
#include "src/base/peer.h"
#include "src/base/run.h"
#include "src/base/service.h"
#include "src/launcher/closed_accounts.h"
#include "src/launcher/dispatch.h"

namespace {

using namespace boardgate;

/// Ends when no request came for this long; the socket unit starts it again.
constexpr std::chrono::seconds idle{60};
/// boardgated sends its request at once after it connected.
constexpr std::chrono::seconds patience{5};

void serve(int connection, uid_t boardgated, launcher::Dispatch& dispatch) {
    const auto caller = peer_of(connection);
    if (!caller || caller->uid != boardgated) {
        log_event(Event::refused_peer, "somebody other than boardgated spoke to the launcher's socket");
        return;
    }
    const auto request = wire::receive(connection, patience);
    if (!request || !*request) return;
    const auto answer = dispatch.answer(**request);
    if (!answer) {
        log_event(Event::bad_message, answer.error().text());
        return;
    }
    // The peer may be gone; then nobody misses the answer.
    if (answer->holder) {
        (void)wire::send(connection, wire::TicketHolder(*answer->holder));
    } else if (answer->outcome) {
        (void)wire::send(connection, wire::Done(*answer->outcome), answer->attach.get());
    } else {
        (void)wire::send(connection, wire::Refused(answer->outcome.error()));
    }
}

/// Ends when nobody asks, and when the bus is restarted: whoever asks next starts another one, with a new bus.
Result<int> serve_until_idle(int listening, uid_t boardgated, const Bus& bus, launcher::UnitJobs& jobs, launcher::Dispatch& dispatch) {
    auto end = std::chrono::steady_clock::now() + idle;
    while (jobs.keep_up()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) break;
        pollfd waiting[2] = {{listening, POLLIN, 0}, {sd_bus_get_fd(bus.get()), POLLIN, 0}};
        if (poll(waiting, 2, static_cast<int>(left.count())) < 0 && errno != EINTR) return system_error("cannot wait for requests");
        // The bus first: a request that comes with its end is for the next launcher.
        if (waiting[1].revents != 0 || waiting[0].revents == 0) continue;
        end = std::chrono::steady_clock::now() + idle;
        const Fd connection(accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (connection) serve(connection.get(), boardgated, dispatch);
    }
    return exit_status::done;
}

/// Closes the doors that are not in the range any more, before the packet filter leaves their ports to everybody.
/// Opening such a board makes it a door again.
int close_strays(const Settings& settings, const launcher::DoorRecords& records, launcher::Doors& doors) {
    for (const launcher::DoorRecord& record : records.all()) {
        const auto owner = account_of(record.uid);
        const auto user = owner ? UserName::parse(owner->name) : failure("no such account");
        if (!user || settings.is_door_port(record.door.port)) continue;
        const UnitName unit(*user, *BoardId::parse(record.door.board));
        if (!doors.is_open(unit)) continue;
        doors.close(unit);
        log_event(Event::reconciled,
                  fmt::format("the door of board {} is closed: port {} is not in door_ports any more", record.door.board, record.door.port),
                  {{"BOARD_ID", record.door.board}, {"USER_NAME", owner->name}});
    }
    return exit_status::done;
}

/// Makes the doors of the record again that are not open: at boot, before boardgated asks for any.
int restore_doors(const launcher::DoorRecords& records, launcher::Doors& doors, const Clock& clock) {
    std::vector<std::string> damaged;
    int failed = 0;
    for (const launcher::DoorRecord& record : records.all(&damaged)) {
        const auto owner = account_of(record.uid);
        const auto user = owner ? UserName::parse(owner->name) : failure("no such account");
        if (!user) {
            log_event(Event::reconciled, "board " + record.door.board + " keeps no door: its owner has no account any more",
                      {{"BOARD_ID", record.door.board}});
            continue;
        }
        if (const std::string why = launcher::why_closed(*owner, clock); !why.empty()) {
            log_event(Event::reconciled, "board " + record.door.board + " keeps no door: its owner's account is closed, " + why,
                      {{"BOARD_ID", record.door.board}, {"USER_NAME", owner->name}});
            continue;
        }
        if (doors.is_open(UnitName(*user, *BoardId::parse(record.door.board)))) continue;
        if (const auto made = doors.make_again(*owner, record); !made) {
            ++failed;
            log_event(Event::reconciled, "the door of board " + record.door.board + " cannot be made: " + made.error().text,
                      {{"BOARD_ID", record.door.board}, {"USER_NAME", owner->name}});
        }
    }
    for (const std::string& name : damaged) log_event(Event::reconciled, "the record of board " + name + " is damaged and left alone");
    return failed == 0 ? exit_status::done : exit_status::try_again;
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
        if (!bus) return tl::make_unexpected(bus.error());
        const auto jobs = launcher::UnitJobs::open(*bus);
        if (!jobs) return tl::make_unexpected(jobs.error());
        const auto records = launcher::DoorRecords::open();
        if (!records) return tl::make_unexpected(records.error());
        launcher::Doors doors(settings, *bus, **jobs, *records);
        const SystemClock clock;
        if (option == "--close-strays") return close_strays(settings, *records, doors);
        if (option == "--restore-doors") return restore_doors(*records, doors, clock);

        auto sockets = service_sockets();
        if (!sockets) return tl::make_unexpected(sockets.error());
        const auto listening = take_socket(*sockets, "launcher");
        if (!listening) return tl::make_unexpected(listening.error());
        const auto boardgated = uid_of("boardgate");
        if (!boardgated) return tl::make_unexpected(boardgated.error());
        const auto tickets = tickets::TicketStore::open();
        if (!tickets) return tl::make_unexpected(tickets.error());
        launcher::Dispatch dispatch(settings, *tickets, clock, **jobs, doors);
        notify_ready("Waiting for requests");
        return serve_until_idle(listening->get(), *boardgated, *bus, **jobs, dispatch);
    });
}

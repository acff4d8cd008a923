// SPDX-License-Identifier: MIT
// boardgate-doorcheck: tests continuously that the packet filter refuses local accounts at the doors, and ends if it does
// not; systemd then restarts it, and loads the table first. --load-table, as root, loads the table. --holder PORT prints
// the program that listens on the port, if the caller may see it; --holder all prints the ports where no door may open.
// --keep-ports keeps the ports of doors.
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "src/base/gate_status_text.h"
#include "src/base/log.h"
#include "src/base/run.h"
#include "src/base/service.h"
#include "src/doorcheck/holder.h"
#include "src/doorcheck/kept_ports.h"
#include "src/doorcheck/load_table.h"
#include "src/doorcheck/probe.h"

namespace {

/// The longest time that open doors stay unnoticed.
constexpr std::chrono::seconds between_tries{2};
/// Not exit_status::fault_of_ours: the machine's state is wrong, not boardgate.
constexpr int unsound = 1;
constexpr const char* kept_socket = "probe";
/// Ports that other programs had are kept soon after they are free.
constexpr std::chrono::seconds between_binds{10};

/// --keep-ports. Does not return.
[[noreturn]] void keep_ports(const boardgate::Settings& settings) {
    using namespace boardgate;
    doorcheck::KeptPorts ports(settings);
    if (auto sockets = service_sockets()) {
        for (auto& [name, socket] : *sockets) {
            forget_socket(name);
            ports.adopt(std::move(socket));
        }
    }
    (void)ports.bind_missing();
    for (const std::uint16_t port : ports.all()) keep_socket(doorcheck::name_of_port(port), ports.socket_of(port));
    for (std::string status = ports.status();;) {
        notify_ready(status);
        do {
            std::this_thread::sleep_for(between_binds);
            for (const std::uint16_t port : ports.bind_missing()) keep_socket(doorcheck::name_of_port(port), ports.socket_of(port));
        } while (ports.status() == status);
        status = ports.status();
    }
}

}  // namespace

int main(int argc, char** argv) {
    using namespace boardgate;
    return run("boardgate-doorcheck", [&]() -> Result<int> {
        if (const auto status = answered_common_option(argc, argv)) return *status;
        const Settings settings = settings_or_throw();
        if (argc == 2 && std::string_view(argv[1]) == "--load-table") return tl::make_unexpected(doorcheck::load_table(settings));
        if (argc == 2 && std::string_view(argv[1]) == "--keep-ports") keep_ports(settings);
        if (argc == 3 && std::string_view(argv[1]) == "--holder") {
            if (std::string_view(argv[2]) == "all") {
                std::puts(doorcheck::taken_ports(settings).c_str());
                return exit_status::done;
            }
            const auto port = Port::parse(std::atoi(argv[2]));
            if (!port) return error_of(port);
            std::puts(doorcheck::holder_of(port->number()).c_str());
            return exit_status::done;
        }
        // systemd keeps the port during a restart of this program, so that no other account can take it.
        Fd kept;
        if (auto sockets = service_sockets()) {
            if (auto one = take_socket(*sockets, kept_socket)) kept = *std::move(one);
        }
        const auto probe = doorcheck::Probe::open(settings.probe_port(), std::move(kept));
        if (!probe) return error_of(probe);
        forget_socket(kept_socket);
        keep_socket(kept_socket, probe->listening());
        for (bool ready = false;; ready = true) {
            const auto refused = probe->refused();
            if (!refused) return error_of(refused);
            if (!*refused) {
                log_event(Event::fatal,
                          "the packet filter lets local accounts connect to doors; boardgate-doorcheck loads its table again");
                return unsound;
            }
            if (ready) {
                notify_alive();
            } else {
                notify_ready(gate_status_text(settings.door_ports));
            }
            std::this_thread::sleep_for(between_tries);
        }
    });
}

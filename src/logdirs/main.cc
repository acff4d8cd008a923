// SPDX-License-Identifier: MIT
// boardgate-logdirs: reads folders with a user's permissions, for boardgated. Started by the user's own socket, to which
// the launcher connects; ends when idle.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <list>
#include <thread>

#include "src/base/accept.h"
#include "src/base/log.h"
#include "src/base/peer.h"
#include "src/base/run.h"
#include "src/base/service.h"
#include "src/logdirs/conversation.h"

namespace {

using namespace boardgate;

constexpr std::chrono::seconds idle{30};
/// A file system that does not answer blocks one thread; the others continue.
constexpr std::size_t most_conversations = 16;

struct Conversation {
    std::atomic<bool> over = false;
    std::thread thread;
};

class Conversations {
public:
    ~Conversations() {
        for (Conversation& one : all_) one.thread.join();
    }
    [[nodiscard]] std::size_t going_on() {
        all_.remove_if([](Conversation& one) {
            if (!one.over) return false;
            one.thread.join();
            return true;
        });
        return all_.size();
    }
    void begin(Fd connection, logdirs::FolderRequests& answers) {
        Conversation& one = all_.emplace_back();
        one.thread = std::thread([&one, &answers, fd = std::move(connection)] {
            try {
                answers.serve(fd.get());
            } catch (const std::exception& exception) {
                log_event(Event::request_fault, exception.what());
            }
            one.over = true;
        });
    }

private:
    std::list<Conversation> all_;
};

Result<int> serve_until_idle(int listening, logdirs::FolderRequests& answers) {
    Conversations conversations;
    for (;;) {
        const std::size_t going_on = conversations.going_on();
        // If all threads are busy, new connections wait; check for a free thread periodically.
        pollfd waiting{going_on < most_conversations ? listening : -1, POLLIN, 0};
        const auto longest = going_on < most_conversations ? std::chrono::milliseconds(idle) : std::chrono::milliseconds(100);
        const int ready = poll(&waiting, 1, static_cast<int>(longest.count()));
        if (ready == 0 && going_on == 0) return exit_status::done;
        if (ready <= 0) continue;
        Fd connection = accept_connection(listening);
        if (!connection) continue;
        const auto caller = peer_of(connection.get());
        if (!caller || caller->uid != 0) {
            log_event(Event::refused_peer, "a process other than boardgate-launcher connected to a boardgate-logdirs");
            continue;
        }
        conversations.begin(std::move(connection), answers);
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run("boardgate-logdirs", [&]() -> Result<int> {
        // The person's other processes must not speak through this one.
        keep_memory_private();
        if (const auto status = answered_common_option(argc, argv)) return *status;
        const Settings settings = settings_or_throw();
        auto sockets = service_sockets();
        if (!sockets) return error_of(sockets);
        const auto listening = take_socket(*sockets, "logdirs");
        if (!listening) return error_of(listening);
        if (geteuid() == 0) return failure("this program must not run as root", {}, "start it through boardgate-logdirs@UID.socket");
        const SystemClock clock;
        logdirs::Folders folders(clock, geteuid(), settings.minimum_uid);
        logdirs::FolderRequests answers(
            folders, [] { return account_of(geteuid()); }, settings.run_roots);
        notify_ready("Waiting for requests about folders");
        return serve_until_idle(listening->get(), answers);
    });
}

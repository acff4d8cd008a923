// SPDX-License-Identifier: MIT
// boardgated: wires the parts together. Three pools take requests from nginx, one thread follows systemd, lanes
// do what waits for others.
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include "src/base/log.h"
#include "src/base/run.h"
#include "src/base/service.h"
#include "src/boardgated/api_admin.h"
#include "src/boardgated/api_boards.h"
#include "src/boardgated/api_folders.h"
#include "src/boardgated/api_health.h"
#include "src/boardgated/api_login.h"
#include "src/boardgated/api_options.h"
#include "src/boardgated/api_streams.h"
#include "src/boardgated/audit.h"
#include "src/boardgated/board_answer.h"
#include "src/boardgated/failure_watch.h"
#include "src/boardgated/fcgi_pool.h"
#include "src/boardgated/metrics_server.h"
#include "src/boardgated/router.h"

namespace {

using namespace boardgate;
using namespace boardgate::boardgated;

constexpr std::chrono::seconds between_sweeps{30};

UnitWatch::Listener listener_for(Registry& registry, Gate& gate, Orphans& orphans) {
    UnitWatch::Listener listener;
    listener.board = [&registry](const BoardId& board, const UnitFacts& facts) { registry.set_facts(board, facts); };
    listener.usage = [&registry](const BoardId& board, const Usage& usage) { registry.set_usage(board, usage); };
    listener.gate = [&gate](bool sound) { gate.set_sound(sound); };
    listener.connected = [&orphans](const std::set<std::string>& units) { orphans.units_exist(units); };
    listener.unit_of = [&registry](const BoardId& id) {
        const auto board = registry.find(id);
        return board ? std::optional(board->unit()) : std::nullopt;
    };
    listener.boards = [&registry] {
        std::vector<BoardId> ids;
        for (const Board& board : registry.all()) ids.push_back(board.id);
        return ids;
    };
    return listener;
}

void check_logins(Sessions& sessions, const LoginDesk& desk) {
    for (const auto& [token, address] : sessions.to_check()) {
        if (desk.has_ended(token, address)) sessions.end(token);
    }
}

/// Sweeps now and then, until SIGTERM or SIGINT.
void wait_for_the_end(Sessions& sessions, Registry& registry, LoginDesk& desk, WorkLane& checks, ViewAudit& views, const sigset_t& ending) {
    const Fd signals(signalfd(-1, &ending, SFD_CLOEXEC));
    pollfd waiting{signals.get(), POLLIN, 0};
    while (poll(&waiting, 1, static_cast<int>(std::chrono::milliseconds(between_sweeps).count())) <= 0) {
        sessions.sweep();
        registry.save_views();
        desk.sweep();
        // No room: the last ones are still being asked about.
        (void)checks.add([&] { check_logins(sessions, desk); });
        views.sweep();
    }
    sessions.sweep();
    registry.save_views();
}

}  // namespace

int main(int argc, char** argv) {
    return run("boardgated", [&]() -> Result<int> {
        keep_memory_private();
        if (const auto status = answered_common_option(argc, argv)) return *status;
        const Settings settings = settings_or_throw();
        auto sockets = service_sockets();
        if (!sockets) return tl::make_unexpected(sockets.error());
        auto gate_socket = take_socket(*sockets, "gate");
        auto app_socket = take_socket(*sockets, "app");
        auto stream_socket = take_socket(*sockets, "stream");
        for (const auto* socket : {&gate_socket, &app_socket, &stream_socket}) {
            if (!*socket) return tl::make_unexpected(socket->error());
        }
        // Before any thread, so that all of them inherit it and the signal waits for wait_for_the_end().
        sigset_t ending;
        sigemptyset(&ending);
        sigaddset(&ending, SIGTERM);
        sigaddset(&ending, SIGINT);
        pthread_sigmask(SIG_BLOCK, &ending, nullptr);

        const SystemClock clock;
        const auto store = Store::open();
        if (!store) return tl::make_unexpected(store.error());
        Sessions sessions(**store, settings, clock);
        if (const auto loaded = sessions.load(); !loaded) return tl::make_unexpected(loaded.error());
        Registry registry(**store, clock, settings.longest_awake);
        if (const auto loaded = registry.load(); !loaded) return tl::make_unexpected(loaded.error());

        FrontEnds front_ends(settings, clock);
        Gate gate(sessions, registry, settings, front_ends);
        ViewAudit views(registry, clock);
        Metrics metrics(gate, registry, sessions, clock);
        const JournalClient journal;
        StreamHub hub(registry, sessions, clock);
        FailureWatch failures(registry, journal);
        SocketLauncher launcher;
        Orphans orphans(registry, launcher);
        UnitWatch watch(listener_for(registry, gate, orphans));
        Waker waker(launcher, registry, settings, [&watch](const BoardId& board) { watch.look_again(board); });
        registry.listen([&](const Board& board, bool gone) {
            hub.board_changed(board, gone);
            failures.board_changed(board, gone);
            waker.board_changed(board, gone);
            metrics.board_changed(board, gone);
        });
        if (const auto started = watch.start(); !started) return tl::make_unexpected(started.error());

        LoginDesk desk(clock);
        LoginLimiter limiter(clock);
        ApiLogin api_login(desk, limiter, sessions, registry, launcher, orphans, metrics, settings);
        Presets presets(**store);
        ApiBoards api_boards(registry, launcher, waker, watch, journal, presets, settings);
        ApiOptions api_options(settings, registry, presets);
        ApiAdmin api_admin(registry, waker, settings);
        ApiHealth api_health(gate);
        // A refused login takes two seconds on purpose, so there are many threads for them.
        WorkLane logins("logins", 24, 48);
        WorkLane launches("launches", 16, 64);
        WorkLane folders("folders", 16, 64);
        WorkLane checks("checks", 1, 1);
        ApiFolders api_folders(launcher, hub, folders);
        ApiStreams api_streams(hub, registry, sessions, journal, api_folders);
        Router router({api_login, api_boards, api_health, api_options, api_admin, api_folders}, {logins, launches, folders}, sessions);
        BoardAnswer board_answer(gate, waker, registry, launches);

        FcgiPool::prepare();
        {
            const FcgiPool gates("gate", *std::move(gate_socket), 4, [&](std::unique_ptr<Request> request) {
                const auto began = std::chrono::steady_clock::now();
                const GateDecision decision = gate.answer(*request);
                metrics.gate_answered(decision.refusal, std::chrono::steady_clock::now() - began);
                views.passed(decision, request->address());
            });
            const FcgiPool apps("app", *std::move(app_socket), 4, [&](std::unique_ptr<Request> request) {
                if (request->parameter("BG_ROLE") == "board_answer") {
                    board_answer.handle(std::move(request));
                } else {
                    router.handle(std::move(request));
                }
            });
            const FcgiPool streams("stream", *std::move(stream_socket), 2,
                                   [&](std::unique_ptr<Request> request) { api_streams.handle(std::move(request)); });
            std::optional<MetricsServer> metrics_server;
            if (auto socket = take_socket(*sockets, "metrics")) metrics_server.emplace(*std::move(socket), [&] { return metrics.text(); });
            notify_ready("Serving " + std::to_string(registry.all().size()) + " boards");
            wait_for_the_end(sessions, registry, desk, checks, views, ending);
            notify_stopping("Finishing what was begun");
        }
        for (WorkLane* lane : {&logins, &launches, &folders, &checks}) lane->finish();
        failures.finish();
        waker.finish();
        watch.stop();  // its listeners are about to go
        return exit_status::done;
    });
}

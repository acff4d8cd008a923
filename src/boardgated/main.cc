// SPDX-License-Identifier: MIT
// boardgated: constructs and connects all parts. The gate has a thread of its own, two pools take the other requests from
// nginx, one thread follows systemd, and thread pools do work that waits for other processes.
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>
#include <thread>

#include "src/base/log.h"
#include "src/base/peer.h"
#include "src/base/run.h"
#include "src/base/service.h"
#include "src/boardgated/api/api_admin.h"
#include "src/boardgated/api/api_boards.h"
#include "src/boardgated/api/api_folders.h"
#include "src/boardgated/api/api_health.h"
#include "src/boardgated/api/api_login.h"
#include "src/boardgated/api/api_notes.h"
#include "src/boardgated/api/api_options.h"
#include "src/boardgated/api/api_shares.h"
#include "src/boardgated/api/api_streams.h"
#include "src/boardgated/api/api_views.h"
#include "src/boardgated/api/metrics.h"
#include "src/boardgated/api/router.h"
#include "src/boardgated/gate/audit.h"
#include "src/boardgated/gate/board_answer.h"
#include "src/boardgated/gate/view_answer.h"
#include "src/boardgated/logins/account_checks.h"
#include "src/boardgated/logins/address_holder.h"
#include "src/boardgated/sharing/views.h"
#include "src/boardgated/units/failure_watch.h"
#include "src/boardgated/units/job_audit.h"
#include "src/boardgated/web/fcgi_pool.h"
#include "src/boardgated/web/gate_server.h"
#include "src/boardgated/web/metrics_server.h"
#include "src/wire/frame.h"

namespace boardgate::boardgated {

namespace {

constexpr std::chrono::seconds between_sweeps{30};
/// When boardgated ends.
constexpr std::chrono::seconds patience_with_open_requests{3};

/// The sockets that systemd passes (boardgated.socket, ...).
struct Sockets {
    Fd gate;
    Fd app;
    Fd stream;
    std::optional<Fd> metrics;
};

Result<Sockets> take_sockets() {
    auto passed = service_sockets();
    if (!passed) return error_of(passed);
    auto gate = take_socket(*passed, "gate");
    auto app = take_socket(*passed, "app");
    auto stream = take_socket(*passed, "stream");
    for (const auto* socket : {&gate, &app, &stream}) {
        if (!*socket) return error_of(*socket);
    }
    auto metrics = take_socket(*passed, "metrics");
    return Sockets{*std::move(gate), *std::move(app), *std::move(stream), metrics ? std::optional(*std::move(metrics)) : std::nullopt};
}

UnitWatch::Listener listener_for(Registry& registry, Gate& gate, UnitReconciler& unit_reconciler) {
    UnitWatch::Listener listener;
    listener.board = [&registry](const BoardId& board, const UnitFacts& facts) { registry.set_facts(board, facts); };
    listener.usage = [&registry](const BoardId& board, const Usage& usage) { registry.set_usage(board, usage); };
    listener.gate = [&gate](bool healthy) { gate.set_healthy(healthy); };
    listener.connected = [&unit_reconciler](const std::set<std::string>& units) { unit_reconciler.find_unknown(units); };
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

}  // namespace

/// The whole program. Each member refers only to members above it.
class Service {
public:
    Service(const Settings& settings, std::unique_ptr<Store> store) : settings_(settings), store_(std::move(store)) {}
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;
    /// Stops all threads, first those that take requests, so that nothing calls a stopped part.
    ~Service();

    /// Loads the database, reads the units' states, and takes requests.
    [[nodiscard]] Result<void> start(Sockets sockets);
    /// Periodically stores changes and removes what has expired, until a signal of `ending` arrives.
    void run_until(const sigset_t& ending);
    [[nodiscard]] std::string status() const {
        const std::string lost = unit_reconciler_.lost();
        return fmt::format("Serving {} boards{}", registry_.all().size(), lost.empty() ? "" : "; " + lost);
    }

private:
    void take_requests(Sockets sockets);
    void check_shares();
    [[nodiscard]] Result<bool> person_arrived(std::uint32_t uid, const UserName& user, const std::optional<HomeMark>& home);
    void end_shares(const std::vector<Shares::Shown>& ended, std::string_view reason) const;
    void person_is_here(const Session& session, const Token& token);
    void ask_for_homes();
    void check_tickets();
    void find_resting();
    [[nodiscard]] Response answer_gate(const Parameters& request);
    [[nodiscard]] Response answer_view_gate(const Parameters& request);
    void answer_app(std::unique_ptr<Request> request);

    const Settings& settings_;
    uid_t nginx_ = 0;
    const SystemClock clock_;
    const std::unique_ptr<Store> store_;
    SocketLauncher launcher_;
    EndedLogins ended_{*store_, [this](const std::vector<TokenHash>& tickets) { return launcher_.revoke(tickets); }};
    Sessions sessions_{*store_, ended_, settings_, clock_};
    Registry registry_{*store_, clock_, settings_.longest_awake, settings_.engine};
    Presets presets_{*store_};
    RunNotes notes_{*store_};
    Memberships memberships_{clock_};
    Shares shares_{*store_, registry_, memberships_, settings_, clock_};
    Views views_{*store_, sessions_, clock_};

    FrontEnds front_ends_{settings_, clock_};
    Gate gate_{sessions_, registry_, settings_, front_ends_};
    ViewGate view_gate_{gate_, sessions_, views_, shares_, registry_, settings_, front_ends_};
    ViewAudit view_audit_{registry_, clock_};
    Metrics metrics_{gate_, registry_, sessions_, clock_};

    const JournalClient journal_;
    LoginConversations conversations_{clock_, settings_};
    LoginLimiter limiter_{clock_, settings_};
    AccountChecks account_checks_{sessions_, clock_, LoginConversations::socket_path};

    EventStreams event_streams_{registry_, sessions_, clock_};
    FailureWatch failures_{registry_, journal_, launcher_};
    JobAudit jobs_;
    UnitReconciler unit_reconciler_{
        registry_, launcher_, [this](const BoardId& board) { watch_.refresh(board); },
        [this](std::uint32_t uid, const UserName& user, const std::optional<HomeMark>& home) { return person_arrived(uid, user, home); }};
    UnitWatch watch_{listener_for(registry_, gate_, unit_reconciler_)};
    BoardScheduler scheduler_{
        launcher_,
        registry_,
        settings_,
        clock_,
        {[this](const BoardId& board) { watch_.refresh(board); }, [this](std::uint32_t uid) { return event_streams_.has_page_open(uid); },
         [this](const BoardId& board) { return shown_to(shares_.of_board(board)); }}};

    // A refused login takes two seconds on purpose, so many threads serve logins.
    ThreadPool logins_{"logins", {32, 8, 128, 40}};
    ThreadPool launches_{"launches", {32, 4, 160, 32}};
    ThreadPool folders_{"folders", {16, 4, 80, 16}};
    // A check of accounts or groups may hang; that of tickets goes on.
    ThreadPool checks_{"checks", {4, 1, 5, 1}};
    // Listeners may wait for the disk, which the gate's thread must not.
    ThreadPool views_seen_{"views", {1, 1, 1, 1}};
    std::atomic<bool> found_resting_ = false;

    Administrators administrators_{settings_, clock_};
    ApiLogin api_login_{conversations_, limiter_, sessions_, ended_, registry_, launcher_, unit_reconciler_, metrics_, administrators_};
    ApiBoards api_boards_{registry_, launcher_, scheduler_, watch_, journal_, presets_, settings_};
    ApiNotes api_notes_{notes_, launcher_};
    ApiOptions api_options_{settings_, registry_, presets_, [this](std::uint32_t uid) { return shares_.is_proved(uid); }};
    ApiAdmin api_admin_{registry_, launcher_, scheduler_, administrators_, settings_, clock_};
    ApiHealth api_health_{gate_};
    ApiFolders api_folders_{launcher_, registry_, event_streams_, folders_};
    ApiStreams api_streams_{event_streams_, registry_, sessions_, journal_, api_folders_, clock_};
    ApiShares api_shares_{registry_, shares_, event_streams_, launcher_, settings_, clock_};
    ApiViews api_views_{registry_, shares_, views_, gate_, front_ends_, scheduler_, settings_};
    Router router_{{api_login_, api_boards_, api_health_, api_options_, api_admin_, api_folders_, api_shares_, api_views_, api_notes_},
                   {logins_, launches_, folders_},
                   sessions_,
                   [this](const Session& session, const Token& token) { person_is_here(session, token); }};
    BoardAnswer board_answer_{gate_, scheduler_, registry_, front_ends_, launches_};

    std::optional<GateServer> gate_requests_;
    std::optional<FcgiPool> app_requests_;
    std::optional<FcgiPool> stream_requests_;
    std::optional<MetricsServer> metrics_server_;
};

Service::~Service() {
    // What waits for PAM, systemd or a home may finish within a moment. Nobody's hanging home may keep boardgated longer:
    // systemd would kill it.
    const std::jthread deadline([this](const std::stop_token& stop) {
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any().wait_for(lock, stop, patience_with_open_requests, [] { return false; });
        wire::stop_waiting();
        registry_.stop_waiting();
    });
    metrics_server_.reset();
    gate_requests_.reset();
    for (auto* requests : {&app_requests_, &stream_requests_}) requests->reset();
    for (ThreadPool* pool : {&logins_, &launches_, &folders_, &checks_, &views_seen_}) pool->finish();
    administrators_.finish();
    ended_.finish();
    failures_.finish();
    scheduler_.finish();
    watch_.stop();
}

Result<void> Service::start(Sockets sockets) {
    const auto nginx = account_of(settings_.nginx_user);
    if (!nginx) {
        return tl::make_unexpected(Error{"there is no account for nginx_user", settings_.nginx_user,
                                         "install nginx, or set nginx_user in boardgate.conf", 0, true});
    }
    nginx_ = nginx->uid;
    if (auto loaded = sessions_.load(); !loaded) return loaded;
    if (auto started = ended_.start(); !started) return started;
    for (const auto& [user, address] : sessions_.places()) limiter_.remember(user, address_holder(address));
    if (auto loaded = registry_.load(); !loaded) return loaded;
    if (auto loaded = shares_.load(); !loaded) return loaded;
    if (auto loaded = views_.load(); !loaded) return loaded;
    metrics_.watch(shares_, views_);
    registry_.notify_of_views_by([this](std::function<void()> work) { (void)views_seen_.add({}, std::move(work)); });
    registry_.listen([this](const Board& board, bool gone) {
        shares_.board_changed(board, gone);
        if (gone) views_.end_of_board(board.id);
        event_streams_.board_changed(board, gone);
        failures_.board_changed(board, gone);
        scheduler_.board_changed(board, gone);
        metrics_.board_changed(board, gone);
        if (!gone && board.state == State::ready) front_ends_.board_is_ready(board);
        jobs_.board_changed(board, gone);
    });
    if (auto started = watch_.start(); !started) return started;
    (void)checks_.add("doors", [this] { find_resting(); });
    take_requests(std::move(sockets));
    return {};
}

void Service::take_requests(Sockets sockets) {
    FcgiPool::prepare();
    gate_requests_.emplace(std::move(sockets.gate), nginx_, [this](const Parameters& request) { return answer_gate(request); });
    app_requests_.emplace("app", std::move(sockets.app), nginx_, 4,
                          [this](std::unique_ptr<Request> request) { answer_app(std::move(request)); });
    stream_requests_.emplace("stream", std::move(sockets.stream), nginx_, 2,
                             [this](std::unique_ptr<Request> request) { api_streams_.handle(std::move(request)); });
    if (sockets.metrics) metrics_server_.emplace(*std::move(sockets.metrics), [this] { return metrics_.text(); });
}

Response Service::answer_view_gate(const Parameters& request) {
    auto [decision, response] = view_gate_.answer(request);
    metrics_.view_gate_answered(decision.refusal);
    view_audit_.view_gate_decided(decision, request.address());
    return std::move(response);
}

Response Service::answer_gate(const Parameters& request) {
    if (request.parameter("BG_ROLE") == "view_gate") return answer_view_gate(request);
    const auto began = std::chrono::steady_clock::now();
    auto [decision, response] = gate_.answer(request);
    metrics_.gate_answered(decision.refusal, std::chrono::steady_clock::now() - began);
    view_audit_.gate_decided(decision, request.address());
    return std::move(response);
}

void Service::answer_app(std::unique_ptr<Request> request) {
    const std::string_view role = request->parameter("BG_ROLE");
    if (role == "board_answer" || role == "board_about") {
        board_answer_.handle(std::move(request));
    } else if (role == "view_answer") {
        write_response(*request, view_answer(view_gate_.decide(ViewGate::question_of(*request)), registry_));
    } else {
        router_.handle(std::move(request));
    }
}

/// Until it is done, boards that rest are off.
void Service::find_resting() {
    if (!found_resting_) found_resting_ = unit_reconciler_.find_resting();
}

/// A member who left a group sees its boards for a minute at most.
void Service::check_shares() {
    memberships_.refresh();
    end_shares(shares_.end_gone(), "the account or the group is gone");
}

void Service::end_shares(const std::vector<Shares::Shown>& ended, std::string_view reason) const {
    for (const Shares::Shown& each : ended) {
        if (const auto board = registry_.find(each.board)) audit_ended_share(*board, each.share, reason);
    }
}

/// Another person under the same name and number gets nothing of the one before.
Result<bool> Service::person_arrived(std::uint32_t uid, const UserName& user, const std::optional<HomeMark>& home) {
    const auto arrival = shares_.person_arrives(uid, user.str(), home);
    if (!arrival) return error_of(arrival);
    end_shares(arrival->ended, "the account has another home now");
    if (arrival->another) {
        if (const auto gone = store_->delete_presets(uid); !gone) return error_of(gone);
    }
    return arrival->awaits_home;
}

/// After a restart nobody's token is known that could ask for the home.
void Service::person_is_here(const Session& session, const Token& token) {
    if (!registry_.has_hidden(session.uid) && shares_.is_proved(session.uid)) return;
    if (unit_reconciler_.await_home(session.uid, session.user, token)) (void)checks_.add("homes", [this] { ask_for_homes(); });
}

void Service::ask_for_homes() {
    unit_reconciler_.ask_for_homes([this](const TokenHash& token) { return sessions_.find(token).has_value(); });
}

/// A session ends with its ticket, for example when the password changes.
void Service::check_tickets() {
    for (const TokenHash& ended : launcher_.ended_of(sessions_.tokens())) sessions_.end(ended);
}

void Service::run_until(const sigset_t& ending) {
    const Fd signals(signalfd(-1, &ending, SFD_CLOEXEC));
    pollfd waiting{signals.get(), POLLIN, 0};
    while (poll(&waiting, 1, static_cast<int>(std::chrono::milliseconds(between_sweeps).count())) <= 0) {
        sessions_.sweep();
        registry_.save_views();
        conversations_.sweep();
        // A full queue: the last check still runs.
        (void)checks_.add("accounts", [this] { account_checks_.work(); });
        (void)checks_.add("tickets", [this] { check_tickets(); });
        (void)checks_.add("shares", [this] { check_shares(); });
        (void)checks_.add("homes", [this] { ask_for_homes(); });
        if (!found_resting_) (void)checks_.add("doors", [this] { find_resting(); });
        view_audit_.sweep();
        end_shares(shares_.sweep(), "its time is over");
        views_.sweep();
        scheduler_.sweep();
        registry_.purge();
    }
    sessions_.sweep();
    registry_.save_views();
    (void)shares_.sweep();
}

namespace {

/// Blocked in all threads from here on, so that only run_until() receives them.
sigset_t block_ending_signals() {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    return ending;
}

/// --adopt NAME, for `boardgate adopt`: boards that were set aside become those of the home of the next login.
Result<int> adopt(const std::string& owner) {
    const auto store = Store::open();
    if (!store) return error_of(store);
    const auto boards = (*store)->adopt(owner);
    if (!boards) return error_of(boards);
    std::puts(std::to_string(*boards).c_str());
    return exit_status::done;
}

Result<int> serve() {
    const Settings settings = settings_or_throw();
    auto sockets = take_sockets();
    if (!sockets) return error_of(sockets);
    const sigset_t ending = block_ending_signals();
    const BackgroundLogging logging;
    auto store = Store::open();
    if (!store) return error_of(store);
    Service service(settings, *std::move(store));
    if (const auto started = service.start(*std::move(sockets)); !started) return error_of(started);
    notify_ready(service.status());
    service.run_until(ending);
    notify_stopping("Finishing open requests");
    return exit_status::done;
}

}  // namespace

}  // namespace boardgate::boardgated

int main(int argc, char** argv) {
    return boardgate::run("boardgated", [&]() -> boardgate::Result<int> {
        boardgate::keep_memory_private();
        if (const auto status = boardgate::answered_common_option(argc, argv)) return *status;
        if (argc == 3 && std::string_view(argv[1]) == "--adopt") return boardgate::boardgated::adopt(argv[2]);
        return boardgate::boardgated::serve();
    });
}

// SPDX-License-Identifier: MIT
#include "src/board/supervisor.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "src/base/options_changed_signal.h"
#include "src/base/run.h"
#include "src/base/service.h"
#include "src/base/session_ended_signal.h"
#include "src/base/words.h"
#include "src/board/readiness.h"

namespace boardgate::board {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// The exit statuses of shells and timeout(1).
constexpr int never_answered = 124;
constexpr int not_executable = 126;
constexpr int not_found = 127;
constexpr int failed = 1;
constexpr int killed = 137;

/// Time for requests in progress before a restart; TensorBoard answers the longest in about a second.
constexpr seconds time_to_finish{3};
/// For answers under way, also those of the owner's other sessions. WebSockets and longer downloads break off.
constexpr seconds time_after_logout{30};

constexpr pollfd none{-1, 0, 0};

std::size_t most_descriptors() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

/// A tmpfs of the unit, empty at every start.
std::string own_folder() {
    const char* folder = secure_getenv("TMPDIR");
    return folder == nullptr ? "" : folder;
}

/// The exit status for a TensorBoard that could not be started.
int exit_status_of(const Error& error) {
    switch (error.sys) {
        case ENOENT:
            return not_found;
        case EMFILE:
        case ENFILE:
        case ENOMEM:
        case EAGAIN:
            return boardgate::exit_status::fault_of_ours;  // a limit of the unit, not the program
        default:
            return not_executable;
    }
}

/// Writes to the board's log, where TensorBoard's own output is. Through standard error, whose unit journald knows: for a
/// datagram it would have to look up the sender, which may have ended, and the line would be in no unit's log.
void log_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
    std::fprintf(stderr, "%s\n", text.c_str());
}

}  // namespace

Supervisor::Supervisor(const Clock& clock, const Options& options, LinkedFolders logdir, Fd options_file, Fd signals, std::vector<Fd> doors)
    : clock_(clock),
      options_(options),
      logdir_(std::move(logdir)),
      tensorflow_(may_have_tensorflow(options.tensorboard)),
      options_file_(std::move(options_file)),
      idle_sleep_(options.idle_sleep),
      signals_(std::move(signals)),
      doors_(std::move(doors)),
      policy_(clock, options, {most_descriptors(), is_tested_tensorboard(options.tensorboard), has_profile_plugin(options.tensorboard)}),
      inspector_(options, logdir_.files, own_folder(), is_tested_tensorboard(options.tensorboard)) {}

Result<int> Supervisor::run() {
    // Start before TensorBoard: files that are replaced while it reads them are then noticed.
    auto watch = LogWatch::start(LogFiles(logdir_.first.str(), {.open_links = options_.confined}),
                                 LinkFarm(logdir_.logdir.str(), logdir_.files.str()), options_.reload_interval);
    if (!watch) return error_of(watch);
    watch_.emplace(*std::move(watch));

    const End end = start_and_serve();
    if (end.status == boardgate::exit_status::done) {
        notify_stopping(end.text);
    } else {
        log_line(end.detail.empty() ? end.text : end.text + ": " + end.detail);
        notify_status(end.text);
    }
    if (tensorboard_) tensorboard_->stop();
    return end.status;
}

Supervisor::End Supervisor::start_and_serve() {
    notify_status("Starting TensorBoard");
    if (const auto end = start(false)) return *end;
    // Only now: earlier connections wait in the kernel's backlog.
    auto relay = Relay::open(std::move(doors_), inner_port);
    if (!relay) return {boardgate::exit_status::fault_of_ours, relay.error().text()};
    relay_.emplace(*std::move(relay));
    if (!inspector_.chart_socket().empty()) relay_->send_charts_to(inspector_.chart_socket(), path_prefix(options_.board));
    idle_.emplace(clock_, idle_sleep_, options_.longest_awake);
    if (const auto end = take_scan()) return *end;
    notify_ready(policy_.status());
    return serve();
}

void Supervisor::take_signals() {
    signalfd_siginfo signal{};
    while (read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
        if (signal.ssi_signo == static_cast<unsigned>(options_changed_signal)) {
            take_changed_options();
        } else if (signal.ssi_signo != static_cast<unsigned>(session_ended_signal)) {
            stop_requested_ = true;
        } else if (relay_) {
            relay_->end_by(clock_.boot() + time_after_logout);
        }
    }
}

/// All else that changes starts the board anew.
void Supervisor::take_changed_options() {
    if (lseek(options_file_.get(), 0, SEEK_SET) != 0) return;
    auto words = read_words(options_file_.get());
    const auto changed = words ? parse_options(options_.board.str(), *std::move(words)) : tl::unexpected(words.error());
    if (!changed) return;
    idle_sleep_ = changed->idle_sleep;
    if (idle_) idle_->set_limit(idle_sleep_);
}

Supervisor::Event Supervisor::wait(Descriptors& descriptors, milliseconds longest) {
    std::array<pollfd, 2 + std::tuple_size_v<Descriptors>> waiting{{{signals_.get(), POLLIN, 0}, {tensorboard_->fd(), POLLIN, 0}}};
    std::copy(descriptors.begin(), descriptors.end(), waiting.begin() + 2);
    // A day fits into poll(2)'s int and is long enough.
    poll(waiting.data(), waiting.size(), static_cast<int>(std::min<milliseconds>(longest, std::chrono::hours(24)).count()));
    std::copy(waiting.begin() + 2, waiting.end(), descriptors.begin());
    take_signals();
    if (stop_requested_) return Event::stop_requested;
    return waiting[1].revents != 0 && tensorboard_->ended() ? Event::tensorboard_ended : Event::none;
}

/// With another data server where the first one does not start.
std::optional<Supervisor::End> Supervisor::start(bool restarted) {
    for (;;) {
        auto end = start_once(restarted);
        if (!end || end->status == boardgate::exit_status::done || !policy_.could_not_start(end->status)) return end;
        log_line("TensorBoard is restarted with another data server: " + end->text);
        tensorboard_->stop();
    }
}

std::optional<Supervisor::End> Supervisor::start_once(bool restarted) {
    kills_before_ = memory_use().kills;
    inspector_.set_loader(policy_.loader());
    if (policy_.loader() == Loader::rustboard && options_.reload_interval.count() > 0) watch_->follow_replaced();
    auto started = TensorBoard::start(tensorboard_arguments(options_, logdir_.logdir, policy_.loader(), tensorflow_), policy_.loader(),
                                      inspector_.data_variables());
    if (!started) {
        Error shown = started.error();
        shown.remedy.clear();  // it has the program's path
        return End{exit_status_of(shown), shown.text(), started.error().remedy};
    }
    tensorboard_.emplace(*std::move(started));
    Readiness readiness(clock_, inner_port, path_prefix(options_.board) + "/data/environment");
    StartTime start_time(clock_, tensorboard_->pid());
    while (!readiness.advance()) {
        start_time.advance();
        if (restarted && start_time.over()) return End{never_answered, "TensorBoard was restarted and never answered"};
        Descriptors answer = {{{readiness.http().fd(), readiness.http().events(), 0}, none, none}};
        switch (wait(answer, readiness.http().patience())) {
            case Event::none:
                break;
            case Event::stop_requested:
                // At the first start mostly by systemd, after TimeoutStartSec=.
                return End{boardgate::exit_status::done, "Stopped before TensorBoard answered"};
            case Event::tensorboard_ended:
                if (auto end = out_of_memory()) return end;
                return End{tensorboard_->ended()->exit_status(), tensorboard_->ended()->text()};
        }
    }
    const TensorBoardInfo info = tensorboard_info(readiness.answer());
    policy_.started(info);
    probe_.reset();
    if (info.data_server) probe_.emplace(clock_, inner_port, path_prefix(options_.board) + "/data/runs");
    return std::nullopt;
}

std::optional<Supervisor::End> Supervisor::restart(const std::string& why) {
    log_line("TensorBoard is restarted: " + why);
    update_status(policy_.status("Starting TensorBoard again"));
    relay_->shut_doors(true);
    const BootTime deadline = clock_.boot() + time_to_finish;
    while (!tensorboard_->ended() && relay_->connections() > 0 && clock_.boot() < deadline) {
        Descriptors bytes = {{{relay_->fd(), POLLIN, 0}, none, none}};
        if (wait(bytes, milliseconds(50)) == Event::stop_requested) return End{boardgate::exit_status::done, "Stopping"};
        relay_->advance();
    }
    tensorboard_->stop();
    if (auto end = start(true)) return end;
    relay_->shut_doors(false);
    update_status(policy_.status());
    return std::nullopt;
}

Supervisor::End Supervisor::serve() {
    for (;;) {
        if (relay_->advance()) idle_->used();
        if (idle_->expired()) return {boardgate::exit_status::done, "Going to sleep"};
        if (const auto end = check_data()) return *end;

        Descriptors waiting = {{{relay_->fd(), POLLIN, 0}, {watch_->fd(), POLLIN, 0}, none}};
        milliseconds longest = std::min(relay_->patience(), idle_->left());
        relay_->drop_ended(clock_.boot());
        if (const auto next = relay_->next_end()) longest = std::min(longest, std::chrono::ceil<milliseconds>(*next - clock_.boot()));
        if (probe_) {
            waiting[2] = {probe_->http().fd(), probe_->http().events(), 0};
            longest = std::min(longest, probe_->http().patience());
        }
        const Event event = wait(waiting, longest);
        if (event == Event::stop_requested) return {boardgate::exit_status::done, "Stopping"};
        const auto end = event == Event::tensorboard_ended ? tensorboard_ended() : waiting[1].revents != 0 ? take_scan() : std::nullopt;
        if (end) return *end;
    }
}

std::optional<Supervisor::End> Supervisor::tensorboard_ended() {
    const Ending ending = *tensorboard_->ended();
    // TensorBoard ends with status 0 on request.
    if (ending.exit_status() == 0) return End{ending.exit_status(), ending.text()};
    if (auto end = out_of_memory()) return end;
    if (!policy_.crashed()) return End{ending.exit_status(), "TensorBoard ended again and again; the last time: " + ending.text()};
    return restart(ending.text());
}

std::optional<Supervisor::End> Supervisor::check_data() {
    if (!probe_ || !probe_->advance()) return std::nullopt;
    if (auto end = out_of_memory()) return end;
    if (!policy_.data_server_ended()) return End{failed, "TensorBoard's data server ended again and again"};
    return restart("its data server ended");
}

std::optional<Supervisor::End> Supervisor::out_of_memory() {
    const MemoryUse use = memory_use();
    if (use.kills <= kills_before_) return std::nullopt;
    // A restart would need as much again.
    return End{killed, fmt::format("TensorBoard needed more memory than the board may have: {} [out_of_memory]", memory_text(use))};
}

std::optional<Supervisor::End> Supervisor::take_scan() {
    const auto scan = watch_->take();
    if (!scan) return std::nullopt;
    policy_.on_report(inspector_.notices());
    if (policy_.on_scan(*scan)) return restart("other folders are readable now");
    update_status(policy_.status());
    return std::nullopt;
}

void Supervisor::update_status(const std::string& status) {
    if (status == notified_status_) return;
    notify_status(status);
    notified_status_ = status;
}

}  // namespace boardgate::board

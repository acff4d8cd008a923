// SPDX-License-Identifier: MIT
#include "src/board/keeper.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>

#include "src/base/run.h"
#include "src/base/service.h"
#include "src/board/readiness.h"

namespace boardgate::board {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// As shells and timeout(1) have them.
constexpr int never_answered = 124;
constexpr int not_executable = 126;
constexpr int not_found = 127;
constexpr int failed = 1;

/// For requests under way when TensorBoard is to be started again; it answers the longest in about a second.
constexpr seconds time_to_finish{3};

constexpr pollfd none{-1, 0, 0};

std::size_t most_descriptors() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

/// Of a TensorBoard that could not be started.
int status_of(const Error& error) {
    switch (error.sys) {
        case ENOENT:
            return not_found;
        case EMFILE:
        case ENFILE:
        case ENOMEM:
        case EAGAIN:
            return boardgate::exit_status::fault_of_ours;  // the unit's limits, not the program
        default:
            return not_executable;
    }
}

/// To the board's log, where TensorBoard's own words are. Through standard error, whose unit journald knows:
/// of a datagram whose sender has ended meanwhile it can no longer tell, and the line would be in nobody's
/// log.
void say(std::string words) {
    std::replace_if(
        words.begin(), words.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
    std::fprintf(stderr, "%s\n", words.c_str());
}

}  // namespace

Keeper::Keeper(const Clock& clock, const Options& options, Fd signals, std::vector<Fd> doors)
    : clock_(clock),
      options_(options),
      tensorflow_(may_have_tensorflow(options.tensorboard)),
      signals_(std::move(signals)),
      doors_(std::move(doors)),
      course_(clock, options, {most_descriptors(), tensorflow_}) {}

Result<int> Keeper::run() {
    // Before TensorBoard: what is replaced while it reads is seen as that.
    auto watch = LogWatch::start(LogFiles(options_.logdir.str()), options_.reload_interval);
    if (!watch) return tl::make_unexpected(watch.error());
    watch_.emplace(*std::move(watch));

    const End end = start_and_serve();
    if (end.status == boardgate::exit_status::done) {
        notify_stopping(end.words);
    } else {
        say(end.words);
        notify_status(end.words);
    }
    if (tensorboard_) tensorboard_->stop();
    return end.status;
}

Keeper::End Keeper::start_and_serve() {
    notify_status("Starting TensorBoard");
    if (const auto end = start(false)) return *end;
    // Not before: what has connected meanwhile waits in the kernel's backlog.
    auto join = Join::open(std::move(doors_), inner_port);
    if (!join) return {boardgate::exit_status::fault_of_ours, join.error().text()};
    join_.emplace(*std::move(join));
    idle_.emplace(clock_, options_.idle_sleep, options_.longest_awake);
    if (const auto end = take_look()) return *end;
    notify_ready(course_.status());
    return serve();
}

Keeper::Event Keeper::wait(Descriptors& descriptors, milliseconds longest) {
    std::array<pollfd, 2 + std::tuple_size_v<Descriptors>> waiting{{{signals_.get(), POLLIN, 0}, {tensorboard_->fd(), POLLIN, 0}}};
    std::copy(descriptors.begin(), descriptors.end(), waiting.begin() + 2);
    // A day is short enough for poll(2)'s int and makes no difference.
    poll(waiting.data(), waiting.size(), static_cast<int>(std::min<milliseconds>(longest, std::chrono::hours(24)).count()));
    std::copy(waiting.begin() + 2, waiting.end(), descriptors.begin());
    if (waiting[0].revents != 0) return Event::told_to_stop;
    return waiting[1].revents != 0 && tensorboard_->ended() ? Event::tensorboard_ended : Event::none;
}

std::optional<Keeper::End> Keeper::start(bool again) {
    auto started = TensorBoard::start(tensorboard_arguments(options_, course_.loading(), tensorflow_));
    if (!started) return End{status_of(started.error()), started.error().text()};
    tensorboard_.emplace(*std::move(started));
    Readiness readiness(clock_, inner_port, path_prefix(options_.board) + "/data/environment");
    StartTime start_time(clock_, tensorboard_->pid());
    while (!readiness.turn()) {
        start_time.turn();
        if (again && start_time.over()) return End{never_answered, "TensorBoard was started again and never answered"};
        Descriptors answer = {{{readiness.fd(), readiness.events(), 0}, none, none}};
        switch (wait(answer, readiness.patience())) {
            case Event::none:
                break;
            case Event::told_to_stop:
                // At the first start mostly by systemd, when TimeoutStartSec= is over.
                return End{boardgate::exit_status::done, "Stopped before TensorBoard answered"};
            case Event::tensorboard_ended:
                return End{tensorboard_->ended()->exit_status(), tensorboard_->ended()->text()};
        }
    }
    const About about = about_tensorboard(readiness.answer());
    course_.started(about);
    probe_.reset();
    if (about.data_server) probe_.emplace(clock_, inner_port, path_prefix(options_.board) + "/data/runs");
    return std::nullopt;
}

std::optional<Keeper::End> Keeper::start_again(const std::string& why) {
    say("TensorBoard is started again: " + why);
    tell(course_.status("Starting TensorBoard again"));
    join_->shut_doors(true);
    const BootTime deadline = clock_.boot() + time_to_finish;
    while (!tensorboard_->ended() && join_->connections() > 0 && clock_.boot() < deadline) {
        Descriptors bytes = {{{join_->fd(), POLLIN, 0}, none, none}};
        if (wait(bytes, milliseconds(50)) == Event::told_to_stop) return End{boardgate::exit_status::done, "Stopping"};
        join_->turn();
    }
    tensorboard_->stop();
    if (auto end = start(true)) return end;
    join_->shut_doors(false);
    tell(course_.status());
    return std::nullopt;
}

Keeper::End Keeper::serve() {
    for (;;) {
        if (join_->turn()) idle_->used();
        if (idle_->expired()) return {boardgate::exit_status::done, "Going to sleep"};
        if (const auto end = ask_for_data()) return *end;

        Descriptors waiting = {{{join_->fd(), POLLIN, 0}, {watch_->fd(), POLLIN, 0}, none}};
        milliseconds longest = std::min(join_->patience(), idle_->left());
        if (probe_) {
            waiting[2] = {probe_->fd(), probe_->events(), 0};
            longest = std::min(longest, probe_->patience());
        }
        const Event event = wait(waiting, longest);
        if (event == Event::told_to_stop) return {boardgate::exit_status::done, "Stopping"};
        const auto end = event == Event::tensorboard_ended ? after_its_end() : waiting[1].revents != 0 ? take_look() : std::nullopt;
        if (end) return *end;
    }
}

std::optional<Keeper::End> Keeper::after_its_end() {
    const Ending ending = *tensorboard_->ended();
    // Status 0 is how it ends when somebody asks it to.
    if (ending.exit_status() == 0) return End{ending.exit_status(), ending.text()};
    if (!course_.crashed()) return End{ending.exit_status(), "TensorBoard ended again and again; the last time: " + ending.text()};
    return start_again(ending.text());
}

std::optional<Keeper::End> Keeper::ask_for_data() {
    if (!probe_ || !probe_->turn()) return std::nullopt;
    if (!course_.data_server_ended()) return End{failed, "TensorBoard's data server ended again and again"};
    return start_again("its data server had ended");
}

std::optional<Keeper::End> Keeper::take_look() {
    const auto look = watch_->take();
    if (!look) return std::nullopt;
    if (course_.looked(*look)) {
        return start_again(look->replaced.empty() ? "the folders that can be read are others"
                                                  : "an event file was replaced: " + look->replaced);
    }
    tell(course_.status());
    return std::nullopt;
}

void Keeper::tell(const std::string& status) {
    if (status == told_) return;
    notify_status(status);
    told_ = status;
}

}  // namespace boardgate::board

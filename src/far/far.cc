// SPDX-License-Identifier: MIT
#include "src/far/far.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "src/base/options_changed_signal.h"
#include "src/base/poll_timeout.h"
#include "src/base/run.h"
#include "src/base/service.h"
#include "src/base/session_ended_signal.h"
#include "src/base/socket_options.h"
#include "src/base/words.h"
#include "src/far/node_words.h"
#include "src/far/visitor_filter.h"

namespace boardgate::far {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Slurm's own commands give up after 9 s where the controller is away.
constexpr seconds longest_command{20};
/// TimeoutStopSec= is 20 s: the node has 8 s to end in order, then its job is cancelled.
constexpr seconds time_to_stop{8};
constexpr seconds longest_last_command{8};
/// Until Slurm says why it terminated the job.
constexpr seconds time_for_reason{12};
/// As boardgate-board.
constexpr seconds time_after_logout{30};
/// What a start may take from now on, and how often it is extended: the queue has no bound in the unit.
constexpr seconds extension{60};
constexpr seconds between_extensions{15};
constexpr seconds between_notices{1};

/// Standard error is the board's log, as TensorBoard's own output is on this server.
void log_line(const std::string& text) { std::fprintf(stderr, "%s\n", printable(text).c_str()); }

std::optional<BootTime> earlier(std::optional<BootTime> a, std::optional<BootTime> b) { return a && b ? std::min(a, b) : a ? a : b; }

}  // namespace

Far::Far(const Clock& clock, Options options, std::string user, Fd options_file, Fd signals, std::vector<Fd> doors)
    : clock_(clock),
      options_(std::move(options)),
      user_(std::move(user)),
      options_file_(std::move(options_file)),
      signals_(std::move(signals)),
      doors_(std::move(doors)) {}

Result<int> Far::run() {
    auto relay = link::StreamRelay::open();
    if (!relay) return error_of(relay);
    relay_.emplace(*std::move(relay));
    notify_status("Asking Slurm for a job");
    link::Key key = link::make_key(options_.board);
    link::Orders orders{options_.board, options_.link_address, 0, {key.identity, Secret(key.bytes.reveal())}, options_.board_words};
    auto listener = LinkListener::open(clock_, options_.link_address, options_.first_port, options_.last_port, std::move(key));
    if (!listener) return error_of(listener);
    listener_.emplace(*std::move(listener));
    orders.port = listener_->port();
    if (const auto end = submit(orders)) return finish(*end);
    return finish(serve());
}

/// The job of a run before may still be there: a unit that was killed, a submission that timed out and happened nevertheless.
std::optional<JobEnd> Far::submit(const link::Orders& orders) {
    (void)command(cancel_words(options_, user_), longest_command);
    if (stop_requested_) return JobEnd{0, "Stopped before its job was submitted"};
    const Command::Outcome outcome = command(submit_words(options_), longest_command, script_of(options_, orders));
    if (outcome.status == Command::took_too_long) return job_end(own_end("slurm_away"), {}, true);
    const auto id = outcome.status == 0 ? job_id_in(outcome.out) : std::nullopt;
    if (!id) {
        const SlurmEnd& refusal = refusal_of(outcome.err);
        log_line("Slurm refused the board's job: " + outcome.err.substr(0, 2000));
        return job_end(refusal, sentence_in(outcome.err), true);
    }
    job_ = *id;
    watch_.emplace(clock_, options_.longest_queue);
    return std::nullopt;
}

Command::Outcome Far::command(const std::vector<std::string>& words, seconds longest, Secret input) {
    auto started = Command::start(clock_, words, environment_of(options_), longest, std::move(input));
    if (!started) return {exit_status::try_again, {}, started.error().text()};
    for (;;) {
        if (auto outcome = started->advance()) return *std::move(outcome);
        std::vector<pollfd> waits = started->waits();
        waits.push_back({signals_.get(), POLLIN, 0});
        poll(waits.data(), waits.size(), poll_timeout(started->deadline(), clock_.boot()));
        take_signals();
    }
}

JobEnd Far::serve() {
    for (;;) {
        if (auto end = turn()) return *std::move(end);
        update_status();
        keep_starting();
        wait_for_something();
    }
}

std::optional<JobEnd> Far::turn() {
    take_signals();
    if (auto greeted = listener_->advance()) take_link(*std::move(greeted));
    if (auto end = advance_link()) return end;
    accept_visitors();
    if (stop_requested_ && !stop_by_) stop();
    if (stop_by_ && (!link_ || clock_.boot() >= *stop_by_)) return JobEnd{0, node_status_.empty() ? "Stopping" : node_status_, true};
    return ask_slurm();
}

void Far::take_link(LinkListener::Greeted greeted) {
    if (greeted.hello.version != link::protocol) {
        end_ = job_end(own_end("slurm_never"),
                       fmt::format("boardgate-node there has protocol {}, this server {}", greeted.hello.version, link::protocol), true);
        return;
    }
    if (link_) lose_link("another one of this run replaces it");
    link_ = std::move(greeted.link);
    watch_->linked(text_of_node(greeted.hello.node));
    next_extension_ = {};
    for (const auto& event : greeted.later) event(*this);
    has_worked_ = true;
}

std::optional<JobEnd> Far::advance_link() {
    if (link_) {
        relay_->advance(link_->endpoint());
        relay_->drop_ended(link_->endpoint(), clock_.boot());
        const auto good = link_->advance(*this);
        if (good) relay_->resume(link_->endpoint());
        if (!good && !node_end_) lose_link(good.error().text());
    }
    if (end_) return std::exchange(end_, std::nullopt);
    if (!node_end_ || reason_by_) return std::nullopt;
    switch (node_end_->cause) {
        case link::End::Cause::unfit:
            return job_end(own_end("slurm_namespaces"), text_of_node(node_end_->text));
        case link::End::Cause::time_limit:
            return job_end(own_end("slurm_time_ends"));
        case link::End::Cause::terminated:
            // Slurm knows why.
            reason_by_ = clock_.boot() + time_for_reason;
            link_.reset();
            relay_->reset_all();
            watch_->unlinked();
            watch_->hurry();
            return std::nullopt;
        case link::End::Cause::own:
        case link::End::Cause::stopped:
            break;
    }
    std::string text = text_of_node(node_end_->text) + " [slurm_running]";
    return JobEnd{node_end_->status, std::move(text), false};
}

void Far::lose_link(const std::string& why) {
    log_line("The link to the board's node ended: " + why);
    relay_->reset_all();
    link_.reset();
    ready_ = false;
    next_extension_ = {};
    watch_->unlinked();
}

std::optional<JobEnd> Far::ask_slurm() {
    if (question_) {
        const auto outcome = question_->advance();
        if (!outcome) return std::nullopt;
        question_.reset();
        watch_->asked();
        if (link_) return std::nullopt;
        // An error of squeue says nothing about the job.
        if (outcome->status != 0)
            return is_unknown_job(outcome->err) && !reason_by_ ? std::optional(watch_->take_unknown()) : watch_->check();
        const auto line = job_line_in(outcome->out);
        if (!line && !reason_by_ && outcome->out.empty()) return watch_->take_unknown();
        if (auto end = line ? watch_->take(*line) : std::nullopt) return end;
        // An administrator requeued the job, which starts again with the same key.
        if (reason_by_ && watch_->waits()) {
            reason_by_.reset();
            node_end_.reset();
            ready_ = false;
        }
    }
    const BootTime now = clock_.boot();
    if (reason_by_ && now >= *reason_by_) return job_end(*end_for_state("CANCELLED"));
    if (auto end = watch_->check()) return end;
    const auto next = watch_->next_question();
    if (next && now >= *next) {
        auto started = Command::start(clock_, ask_words(options_, job_), environment_of(options_), longest_command);
        if (started) {
            question_.emplace(*std::move(started));
        } else {
            watch_->asked();
        }
    }
    return std::nullopt;
}

bool Far::takes_visitors() const {
    return link_ && ready_ && !stop_by_ && link_->endpoint().streams() < link::most_streams && link_->endpoint().takes_more();
}

void Far::accept_visitors() {
    for (const Fd& door : doors_) {
        while (takes_visitors()) {
            Fd visitor(accept4(door.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
            if (!visitor) break;
            disable_nagle(visitor.get());
            link::Endpoint& endpoint = link_->endpoint();
            const std::uint32_t stream = endpoint.open_stream();
            if (stream == 0) return lose_link("no number is left for a visitor");
            relay_->add(endpoint, stream, std::move(visitor), std::make_unique<VisitorFilter>());
            has_worked_ = true;
        }
    }
}

void Far::on_status(std::string_view text) {
    const Notified notified = notified_in(text);
    if (notified.status) node_status_ = *notified.status;
    ready_ |= notified.ready;
    if (!notified.more_time || told_ready_ || clock_.boot() < next_more_time_) return;
    next_more_time_ = clock_.boot() + between_notices;
    notify_more_time(*notified.more_time);
}

void Far::on_log(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

void Far::on_end(const link::End& end) { node_end_ = end; }

std::string Far::with_job(const std::string& text) const {
    if (job_.empty()) return text;
    std::string out = text + " job=" + job_;
    if (!watch_->node().empty()) out += " node=" + watch_->node();
    return out;
}

void Far::update_status() {
    std::string text = watch_->status();
    if (text.empty()) text = (node_status_.empty() ? std::string("Starting") : node_status_) + " [slurm_running]";
    if (stop_by_ || reason_by_) text = "Stopping [slurm_running]";
    text = with_job(text);
    const bool becomes_ready = ready_ && !told_ready_;
    if (text == notified_ && !becomes_ready) return;
    // A node may say something else all the time; systemd has more to do.
    if (!becomes_ready && clock_.boot() < next_notice_) return;
    next_notice_ = clock_.boot() + between_notices;
    notified_ = text;
    if (becomes_ready) {
        told_ready_ = true;
        notify_ready(text);
    } else {
        notify_status(text);
    }
}

/// While the job waits, and until its node is linked. Then the board has as long as on this server, and asks for more itself.
void Far::keep_starting() {
    const BootTime now = clock_.boot();
    if (told_ready_ || stop_by_ || now < next_extension_) return;
    next_extension_ = link_ ? BootTime::max() : now + between_extensions;
    notify_more_time(extension);
}

std::optional<BootTime> Far::next_time() const {
    std::optional<BootTime> next = earlier(earlier(stop_by_, reason_by_), earlier(listener_->next_time(), relay_->next_end()));
    if (link_) next = earlier(next, link_->next_time());
    if (next_notice_ > clock_.boot()) next = earlier(next, next_notice_);
    if (question_) return earlier(next, question_->deadline());
    next = earlier(next, earlier(watch_->next_question(), watch_->deadline()));
    return told_ready_ || link_ ? next : earlier(next, next_extension_);
}

void Far::wait_for_something() {
    std::vector<pollfd> waits = listener_->waits();
    waits.push_back({signals_.get(), POLLIN, 0});
    if (link_) {
        waits.push_back({link_->fd(), link_->events(), 0});
        waits.push_back({relay_->fd(), POLLIN, 0});
    }
    if (takes_visitors()) {
        for (const Fd& door : doors_) waits.push_back({door.get(), POLLIN, 0});
    }
    if (question_) {
        for (const pollfd& each : question_->waits()) waits.push_back(each);
    }
    const int ready = poll(waits.data(), waits.size(), poll_timeout(next_time(), clock_.boot()));
    // Most boards are idle most of the time. What work needed is a quarter of this program's memory.
    if (ready == 0 && std::exchange(has_worked_, false)) malloc_trim(0);
}

void Far::take_signals() {
    signalfd_siginfo signal{};
    while (read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
        if (signal.ssi_signo == static_cast<unsigned>(session_ended_signal)) {
            relay_->end_by(clock_.boot() + time_after_logout);
        } else if (signal.ssi_signo != static_cast<unsigned>(options_changed_signal)) {
            stop_requested_ = true;
        } else if (lseek(options_file_.get(), 0, SEEK_SET) == 0) {
            const auto words = read_words(options_file_.get());
            const auto changed = words ? parse_options(options_.board.str(), *words) : tl::unexpected(words.error());
            if (changed && link_) link_->endpoint().send(link::FrameType::options, bytes_of(changed->board_words));
        }
    }
}

void Far::stop() {
    stop_by_ = clock_.boot() + time_to_stop;
    if (link_) link_->endpoint().send(link::FrameType::stop);
}

int Far::finish(const JobEnd& end) {
    link_.reset();
    const std::string text = with_job(end.sentence);
    if (end.status == exit_status::done) {
        notify_stopping(text);
    } else {
        log_line(text);
        notify_status(text);
    }
    if (end.runs) (void)command(job_.empty() ? cancel_words(options_, user_) : cancel_job_words(options_, job_), longest_last_command);
    return end.status;
}

}  // namespace boardgate::far

// SPDX-License-Identifier: MIT
#include "src/node/node.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "src/base/options_changed_signal.h"
#include "src/base/poll_timeout.h"
#include "src/base/run.h"
#include "src/link/socket_address.h"

namespace boardgate::node {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds between_dials{1};
constexpr seconds longest_dial{5};
/// boardgate-board terminates TensorBoard, waits 5 s and then kills it.
constexpr seconds time_to_end{7};
/// The head closes the link when it has read END.
constexpr seconds time_to_read_end{3};
constexpr std::size_t part_of_log = 16 * 1024;
constexpr std::size_t longest_notification = 4096;

std::string variable(const char* name) {
    const char* value = secure_getenv(name);
    return value == nullptr ? "" : value;
}

std::string own_name() {
    std::array<char, 256> name{};
    gethostname(name.data(), name.size() - 1);
    return name.data();
}

}  // namespace

Node::Node(const Clock& clock, link::Orders orders, OwnFolder folder, Fd signals, BoardProcess board)
    : clock_(clock),
      orders_(std::move(orders)),
      folder_(std::move(folder)),
      signals_(std::move(signals)),
      board_(std::move(board)),
      next_dial_(clock.boot()),
      without_link_(clock.boot()) {}

Result<int> Node::run() {
    auto relay = link::StreamRelay::open();
    if (!relay) return error_of(relay);
    relay_.emplace(*std::move(relay));
    auto tls = link::TlsContext::make(link::Side::node, {orders_.key.identity, std::move(orders_.key.bytes)});
    if (!tls) return error_of(tls);
    tls_ = *std::move(tls);
    for (;;) {
        turn();
        const BootTime now = clock_.boot();
        if (leave_by_ && (!link_ || now >= *leave_by_)) break;
        // Nobody waits for this board any more.
        if (!link_ && now - without_link_ >= link::longest_without_link) break;
        wait_for_something();
    }
    if (!end_) return exit_status::try_again;
    if (end_->cause == link::End::Cause::unfit) return exit_status::unavailable;
    return end_->cause == link::End::Cause::own ? end_->status : exit_status::done;
}

void Node::turn() {
    take_signals();
    if (board_.report()) board_.take_report();
    take_notifications();
    if (!link_) dial();
    if (link_) advance_link();
    take_log();
    see_end();
}

void Node::dial() {
    const BootTime now = clock_.boot();
    if (dialling_) return finish_dialling();
    if (now < next_dial_) return;
    next_dial_ = now + between_dials;
    dialling_ = link::begin_to_connect(orders_.address, orders_.port);
}

void Node::finish_dialling() {
    pollfd waiting{dialling_.get(), POLLOUT, 0};
    if (poll(&waiting, 1, 0) == 0) {
        if (clock_.boot() >= next_dial_ - between_dials + longest_dial) dialling_.reset();
        return;
    }
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(dialling_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    Fd connection = std::move(dialling_);
    if (error == 0) use_connection(std::move(connection));
}

void Node::use_connection(Fd connection) {
    auto tls = tls_->connection(std::move(connection));
    if (!tls) return;
    greeted_ = false;
    link_ = std::make_unique<link::Link>(clock_, link::Side::node, *std::move(tls));
    link_->endpoint().send_hello({link::protocol, variable("SLURM_JOB_ID"), own_name()});
    // What the head may not know, or not any more.
    std::string known = ready_ ? "READY=1\n" : "";
    if (!status_.empty()) known += "STATUS=" + status_;
    if (!known.empty()) link_->endpoint().send(link::FrameType::status, known);
}

void Node::advance_link() {
    relay_->advance(link_->endpoint());
    const auto good = link_->advance(*this);
    if (!good) {
        relay_->reset_all();
        link_.reset();
        if (greeted_) without_link_ = clock_.boot();
        next_dial_ = std::max(next_dial_, clock_.boot() + between_dials);
        return;
    }
    relay_->resume(link_->endpoint());
    if (greeted_ || !link_->has_shaken_hands()) return;
    greeted_ = true;
    link_->set_greeted();
    board_.go();
}

void Node::take_signals() {
    signalfd_siginfo signal{};
    while (read(signals_.get(), &signal, sizeof signal) == sizeof signal)
        end_board(signal.ssi_signo == SIGUSR1 ? link::End::Cause::time_limit : link::End::Cause::terminated);
}

void Node::end_board(link::End::Cause cause) {
    if (cause_) return;
    cause_ = cause;
    kill_by_ = clock_.boot() + time_to_end;
    board_.signal_board(SIGTERM);
}

void Node::on_options(std::string_view bytes) {
    board_.replace_words(bytes);
    board_.signal_board(options_changed_signal);
}

void Node::on_open(std::uint32_t stream) {
    // A full backlog breaks the visitor's connection off.
    relay_->add(link_->endpoint(), stream, folder_.connect_to_door(), nullptr);
}

void Node::take_notifications() {
    std::array<char, longest_notification> text;
    ssize_t got = 0;
    while ((got = recv(folder_.notifications().get(), text.data(), text.size(), MSG_DONTWAIT)) > 0) {
        const std::string_view lines(text.data(), static_cast<std::size_t>(got));
        for (std::string_view rest = lines; !rest.empty();) {
            const std::string_view line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(line.size() + 1, rest.size()));
            ready_ |= line == "READY=1";
            constexpr std::string_view status = "STATUS=";
            if (line.starts_with(status)) status_ = line.substr(status.size());
        }
        if (link_) link_->endpoint().send(link::FrameType::status, lines);
    }
}

bool Node::takes_log() const { return board_.log() && link_ && greeted_ && link_->endpoint().takes_more(); }

void Node::take_log() {
    std::array<char, part_of_log> text;
    while (takes_log()) {
        const ssize_t got = read(board_.log().get(), text.data(), text.size());
        if (got <= 0) return;
        link_->endpoint().send(link::FrameType::log, {text.data(), static_cast<std::size_t>(got)});
    }
}

void Node::see_end() {
    if (kill_by_ && clock_.boot() >= *kill_by_) {
        kill_by_.reset();
        board_.end_now();
    }
    const auto status = board_.ended();
    if (!status) return;
    if (!end_) {
        if (board_.report()) board_.take_report();
        take_notifications();
        const bool unfit = !board_.unfit().empty();
        const link::End::Cause cause = unfit ? link::End::Cause::unfit : cause_.value_or(link::End::Cause::own);
        end_ = link::End{cause, static_cast<std::uint8_t>(cause == link::End::Cause::own || unfit ? *status : 0),
                         unfit ? board_.unfit() : status_};
    }
    if (leave_by_ || !link_ || !greeted_) return;
    take_log();
    link_->endpoint().send_end(*end_);
    leave_by_ = clock_.boot() + time_to_read_end;
    if (!link_->flush()) link_.reset();
}

void Node::wait_for_something() {
    std::vector<pollfd> waits = {{signals_.get(), POLLIN, 0}, {folder_.notifications().get(), POLLIN, 0}};
    if (board_.report()) waits.push_back({board_.report().get(), POLLIN, 0});
    if (!end_) waits.push_back({board_.process().get(), POLLIN, 0});
    if (takes_log() && !end_) waits.push_back({board_.log().get(), POLLIN, 0});
    BootTime next = without_link_ + link::longest_without_link;
    if (link_) {
        waits.push_back({link_->fd(), link_->events(), 0});
        waits.push_back({relay_->fd(), POLLIN, 0});
        next = link_->next_time();
    } else if (dialling_) {
        waits.push_back({dialling_.get(), POLLOUT, 0});
        next = std::min(next, next_dial_ - between_dials + longest_dial);
    } else {
        next = std::min(next, next_dial_);
    }
    for (const auto& time : {kill_by_, leave_by_}) {
        if (time) next = std::min(next, *time);
    }
    poll(waits.data(), waits.size(), poll_timeout(next, clock_.boot()));
}

}  // namespace boardgate::node

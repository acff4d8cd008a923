// SPDX-License-Identifier: MIT
// Runs a board in a job: connects to the server, gives boardgate-board what systemd gives it there (a door, a socket for sd_notify(3),
// a log), and says over the link what becomes of it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "src/link/link.h"
#include "src/link/orders.h"
#include "src/link/stream_relay.h"
#include "src/node/board_process.h"
#include "src/node/own_folder.h"

namespace boardgate::node {

class Node final : private link::Endpoint::Events {
public:
    /// `signals` (signalfd(2)): SIGUSR1 when the job's time limit comes, every other one terminates the job.
    Node(const Clock& clock, link::Orders orders, OwnFolder folder, Fd signals, BoardProcess board);

    /// Returns the job's exit status.
    [[nodiscard]] Result<int> run();

private:
    // From the head.
    void on_stop() override { end_board(link::End::Cause::stopped); }
    void on_options(std::string_view bytes) override;
    void on_open(std::uint32_t stream) override;
    void on_data(std::uint32_t stream, std::string_view bytes) override { relay_->take_data(link_->endpoint(), stream, bytes); }
    void on_fin(std::uint32_t stream) override { relay_->take_fin(link_->endpoint(), stream); }
    void on_reset(std::uint32_t stream) override { relay_->take_reset(stream); }
    void on_credit(std::uint32_t stream) override { relay_->take_credit(link_->endpoint(), stream); }

    void turn();
    void dial();
    void finish_dialling();
    void use_connection(Fd connection);
    void advance_link();
    void take_signals();
    void take_notifications();
    void take_log();
    void end_board(link::End::Cause cause);
    void see_end();
    void wait_for_something();
    [[nodiscard]] bool takes_log() const;

    const Clock& clock_;
    link::Orders orders_;
    OwnFolder folder_;
    Fd signals_;
    BoardProcess board_;
    std::optional<link::StreamRelay> relay_;
    std::unique_ptr<link::TlsContext> tls_;
    std::unique_ptr<link::Link> link_;
    Fd dialling_{};
    BootTime next_dial_{};
    BootTime without_link_;  ///< since when
    bool greeted_ = false;
    bool ready_ = false;
    std::string status_{};
    std::optional<link::End::Cause> cause_{};
    std::optional<BootTime> kill_by_{};
    std::optional<link::End> end_{};
    std::optional<BootTime> leave_by_{};  ///< END was sent
};

}  // namespace boardgate::node

// SPDX-License-Identifier: MIT
// A board whose TensorBoard runs as a job of Slurm: submits the job, joins the door with its node, tells systemd what becomes of it,
// and ends as it ended. (boardgate-board's counterpart for the other engine.)
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/base/fd.h"
#include "src/far/command.h"
#include "src/far/job_watch.h"
#include "src/far/link_listener.h"
#include "src/far/options.h"
#include "src/link/stream_relay.h"

namespace boardgate::far {

class Far final : private link::Endpoint::Events {
public:
    /// `signals` (signalfd(2)) as for boardgate-board. `options_file` has the board's options, which may change. `doors` are
    /// listening sockets. `user` is the owner's name in Slurm.
    Far(const Clock& clock, Options options, std::string user, Fd options_file, Fd signals, std::vector<Fd> doors);

    /// Returns the exit status, after setting the final status text. An error is a fault of the machine or a bug.
    [[nodiscard]] Result<int> run();

private:
    // From the node.
    void on_status(std::string_view text) override;
    void on_log(std::string_view text) override;
    void on_end(const link::End& end) override;
    void on_data(std::uint32_t stream, std::string_view bytes) override { relay_->take_data(link_->endpoint(), stream, bytes); }
    void on_fin(std::uint32_t stream) override { relay_->take_fin(link_->endpoint(), stream); }
    void on_reset(std::uint32_t stream) override { relay_->take_reset(stream); }
    void on_credit(std::uint32_t stream) override { relay_->take_credit(link_->endpoint(), stream); }

    /// Runs the command; signals are taken meanwhile.
    [[nodiscard]] Command::Outcome command(const std::vector<std::string>& words, std::chrono::seconds longest, Secret input = {});
    [[nodiscard]] std::optional<JobEnd> submit(const link::Orders& orders);
    [[nodiscard]] JobEnd serve();
    [[nodiscard]] std::optional<JobEnd> turn();
    [[nodiscard]] std::optional<JobEnd> ask_slurm();
    void take_link(LinkListener::Greeted greeted);
    [[nodiscard]] std::optional<JobEnd> advance_link();
    void lose_link(const std::string& why);
    void accept_visitors();
    void wait_for_something();
    [[nodiscard]] std::optional<BootTime> next_time() const;
    [[nodiscard]] bool takes_visitors() const;
    void take_signals();
    void stop();
    void update_status();
    void keep_starting();
    [[nodiscard]] std::string with_job(const std::string& text) const;
    [[nodiscard]] int finish(const JobEnd& end);

    const Clock& clock_;
    Options options_;
    std::string user_;
    Fd options_file_;
    Fd signals_;
    std::vector<Fd> doors_;
    std::optional<LinkListener> listener_;
    std::optional<link::StreamRelay> relay_;
    std::string job_;
    std::optional<JobWatch> watch_;
    std::optional<Command> question_;  ///< squeue, while it runs
    std::unique_ptr<link::Link> link_;
    std::optional<link::End> node_end_;
    std::optional<JobEnd> end_;
    std::string node_status_;
    std::string notified_;
    bool ready_ = false;       ///< the board, over this link
    bool told_ready_ = false;  ///< systemd knows
    bool stop_requested_ = false;
    bool has_worked_ = false;            ///< since memory was given back
    std::optional<BootTime> stop_by_;    ///< the node has to end by then
    std::optional<BootTime> reason_by_;  ///< Slurm has to say by then why the job ended
    BootTime next_extension_{};
    BootTime next_notice_{};
    BootTime next_more_time_{};
};

}  // namespace boardgate::far

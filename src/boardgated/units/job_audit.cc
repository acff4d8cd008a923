// SPDX-License-Identifier: MIT
#include "src/boardgated/units/job_audit.h"

#include <fmt/format.h>

#include "src/base/log.h"

namespace boardgate::boardgated {

void JobAudit::board_changed(const Board& board, bool gone) {
    if (board.engine() != Engine::slurm) return;
    const ClusterStatus job = board.job();
    {
        const auto jobs = jobs_.lock();
        if (gone || !is_awake(board)) {
            jobs->erase(board.id);
            return;
        }
        if (job.job.empty() || job.node.empty()) return;
        std::string& known = (*jobs)[board.id];
        if (known == job.job) return;
        known = job.job;
    }
    log_event(Event::board_placed,
              fmt::format("board {} of {} runs on node {} as job {} of Slurm", board.id.str(), board.owner.str(), job.node, job.job),
              {{"BOARD_ID", board.id.str()},
               {"USER_NAME", board.owner.str()},
               {"UNIT", board.unit().service()},
               {"NODE", job.node},
               {"SLURM_JOB", job.job}});
}

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// The words of a board of Slurm, which the launcher writes (src/launcher/engine.cc): what is for boardgate-far itself, and the
// options of boardgate-board, which go to the node.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "src/base/error.h"
#include "src/base/names.h"

namespace boardgate::far {

struct Options {
    BoardId board;
    std::string job_name{};
    std::string address{};    ///< of the server, for the job's comment
    std::string partition{};  ///< these three may be empty
    std::string account{};
    std::string qos{};
    std::string memory{};
    std::string cpus{};
    std::chrono::seconds time{};  ///< 0: the partition's
    std::vector<std::string> sbatch{};
    std::string commands{};    ///< folder
    std::string slurm_conf{};  ///< path; may be empty
    std::string link_address{};
    std::uint16_t first_port = 0;  ///< 0: any
    std::uint16_t last_port = 0;
    std::string node_program{};
    std::chrono::seconds longest_queue{};
    std::vector<std::string> board_words{};
};

/// The error names the option.
[[nodiscard]] Result<Options> parse_options(const std::string& board, const std::vector<std::string>& words);

}  // namespace boardgate::far

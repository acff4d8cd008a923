// SPDX-License-Identifier: MIT
// The command line, as stock TensorBoard calls its data server (tensorboard/data/server_ingester.py).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "src/data/sampling.h"

namespace boardgate::data {

struct Options {
    std::string logdir;
    std::string host = "localhost";
    std::uint16_t port = 6806;
    std::optional<std::chrono::seconds> reload = std::chrono::seconds(5);  ///< none: read once
    std::string port_file;                                                 ///< empty: the port is said on standard error
    std::string error_file;                                                ///< empty: standard error
    bool die_after_stdin = false;
    bool checksum = false;
    bool verbose = false;  ///< says when a look is over
    SamplesPerPlugin samples;
};

[[nodiscard]] Result<Options> parse_options(int argc, char** argv);

}  // namespace boardgate::data

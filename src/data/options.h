// SPDX-License-Identifier: MIT
// The command line, as stock TensorBoard calls its data server (tensorboard/data/server_ingester.py).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "src/data/sampling.h"

namespace boardgate::data {

/// The report file of a data server that TensorBoard starts, whose options are TensorBoard's.
inline constexpr const char* report_variable = "BOARDGATE_REPORT";

inline constexpr const char* charts_variable = "BOARDGATE_CHARTS";

struct Options {
    std::string logdir;
    std::string host = "localhost";
    std::uint16_t port = 6806;
    std::optional<std::chrono::seconds> reload = std::chrono::seconds(5);  ///< none: read once
    std::string port_file;                                                 ///< empty: the port is said on standard error
    std::string error_file;                                                ///< empty: standard error
    std::string report_file;   ///< what is wrong with the files (src/base/file_notices.h); empty: nowhere
    bool report_only = false;  ///< another data server answers TensorBoard
    bool die_after_stdin = false;
    bool checksum = false;
    bool verbose = false;      ///< says when a look is over
    std::string chart_socket;  ///< where boardgate-board asks for charts; empty: nowhere
    std::uint16_t tensorboard_port = 6006;
    SamplesPerPlugin samples;
    std::string samples_text;
    std::string cache_folder;  ///< CACHE_DIRECTORY in the environment of the board's unit; empty: no cache
    /// A run with less is read as fast as its cache. (Tests cache all.)
    std::uint64_t least_cached = std::uint64_t{64} << 10;
    std::uint64_t cache_bytes = std::uint64_t{512} << 20;
};

[[nodiscard]] Result<Options> parse_options(int argc, char** argv);

}  // namespace boardgate::data

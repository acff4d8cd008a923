// SPDX-License-Identifier: MIT
#include "src/data/options.h"

#include <getopt.h>

#include <charconv>
#include <cstdlib>

namespace boardgate::data {

namespace {

enum Option { logdir = 1, host, port, reload, port_file, error_file, die_after_stdin, checksum, no_checksum, samples, report, report_only };

constexpr option known[] = {
    {"logdir", required_argument, nullptr, logdir},
    {"host", required_argument, nullptr, host},
    {"port", required_argument, nullptr, port},
    {"reload", required_argument, nullptr, reload},
    {"port-file", required_argument, nullptr, port_file},
    {"error-file", required_argument, nullptr, error_file},
    {"die-after-stdin", no_argument, nullptr, die_after_stdin},
    {"checksum", no_argument, nullptr, checksum},
    {"no-checksum", no_argument, nullptr, no_checksum},
    {"samples-per-plugin", required_argument, nullptr, samples},
    {"report", required_argument, nullptr, report},
    {"report-only", no_argument, nullptr, report_only},
    {"verbose", no_argument, nullptr, 'v'},
    {nullptr, 0, nullptr, 0},
};

constexpr std::uint64_t most_mebibytes = std::uint64_t{1} << 20;
constexpr std::uint64_t longest_reload = 31536000;

std::optional<std::uint64_t> number_in(const std::string& text, std::uint64_t most) {
    std::uint64_t number = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (status != std::errc() || end != text.data() + text.size() || number > most) return std::nullopt;
    return number;
}

/// Empty when it cannot be used.
bool take(Options& options, int found, const std::string& value) {
    switch (found) {
        case logdir:
            options.logdir = value;
            return true;
        case host:
            options.host = value;
            return !value.empty();
        case port: {
            const auto number = number_in(value, UINT16_MAX);
            options.port = static_cast<std::uint16_t>(number.value_or(0));
            return number.has_value();
        }
        case reload: {
            const auto number = number_in(value, longest_reload);
            options.reload = number ? std::optional(std::chrono::seconds(*number)) : std::nullopt;
            return number || value == "once";
        }
        case port_file:
            options.port_file = value;
            return true;
        case error_file:
            options.error_file = value;
            return true;
        case die_after_stdin:
            options.die_after_stdin = true;
            return true;
        case report:
            options.report_file = value;
            return true;
        case report_only:
            options.report_only = true;
            return true;
        case checksum:
        case no_checksum:
            options.checksum = found == checksum;
            return true;
        case samples: {
            auto parsed = SamplesPerPlugin::parse(value);
            if (!parsed) return false;
            options.samples = *std::move(parsed);
            options.samples_text = value;
            return true;
        }
        default:
            options.verbose = true;
            return found == 'v';
    }
}

}  // namespace

Result<Options> parse_options(int argc, char** argv) {
    Options options;
    if (const char* file = secure_getenv(report_variable)) options.report_file = file;
    if (const char* socket = secure_getenv(charts_variable)) options.chart_socket = socket;
    if (const char* folder = secure_getenv("CACHE_DIRECTORY")) options.cache_folder = folder;
    if (const char* most = secure_getenv("BOARDGATE_CACHE_MEBIBYTES")) {
        const auto number = number_in(most, most_mebibytes);
        if (number) options.cache_bytes = *number << 20;
    }
    if (const char* least = secure_getenv("BOARDGATE_CACHE_LEAST"))
        options.least_cached = number_in(least, UINT32_MAX).value_or(options.least_cached);
    optind = 0;  // glibc's way to begin anew; tests parse more than once
    opterr = 0;
    for (int index = 0, found = 0; (found = getopt_long(argc, argv, "v", known, &index)) != -1;) {
        if (found == '?') return failure("an option is not known", argv[optind - 1], "TensorBoard starts this program");
        if (!take(options, found, optarg == nullptr ? "" : optarg)) return failure("an option has no such value", optarg);
        optarg = nullptr;
    }
    if (optind != argc) return failure("a word is not an option", argv[optind]);
    return options;
}

}  // namespace boardgate::data

// SPDX-License-Identifier: MIT
// boardgate-data: TensorBoard's data server for a board, in place of TensorBoard's own. Stock TensorBoard starts it
// (TENSORBOARD_DATA_SERVER_BINARY) with its flags, and asks it for runs and points.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string_view>

#include "src/data/chart_server.h"
#include "src/data/log_directory.h"
#include "src/data/options.h"
#include "src/data/provider.h"
#include "src/data/report.h"
#include "src/data/server.h"
#include "src/events/utf8.h"

namespace {

using namespace boardgate;
using namespace boardgate::data;

// TensorBoard's data server ends with these.
constexpr int cannot_write = 1, wrong_usage = 2, bad_log_directory = 8, cannot_bind = 9;

/// TensorBoard reads the error file; where there is none, or it cannot be written, the words go to standard error.
int fail(const Options& options, int status, const std::string& words) {
    std::ofstream file(options.error_file);
    if (options.error_file.empty() || !(file << words << std::endl)) std::fprintf(stderr, "boardgate-data: %s\n", words.c_str());
    return status;
}

/// TensorBoard waits for the line's end.
bool say_port(const Options& options, std::uint16_t port) {
    if (options.port_file.empty()) {
        std::fprintf(stderr, "boardgate-data: listening on port %u\n", port);
        return true;
    }
    std::ofstream file(options.port_file);
    return static_cast<bool>(file << port << std::endl);
}

/// Until standard input ends.
int report_until_end(LogDirectory& logs, const Options& options) {
    logs.start(options.reload);
    char ignored = 0;
    while (read(STDIN_FILENO, &ignored, sizeof ignored) > 0) {
    }
    _exit(0);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "--version") {
        std::puts("boardgate " BOARDGATE_VERSION);
        return 0;
    }
    signal(SIGPIPE, SIG_IGN);
    const auto options = parse_options(argc, argv);
    if (!options) {
        std::fprintf(stderr, "boardgate-data: %s\n", options.error().text().c_str());
        return wrong_usage;
    }
    if (options->logdir.empty()) return fail(*options, bad_log_directory, "empty --logdir");
    if (options->logdir.find("://") != std::string::npos)
        return fail(*options, bad_log_directory, "boardgate-data reads folders only, and not " + options->logdir);
    Report report(options->report_file, !options->reload);
    LogDirectory logs(options->logdir, {options->samples, options->checksum, options->report_only}, [&](const FileNotices& notices) {
        report.update(notices);
        if (options->verbose) std::fputs("boardgate-data: Finished load cycle\n", stderr);
    });
    if (!options->report_only && !options->cache_folder.empty() && options->cache_bytes > 0)
        logs.use_cache({options->cache_folder, options->cache_bytes, options->samples_text + (options->checksum ? "\nchecksum" : "")},
                       options->least_cached);
    if (options->report_only) return report_until_end(logs, *options);
    auto listening = listen_on(options->host, options->port);
    if (!listening) return fail(*options, cannot_bind, listening.error().text());
    if (!say_port(*options, listening->port)) return fail(*options, cannot_write, "cannot write the port to " + options->port_file);

    const Provider provider(events::as_unicode(options->logdir), logs);
    logs.start(options->reload);
    const Charts charts(logs, options->samples);
    std::optional<ChartServer> chart_server;
    if (!options->chart_socket.empty()) {
        auto socket = ChartServer::listen_at(options->chart_socket);
        // Without it TensorBoard answers all.
        if (socket) {
            chart_server.emplace(*std::move(socket), charts, options->tensorboard_port);
            chart_server->start();
        }
    }
    Server server(std::move(listening->socket), provider);
    server.serve(options->die_after_stdin ? STDIN_FILENO : -1);
    // Threads may wait for a disk that does not answer.
    _exit(0);
}

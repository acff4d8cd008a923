// SPDX-License-Identifier: MIT
#include "src/base/run.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdio>
#include <string_view>

#include "src/base/log.h"

namespace boardgate {

int run(const char* name, const std::function<Result<int>()>& body) noexcept {
    set_log_identifier(name);
    try {
        const auto status = body();
        if (status) return *status;
        log_event(Event::fatal, status.error().text());
        if (status.error().lasting) return exit_status::configuration;
        return status.error().sys != 0 ? exit_status::try_again : exit_status::fault_of_ours;
    } catch (const ConfigurationFault& fault) {
        for (const std::string& line : fault.faults) log_event(Event::config_fault, line);
        return exit_status::configuration;
    } catch (const std::exception& exception) {
        log_event(Event::fatal, exception.what());
        return exit_status::fault_of_ours;
    } catch (...) {
        log_event(Event::fatal, "an unknown exception was thrown");
        return exit_status::fault_of_ours;
    }
}

Settings settings_or_throw() {
    auto settings = read_settings();
    if (!settings) throw ConfigurationFault{std::move(settings).error()};
    return *std::move(settings);
}

std::optional<int> answered_common_option(int argc, char** argv) {
    if (argc != 2) return std::nullopt;
    const std::string_view option = argv[1];
    if (option == "--version") {
        std::puts("boardgate " BOARDGATE_VERSION);
        return exit_status::done;
    }
    if (option == "--check-config" || option == "--print-config") {
        const auto settings = read_settings();
        if (!settings) {
            for (const std::string& line : settings.error()) std::fprintf(stderr, "%s\n", line.c_str());
            return exit_status::configuration;
        }
        if (option == "--print-config") std::fputs(print_settings(*settings).c_str(), stdout);
        return exit_status::done;
    }
    return std::nullopt;
}

void keep_memory_private() {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
}

}  // namespace boardgate

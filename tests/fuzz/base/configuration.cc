// SPDX-License-Identifier: MIT
// boardgate.conf: what is accepted, is printed and read to the same; what is not, names its faults.
#include "src/base/settings.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boardgate;
    using fuzz::require;
    const auto settings = parse_settings(std::string(fuzz::text_of(data, size)), "file");
    if (!settings) {
        require(!settings.error().empty(), "a file that is refused has a fault");
        for (const std::string& one : settings.error()) require(!one.empty(), "a fault has a text");
        return 0;
    }
    const std::string printed = print_settings(*settings);
    const auto again = parse_settings(printed, "printed");
    require(again.has_value(), "what is printed is accepted");
    require(print_settings(*again) == printed, "what is printed is read back");
    require(settings->door_ports.first < settings->door_ports.last, "there is a port for doors");
    for (const auto& [name, program] : settings->environments) require(program.starts_with('/'), "an environment is an absolute path");
    return 0;
}

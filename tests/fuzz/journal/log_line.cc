// SPDX-License-Identifier: MIT
// A line of a board's log: any bytes that a program printed, and the unit for which somebody asks.
#include "src/base/control_sequences.h"
#include "src/base/names.h"
#include "src/journal/unit_log.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boardgate;
    using fuzz::require;
    const std::string_view input = fuzz::text_of(data, size);
    for (const std::size_t longest : {wire::longest::log_line, std::size_t{20}}) {
        const std::string line = journal::shown(input, longest);
        require(line.size() <= longest, "a line has a bound");
        require(is_utf8(line), "a line is UTF-8");
        const std::string text = without_colours(line);
        for (const char c : text) require(c == '\t' || c == '\n' || static_cast<unsigned char>(c) >= 0x20, "only colours steer a terminal");
        require(!has_control_character(fuzz::replaced(fuzz::replaced(text, "\t", ""), "\n", "")), "no control character passes");
        require(journal::shown(line, longest) == line, "a line that is shown stays as it is");
    }
    if (journal::is_board_service(input)) {
        require(input.find_first_of(" \n=/*") == std::string_view::npos, "a unit is one name");
        require(UnitName::board_of(input).has_value(), "a unit names its board");
    }
    if (const auto user = UserName::parse(input)) {
        const UnitName unit(*user, *BoardId::parse("abcdefgh"), Engine::slurm);
        require(UnitName::board_of(unit.service())->str() == "abcdefgh", "a unit's name has the board, whatever the user is called");
    }
    return 0;
}

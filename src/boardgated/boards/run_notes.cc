// SPDX-License-Identifier: MIT
#include "src/boardgated/boards/run_notes.h"

#include <fmt/format.h>

#include <algorithm>

namespace boardgate::boardgated {

ApiResult<std::vector<RunNoteRow>> RunNotes::of(std::uint32_t uid, const HomeMark& home) const {
    auto rows = store_.run_notes(uid);
    if (!rows) return storage_problem(rows.error());
    std::erase_if(*rows, [&](const RunNoteRow& row) {
        const auto written_in = HomeMark::parse(row.home);
        return !written_in || !written_in->is_same_home(home);
    });
    return *std::move(rows);
}

ApiResult<void> RunNotes::put(std::uint32_t uid, const HomeMark& home, const std::string& path, const std::string& text) {
    const std::lock_guard lock(adding_);
    const auto notes = of(uid, home);
    if (!notes) return error_of(notes);
    const auto known = std::find_if(notes->begin(), notes->end(), [&](const RunNoteRow& row) { return row.path == path; });
    if (text.empty()) {
        if (known == notes->end()) return {};
        const auto deleted = store_.delete_run_note(uid, known->home, path);
        return deleted ? ApiResult<void>() : storage_problem(deleted.error());
    }
    if (known == notes->end() && notes->size() >= most)
        return problem(Code::bad_field, fmt::format("you have notes on {} runs; delete one first", most), "text");
    // The mark of the same home may have another form: without the birth time.
    const auto written = store_.put_run_note(uid, {known == notes->end() ? home.str() : known->home, path, text});
    return written ? ApiResult<void>() : storage_problem(written.error());
}

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// What people write about their runs, by path. A note belongs to the home in which it was written, like a board: the next person
// with the same name and uid does not get it. Notes outlive their runs, which may come back.
#pragma once

#include <mutex>

#include "src/base/home_mark.h"
#include "src/boardgated/common/problem.h"
#include "src/boardgated/storage/store.h"

namespace boardgate::boardgated {

class RunNotes {
public:
    static constexpr std::size_t most = 2000;          ///< of a person
    static constexpr std::size_t longest_text = 1000;  ///< bytes

    explicit RunNotes(Store& store) : store_(store) {}

    [[nodiscard]] ApiResult<std::vector<RunNoteRow>> of(std::uint32_t uid, const HomeMark& home) const;
    /// An empty text deletes the note.
    [[nodiscard]] ApiResult<void> put(std::uint32_t uid, const HomeMark& home, const std::string& path, const std::string& text);

private:
    Store& store_;
    std::mutex adding_;  // held from counting a person's notes until another one is added
};

}  // namespace boardgate::boardgated

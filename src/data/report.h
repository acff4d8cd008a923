// SPDX-License-Identifier: MIT
// Tells boardgate-board what is wrong with the files of a log directory, in a file of the board's own folder.
#pragma once

#include <string>

#include "src/base/file_notices.h"

namespace boardgate::data {

class Report {
public:
    /// Nothing is written where `file` is empty. `once`: there is no second look.
    Report(std::string file, bool once) : file_(std::move(file)), once_(once) {}

    /// After each look. A notice counts from the second look on, since a file may be half written at the first.
    void update(const FileNotices& found);

private:
    std::string file_;
    bool once_;
    bool written_ = false;
    FileNotices earlier_;
    std::string text_;
};

}  // namespace boardgate::data

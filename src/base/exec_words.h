// SPDX-License-Identifier: MIT
// Words and variables in the form that execve(2) takes.
#pragma once

#include <string>
#include <vector>

namespace boardgate {

/// They live as long as `words`; execve(2) only reads them.
[[nodiscard]] inline std::vector<char*> exec_words(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

}  // namespace boardgate

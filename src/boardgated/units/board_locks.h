// SPDX-License-Identifier: MIT
// A lock for each board, or for each person. They share a fixed number of mutexes, so there is nothing to create or to remove.
#pragma once

#include <array>
#include <functional>
#include <mutex>

#include "src/base/names.h"

namespace boardgate::boardgated {

class BoardLocks {
public:
    [[nodiscard]] std::unique_lock<std::mutex> hold(const BoardId& board) {
        return std::unique_lock(mutexes_[std::hash<std::string>{}(board.str()) % mutexes_.size()]);
    }
    [[nodiscard]] std::unique_lock<std::mutex> hold(std::uint32_t uid) { return std::unique_lock(mutexes_[uid % mutexes_.size()]); }

private:
    std::array<std::mutex, 64> mutexes_;
};

}  // namespace boardgate::boardgated

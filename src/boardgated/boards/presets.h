// SPDX-License-Identifier: MIT
// Options that a person uses again: those of the board made last, and named ones. What belongs to one board
// (log directory, title, port) is no part of them.
#pragma once

#include <mutex>

#include "src/boardgated/boards/board_options.h"
#include "src/boardgated/storage/store.h"

namespace boardgate::boardgated {

class Presets {
public:
    static constexpr std::size_t most = 50;
    static constexpr std::size_t longest_name = 60;

    explicit Presets(Store& store) : store_(store) {}

    /// Keeps the options of a board that was made; a failure to do so is logged, and no reason to refuse the board.
    void remember(std::uint32_t uid, const BoardOptions& options);
    /// The options of the board made last, or null.
    [[nodiscard]] Json::Value last(std::uint32_t uid) const;
    /// The named ones, by name, each an object of options with its `name`.
    [[nodiscard]] Json::Value named(std::uint32_t uid) const;
    [[nodiscard]] ApiResult<void> put(std::uint32_t uid, const std::string& name, const BoardOptions& options);
    [[nodiscard]] ApiResult<void> remove(std::uint32_t uid, const std::string& name);

private:
    [[nodiscard]] std::vector<PresetRow> rows(std::uint32_t uid) const;
    Store& store_;
    std::mutex adding_;  // between counting and adding one
};

/// Options that belong to one board.
inline constexpr const char* options_of_one_board[] = {"logdir", "more_logdirs", "title", "port"};

/// The options that a preset holds.
[[nodiscard]] Json::Value preset_json(const BoardOptions& options);

}  // namespace boardgate::boardgated

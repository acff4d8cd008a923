// SPDX-License-Identifier: MIT
// Stores options that a person uses again: those of the board created last, and named presets. Options that make sense for
// one board only (log directory, title, port) are not stored.
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

    /// Stores the options of the board created last. A failure is logged only: the board exists.
    void set_last(std::uint32_t uid, const BoardOptions& options);
    /// The options of the board created last, or null.
    [[nodiscard]] Json::Value last(std::uint32_t uid) const;
    /// The named presets, by name; each is an object of options with its `name`.
    [[nodiscard]] Json::Value named(std::uint32_t uid) const;
    [[nodiscard]] ApiResult<void> put(std::uint32_t uid, const std::string& name, const BoardOptions& options);
    [[nodiscard]] ApiResult<void> remove(std::uint32_t uid, const std::string& name);

private:
    [[nodiscard]] std::vector<PresetRow> rows(std::uint32_t uid) const;
    Store& store_;
    std::mutex adding_;  // held from counting a person's presets until another one is added
};

/// Options that are not part of presets.
inline constexpr const char* options_of_one_board[] = {"logdir", "more_logdirs", "names", "title", "port"};

/// The options that a preset holds.
[[nodiscard]] Json::Value preset_json(const BoardOptions& options);

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// The data for the form of a new board: defaults, presets, environments, limits.
#pragma once

#include <functional>

#include "src/boardgated/api/call.h"
#include "src/boardgated/boards/presets.h"
#include "src/boardgated/boards/registry.h"

namespace boardgate::boardgated {

class ApiOptions {
public:
    /// `is_proved`: is the person's home known, as far as it ever was (Shares)?
    ApiOptions(
        const Settings& settings, const Registry& registry, Presets& presets,
        std::function<bool(std::uint32_t)> is_proved = [](std::uint32_t) { return true; })
        : settings_(settings), registry_(registry), presets_(presets), is_proved_(std::move(is_proved)) {}

    [[nodiscard]] ApiResult<Response> read(Call& call) const;
    [[nodiscard]] ApiResult<Response> put_preset(Call& call);
    [[nodiscard]] ApiResult<Response> delete_preset(Call& call);

private:
    const Settings& settings_;
    const Registry& registry_;
    Presets& presets_;
    std::function<bool(std::uint32_t)> is_proved_;
};

}  // namespace boardgate::boardgated

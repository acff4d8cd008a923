// SPDX-License-Identifier: MIT
// The data for the form of a new board: defaults, presets, environments, limits.
#pragma once

#include "src/boardgated/api/call.h"
#include "src/boardgated/boards/presets.h"
#include "src/boardgated/boards/registry.h"

namespace boardgate::boardgated {

class ApiOptions {
public:
    ApiOptions(const Settings& settings, const Registry& registry, Presets& presets)
        : settings_(settings), registry_(registry), presets_(presets) {}

    [[nodiscard]] ApiResult<Response> read(Call& call) const;
    [[nodiscard]] ApiResult<Response> put_preset(Call& call);
    [[nodiscard]] ApiResult<Response> delete_preset(Call& call);

private:
    const Settings& settings_;
    const Registry& registry_;
    Presets& presets_;
};

}  // namespace boardgate::boardgated

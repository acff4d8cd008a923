// SPDX-License-Identifier: MIT
// What the form for a new board needs: defaults, presets, environments, limits.
#pragma once

#include "src/boardgated/call.h"
#include "src/boardgated/presets.h"
#include "src/boardgated/registry.h"

namespace boardgate::boardgated {

class ApiOptions {
public:
    ApiOptions(const Settings& settings, const Registry& registry, Presets& presets)
        : settings_(settings), registry_(registry), presets_(presets) {}

    [[nodiscard]] Reply read(Call& call) const;
    [[nodiscard]] Reply put_preset(Call& call);
    [[nodiscard]] Reply delete_preset(Call& call);

private:
    const Settings& settings_;
    const Registry& registry_;
    Presets& presets_;
};

}  // namespace boardgate::boardgated

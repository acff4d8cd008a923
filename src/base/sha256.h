// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "src/base/secret.h"

namespace boardgate {

/// SHA-256 (FIPS 180-4).
[[nodiscard]] TokenHash sha256(std::string_view text);

}  // namespace boardgate

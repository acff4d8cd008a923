// SPDX-License-Identifier: MIT
// Sizes as people read them: `512 B`, `46 kB`, `1.2 GB`, in powers of 1000, as on the page (nginx/portal/assets/dom.js).
#pragma once

#include <cstdint>
#include <string>

namespace boardgate {

[[nodiscard]] std::string byte_size(std::uint64_t bytes);

}  // namespace boardgate

// SPDX-License-Identifier: MIT
// Tensors and blobs where they are kept: in memory, or in their event file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "src/data/series.h"

namespace boardgate::data {

// None: it is in a file that has gone, was replaced or cut.
/// TensorProto, canonical.
[[nodiscard]] std::optional<std::string> tensor_in(const Item& item);
/// One part; `plugin` is the series'.
[[nodiscard]] std::optional<std::string> blob_in(const Item& item, std::string_view plugin, std::uint64_t part);

}  // namespace boardgate::data

// SPDX-License-Identifier: MIT
// Reads tensors and blobs, which are in memory or in their event file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "src/data/series.h"

namespace boardgate::data {

// No value if the item's file is missing, was replaced or cut.
/// The item as a canonical TensorProto.
[[nodiscard]] std::optional<std::string> tensor_in(const Item& item);
/// One part of a blob sequence; `plugin` is the series'.
[[nodiscard]] std::optional<std::string> blob_in(const Item& item, std::string_view plugin, std::uint64_t part);

}  // namespace boardgate::data

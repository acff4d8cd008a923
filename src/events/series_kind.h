// SPDX-License-Identifier: MIT
// What a series of values is to TensorBoard. Its first value decides, with rules for older writers (TensorBoard's
// data_compat).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/events/event.h"

namespace boardgate::events {

/// As in SummaryMetadata.
enum class DataClass : std::uint8_t { unknown = 0, scalar = 1, tensor = 2, blobs = 3 };

struct SeriesKind {
    DataClass data_class = DataClass::unknown;  ///< of an unknown one TensorBoard shows nothing
    bool has_plugin = false;
    std::string plugin;    ///< "scalars", "images", ...
    std::string metadata;  ///< SummaryMetadata, canonical
};

[[nodiscard]] SeriesKind kind_of_series(const Value& first);

// None: TensorBoard drops such a value of a series of that class.
[[nodiscard]] std::optional<float> scalar_of(const Value& value, Loader* loader = nullptr);
/// A TensorProto, canonical. `bytes` are those of a value of this form, all loaded.
[[nodiscard]] std::optional<std::string> tensor_of(Form form, std::string_view bytes);
/// Will there be a tensor? Without a copy.
[[nodiscard]] bool is_tensor(const Value& value, Loader* loader = nullptr);

/// Pictures, sounds, graphs. Views into `bytes`, but for texts that are made (the size of an old picture).
struct Blobs {
    std::vector<std::string_view> parts;
    std::string width, height;
};
/// `plugin` is the series'. Only keys of fields are looked at.
[[nodiscard]] bool read_blobs(Form form, std::string_view bytes, std::string_view plugin, Blobs& blobs, Loader* loader = nullptr);

}  // namespace boardgate::events

// SPDX-License-Identifier: MIT
// How TensorBoard shows a series of values. The first value of the series decides, with rules for older writers (TensorBoard's
// data_compat).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/events/event.h"

namespace boardgate::events {

/// The data class of SummaryMetadata.
enum class DataClass : std::uint8_t { unknown = 0, scalar = 1, tensor = 2, blobs = 3 };

struct SeriesKind {
    DataClass data_class = DataClass::unknown;  ///< TensorBoard does not show an unknown class
    bool has_plugin = false;
    std::string plugin;    ///< "scalars", "images", ...
    std::string metadata;  ///< SummaryMetadata, canonical
};

[[nodiscard]] SeriesKind kind_of_series(const Value& first);

// No value, or false: TensorBoard drops such a value of a series of that class.
[[nodiscard]] std::optional<float> scalar_of(const Value& value, Loader* loader = nullptr);
/// A canonical TensorProto. `bytes` is the loaded value, in this form.
[[nodiscard]] std::optional<std::string> tensor_of(Form form, std::string_view bytes);
/// Is the value a tensor? Does not copy it.
[[nodiscard]] bool is_tensor(const Value& value, Loader* loader = nullptr);

/// Reads pictures, sounds and graphs: views into `bytes`, except texts that are made, such as the size of an old picture.
struct Blobs {
    std::vector<std::string_view> parts;
    std::string width, height;
};
/// `plugin` is the series'. Reads only the keys of fields.
[[nodiscard]] bool read_blobs(Form form, std::string_view bytes, std::string_view plugin, Blobs& blobs, Loader* loader = nullptr);

}  // namespace boardgate::events

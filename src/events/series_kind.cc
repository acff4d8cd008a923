// SPDX-License-Identifier: MIT
#include "src/events/series_kind.h"

#include <algorithm>
#include <array>
#include <bit>

namespace boardgate::events {

namespace number = number_of;
using Kind = Fields::Kind;

namespace {

constexpr std::uint64_t dt_float = 1, dt_double = 2, dt_string = 7;
/// ImagePluginData and AudioPluginData with `converted_to_tensor`, for the pictures and sounds of TensorFlow 1.
constexpr std::string_view converted_image{"\x10\x01", 2}, converted_audio{"\x18\x01", 2};

struct Plugin {
    std::string_view name;
    DataClass data_class;
};
constexpr Plugin known_plugins[] = {
    {"scalars", DataClass::scalar},
    {"histograms", DataClass::tensor},
    {"text", DataClass::tensor},
    {"hparams", DataClass::tensor},
    {"pr_curves", DataClass::tensor},
    {"mesh", DataClass::tensor},
    {"custom_scalars", DataClass::tensor},
    {"images", DataClass::blobs},
    {"audio", DataClass::blobs},
    {"graph_run_metadata", DataClass::blobs},
    {"graph_run_metadata_graph", DataClass::blobs},
    {"graph_keras_model", DataClass::blobs},
};
/// Plugins whose tensor may be a single string instead of a list.
constexpr std::string_view graph_plugins[] = {"graph_run_metadata", "graph_run_metadata_graph", "graph_keras_model"};

/// The deciding fields of SummaryMetadata. Of several equal fields the last one counts; parts of PluginData are merged.
struct Metadata {
    std::uint64_t data_class = 0;
    bool has_plugin = false;
    std::string plugin;
};

Metadata read_metadata(std::string_view bytes) {
    Metadata found;
    for (Fields field(bytes); field.next();) {
        if (field.is(number::SummaryMetadata::data_class, Kind::varint)) found.data_class = field.number() & 0xFFFFFFFFU;
        if (!field.is(number::SummaryMetadata::plugin_data, Kind::bytes)) continue;
        found.has_plugin = true;
        for (Fields data(field.bytes()); data.next();) {
            if (data.is(number::PluginData::plugin_name, Kind::bytes)) found.plugin = data.bytes();
        }
    }
    return found;
}

std::string with_class(std::string bytes, DataClass data_class) {
    append_key(bytes, number::SummaryMetadata::data_class, Kind::varint);
    append_varint(bytes, static_cast<std::uint64_t>(data_class));
    return canonical(bytes, Message::SummaryMetadata);
}

SeriesKind made_kind(std::string_view plugin, DataClass data_class, std::string_view content = {}) {
    std::string data, metadata;
    append_bytes(data, number::PluginData::plugin_name, plugin);
    if (!content.empty()) append_bytes(data, number::PluginData::content, content);
    append_bytes(metadata, number::SummaryMetadata::plugin_data, data);
    return {data_class, true, std::string(plugin), with_class(metadata, data_class)};
}

DataClass class_of_number(std::uint64_t number) { return number > 3 ? DataClass::unknown : static_cast<DataClass>(number); }

SeriesKind told_kind(const Value& value) {
    const Metadata told = read_metadata(value.metadata);
    const auto* known = std::find_if(std::begin(known_plugins), std::end(known_plugins),
                                     [&](const Plugin& plugin) { return told.has_plugin && plugin.name == told.plugin; });
    const bool guessed = told.data_class == 0 && known != std::end(known_plugins);
    const DataClass data_class = guessed ? known->data_class : class_of_number(told.data_class);
    std::string metadata =
        guessed ? with_class(std::string(value.metadata), data_class) : canonical(value.metadata, Message::SummaryMetadata);
    return {data_class, told.has_plugin, told.plugin, std::move(metadata)};
}

/// The part of a tensor that decides how it is read.
struct TensorHead {
    std::uint64_t dtype = 0;
    std::uint64_t floats = 0;  ///< in float_val
    float first_float = 0;
    std::string_view content{};
    std::vector<std::uint64_t> shape{};  ///< sizes
};

void read_shape(std::string_view bytes, std::vector<std::uint64_t>& sizes, Loader* loader) {
    for (Fields field(bytes, loader); field.next();) {
        if (!field.is(number::Shape::dim, Kind::bytes)) continue;
        std::uint64_t size = 0;
        for (Fields part(field.bytes(), loader); part.next();) {
            if (part.is(number::Dim::size, Kind::varint)) size = part.number();
        }
        sizes.push_back(size);
    }
}

void read_floats(const Fields& field, TensorHead& head, Loader* loader) {
    const bool packed = field.kind() == Kind::bytes;
    const std::uint64_t count = packed ? field.bytes().size() / sizeof(float) : 1;
    if (head.floats == 0 && count > 0) {
        if (packed && loader != nullptr) loader->need(field.bytes().substr(0, sizeof(float)));
        const std::uint64_t bits = packed ? fixed_at(field.bytes(), 0, sizeof(float)) : field.number();
        head.first_float = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    }
    head.floats += count;
}

TensorHead read_tensor(std::string_view bytes, Loader* loader) {
    TensorHead head;
    for (Fields field(bytes, loader); field.next();) {
        if (field.is(number::Tensor::dtype, Kind::varint)) head.dtype = field.number() & 0xFFFFFFFFU;
        if (field.is(number::Tensor::tensor_shape, Kind::bytes)) read_shape(field.bytes(), head.shape, loader);
        if (field.is(number::Tensor::tensor_content, Kind::bytes)) head.content = field.bytes();
        if (field.field() == number::Tensor::float_val) read_floats(field, head, loader);
    }
    return head;
}

struct HistogramParts {
    double min = 0, max = 0;
    std::vector<double> limits, counts;
};

void add_doubles(const Fields& field, std::vector<double>& to) {
    if (field.kind() == Kind::fixed64) to.push_back(std::bit_cast<double>(field.number()));
    if (field.kind() != Kind::bytes) return;
    for (std::size_t at = 0; at + sizeof(double) <= field.bytes().size(); at += sizeof(double))
        to.push_back(std::bit_cast<double>(fixed_at(field.bytes(), at, sizeof(double))));
}

HistogramParts read_histogram(std::string_view bytes, Loader* loader) {
    HistogramParts parts;
    for (Fields field(bytes, loader); field.next();) {
        if (field.is(number::Histogram::min, Kind::fixed64)) parts.min = std::bit_cast<double>(field.number());
        if (field.is(number::Histogram::max, Kind::fixed64)) parts.max = std::bit_cast<double>(field.number());
        const bool limit = field.field() == number::Histogram::bucket_limit;
        if (!limit && field.field() != number::Histogram::bucket) continue;
        if (loader != nullptr && field.kind() == Kind::bytes) loader->need(field.bytes());
        add_doubles(field, limit ? parts.limits : parts.counts);
    }
    return parts;
}

void append_dim(std::string& shape, std::uint64_t size) {
    std::string dim;
    if (size != 0) {
        append_key(dim, number::Dim::size, Kind::varint);
        append_varint(dim, size);
    }
    append_bytes(shape, number::Shape::dim, dim);
}

std::string tensor_with(std::uint64_t dtype, std::string_view shape, std::string_view content) {
    std::string tensor;
    append_key(tensor, number::Tensor::dtype, Kind::varint);
    append_varint(tensor, dtype);
    append_bytes(tensor, number::Tensor::tensor_shape, shape);
    if (!content.empty()) append_bytes(tensor, number::Tensor::tensor_content, content);
    return tensor;
}

/// A row for each bucket: left edge, right edge, count. The outermost edges are the smallest and the largest value.
std::string tensor_of(const HistogramParts& parts) {
    std::string shape, content;
    append_dim(shape, parts.counts.size());
    append_dim(shape, 3);
    const std::size_t last = parts.counts.size() - 1;
    for (std::size_t i = 0; i < parts.counts.size(); ++i) {
        const double row[] = {i == 0 ? parts.min : parts.limits[i - 1], i == last ? parts.max : parts.limits[i], parts.counts[i]};
        for (const double number : row) append_fixed(content, std::bit_cast<std::uint64_t>(number), sizeof number);
    }
    return tensor_with(dt_double, shape, content);
}

/// A summary with only metadata counts as an empty list of numbers.
std::string null_tensor() {
    std::string shape;
    append_dim(shape, 0);
    return tensor_with(dt_float, shape, {});
}

bool read_strings(std::string_view bytes, std::string_view plugin, Blobs& blobs, Loader* loader) {
    const TensorHead head = read_tensor(bytes, loader);
    if (head.dtype != dt_string) return false;
    std::vector<std::string_view> strings;
    for (Fields field(bytes, loader); field.next();) {
        if (field.is(number::Tensor::string_val, Kind::bytes)) strings.push_back(field.bytes());
    }
    const bool graph = std::find(std::begin(graph_plugins), std::end(graph_plugins), plugin) != std::end(graph_plugins);
    if (head.shape.size() == 1 || (head.shape.empty() && graph && strings.size() == 1)) {
        blobs.parts = std::move(strings);
        return true;
    }
    // Each sound has a label.
    if (head.shape.size() != 2 || head.shape[1] != 2 || plugin != "audio") return false;
    for (std::size_t i = 0; i + 1 < strings.size(); i += 2) blobs.parts.push_back(strings[i]);
    return true;
}

void read_image(std::string_view bytes, Blobs& blobs, Loader* loader) {
    std::int32_t width = 0, height = 0;
    std::string_view picture;
    for (Fields field(bytes, loader); field.next();) {
        if (field.is(number::Image::width, Kind::varint)) width = static_cast<std::int32_t>(field.number());
        if (field.is(number::Image::height, Kind::varint)) height = static_cast<std::int32_t>(field.number());
        if (field.is(number::Image::encoded_image_string, Kind::bytes)) picture = field.bytes();
    }
    blobs.width = std::to_string(width);
    blobs.height = std::to_string(height);
    blobs.parts = {blobs.width, blobs.height, picture};
}

}  // namespace

SeriesKind kind_of_series(const Value& first) {
    switch (first.form) {
        case Form::graph:
            return made_kind("graphs", DataClass::blobs);
        case Form::run_metadata:
            return made_kind("graph_tagged_run_metadata", DataClass::blobs);
        default:
            break;
    }
    // An explicit class counts, even if the value does not fit it.
    if (first.has_metadata && read_metadata(first.metadata).data_class != 0) return told_kind(first);
    switch (first.form) {
        case Form::simple:
            return made_kind("scalars", DataClass::scalar);
        case Form::image:
            return made_kind("images", DataClass::blobs, converted_image);
        case Form::audio:
            return made_kind("audio", DataClass::blobs, converted_audio);
        case Form::histogram:
            return made_kind("histograms", DataClass::tensor);
        default:
            return first.has_metadata ? told_kind(first) : SeriesKind{};
    }
}

std::optional<float> scalar_of(const Value& value, Loader* loader) {
    if (value.form == Form::simple) return value.simple;
    if (value.form != Form::tensor) return std::nullopt;
    const TensorHead head = read_tensor(value.bytes, loader);
    if (!head.shape.empty() || head.dtype != dt_float) return std::nullopt;
    if (head.floats == 1) return head.first_float;
    if (head.floats > 1 || head.content.size() != sizeof(float)) return std::nullopt;
    if (loader != nullptr) loader->need(head.content);
    return std::bit_cast<float>(static_cast<std::uint32_t>(fixed_at(head.content, 0, sizeof(float))));
}

bool is_tensor(const Value& value, Loader* loader) {
    if (value.form == Form::tensor || value.form == Form::nothing) return true;
    if (value.form != Form::histogram) return false;
    const HistogramParts parts = read_histogram(value.bytes, loader);
    return parts.counts.size() == parts.limits.size();
}

std::optional<std::string> tensor_of(Form form, std::string_view bytes) {
    if (form == Form::nothing) return null_tensor();
    if (form == Form::tensor) return canonical(bytes, Message::Tensor);
    if (form != Form::histogram) return std::nullopt;
    const HistogramParts parts = read_histogram(bytes, nullptr);
    if (parts.counts.size() != parts.limits.size()) return std::nullopt;
    return tensor_of(parts);
}

bool read_blobs(Form form, std::string_view bytes, std::string_view plugin, Blobs& blobs, Loader* loader) {
    blobs.parts.clear();
    switch (form) {
        case Form::graph:
        case Form::run_metadata:
            blobs.parts = {bytes};
            return true;
        case Form::image:
            read_image(bytes, blobs, loader);
            return true;
        case Form::audio:
            blobs.parts = {{}};
            for (Fields field(bytes, loader); field.next();) {
                if (field.is(number::Audio::encoded_audio_string, Kind::bytes)) blobs.parts.front() = field.bytes();
            }
            return true;
        case Form::tensor:
            return read_strings(bytes, plugin, blobs, loader);
        default:
            return false;
    }
}

}  // namespace boardgate::events

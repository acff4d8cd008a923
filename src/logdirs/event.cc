// SPDX-License-Identifier: MIT
#include "src/logdirs/event.h"

#include <bit>

#include "src/logdirs/protobuf.h"

namespace boardgate::logdirs {

namespace {

using Kind = Fields::Kind;

// Field numbers by message, and numbers of tensor types.
namespace event {
constexpr std::uint32_t step = 2, summary = 5;
}
namespace summary {
constexpr std::uint32_t value = 1;
}
namespace value {
constexpr std::uint32_t tag = 1, simple = 2, tensor = 8, metadata = 9;
}
namespace metadata {
constexpr std::uint32_t plugin_data = 1;
}
namespace plugin_data {
constexpr std::uint32_t name = 1;
}
namespace tensor {
constexpr std::uint32_t dtype = 1, content = 4, floats = 5, doubles = 6;
constexpr std::uint64_t dtype_float = 1, dtype_double = 2;
}  // namespace tensor

double float_of(std::uint64_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits)); }
double double_of(std::uint64_t bits) { return std::bit_cast<double>(bits); }

/// The number in little-endian bytes, if their size fits.
std::optional<std::uint64_t> only_number(std::string_view bytes, std::size_t size) {
    if (bytes.size() != size) return std::nullopt;
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < size; ++i) number |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return number;
}

/// The number in a tensor of exactly one element: as raw content, or as a field, packed or not.
std::optional<double> scalar_in(std::string_view bytes) {
    std::uint64_t dtype = 0;
    std::string_view raw;
    std::optional<double> found;
    std::size_t numbers = 0;
    for (Fields field(bytes); field.next();) {
        if (field.is(tensor::dtype, Kind::varint)) {
            dtype = field.number();
        } else if (field.is(tensor::content, Kind::bytes) || field.is(tensor::floats, Kind::bytes) ||
                   field.is(tensor::doubles, Kind::bytes)) {
            raw = field.bytes();
            ++numbers;
        } else if (field.is(tensor::floats, Kind::fixed32)) {
            found = float_of(field.number());
            ++numbers;
        } else if (field.is(tensor::doubles, Kind::fixed64)) {
            found = double_of(field.number());
            ++numbers;
        }
    }
    if (numbers != 1 || (dtype != tensor::dtype_float && dtype != tensor::dtype_double)) return std::nullopt;
    if (found) return found;
    const bool single = dtype == tensor::dtype_float;
    const auto number = only_number(raw, single ? sizeof(float) : sizeof(double));
    if (!number) return std::nullopt;
    return single ? float_of(*number) : double_of(*number);
}

std::string_view plugin_in(std::string_view bytes) {
    for (Fields field(bytes); field.next();) {
        if (!field.is(metadata::plugin_data, Kind::bytes)) continue;
        for (Fields data(field.bytes()); data.next();) {
            if (data.is(plugin_data::name, Kind::bytes)) return data.bytes();
        }
    }
    return {};
}

SummaryValue value_in(std::string_view bytes) {
    SummaryValue found;
    for (Fields field(bytes); field.next();) {
        if (field.is(value::tag, Kind::bytes)) {
            found.tag = field.bytes();
        } else if (field.is(value::simple, Kind::fixed32)) {
            found.value = float_of(field.number());
            found.simple = true;
        } else if (field.is(value::tensor, Kind::bytes)) {
            found.value = scalar_in(field.bytes());
            found.simple = false;
        } else if (field.is(value::metadata, Kind::bytes)) {
            found.plugin = plugin_in(field.bytes());
        }
    }
    return found;
}

}  // namespace

std::optional<std::int64_t> read_event(std::string_view bytes, const std::function<void(std::int64_t, const SummaryValue&)>& use) {
    std::int64_t step = 0;
    bool summaries = false;
    for (Fields field(bytes); field.next();) {
        if (field.is(event::step, Kind::varint)) step = static_cast<std::int64_t>(field.number());
        summaries = summaries || field.is(event::summary, Kind::bytes);
    }
    if (!summaries) return std::nullopt;
    for (Fields field(bytes); field.next();) {
        if (!field.is(event::summary, Kind::bytes)) continue;
        for (Fields part(field.bytes()); part.next();) {
            if (part.is(summary::value, Kind::bytes)) use(step, value_in(part.bytes()));
        }
    }
    return step;
}

}  // namespace boardgate::logdirs

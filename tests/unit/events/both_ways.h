// SPDX-License-Identifier: MIT
// The decoder's short way for one scalar, against the way field by field.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "src/events/event.h"

namespace boardgate::events {

/// With a loader, the decoder takes each field by itself.
class NothingToLoad : public Loader {
public:
    void need(std::string_view) override {}
};

inline bool is_same(const Value& a, const Value& b) {
    return a.tag == b.tag && a.form == b.form && std::bit_cast<std::uint32_t>(a.simple) == std::bit_cast<std::uint32_t>(b.simple) &&
           a.bytes == b.bytes && a.has_metadata == b.has_metadata && a.metadata == b.metadata;
}

/// Are the two decoders, which may have decoded other records before, of one opinion?
inline bool both_ways_agree(EventDecoder& decoder, EventDecoder& by_fields, std::string_view record) {
    NothingToLoad loader;
    const Event* a = decoder.decode(record);
    const Event* b = by_fields.decode(record, &loader);
    if (a == nullptr || b == nullptr) return a == b;
    if (std::bit_cast<std::uint64_t>(a->wall_time) != std::bit_cast<std::uint64_t>(b->wall_time) || a->step != b->step ||
        a->values.size() != b->values.size())
        return false;
    for (std::size_t i = 0; i < a->values.size(); ++i) {
        if (!is_same(a->values[i], b->values[i])) return false;
    }
    return true;
}

}  // namespace boardgate::events

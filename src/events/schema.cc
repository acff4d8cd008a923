// SPDX-License-Identifier: MIT
#include "src/events/schema.h"

#include <algorithm>
#include <span>
#include <vector>

#include "src/events/utf8.h"

namespace boardgate::events {

namespace {

using Kind = Fields::Kind;

enum class Type : std::uint8_t { i32, i64, u32, boolean, f32, f64, text, bytes, message };

struct Row {
    Message in;
    std::uint32_t number;
    Type type;
    bool repeated;
    Message values;
};

constexpr Row rows[] = {
#define MESSAGE(name)
#define FIELD(message, name, number, type, repeated, values) {Message::message, number, Type::type, repeated, Message::values},
#include "src/events/schema.inc"
#undef MESSAGE
#undef FIELD
};

std::span<const Row> fields_of(Message message) {
    static constexpr auto before = [](const Row& row, Message of) { return row.in < of; };
    static constexpr auto after = [](Message of, const Row& row) { return of < row.in; };
    return {std::lower_bound(std::begin(rows), std::end(rows), message, before),
            std::upper_bound(std::begin(rows), std::end(rows), message, after)};
}

constexpr Kind kind_of(Type type) {
    switch (type) {
        case Type::f32:
            return Kind::fixed32;
        case Type::f64:
            return Kind::fixed64;
        case Type::text:
        case Type::bytes:
        case Type::message:
            return Kind::bytes;
        default:
            return Kind::varint;
    }
}

constexpr bool is_number(Type type) { return kind_of(type) != Kind::bytes; }
constexpr std::size_t size_of(Type type) { return type == Type::f32 ? 4 : 8; }

bool is_list_of_varints(std::string_view bytes, Loader* loader) {
    if (loader != nullptr) loader->need(bytes);
    std::uint64_t value = 0;
    while (!bytes.empty()) {
        if (!take_varint(bytes, value)) return false;
    }
    return true;
}

bool is_packed(const Row& row, std::string_view bytes, Loader* loader) {
    return kind_of(row.type) == Kind::varint ? is_list_of_varints(bytes, loader) : bytes.size() % size_of(row.type) == 0;
}

bool is_value(const Row& row, const Fields& field, Loader* loader, int depth_left) {
    if (row.repeated && is_number(row.type) && field.kind() == Kind::bytes) return is_packed(row, field.bytes(), loader);
    if (field.kind() != kind_of(row.type)) return false;
    if (row.type == Type::text) {
        if (loader != nullptr) loader->need(field.bytes());
        return is_unicode(field.bytes());
    }
    return row.type != Type::message || (depth_left > 0 && is_well_formed(field.bytes(), row.values, loader, depth_left - 1));
}

const Row* row_of(std::span<const Row> known, std::uint32_t number) {
    const auto found = std::find_if(known.begin(), known.end(), [number](const Row& row) { return row.number == number; });
    return found == known.end() ? nullptr : &*found;
}

/// A varint as a value of its type: protocol buffers cut off the bits that do not fit.
std::uint64_t in_type(Type type, std::uint64_t value) {
    switch (type) {
        case Type::i32:
            return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(value)));
        case Type::u32:
            return static_cast<std::uint32_t>(value);
        case Type::boolean:
            return value == 0 ? 0 : 1;
        default:
            return value;
    }
}

/// Is the value a default, which is left out? So is -0.
bool is_default(Type type, std::uint64_t value) {
    const std::uint64_t sign = type == Type::f64 ? std::uint64_t{1} << 63 : type == Type::f32 ? std::uint64_t{1} << 31 : 0;
    return (value & ~sign) == 0;
}

/// All values of a field.
class Values {
public:
    void add(const Row& row, const Fields& field) {
        present_ = true;
        number_ = field.number();
        if (row.repeated && is_number(row.type)) {
            field.kind() == Kind::bytes ? add_packed(row.type, field.bytes()) : add_number(row.type, number_);
        } else if (field.kind() == Kind::bytes) {
            bytes_.push_back(field.bytes());
        }
    }
    void append_to(std::string& to, const Row& row) const {
        if (!present_) return;
        if (row.type == Type::message) {
            append_messages(to, row);
        } else if (row.repeated && !is_number(row.type)) {
            for (const std::string_view one : bytes_) append_bytes(to, row.number, one);
        } else if (row.repeated || !is_number(row.type)) {
            const std::string_view all = row.repeated ? packed_ : bytes_.back();
            if (!all.empty()) append_bytes(to, row.number, all);
        } else if (const std::uint64_t value = in_type(row.type, number_); !is_default(row.type, value)) {
            append_key(to, row.number, kind_of(row.type));
            append_number(to, row.type, value);
        }
    }

private:
    static void append_number(std::string& to, Type type, std::uint64_t value) {
        kind_of(type) == Kind::varint ? append_varint(to, value) : append_fixed(to, value, size_of(type));
    }
    void add_number(Type type, std::uint64_t value) { append_number(packed_, type, in_type(type, value)); }
    void add_packed(Type type, std::string_view numbers) {
        if (kind_of(type) != Kind::varint) {
            packed_ += numbers;
            return;
        }
        for (std::uint64_t value = 0; !numbers.empty() && take_varint(numbers, value);) add_number(type, value);
    }
    /// Merges the parts of a message, by concatenating them (protobuf.dev, "Encoding").
    void append_messages(std::string& to, const Row& row) const {
        if (row.repeated) {
            for (const std::string_view one : bytes_) append_bytes(to, row.number, canonical(one, row.values));
            return;
        }
        std::string all;
        for (const std::string_view part : bytes_) all += part;
        append_bytes(to, row.number, canonical(all, row.values));
    }

    bool present_ = false;
    std::uint64_t number_ = 0;
    std::vector<std::string_view> bytes_;
    std::string packed_;
};

}  // namespace

bool is_well_formed(std::string_view bytes, Message message, Loader* loader, int depth_left) {
    const std::span<const Row> known = fields_of(message);
    Fields field(bytes, loader, depth_left);
    while (field.next()) {
        const Row* row = row_of(known, field.field());
        if (row == nullptr ? depth_left <= 0 : !is_value(*row, field, loader, depth_left)) return false;
    }
    return field.complete();
}

void append_canonical(std::string& to, std::string_view bytes, Message message) {
    const std::span<const Row> known = fields_of(message);
    std::vector<Values> values(known.size());
    for (Fields field(bytes); field.next();) {
        const Row* row = row_of(known, field.field());
        if (row != nullptr) values[static_cast<std::size_t>(row - known.data())].add(*row, field);
    }
    for (std::size_t i = 0; i < known.size(); ++i) values[i].append_to(to, known[i]);
}

}  // namespace boardgate::events

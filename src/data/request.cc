// SPDX-License-Identifier: MIT
#include "src/data/request.h"

#include <functional>

#include "src/events/protobuf.h"
#include "src/events/utf8.h"

namespace boardgate::data {

using events::Fields;

namespace {

using Use = std::function<bool(const Fields& field)>;

/// Calls `use` for each field that is bytes or a number; false if the message is malformed, or `use` returns false.
bool for_each_field(std::string_view message, const Use& use) {
    Fields field(message);
    while (field.next()) {
        if (!use(field)) return false;
    }
    return field.complete();
}

bool take_text(const Fields& field, std::string& to) {
    to = field.bytes();
    return field.kind() == Fields::Kind::bytes && events::is_unicode(to);
}

bool take_names(std::string_view message, Names& names) {
    if (!names) names.emplace();
    return for_each_field(message, [&](const Fields& field) {
        std::string name;
        if (field.field() != 1) return true;
        if (!take_text(field, name)) return false;
        names->insert(std::move(name));
        return true;
    });
}

bool take_filter(std::string_view message, Request& request) {
    return for_each_field(message, [&](const Fields& field) {
        if (field.field() != 1 && field.field() != 2) return true;
        return field.kind() == Fields::Kind::bytes && take_names(field.bytes(), field.field() == 1 ? request.runs : request.tags);
    });
}

bool take_points(std::string_view message, Request& request) {
    if (!request.most_points) request.most_points = 0;
    return for_each_field(message, [&](const Fields& field) {
        if (field.field() != 1) return true;
        request.most_points = static_cast<std::int64_t>(field.number());
        return field.kind() == Fields::Kind::varint;
    });
}

bool take_plugin(std::string_view message, Request& request) {
    return for_each_field(message, [&](const Fields& field) { return field.field() != 1 || take_text(field, request.plugin); });
}

bool take_part(const Fields& field, Request& request) {
    if (field.field() > 4) return true;
    if (field.kind() != Fields::Kind::bytes) return false;
    switch (field.field()) {
        case 1:
            return take_text(field, request.experiment);
        case 2:
            return take_plugin(field.bytes(), request);
        case 3:
            return take_filter(field.bytes(), request);
        default:
            return take_points(field.bytes(), request);
    }
}

}  // namespace

Answer refused(Status status, std::string reason) { return {status, std::move(reason)}; }

std::optional<Request> read_request(std::string_view message) {
    Request request;
    if (!for_each_field(message, [&](const Fields& field) { return take_part(field, request); })) return std::nullopt;
    return request;
}

std::optional<std::string> read_text(std::string_view message) {
    std::string text;
    if (!for_each_field(message, [&](const Fields& field) { return field.field() != 1 || take_text(field, text); })) return std::nullopt;
    return text;
}

}  // namespace boardgate::data

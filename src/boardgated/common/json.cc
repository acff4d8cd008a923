// SPDX-License-Identifier: MIT
#include "src/boardgated/common/json.h"

#include <fmt/format.h>
#include <json/reader.h>
#include <json/writer.h>

#include <algorithm>
#include <cstring>

#include "src/base/names.h"

namespace boardgate::boardgated {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Removes the leading digits of `text` and returns their number.
std::size_t take_digits(std::string_view& text) {
    const auto end = std::ranges::find_if_not(text, is_digit);
    const auto count = static_cast<std::size_t>(end - text.begin());
    text.remove_prefix(count);
    return count;
}

bool take_one_of(std::string_view& text, std::string_view choices) {
    if (text.empty() || choices.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

/// Is this a number of RFC 8259, section 6?
bool is_number(std::string_view text) {
    (void)take_one_of(text, "-");
    const bool zero = text.starts_with('0');
    const std::size_t digits = take_digits(text);
    if (digits == 0 || (zero && digits > 1)) return false;
    if (take_one_of(text, ".") && take_digits(text) == 0) return false;
    if (take_one_of(text, "eE")) {
        (void)take_one_of(text, "+-");
        if (take_digits(text) == 0) return false;
    }
    return text.empty();
}

/// The position after the string that begins at `at`; the end of the text when its quote is missing.
std::size_t end_of_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\') ++at;
    }
    return std::min(at + 1, text.size());
}

/// What jsoncpp's strict mode accepts beyond RFC 8259: a comment before a member or behind a number, and numbers such
/// as 01, +1 and 1.
bool has_lax_syntax(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '"') {
            at = end_of_string(text, at);
        } else if (text[at] == '/') {
            return true;
        } else if (is_digit(text[at]) || text[at] == '-' || text[at] == '+') {
            const std::size_t end = std::min(text.find_first_not_of("0123456789+-.eE", at), text.size());
            if (!is_number(text.substr(at, end - at))) return true;
            at = end;
        } else {
            ++at;
        }
    }
    return false;
}

ApiResult<Json::Value> parsed(const std::string& text) {
    Json::CharReaderBuilder builder;
    Json::CharReaderBuilder::strictMode(&builder.settings_);
    builder["stackLimit"] = 32;
    builder["skipBom"] = false;
    const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
    Json::Value value;
    std::string errors;
    try {
        if (!reader->parse(text.data(), text.data() + text.size(), &value, &errors)) {
            wipe_texts(value);
            return problem(Code::bad_json, "the body is not valid JSON");
        }
    } catch (const std::exception&) {
        wipe_texts(value);
        return problem(Code::bad_json, "the body is nested too deeply");
    }
    return value;
}

}  // namespace

Json::Value trusted_json(const std::string& text) { return parsed(text).value_or(Json::Value(Json::objectValue)); }

ApiResult<JsonObject> JsonObject::parse(const std::string& text, std::size_t longest) {
    if (text.size() > longest) return problem(Code::too_large, "the body is longer than 16 KiB");
    if (!is_utf8(text)) return problem(Code::bad_json, "the body is not UTF-8");
    if (has_lax_syntax(text)) return problem(Code::bad_json, "the body is not strict JSON");
    auto value = parsed(text);
    if (!value) return error_of(value);
    if (!value->isObject()) return problem(Code::bad_json, "the body must be a JSON object");
    JsonObject object;
    object.value_ = *std::move(value);
    return object;
}

const Json::Value* JsonObject::known(const char* name) {
    known_.insert(name);
    if (problem_ || !value_.isMember(name)) return nullptr;
    const Json::Value& field = value_[name];
    return field.isNull() ? nullptr : &field;
}

void JsonObject::replace(const char* name, const std::vector<std::string>& values) {
    Json::Value list(Json::arrayValue);
    for (const std::string& value : values) list.append(value);
    value_[name] = std::move(list);
}

void JsonObject::wrong(const char* name, const std::string& expected) {
    problem_ = Problem{Code::bad_field, fmt::format("{} must be {}", name, expected), name};
}

namespace {
std::optional<std::string> clean_text(const Json::Value& value, std::size_t least, std::size_t most) {
    if (!value.isString()) return std::nullopt;
    std::string text = value.asString();
    if (text.size() < least || text.size() > most || !is_utf8(text) || has_control_character(text)) return std::nullopt;
    return text;
}
}  // namespace

void JsonObject::take(const char* name, std::string& out, std::size_t least, std::size_t most) {
    const Json::Value* field = known(name);
    if (field == nullptr) return;
    if (auto text = clean_text(*field, least, most)) {
        out = *std::move(text);
        return;
    }
    wrong(name, fmt::format("a text of {} to {} bytes without control characters", least, most));
}

void JsonObject::take(const char* name, std::vector<std::string>& out, std::size_t least, std::size_t most, std::size_t longest) {
    const Json::Value* field = known(name);
    if (field == nullptr) return;
    const auto no = [&] {
        wrong(name, fmt::format("a list of {} to {} texts of at most {} bytes without control characters", least, most, longest));
    };
    if (!field->isArray() || field->size() < least || field->size() > most) return no();
    std::vector<std::string> items;
    for (const Json::Value& item : *field) {
        auto text = clean_text(item, 1, longest);
        if (!text) return no();
        items.push_back(*std::move(text));
    }
    out = std::move(items);
}

void JsonObject::take(const char* name, std::int64_t& out, std::int64_t least, std::int64_t most) {
    const Json::Value* field = known(name);
    if (field == nullptr) return;
    if ((field->type() == Json::intValue || field->type() == Json::uintValue) && field->isInt64()) {
        const std::int64_t number = field->asInt64();
        if (number >= least && number <= most) {
            out = number;
            return;
        }
    }
    wrong(name, fmt::format("a whole number from {} to {}", least, most));
}

void JsonObject::take(const char* name, bool& out) {
    const Json::Value* field = known(name);
    if (field == nullptr) return;
    if (!field->isBool()) return wrong(name, "true or false");
    out = field->asBool();
}

void JsonObject::take(const char* name, Secret& out, std::size_t most) {
    const Json::Value* field = known(name);
    if (field == nullptr) return;
    if (field->isString()) {
        Secret text(field->asString());
        if (text.reveal().size() <= most && text.reveal().find('\0') == std::string::npos) {
            out = std::move(text);
            return;
        }
    }
    wrong(name, fmt::format("a text of at most {} bytes", most));
}

void JsonObject::take(const char* name, std::vector<Secret>& out, std::size_t most_items, std::size_t most) {
    const Json::Value* field = known(name);
    if (field == nullptr) return;
    if (!field->isArray() || field->size() > most_items) return wrong(name, fmt::format("a list of at most {} texts", most_items));
    for (const Json::Value& item : *field) {
        Secret text(item.isString() ? item.asString() : std::string(1, '\0'));
        if (text.reveal().size() > most || text.reveal().find('\0') != std::string::npos) {
            return wrong(name, fmt::format("a list of texts of at most {} bytes", most));
        }
        out.push_back(std::move(text));
    }
}

ApiResult<void> JsonObject::finish() const {
    if (problem_) return tl::make_unexpected(*problem_);
    for (const std::string& name : value_.getMemberNames()) {
        if (!known_.contains(name)) {
            const bool printable = name.size() <= 64 && is_utf8(name) && !has_control_character(name);
            return problem(Code::unknown_field, "there is no field " + (printable ? name : std::string("of that name")),
                           printable ? name : "");
        }
    }
    return {};
}

void wipe_texts(Json::Value& value) {
    if (value.isString()) {
        const char* begin = nullptr;
        const char* end = nullptr;
        if (value.getString(&begin, &end)) explicit_bzero(const_cast<char*>(begin), static_cast<std::size_t>(end - begin));
    } else if (value.isArray() || value.isObject()) {
        for (Json::Value& item : value) wipe_texts(item);
    }
}

ApiResult<void> check_no_fields(const std::string& body) {
    if (body.empty()) return {};
    const auto json = JsonObject::parse(body);
    return json ? json->finish() : error_of(json);
}

std::string to_text(const Json::Value& value) {
    static const Json::StreamWriterBuilder compact = [] {
        Json::StreamWriterBuilder builder;
        builder["indentation"] = "";
        builder["emitUTF8"] = true;
        builder["precision"] = 15;  // the digits that every double holds: 0.1, not 0.10000000000000001
        return builder;
    }();
    return Json::writeString(compact, value);
}

}  // namespace boardgate::boardgated

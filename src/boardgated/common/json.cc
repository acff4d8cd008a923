// SPDX-License-Identifier: MIT
#include "src/boardgated/common/json.h"

#include <fmt/format.h>
#include <json/reader.h>
#include <json/writer.h>

#include "src/base/names.h"

namespace boardgate::boardgated {

namespace {

/// jsoncpp takes comments inside objects, whatever allowComments says, and numbers such as 01: outside texts there
/// must be neither a slash nor a zero before another digit.
bool has_liberties(std::string_view text) {
    const auto is_digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') {
            quoted = !quoted;
        } else if (quoted) {
            if (text[i] == '\\') ++i;
        } else if (text[i] == '/') {
            return true;
        } else if (text[i] == '0' && is_digit(i + 1) && (i == 0 || (!is_digit(i - 1) && text[i - 1] != '.'))) {
            return true;
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
            return problem(Code::bad_json, "the body is not valid JSON");
        }
    } catch (const std::exception&) {
        return problem(Code::bad_json, "the body is nested too deeply");
    }
    return value;
}

}  // namespace

Json::Value trusted_json(const std::string& text) { return parsed(text).value_or(Json::Value(Json::objectValue)); }

ApiResult<JsonObject> JsonObject::parse(const std::string& text, std::size_t longest) {
    if (text.size() > longest) return problem(Code::too_large, "the body is longer than 16 KiB");
    if (!is_utf8(text)) return problem(Code::bad_json, "the body is not UTF-8");
    if (has_liberties(text)) return problem(Code::bad_json, "the body is not strict JSON");
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
        if (!item.isString() || item.asString().size() > most || item.asString().find('\0') != std::string::npos) {
            return wrong(name, fmt::format("a list of texts of at most {} bytes", most));
        }
        out.emplace_back(item.asString());
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

std::string to_text(const Json::Value& value) {
    static const Json::StreamWriterBuilder compact = [] {
        Json::StreamWriterBuilder builder;
        builder["indentation"] = "";
        builder["emitUTF8"] = true;
        builder["precision"] = 15;  // as many digits as a double surely has: 0.1, not 0.10000000000000001
        return builder;
    }();
    return Json::writeString(compact, value);
}

}  // namespace boardgate::boardgated

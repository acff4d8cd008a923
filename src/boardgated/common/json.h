// SPDX-License-Identifier: MIT
// Reads and writes JSON. Reading is strict and bounded: jsoncpp's strict mode accepts comments, leading zeros and broken
// UTF-8, and throws on deep nesting; JsonObject refuses all of these. No other file calls as*() on input.
#pragma once

#include <json/value.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "src/base/secret.h"
#include "src/boardgated/common/problem.h"

namespace boardgate::boardgated {

/// Bytes of a request's body.
inline constexpr std::size_t longest_body = 16 * 1024;

/// Overwrites every text in `value` in place.
void wipe_texts(Json::Value& value);

/// The fields of one JSON object. Every take() marks its field as known; finish() refuses unknown fields, so that a mistyped
/// name is not ignored. After the first problem all further calls do nothing.
class JsonObject {
public:
    JsonObject(JsonObject&&) = default;
    JsonObject& operator=(JsonObject&&) = default;
    JsonObject(const JsonObject&) = delete;
    JsonObject& operator=(const JsonObject&) = delete;
    /// Wipes the texts: one of them may be a password.
    ~JsonObject() { wipe_texts(value_); }

    /// At most `longest` bytes, an object, depth 32, no duplicate keys.
    [[nodiscard]] static ApiResult<JsonObject> parse(const std::string& text, std::size_t longest = longest_body);

    /// A field that is null counts as absent.
    [[nodiscard]] bool has(const char* name) const { return value_.isMember(name) && !value_[name].isNull(); }
    /// Each leaves `out` unchanged when the field is absent or null. Bounds are inclusive. Texts are measured in bytes, must be
    /// UTF-8 and must not have control characters.
    void take(const char* name, std::string& out, std::size_t least, std::size_t most);
    void take(const char* name, std::int64_t& out, std::int64_t least, std::int64_t most);
    void take(const char* name, bool& out);
    /// A list of at least `least` and at most `most` texts of 1 to `longest` bytes.
    void take(const char* name, std::vector<std::string>& out, std::size_t least, std::size_t most, std::size_t longest);
    /// A password: any bytes but NUL.
    void take(const char* name, Secret& out, std::size_t most);
    void take(const char* name, std::vector<Secret>& out, std::size_t most_items, std::size_t most);
    /// Puts another value in the field's place.
    void replace(const char* name, const std::string& value) { value_[name] = value; }
    void replace(const char* name, const std::vector<std::string>& values);
    /// The first problem of a field, or the problem of an unknown field.
    [[nodiscard]] ApiResult<void> finish() const;

private:
    JsonObject() = default;
    const Json::Value* known(const char* name);
    void wrong(const char* name, const std::string& expected);
    Json::Value value_;
    std::set<std::string> known_;
    std::optional<Problem> problem_;
};

/// For a request that needs no body: it may have none, or an object without fields.
[[nodiscard]] ApiResult<void> check_no_fields(const std::string& body);
/// Parses a text that boardgate wrote to its database; an empty object when it is damaged.
[[nodiscard]] Json::Value trusted_json(const std::string& text);
/// The value as one line of UTF-8.
[[nodiscard]] std::string to_text(const Json::Value& value);

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// Reading JSON from outside, with limits. jsoncpp's strict mode takes comments, leading zeros and broken UTF-8,
// and throws on deep nesting; all that is refused here, and no other file calls its as*() functions on input.
#pragma once

#include <json/value.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "src/base/secret.h"
#include "src/boardgated/response.h"

namespace boardgate::boardgated {

/// The fields of one JSON object. Every take() marks its field as known; finish() complains about the rest, so
/// a mistyped name is told and not ignored. After the first problem all further calls do nothing.
class JsonObject {
public:
    /// At most `longest` bytes, an object, depth 32, no duplicate keys.
    [[nodiscard]] static Answer<JsonObject> parse(const std::string& text, std::size_t longest = longest_body);

    /// Absent and null are the same.
    [[nodiscard]] bool has(const char* name) const { return value_.isMember(name) && !value_[name].isNull(); }
    /// Each leaves `out` alone when the field is absent or null. Bounds are inclusive; text counts bytes, is
    /// UTF-8 and has no control characters.
    void take(const char* name, std::string& out, std::size_t least, std::size_t most);
    void take(const char* name, std::int64_t& out, std::int64_t least, std::int64_t most);
    void take(const char* name, bool& out);
    /// A list of at least `least` and at most `most` texts of 1 to `longest` bytes.
    void take(const char* name, std::vector<std::string>& out, std::size_t least, std::size_t most, std::size_t longest);
    /// A password: any bytes but NUL.
    void take(const char* name, Secret& out, std::size_t most);
    void take(const char* name, std::vector<Secret>& out, std::size_t most_items, std::size_t most);
    /// The first problem: of a field, or of an unknown one.
    [[nodiscard]] Answer<void> finish() const;

private:
    const Json::Value* known(const char* name);
    void wrong(const char* name, const std::string& expected);
    Json::Value value_;
    std::set<std::string> known_;
    std::optional<Problem> problem_;
};

/// Only texts that boardgate itself wrote before (the database).
[[nodiscard]] Json::Value own_json(const std::string& text);

}  // namespace boardgate::boardgated

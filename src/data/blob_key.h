// SPDX-License-Identifier: MIT
// The key by which TensorBoard requests a picture or sound: base64url (RFC 4648, without padding) of a JSON list, as its own
// data server writes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace boardgate::data {

struct BlobKey {
    std::string experiment, run, tag;
    std::int64_t step = 0;
    std::uint64_t index = 0;

    [[nodiscard]] std::string text() const;
    [[nodiscard]] static std::optional<BlobKey> parse(std::string_view text);
};

}  // namespace boardgate::data

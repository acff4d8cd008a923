// SPDX-License-Identifier: MIT
// The name under which a picture or sound is asked for: base64url (RFC 4648, without padding) of a JSON list, as
// TensorBoard's data server writes it.
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

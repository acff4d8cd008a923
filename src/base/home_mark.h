// SPDX-License-Identifier: MIT
// What tells one home directory from the next at the same path: its inode and birth time (statx(2)). An account that was
// deleted and made again has the same name and uid, and another home. Never the device: it changes with a mount.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "src/base/error.h"

namespace boardgate {

class HomeMark {
public:
    static constexpr std::size_t longest = 64;

    /// Of a folder that belongs to `owner`. Nothing if it cannot be read or has another owner: then it may not be mounted.
    [[nodiscard]] static std::optional<HomeMark> of(const std::string& home, uid_t owner);
    /// `INODE`, or `INODE:SECONDS.NANOSECONDS`.
    [[nodiscard]] static Result<HomeMark> parse(std::string_view text);
    [[nodiscard]] const std::string& str() const { return text_; }
    /// Where a file system gives no birth time, the inode alone decides.
    [[nodiscard]] bool is_same_home(const HomeMark& other) const;

private:
    explicit HomeMark(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace boardgate

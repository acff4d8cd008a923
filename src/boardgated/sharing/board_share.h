// SPDX-License-Identifier: MIT
// A share: the owner of a board shows it to a user, to a group, or to everybody who can log in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "src/base/clock.h"

namespace boardgate::boardgated {

struct BoardShare {
    enum class Kind { user, group, everybody };

    Kind kind = Kind::user;
    std::string name;          ///< empty for everybody
    std::uint32_t number = 0;  ///< uid or gid when it was shown: a name or a number alone may become somebody else's
    WallTime since{};
    std::optional<WallTime> until{};
    std::optional<WallTime> last_viewed{};
    std::string last_viewed_by{};

    /// `bob`, `@vision` or `everybody`, as people type it.
    [[nodiscard]] std::string with() const;
    [[nodiscard]] bool is_of(const BoardShare& other) const { return kind == other.kind && name == other.name; }
};

[[nodiscard]] const char* name_of(BoardShare::Kind kind);
[[nodiscard]] std::optional<BoardShare::Kind> share_kind(const std::string& name);
/// The kind and the name in a text as people type it.
[[nodiscard]] BoardShare share_of_text(const std::string& with);

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// The entry of an account in shadow(5). Accounts of a directory service have none.
#pragma once

#include <optional>
#include <string>

#include "src/base/error.h"

namespace boardgate::tickets {

struct Shadow {
    std::string password;  ///< crypt(5), or a text that matches no password
    long changed = -1;     ///< days since 1970; -1: unknown
    long expires = -1;     ///< days since 1970; -1: never
};

/// The entry, or nothing if the account has none. An error if shadow(5) cannot be read.
[[nodiscard]] Result<std::optional<Shadow>> shadow_of(const std::string& name);

/// A hash that changes with the password, not with a lock, and when another account gets the same name and uid. `-` if the
/// account has no entry. An error if shadow(5) cannot be read.
[[nodiscard]] Result<std::string> account_mark(const std::string& name);

/// Whether this is the account's current mark. True, too, if shadow(5) cannot be read: PAM checks the account within the hour.
[[nodiscard]] bool is_mark_of(const std::string& mark, const std::string& name);

}  // namespace boardgate::tickets

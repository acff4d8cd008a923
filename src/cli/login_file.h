// SPDX-License-Identifier: MIT
// The session between two commands: $XDG_CONFIG_HOME/boardgate/login.json, readable by its owner only.
#pragma once

#include <optional>
#include <string>

#include "src/base/error.h"

namespace boardgate::cli {

struct Login {
    std::string server;
    std::string token;
    bool local = false;  ///< made on the server itself without a password; renewed after its end
};

/// Nullopt if there is no file, or others could have written or read it.
[[nodiscard]] std::optional<Login> read_login();
[[nodiscard]] Result<void> write_login(const Login& login);
void remove_login();

}  // namespace boardgate::cli

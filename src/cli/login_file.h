// SPDX-License-Identifier: MIT
// Where a login is kept between two commands: $XDG_CONFIG_HOME/boardgate/login.json, readable by its owner only.
#pragma once

#include <optional>
#include <string>

#include "src/base/error.h"

namespace boardgate::cli {

struct Login {
    std::string server;
    std::string token;
    bool local = false;  ///< made without a password, on the server itself; made again when it has ended
};

/// Nothing when there is none, or when it is not safely the caller's own.
[[nodiscard]] std::optional<Login> read_login();
[[nodiscard]] Result<void> write_login(const Login& login);
void remove_login();

}  // namespace boardgate::cli

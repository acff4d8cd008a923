// SPDX-License-Identifier: MIT
// Loads the packet filter's table (systemd/boardgate.nft) with the ports and the uid of boardgate.conf.
#pragma once

#include <string>
#include <vector>

#include "src/base/settings.h"

namespace boardgate::doorcheck {

/// The call of nft(8); `nginx` is the uid of the account nginx_user.
[[nodiscard]] std::vector<std::string> load_arguments(const Settings& settings, uid_t nginx);

/// Executes nft; returns only on an error.
[[nodiscard]] Error load_table(const Settings& settings);

}  // namespace boardgate::doorcheck

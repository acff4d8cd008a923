// SPDX-License-Identifier: MIT
#include "src/tickets/closed_accounts.h"

#include <string_view>

#include "src/tickets/shadow.h"

namespace boardgate::tickets {

std::string why_closed(const Account& account, const Settings& settings, const Clock& clock) {
    if (account.uid == 0) return "uid 0 is never let in";
    if (static_cast<std::int64_t>(account.uid) < settings.minimum_uid) return "its uid is below minimum_uid";
    // 65534 is nobody, and the overflow uid of containers and NFS: it may stand for many people.
    if (account.uid == 65534) return "its uid is that of nobody";
    const std::string_view shell = account.shell;
    if (shell.ends_with("/nologin") || shell.ends_with("/false")) return "its shell is " + account.shell;
    const auto read = shadow_of(account.name);
    if (!read || !*read) return {};
    const Shadow* shadow = &**read;
    const auto today = std::chrono::floor<std::chrono::days>(clock.wall()).time_since_epoch().count();
    if (shadow->expires >= 0 && shadow->expires <= today) return "it has expired";
    // A mark before a password means that somebody locked it; the mark alone means that there is no password.
    if (shadow->password.size() > 1 && shadow->password.front() == '!') return "it is locked";
    return {};
}

}  // namespace boardgate::tickets

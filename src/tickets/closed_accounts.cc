// SPDX-License-Identifier: MIT
#include "src/tickets/closed_accounts.h"

#include <shadow.h>

#include <optional>
#include <string_view>
#include <vector>

namespace boardgate::tickets {

namespace {

struct Shadow {
    std::string password;
    long expires = -1;  ///< days since 1970; -1: never
};

std::optional<Shadow> shadow_of(const std::string& name) {
    std::vector<char> buffer(16384);
    spwd entry{};
    spwd* found = nullptr;
    if (getspnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return std::nullopt;
    return Shadow{entry.sp_pwdp, entry.sp_expire};
}

}  // namespace

std::string why_closed(const Account& account, const Settings& settings, const Clock& clock) {
    if (account.uid == 0) return "uid 0 is never let in";
    if (static_cast<std::int64_t>(account.uid) < settings.minimum_uid) return "its uid is below minimum_uid";
    // 65534 is nobody, and the overflow uid of containers and NFS: it may stand for many people.
    if (account.uid == 65534) return "its uid is that of nobody";
    const std::string_view shell = account.shell;
    if (shell.ends_with("/nologin") || shell.ends_with("/false")) return "its shell is " + account.shell;
    const auto shadow = shadow_of(account.name);
    if (!shadow) return {};
    const auto today = std::chrono::floor<std::chrono::days>(clock.wall()).time_since_epoch().count();
    if (shadow->expires >= 0 && shadow->expires <= today) return "it has expired";
    // A mark before a password means that somebody locked it; the mark alone means that there is no password.
    if (shadow->password.size() > 1 && shadow->password.front() == '!') return "it is locked";
    return {};
}

}  // namespace boardgate::tickets

// SPDX-License-Identifier: MIT
#include "src/login/account.h"

#include <array>
#include <string_view>

namespace boardgate::login {

std::string why_refused(const Account& account, const Settings& settings) {
    if (account.uid == 0) return "uid 0 is never let in";
    if (static_cast<std::int64_t>(account.uid) < settings.minimum_uid) return "its uid is below minimum_uid";
    // 65534 is nobody, and the overflow uid of containers and NFS: many people at once.
    if (account.uid == 65534) return "its uid is nobody's";
    static constexpr std::array<std::string_view, 6> closed = {"/usr/sbin/nologin", "/sbin/nologin", "/bin/false",
                                                               "/usr/bin/false",    "/bin/nologin",  "/usr/bin/nologin"};
    for (const std::string_view shell : closed) {
        if (account.shell == shell) return "its shell is " + account.shell;
    }
    return {};
}

}  // namespace boardgate::login

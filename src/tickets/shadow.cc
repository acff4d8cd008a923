// SPDX-License-Identifier: MIT
#include "src/tickets/shadow.h"

#include <shadow.h>

#include <algorithm>
#include <vector>

#include "src/base/sha256.h"

namespace boardgate::tickets {

Result<std::optional<Shadow>> shadow_of(const std::string& name) {
    std::vector<char> buffer(16384);
    spwd entry{};
    spwd* found = nullptr;
    const int status = getspnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (found != nullptr) return std::optional(Shadow{entry.sp_pwdp, entry.sp_lstchg, entry.sp_expire});
    if (status != 0) return system_error("shadow(5) cannot be read", name, status);
    return std::optional<Shadow>{};
}

Result<std::string> account_mark(const std::string& name) {
    const auto shadow = shadow_of(name);
    if (!shadow) return error_of(shadow);
    if (!*shadow) return std::string("-");
    // passwd(1) locks an account with a prefix to the password. why_closed() checks for it.
    const std::string& password = (*shadow)->password;
    return sha256(password.substr(std::min(password.find_first_not_of('!'), password.size())) + "\n" + std::to_string((*shadow)->changed))
        .hex();
}

bool is_mark_of(const std::string& mark, const std::string& name) {
    const auto now = account_mark(name);
    return !now || *now == mark;
}

}  // namespace boardgate::tickets

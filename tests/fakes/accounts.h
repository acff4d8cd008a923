// SPDX-License-Identifier: MIT
// Replaces the machine's accounts and groups for getpwnam_r(3) and related functions during its lifetime. The test's
// binary defines those functions, which the linker prefers to libc's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "src/base/peer.h"

namespace boardgate::fakes {

class Accounts {
public:
    explicit Accounts(std::vector<Account> these);
    ~Accounts();
    Accounts(const Accounts&) = delete;
    Accounts& operator=(const Accounts&) = delete;

    std::vector<Account> accounts;
    /// Name of a group, and of its members.
    std::vector<std::pair<std::string, std::vector<std::string>>> groups;
    struct Shadow {
        std::string password;
        long expires = -1;  ///< days since 1970
        long changed = 20000;
    };
    /// shadow(5), by name.
    std::map<std::string, Shadow> shadow;
    /// If set, every lookup fails with this error, as if the directory service did not answer.
    int fault = 0;
    int questions_about_groups = 0;  ///< so many times somebody asked for a group by its name
};

}  // namespace boardgate::fakes

// SPDX-License-Identifier: MIT
// Accounts and groups that getpwnam_r(3) and its sisters find as long as this lives, instead of the machine's own.
// Defining those functions in the test's binary is all it takes: the linker prefers them to libc's.
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
    };
    /// shadow(5), by name.
    std::map<std::string, Shadow> shadow;
    /// What every question is answered with, once set: the directory cannot be asked.
    int fault = 0;
};

}  // namespace boardgate::fakes

// SPDX-License-Identifier: MIT
#include "tests/fakes/accounts.h"

#include <dlfcn.h>
#include <grp.h>
#include <pwd.h>
#include <shadow.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace boardgate::fakes {

namespace {

Accounts* in_force = nullptr;

template <class Function>
Function* of_libc(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

/// Copies a text into the caller's buffer, as the _r functions do.
class Buffer {
public:
    Buffer(char* at, std::size_t size) : at_(at), left_(size) {}
    char* put(const std::string& text) {
        if (text.size() + 1 > left_) return nullptr;
        std::memcpy(at_, text.c_str(), text.size() + 1);
        char* put = at_;
        at_ += text.size() + 1;
        left_ -= text.size() + 1;
        return put;
    }

private:
    char* at_;
    std::size_t left_;
};

template <class Is>
int find(Is is, passwd* entry, char* buffer, std::size_t size, passwd** found) {
    *found = nullptr;
    if (in_force->fault != 0) return in_force->fault;
    const auto account = std::find_if(in_force->accounts.begin(), in_force->accounts.end(), is);
    if (account == in_force->accounts.end()) return 0;
    Buffer to(buffer, size);
    static char none[] = "";
    *entry = {to.put(account->name), none, account->uid, account->gid, none, to.put(account->home), to.put(account->shell)};
    if (entry->pw_name == nullptr || entry->pw_dir == nullptr || entry->pw_shell == nullptr) return ERANGE;
    *found = entry;
    return 0;
}

constexpr gid_t first_gid = 700'000;

}  // namespace

Accounts::Accounts(std::vector<Account> these) : accounts(std::move(these)) { in_force = this; }
Accounts::~Accounts() { in_force = nullptr; }

}  // namespace boardgate::fakes

using namespace boardgate::fakes;

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): theirs are reserved names.
extern "C" {

int getpwnam_r(const char* name, passwd* entry, char* buffer, std::size_t size, passwd** found) {
    if (in_force == nullptr) return of_libc<decltype(getpwnam_r)>("getpwnam_r")(name, entry, buffer, size, found);
    return find([&](const boardgate::Account& account) { return account.name == name; }, entry, buffer, size, found);
}

int getpwuid_r(uid_t uid, passwd* entry, char* buffer, std::size_t size, passwd** found) {
    if (in_force == nullptr) return of_libc<decltype(getpwuid_r)>("getpwuid_r")(uid, entry, buffer, size, found);
    return find([&](const boardgate::Account& account) { return account.uid == uid; }, entry, buffer, size, found);
}

int getspnam_r(const char* name, spwd* entry, char* buffer, std::size_t size, spwd** found) {
    if (in_force == nullptr) return of_libc<decltype(getspnam_r)>("getspnam_r")(name, entry, buffer, size, found);
    *found = nullptr;
    const auto shadow = in_force->shadow.find(name);
    if (shadow == in_force->shadow.end()) return 0;
    entry->sp_pwdp = Buffer(buffer, size).put(shadow->second.password);
    entry->sp_expire = shadow->second.expires;
    entry->sp_lstchg = shadow->second.changed;
    *found = entry;
    return 0;
}

int getgrnam_r(const char* name, group* entry, char* buffer, std::size_t size, group** found) {
    if (in_force == nullptr) return of_libc<decltype(getgrnam_r)>("getgrnam_r")(name, entry, buffer, size, found);
    *found = nullptr;
    ++in_force->questions_about_groups;
    for (std::size_t i = 0; i < in_force->groups.size(); ++i) {
        if (in_force->groups[i].first != name) continue;
        entry->gr_gid = first_gid + static_cast<gid_t>(i);
        *found = entry;
    }
    return 0;
}

int getgrouplist(const char* user, gid_t gid, gid_t* groups, int* count) {
    if (in_force == nullptr) return of_libc<decltype(getgrouplist)>("getgrouplist")(user, gid, groups, count);
    std::vector<gid_t> all{gid};
    for (std::size_t i = 0; i < in_force->groups.size(); ++i) {
        const auto& members = in_force->groups[i].second;
        if (std::find(members.begin(), members.end(), user) != members.end()) all.push_back(first_gid + static_cast<gid_t>(i));
    }
    const int room = *count;
    *count = static_cast<int>(all.size());
    if (room < *count) return -1;
    std::copy(all.begin(), all.end(), groups);
    return *count;
}
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

// SPDX-License-Identifier: MIT
#include "src/boardgated/sharing/memberships.h"

#include <vector>

#include "src/base/peer.h"

namespace boardgate::boardgated {

namespace {
bool directory_confirms(const Membership& membership) {
    const auto account = account_of(membership.user);
    if (!account || account->uid != membership.uid) return false;
    const auto gid = gid_of(membership.group);
    return gid && *gid == membership.gid && is_member(*account, *gid);
}
}  // namespace

/// The time is that before the question: the answer may be as old as this. People who are no members are not remembered: nobody can make
/// refresh() ask about all people and groups.
bool Memberships::ask(const Membership& membership) {
    const BootTime before = clock_.boot();
    const bool member = directory_confirms(membership);
    const auto answers = answers_.lock();
    if (!member) {
        answers->erase(membership);
        return false;
    }
    auto& answer = (*answers)[membership];
    const auto wanted = answer ? answer->wanted.load() : before.count();
    answer = std::make_unique<Answer>();
    answer->asked = before;
    answer->wanted = wanted;
    return true;
}

bool Memberships::is_known(const Membership& membership) const {
    const auto answers = answers_.read();
    const auto found = answers->find(membership);
    if (found == answers->end()) return false;
    const BootTime now = clock_.boot();
    found->second->wanted = now.count();
    return now - found->second->asked < fresh;
}

void Memberships::refresh() {
    std::vector<Membership> wanted;
    {
        const BootTime now = clock_.boot();
        const auto answers = answers_.lock();
        std::erase_if(*answers, [&](const auto& each) { return now - BootTime(each.second->wanted.load()) > kept; });
        for (const auto& [membership, answer] : *answers) wanted.push_back(membership);
    }
    for (const Membership& membership : wanted) ask(membership);
}

}  // namespace boardgate::boardgated

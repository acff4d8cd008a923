// SPDX-License-Identifier: MIT
#include "src/boardgated/api/administrators.h"

#include "src/base/peer.h"

namespace boardgate::boardgated {

bool Administrators::look_up(const Session& session) {
    if (settings_.administrators.empty()) return false;
    const auto account = account_of(session.uid);
    const bool is_one = account && is_member(*account, settings_.administrators);
    (*known_.lock())[session.uid] = {true, is_one, clock_.boot()};
    answered_.notify_all();
    return is_one;
}

bool Administrators::include(const Session& session) {
    if (settings_.administrators.empty()) return false;
    auto known = known_.lock();
    const auto [found, is_new] = known->try_emplace(session.uid);
    Known& person = found->second;
    if (is_new || clock_.boot() - person.asked > between_questions) {
        person.asked = clock_.boot();
        (void)threads_.add(share_of(session.uid), [this, session] { (void)look_up(session); });
        if (!person.answered) answered_.wait_for(known.lock(), patience, [&] { return person.answered; });
    }
    return person.is_one;
}

}  // namespace boardgate::boardgated

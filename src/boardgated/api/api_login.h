// SPDX-License-Identifier: MIT
// Logging in and out over the API.
#pragma once

#include "src/boardgated/api/administrators.h"
#include "src/boardgated/api/call.h"
#include "src/boardgated/api/metrics.h"
#include "src/boardgated/clients/board_launcher.h"
#include "src/boardgated/common/thread_pool.h"
#include "src/boardgated/logins/login_conversations.h"
#include "src/boardgated/logins/login_limiter.h"
#include "src/boardgated/logins/sessions.h"
#include "src/boardgated/units/unit_reconciler.h"

namespace boardgate::boardgated {

class ApiLogin {
public:
    ApiLogin(LoginConversations& conversations, LoginLimiter& limiter, Sessions& sessions, EndedLogins& ended, Registry& registry,
             BoardLauncher& launcher, UnitReconciler& unit_reconciler, Metrics& metrics, Administrators& administrators)
        : conversations_(conversations),
          limiter_(limiter),
          sessions_(sessions),
          ended_(ended),
          registry_(registry),
          launcher_(launcher),
          unit_reconciler_(unit_reconciler),
          metrics_(metrics),
          administrators_(administrators) {}

    [[nodiscard]] ApiResult<Response> log_in(Call& call);
    /// The holder of a login's share: an account that has logged in from there before, or else the address.
    [[nodiscard]] Share share_of_login(const Call& call) const;
    [[nodiscard]] ApiResult<Response> who(Call& call);
    [[nodiscard]] ApiResult<Response> list(Call& call) const;
    [[nodiscard]] ApiResult<Response> rename(Call& call);
    [[nodiscard]] ApiResult<Response> revoke(Call& call);
    [[nodiscard]] ApiResult<Response> log_out(Call& call);
    [[nodiscard]] ApiResult<Response> log_out_everywhere(Call& call);

private:
    [[nodiscard]] ApiResult<LoginStep> step(Call& call, std::string& name);
    [[nodiscard]] ApiResult<LoginStep> with_ticket(const Secret& text, const Request& request);
    [[nodiscard]] ApiResult<Response> begin_session(const LoginGrant& grant, const std::string& name, Call& call);
    [[nodiscard]] ApiResult<Response> granted(const LoginGrant& grant, const std::string& name, Call& call);

    LoginConversations& conversations_;
    LoginLimiter& limiter_;
    Sessions& sessions_;
    EndedLogins& ended_;
    Registry& registry_;
    BoardLauncher& launcher_;
    UnitReconciler& unit_reconciler_;
    Metrics& metrics_;
    Administrators& administrators_;
};

}  // namespace boardgate::boardgated

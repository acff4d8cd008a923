// SPDX-License-Identifier: MIT
// Logging in and out over the API.
#pragma once

#include "src/boardgated/board_launcher.h"
#include "src/boardgated/call.h"
#include "src/boardgated/login_desk.h"
#include "src/boardgated/login_limiter.h"
#include "src/boardgated/metrics.h"
#include "src/boardgated/orphans.h"
#include "src/boardgated/sessions.h"

namespace boardgate::boardgated {

class ApiLogin {
public:
    ApiLogin(LoginDesk& desk, LoginLimiter& limiter, Sessions& sessions, Registry& registry, BoardLauncher& launcher, Orphans& orphans,
             Metrics& metrics, const Settings& settings)
        : desk_(desk),
          limiter_(limiter),
          sessions_(sessions),
          registry_(registry),
          launcher_(launcher),
          orphans_(orphans),
          metrics_(metrics),
          settings_(settings) {}

    [[nodiscard]] Reply log_in(Call& call);
    [[nodiscard]] Reply who(Call& call) const;
    [[nodiscard]] Reply list(Call& call) const;
    [[nodiscard]] Reply rename(Call& call);
    [[nodiscard]] Reply revoke(Call& call);
    [[nodiscard]] Reply log_out(Call& call);
    [[nodiscard]] Reply log_out_everywhere(Call& call);

private:
    [[nodiscard]] Answer<LoginStep> step(Call& call, std::string& name);
    [[nodiscard]] Answer<LoginStep> with_ticket(const Secret& text);
    [[nodiscard]] Reply granted(const LoginGrant& grant, const std::string& name, Call& call);

    LoginDesk& desk_;
    LoginLimiter& limiter_;
    Sessions& sessions_;
    Registry& registry_;
    BoardLauncher& launcher_;
    Orphans& orphans_;
    Metrics& metrics_;
    const Settings& settings_;
};

}  // namespace boardgate::boardgated

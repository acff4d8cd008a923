// SPDX-License-Identifier: MIT
// One API request for a handler: what the router knows about it, and the checks that handlers share.
#pragma once

#include <optional>
#include <string>

#include "src/base/names.h"
#include "src/base/secret.h"
#include "src/base/settings.h"
#include "src/boardgated/boards/registry.h"
#include "src/boardgated/logins/sessions.h"
#include "src/boardgated/web/request.h"
#include "src/boardgated/web/response.h"

namespace boardgate::boardgated {

/// The session of a request's cookie, and its token.
struct Caller {
    Session session;
    Token token;
};
[[nodiscard]] std::optional<Caller> caller_of(const Request& request, const Sessions& sessions);

/// Whose share of what people without a session use a request counts to.
[[nodiscard]] std::string holder_of(const Request& request);

/// The board, if the session's user owns it.
[[nodiscard]] ApiResult<Board> own_board(const Registry& registry, const BoardId& id, const Session& session);

/// The values of the placeholders in a route's pattern.
struct PathNames {
    std::optional<BoardId> board{};  ///< on routes with `{board}`
    std::string named_session{};     ///< on routes with `{session}`
};

struct Call : PathNames {
    const Request& request;
    std::optional<Session> session{};  ///< set on every route with access `session`
    std::optional<Token> token{};      ///< of the same session, for the launcher
    std::string body{};                ///< wiped when the call ends: it may hold a password

    explicit Call(const Request& of) : request(of) {}
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call() { wipe(body); }
};

/// A number of the query, within bounds; `standard` when it is missing.
[[nodiscard]] ApiResult<std::uint32_t> query_number(const Request& request, const char* name, std::uint32_t standard, std::uint32_t least,
                                                    std::uint32_t most);

}  // namespace boardgate::boardgated

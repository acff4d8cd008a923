// SPDX-License-Identifier: MIT
// One API request on its way to its handler: what the router found out about it.
#pragma once

#include <optional>
#include <string>

#include "src/base/names.h"
#include "src/base/secret.h"
#include "src/boardgated/request.h"
#include "src/boardgated/response.h"
#include "src/boardgated/sessions.h"

namespace boardgate::boardgated {

/// What a request's path names.
struct PathNames {
    std::optional<BoardId> board{};  ///< on routes with `{board}`
    std::string named_session{};     ///< on routes with `{session}`
};

struct Call : PathNames {
    const Request& request;
    std::optional<Session> session{};  ///< there on every route that needs one
    std::optional<Token> token{};      ///< the same session's, for the launcher
    std::string body{};                ///< wiped when the call ends: it may hold a password

    explicit Call(const Request& of) : request(of) {}
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call() { wipe(body); }
};

/// A number of the query, within bounds; `standard` when it is not there.
[[nodiscard]] Answer<std::uint32_t> query_number(const Request& request, const char* name, std::uint32_t standard, std::uint32_t least,
                                                 std::uint32_t most);

/// A handler's result: a response, or a problem that becomes one.
using Reply = Answer<Response>;

}  // namespace boardgate::boardgated

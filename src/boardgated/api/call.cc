// SPDX-License-Identifier: MIT
#include "src/boardgated/api/call.h"

#include <fmt/format.h>

#include <charconv>

#include "src/boardgated/logins/address_holder.h"
#include "src/boardgated/web/cookie.h"

namespace boardgate::boardgated {

std::optional<Caller> caller_of(const Request& request, const Sessions& sessions) {
    auto token = session_token(request.parameter("HTTP_COOKIE"));
    if (!token) return std::nullopt;
    auto session = sessions.find(token->hash());
    if (!session) return std::nullopt;
    return Caller{*std::move(session), *std::move(token)};
}

std::string holder_of(const Request& request) { return request.is_from_this_server() ? this_server : address_holder(request.address()); }

ApiResult<Board> own_board(const Registry& registry, const BoardId& id, const Session& session) {
    auto board = registry.find(id);
    if (!board) return problem(Code::no_such_board, "there is no board " + id.str());
    if (board->uid != session.uid) return problem(Code::not_your_board, fmt::format("board {} belongs to somebody else", id.str()));
    return *std::move(board);
}

ApiResult<std::uint32_t> query_number(const Request& request, const char* name, std::uint32_t standard, std::uint32_t least,
                                      std::uint32_t most) {
    const std::string text = request.query_value(name);
    if (text.empty()) return standard;
    std::uint32_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
        return problem(Code::bad_field, fmt::format("{} must be from {} to {}", name, least, most), name);
    }
    return number;
}

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// May this request pass to a board? Answered from memory for every request, to nginx's auth_request.
// This is the only place that says yes: yes is 204 with the port; every no is 401 or 403, and a fault is a no.
#pragma once

#include <atomic>

#include "src/boardgated/boards/registry.h"
#include "src/boardgated/gate/front_ends.h"
#include "src/boardgated/logins/sessions.h"
#include "src/boardgated/web/cookie.h"
#include "src/boardgated/web/request.h"

namespace boardgate::boardgated {

/// A request for a board, in nginx's words.
struct GateQuestion {
    std::string_view raw_uri;  ///< as the client sent it
    std::string_view path;     ///< as nginx matched it: decoded and normalised
    std::string_view cookie;
    std::string_view origin;
    std::string_view host;
    std::string_view upgrade;  ///< a WebSocket must come from our own origin
    std::string_view fetch_site;
    bool navigation = false;
};

enum class Refusal { none, unauthenticated, malformed, cross_site, no_such_board, not_your_board, unsound, not_ready };

struct GateDecision {
    Refusal refusal = Refusal::malformed;
    std::uint16_t port = 0;          ///< meaningful with Refusal::none only
    std::optional<BoardId> board{};  ///< as far as it was recognised
    std::optional<Session> session{};
    std::optional<State> state{};  ///< of an own board
};

class Gate {
public:
    Gate(Sessions& sessions, Registry& registry, const Settings& settings, FrontEnds& front_ends)
        : sessions_(sessions), registry_(registry), settings_(settings), front_ends_(front_ends) {}

    /// Closed until boardgate-gate.service was seen active.
    void set_healthy(bool healthy);
    [[nodiscard]] bool healthy() const { return healthy_; }

    [[nodiscard]] GateDecision decide(const GateQuestion& question) const;
    /// Decides and writes the answer for auth_request.
    GateDecision answer(Request& request);
    [[nodiscard]] static GateQuestion question_of(const Request& request);

private:
    Sessions& sessions_;
    Registry& registry_;
    const Settings& settings_;
    FrontEnds& front_ends_;
    std::atomic<bool> healthy_ = false;
};

/// The board a path names: `/b/<id>` alone or followed by `/`, `?` or `#`, spelled alike in both forms. Two
/// spellings of one path must not be authorised as one board and served as another.
[[nodiscard]] std::optional<BoardId> board_of_path(std::string_view raw_uri, std::string_view path);

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// Decides whether a request may pass to a board, from memory, for nginx's auth_request. No other code decides that.
// The answer is 204 with the port, or a refusal: 401 or 403. A fault is a refusal.
#pragma once

#include <atomic>

#include "src/boardgated/boards/registry.h"
#include "src/boardgated/gate/front_ends.h"
#include "src/boardgated/logins/sessions.h"
#include "src/boardgated/web/cookie.h"
#include "src/boardgated/web/parameters.h"
#include "src/boardgated/web/response.h"

namespace boardgate::boardgated {

/// A request for a board, as nginx reports it.
struct GateQuestion {
    std::string_view raw_uri;  ///< as the client sent it
    std::string_view path;     ///< as nginx matched it: decoded and normalised
    std::string_view cookie;
    std::string_view origin;
    std::string_view host;
    std::string_view upgrade;  ///< a WebSocket must come from the portal's origin
    std::string_view fetch_site;
    bool navigation = false;
};

enum class Refusal { none, unauthenticated, malformed, cross_site, no_such_board, not_your_board, unsound, not_ready };

struct GateDecision {
    Refusal refusal = Refusal::malformed;
    std::uint16_t port = 0;          ///< valid with Refusal::none only
    std::optional<BoardId> board{};  ///< if the path names one
    std::optional<Session> session{};
    std::optional<State> state{};  ///< of the person's own board
};

class Gate {
public:
    Gate(Sessions& sessions, Registry& registry, const Settings& settings, FrontEnds& front_ends)
        : sessions_(sessions), registry_(registry), settings_(settings), front_ends_(front_ends) {}

    /// The gate is closed until boardgate-gate.service is active.
    void set_healthy(bool healthy);
    [[nodiscard]] bool healthy() const { return healthy_; }

    [[nodiscard]] GateDecision decide(const GateQuestion& question) const;
    struct Answer {
        GateDecision decision;
        Response response;  ///< for auth_request
    };
    [[nodiscard]] Answer answer(const Parameters& request);
    [[nodiscard]] static GateQuestion question_of(const Parameters& request);

private:
    Sessions& sessions_;
    Registry& registry_;
    const Settings& settings_;
    FrontEnds& front_ends_;
    std::atomic<bool> healthy_ = false;
};

/// The board that a path names: `/b/<id>`, alone or followed by `/`, `?` or `#`. Both forms must name the same board;
/// otherwise nginx could ask about one board and serve another one.
[[nodiscard]] std::optional<BoardId> board_of_path(std::string_view raw_uri, std::string_view path);

}  // namespace boardgate::boardgated

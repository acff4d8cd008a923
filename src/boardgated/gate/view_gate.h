// SPDX-License-Identifier: MIT
// Decides whether a request may look at a shared board, from memory, for nginx's auth_request. No other code decides that, and
// the owner's gate does not depend on it. The rules are in the order of decide(); the answer is 204, or a refusal: 401 or 403.
#pragma once

#include <span>

#include "src/boardgated/gate/gate.h"
#include "src/boardgated/sharing/shares.h"
#include "src/boardgated/sharing/views.h"

namespace boardgate::boardgated {

/// A row of view_routes.inc.
struct ViewRoute {
    enum class Kind { page, file, ours, json, text, csv, table, bytes, media };
    std::string_view method;
    std::string_view path;
    Kind kind;
};
[[nodiscard]] std::span<const ViewRoute> view_routes();

/// A request below /v/, as nginx reports it.
struct ViewQuestion {
    std::string_view raw_uri;  ///< as the client sent it
    std::string_view path;     ///< as nginx matched it: decoded and normalised
    std::string_view method;
    std::string_view cookie;
    std::string_view upgrade;
    std::string_view service_worker;
    std::string_view fetch_site;
    std::string_view fetch_mode;
    std::string_view fetch_dest;
};

enum class ViewRefusal {
    none,
    malformed,
    no_such_view,
    unauthenticated,
    wrong_place,  ///< the browser would show or run it elsewhere than in the portal's frame
    no_such_board,
    not_shown,
    unsound,
    not_ready,
    ours,  ///< allowed, and boardgated answers it
};

struct ViewDecision {
    ViewRefusal refusal = ViewRefusal::malformed;
    std::string_view address{};  ///< `/v/<43 characters>/` in the question's path, once it is well-formed
    const ViewRoute* route = nullptr;
    std::optional<TokenHash> view{};
    std::optional<Session> session{};
    std::optional<BoardId> board{};     ///< once the person may see it
    std::optional<BoardShare> share{};  ///< why; nothing for the owner
    std::uint16_t port = 0;             ///< valid with ViewRefusal::none only
};

class ViewGate {
public:
    ViewGate(const Gate& gate, Sessions& sessions, Views& views, Shares& shares, Registry& registry, const Settings& settings,
             FrontEnds& front_ends)
        : gate_(gate),
          sessions_(sessions),
          views_(views),
          shares_(shares),
          registry_(registry),
          settings_(settings),
          front_ends_(front_ends) {}

    [[nodiscard]] ViewDecision decide(const ViewQuestion& question) const;
    struct Answer {
        ViewDecision decision;
        Response response;  ///< for auth_request
    };
    [[nodiscard]] Answer answer(const Parameters& request);
    [[nodiscard]] static ViewQuestion question_of(const Parameters& request);

private:
    void looked(const ViewDecision& decision, bool page);

    const Gate& gate_;
    Sessions& sessions_;
    Views& views_;
    Shares& shares_;
    Registry& registry_;
    const Settings& settings_;
    FrontEnds& front_ends_;
};

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/view_gate.h"

#include <algorithm>
#include <array>

namespace boardgate::boardgated {

namespace {

constexpr ViewRoute routes[] = {
#define VIEW(method, path, kind) {method, path, ViewRoute::Kind::kind},
#include "src/boardgated/gate/view_routes.inc"
#undef VIEW
};

constexpr std::string_view prefix = "/v/";
constexpr std::size_t address_size = prefix.size() + Token::text_size + 1;
/// TensorBoard's page may name its only experiment in the path.
constexpr std::string_view experiment = "experiment/defaultExperimentId/";

const ViewRoute* route_of(std::string_view path) {
    if (path.starts_with(experiment)) path.remove_prefix(experiment.size());
    const auto* const found = std::ranges::find(routes, path, &ViewRoute::path);
    return found == std::end(routes) ? nullptr : found;
}

/// The file below view/ that nginx serves; `none` is no file's name.
const char* file_of(const ViewRoute& route) {
    if (route.path.empty()) return "index.html";
    if (route.path.ends_with("plugin_entry.html")) return "entry.html";
    if (route.path.ends_with("projector_binary.html")) return "projector_binary.html";
    return route.path == "icon_bundle.svg" ? "icon_bundle.svg" : "none";
}

bool is_published(const ViewRoute& route) { return route.kind == ViewRoute::Kind::page || route.kind == ViewRoute::Kind::file; }

/// nginx's map $boardgate_view_type has these words.
const char* type_of(const ViewRoute& route, std::string_view raw_uri) {
    using Kind = ViewRoute::Kind;
    switch (route.kind) {
        case Kind::json:
            return "json";
        case Kind::text:
            return "text";
        case Kind::csv:
            return "csv";
        case Kind::table:
            return raw_uri.find("format=csv") == std::string_view::npos ? "json" : "csv";
        case Kind::media:
            return "media";
        case Kind::bytes:
        case Kind::page:
        case Kind::file:
        case Kind::ours:
            break;
    }
    return "bytes";
}

/// Where a browser may put the answer. Old browsers do not say, and programs: those get data only, which a program can do
/// nothing with that the visitor could not do.
bool is_at_its_place(const ViewQuestion& question, const ViewRoute& route) {
    const bool page = route.kind == ViewRoute::Kind::page;
    if (question.fetch_mode == "navigate") return page && question.fetch_dest == "iframe";
    if (page) return false;
    // What reads or draws it; not what runs it: scripts, styles, workers, objects.
    static constexpr std::array<std::string_view, 5> readers = {"", "empty", "image", "audio", "video"};
    return std::ranges::find(readers, question.fetch_dest) != readers.end();
}

}  // namespace

std::span<const ViewRoute> view_routes() { return routes; }

ViewQuestion ViewGate::question_of(const Parameters& request) {
    return {request.raw_uri(),
            request.path(),
            request.method(),
            request.parameter("HTTP_COOKIE"),
            request.parameter("HTTP_UPGRADE"),
            request.parameter("HTTP_SERVICE_WORKER"),
            request.parameter("HTTP_SEC_FETCH_SITE"),
            request.parameter("HTTP_SEC_FETCH_MODE"),
            request.parameter("HTTP_SEC_FETCH_DEST")};
}

ViewDecision ViewGate::decide(const ViewQuestion& question) const {
    ViewDecision decision;
    const auto no = [&](ViewRefusal refusal) {
        decision.refusal = refusal;
        return decision;
    };
    // 1. Nothing in the path is encoded or normalised, and it is a row of the table.
    const std::string_view path = question.path;
    if (question.raw_uri.substr(0, question.raw_uri.find('?')) != path) return no(ViewRefusal::malformed);
    if (!path.starts_with(prefix) || path.size() < address_size || path[address_size - 1] != '/') return no(ViewRefusal::malformed);
    const auto capability = Token::parse(path.substr(prefix.size(), Token::text_size));
    decision.route = route_of(path.substr(address_size));
    if (!capability || decision.route == nullptr) return no(ViewRefusal::malformed);
    decision.address = path.substr(0, address_size);
    // 2. The row's method, and no other protocol. TensorBoard itself accepts PUT and DELETE for GET.
    const std::string_view method = question.method == "HEAD" ? "GET" : question.method;
    if (method != decision.route->method || !question.upgrade.empty() || !question.service_worker.empty())
        return no(ViewRefusal::malformed);
    // 3. The view.
    const TokenHash hash = capability->hash();
    const auto view = views_.find(hash);
    if (!view) return no(ViewRefusal::no_such_view);
    decision.view = hash;
    // 4. The session from which it was opened.
    decision.session = sessions_.find(view->session);
    if (!decision.session || decision.session->uid != view->uid) return no(ViewRefusal::unauthenticated);
    // 5. The portal's frame in the browser of this session; data at no place where a browser would run it.
    if (!is_at_its_place(question, *decision.route)) return no(ViewRefusal::wrong_place);
    if (decision.route->path.empty()) {
        const auto token = session_token(question.cookie);
        if (question.fetch_site != "same-origin" || !token || !(token->hash() == view->session)) return no(ViewRefusal::wrong_place);
    }
    // 6. The board.
    const auto board = registry_.gate_view(view->board);
    if (!board) return no(ViewRefusal::no_such_board);
    // 7. Its owner shows it to this person now.
    if (board->uid != decision.session->uid) {
        decision.share = shares_.fitting(view->board, decision.session->uid, decision.session->user);
        if (!decision.share) return no(ViewRefusal::not_shown);
    }
    decision.board = view->board;
    if (decision.route->kind == ViewRoute::Kind::ours) return no(ViewRefusal::ours);
    // 8. to 10. As for its owner (gate.cc).
    if (!gate_.healthy()) return no(ViewRefusal::unsound);
    if (board->state != State::ready || board->held) return no(ViewRefusal::not_ready);
    if (!settings_.is_door_port(board->port)) return no(ViewRefusal::unsound);
    decision.refusal = ViewRefusal::none;
    decision.port = board->port;
    return decision;
}

void ViewGate::looked(const ViewDecision& decision, bool page) {
    if (decision.share) {
        shares_.viewed(*decision.board, *decision.share, decision.session->user);
    } else {
        registry_.viewed(*decision.board);
    }
    views_.touch(*decision.view);
    if (page) sessions_.touch(decision.session->token);
}

ViewGate::Answer ViewGate::answer(const Parameters& request) {
    const ViewQuestion question = question_of(request);
    Answer answer{decide(question), {}};
    const ViewDecision& decision = answer.decision;
    Response& response = answer.response;
    if (decision.refusal == ViewRefusal::not_shown) views_.end(*decision.view);
    if (decision.refusal != ViewRefusal::none) {
        response.status = decision.refusal == ViewRefusal::unauthenticated ? 401 : 403;
        return answer;
    }
    looked(decision, decision.route->path.empty());
    response.status = 204;
    response.with("X-Boardgate-Board", decision.board->str());
    if (is_published(*decision.route)) {
        // Without a port: whatever happens, nginx cannot take a page from the board.
        const auto board = registry_.find(*decision.board);
        response.with("X-Boardgate-View", file_of(*decision.route));
        response.with("X-Boardgate-Frontend", board ? front_ends_.view_version_for(*board) : std::string());
        response.with("X-Boardgate-Base", std::string(decision.address));
        return answer;
    }
    response.with("X-Boardgate-View", "none");
    response.with("X-Boardgate-Port", std::to_string(decision.port));
    response.with("X-Boardgate-Path", "/b/" + decision.board->str() + "/" + std::string(decision.route->path));
    response.with("X-Boardgate-Type", type_of(*decision.route, question.raw_uri));
    return answer;
}

}  // namespace boardgate::boardgated

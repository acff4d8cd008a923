// SPDX-License-Identifier: MIT
#include "src/boardgated/api/router.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "src/base/log.h"
#include "src/boardgated/api/api_admin.h"
#include "src/boardgated/api/api_boards.h"
#include "src/boardgated/api/api_folders.h"
#include "src/boardgated/api/api_health.h"
#include "src/boardgated/api/api_login.h"
#include "src/boardgated/api/api_notes.h"
#include "src/boardgated/api/api_options.h"
#include "src/boardgated/api/api_shares.h"
#include "src/boardgated/api/api_views.h"
#include "src/boardgated/web/cookie.h"
#include "src/boardgated/web/same_origin.h"

namespace boardgate::boardgated {

const std::vector<Route>& routes() {
    static const std::vector<Route> table = {
#define ROUTE(method, pattern, pool, access, handler, meaning) \
    {method, pattern, Route::Pool::pool, Route::Access::access, [](const Handlers& to, Call& call) { return to.handler(call); }},
#define STREAM(pattern, opener, meaning)
#include "src/boardgated/api/routes.inc"
#undef STREAM
#undef ROUTE
    };
    return table;
}

namespace {

/// The part of the path in the placeholder's place; nullopt when the rest of the path differs from the pattern.
std::optional<std::string_view> at_placeholder(std::string_view placeholder, std::string_view pattern, std::string_view path) {
    const std::size_t at = pattern.find(placeholder);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view before = pattern.substr(0, at);
    const std::string_view behind = pattern.substr(at + placeholder.size());
    if (path.size() < before.size() + behind.size() || !path.starts_with(before) || !path.ends_with(behind)) return std::nullopt;
    return path.substr(before.size(), path.size() - before.size() - behind.size());
}

}  // namespace

bool matches(std::string_view pattern, std::string_view path, PathNames& names) {
    if (pattern.find('{') == std::string_view::npos) return pattern == path;
    if (const auto text = at_placeholder("{board}", pattern, path)) {
        auto id = BoardId::parse(*text);
        if (id) names.board = *std::move(id);
        return names.board.has_value();
    }
    if (const auto text = at_placeholder("{session}", pattern, path); text && !text->empty() && text->find('/') == std::string_view::npos) {
        names.named_session = *text;
        return true;
    }
    return false;
}

bool matches(std::string_view pattern, const Parameters& request, PathNames& names) {
    return request.is_path_as_sent() && matches(pattern, request.path(), names);
}

Problem wrong_method(const std::string& allowed) { return {Code::method_not_allowed, "this address supports " + allowed, {}, 0, allowed}; }

ApiResult<const Route*> Router::find(Call& call) const {
    const std::string_view method = call.request.method() == "HEAD" ? "GET" : call.request.method();
    std::string allowed;
    for (const Route& route : routes()) {
        if (!matches(route.pattern, call.request, call)) continue;
        if (route.method == method) return &route;
        allowed += (allowed.empty() ? "" : ", ") + std::string(route.method) + (route.method == "GET" ? ", HEAD" : "");
    }
    if (allowed.empty()) return problem(Code::no_such_route, "there is nothing at this address");
    return tl::make_unexpected(wrong_method(allowed));
}

ApiResult<void> Router::admit(const Route& route, Call& call) const {
    if (route.method != "GET" && !is_same_origin(call.request)) {
        return problem(Code::cross_site, "requests that change something must come from boardgate's own pages");
    }
    if (route.access == Route::Access::session) {
        auto caller = caller_of(call.request, sessions_);
        if (!caller) return problem(Code::unauthenticated, "log in first");
        call.session = std::move(caller->session);
        call.token = std::move(caller->token);
        admitted_(*call.session, *call.token);
    }
    return {};
}

namespace {

/// application/json, with parameters or without (RFC 9110, 8.3.1).
bool is_json(std::string_view type) {
    const std::string_view essence = type.substr(0, type.find_first_of("; \t"));
    return std::ranges::equal(essence, std::string_view("application/json"), {}, [](unsigned char c) { return std::tolower(c); });
}

bool body_is_too_long(std::string_view length) {
    std::size_t bytes = 0;
    return std::from_chars(length.data(), length.data() + length.size(), bytes).ec != std::errc{} || bytes > longest_body;
}

/// Reads the body. It must be sent as JSON, which a form of another site cannot do.
ApiResult<void> take_body(Request& request, Call& call) {
    const std::string_view length = request.parameter("CONTENT_LENGTH");
    if (length.empty() || length == "0") return {};
    if (!is_json(request.parameter("CONTENT_TYPE"))) return problem(Code::not_json, "send the body as application/json");
    auto body = request.body();
    if (!body) return problem(body_is_too_long(length) ? Code::too_large : Code::bad_request, body.error().text());
    call.body = *std::move(body);
    return {};
}

Response reply_of(const Route& route, const Handlers& handlers, Call& call) {
    try {
        auto reply = route.handle(handlers, call);
        return reply ? *std::move(reply) : problem_response(reply.error());
    } catch (const std::exception& exception) {
        log_event(Event::request_fault, std::string(route.pattern) + ": " + exception.what());
        return problem_response({Code::internal, "boardgate has an internal error; its journal says more"});
    }
}

}  // namespace

void Router::run(const Route& route, Request& request, Call& call) const { write_response(request, reply_of(route, handlers_, call)); }

void Router::handle(std::unique_ptr<Request> request) {
    struct Job {
        explicit Job(std::unique_ptr<Request> of) : request(std::move(of)), call(*request) {}
        std::unique_ptr<Request> request;
        Call call;
    };
    const auto job = std::make_shared<Job>(std::move(request));
    const auto refuse = [&](const Problem& problem) { write_response(*job->request, problem_response(problem)); };

    const auto route = find(job->call);
    if (!route) return refuse(route.error());
    if (const auto admitted = admit(**route, job->call); !admitted) return refuse(admitted.error());
    if (const auto body = take_body(*job->request, job->call); !body) return refuse(body.error());

    ThreadPool* pool = nullptr;
    switch ((*route)->pool) {
        case Route::Pool::now:
            return run(**route, *job->request, job->call);
        case Route::Pool::logins:
            pool = &pools_.logins;
            break;
        case Route::Pool::launches:
            pool = &pools_.launches;
            break;
        case Route::Pool::folders:
            pool = &pools_.folders;
            break;
    }
    const auto& session = job->call.session;
    const Share share = session ? share_of(session->uid) : handlers_.login.share_of_login(job->call);
    if (!pool->add(share, [this, job, found = *route] { run(*found, *job->request, job->call); })) {
        refuse({Code::busy, "too many of your requests wait for an answer; try again in a moment", {}, 2});
    }
}

}  // namespace boardgate::boardgated

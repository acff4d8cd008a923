// SPDX-License-Identifier: MIT
// Routes API requests to their handlers, by the table in routes.inc. Does the checks that all routes need: method, origin,
// session, body.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "src/boardgated/api/call.h"
#include "src/boardgated/common/thread_pool.h"

namespace boardgate::boardgated {

class ApiBoards;
class ApiFolders;
class ApiShares;
class ApiViews;
class ApiLogin;
class ApiNotes;
class ApiHealth;
class ApiOptions;
class ApiAdmin;

struct Handlers {
    ApiLogin& login;
    ApiBoards& boards;
    ApiHealth& health;
    ApiOptions& options;
    ApiAdmin& admin;
    ApiFolders& folders;
    ApiShares& shares;
    ApiViews& views;
    ApiNotes& notes;
};

struct ThreadPools {
    ThreadPool& logins;
    ThreadPool& launches;
    ThreadPool& folders;
};

struct Route {
    enum class Pool { now, logins, launches, folders };
    enum class Access { anybody, session };
    std::string_view method;
    std::string_view pattern;
    Pool pool;
    Access access;
    ApiResult<Response> (*handle)(const Handlers&, Call&);
};

/// The table, also for the tests that compare the documents with it.
[[nodiscard]] const std::vector<Route>& routes();
/// Does the path match the pattern? Sets the names that the pattern has placeholders for.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view path, PathNames& names);
/// The same for a request's path, which matches nothing when the client sent it in another form.
[[nodiscard]] bool matches(std::string_view pattern, const Parameters& request, PathNames& names);

/// The problem for a method that an address does not allow; `allowed` lists the methods that it does.
[[nodiscard]] Problem wrong_method(const std::string& allowed);

class Router {
public:
    /// Called for each request with a session, in the thread that takes requests: it must not wait.
    using Admitted = std::function<void(const Session&, const Token&)>;
    Router(
        Handlers handlers, ThreadPools pools, const Sessions& sessions, Admitted admitted = [](const Session&, const Token&) {})
        : handlers_(handlers), pools_(pools), sessions_(sessions), admitted_(std::move(admitted)) {}

    /// Answers the request, now or from another thread.
    void handle(std::unique_ptr<Request> request);

private:
    [[nodiscard]] ApiResult<const Route*> find(Call& call) const;
    [[nodiscard]] ApiResult<void> admit(const Route& route, Call& call) const;
    void run(const Route& route, Request& request, Call& call) const;

    Handlers handlers_;
    ThreadPools pools_;
    const Sessions& sessions_;
    Admitted admitted_;
};

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// From a request to its handler, by the table in routes.inc, and back. Everything that holds for all routes is
// checked here: method, origin, session, body.
#pragma once

#include <memory>
#include <string_view>

#include "src/boardgated/api/call.h"
#include "src/boardgated/common/thread_pool.h"

namespace boardgate::boardgated {

class ApiBoards;
class ApiFolders;
class ApiLogin;
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
};

struct Lanes {
    ThreadPool& logins;
    ThreadPool& launches;
    ThreadPool& folders;
};

struct Route {
    enum class Lane { now, logins, launches, folders };
    enum class Access { anybody, session };
    std::string_view method;
    std::string_view pattern;
    Lane lane;
    Access access;
    ApiResult<Response> (*handle)(const Handlers&, Call&);
};

/// The table, for the tests that hold the documents against it.
[[nodiscard]] const std::vector<Route>& routes();
/// Does the path match the pattern? Sets what the pattern has a placeholder for.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view path, PathNames& names);

/// The answer to a method that an address does not take, with those that it takes.
[[nodiscard]] Problem wrong_method(const std::string& allowed);

class Router {
public:
    Router(Handlers handlers, Lanes lanes, const Sessions& sessions) : handlers_(handlers), lanes_(lanes), sessions_(sessions) {}

    /// Answers the request, now or from another thread.
    void handle(std::unique_ptr<Request> request);

private:
    [[nodiscard]] ApiResult<const Route*> find(Call& call) const;
    [[nodiscard]] ApiResult<void> admit(const Route& route, Call& call) const;
    void run(const Route& route, Request& request, Call& call) const;

    Handlers handlers_;
    Lanes lanes_;
    const Sessions& sessions_;
};

}  // namespace boardgate::boardgated

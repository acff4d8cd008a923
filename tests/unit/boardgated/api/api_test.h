// SPDX-License-Identifier: MIT
// The API and the gate as nginx sees them: requests over FastCGI, with a launcher that records, a systemd and
// accounts as the test wants them, and a boardgate-login that nobody needs here.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/boardgated/api/api_admin.h"
#include "src/boardgated/api/api_boards.h"
#include "src/boardgated/api/api_folders.h"
#include "src/boardgated/api/api_health.h"
#include "src/boardgated/api/api_login.h"
#include "src/boardgated/api/api_notes.h"
#include "src/boardgated/api/api_options.h"
#include "src/boardgated/api/api_shares.h"
#include "src/boardgated/api/api_views.h"
#include "src/boardgated/api/router.h"
#include "src/boardgated/web/cookie.h"

#include "tests/fakes/accounts.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_launcher.h"
#include "tests/fakes/fake_systemd.h"
#include "tests/unit/boardgated/web/fast_cgi.h"

namespace boardgate::boardgated {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

struct ApiTest : testing::Test {
    fakes::FakeSystemd systemd;
    fakes::Accounts directory{{{1001, 1001, "alice", "/home/alice", "/bin/sh"}, {1002, 1002, "bob", "/home/bob", "/bin/sh"}}};
    fakes::TempFolder folder;
    fakes::FakeClock clock;
    std::unique_ptr<Store> store = Store::open(":memory:").value();
    Settings settings = parse_settings(
                            "door_ports = 16000-16099\nboards_per_user = 2\nadministrators = wheel\n"
                            "[environments]\ndefault = /opt/tb/bin/tensorboard\n",
                            "test")
                            .value();
    std::set<std::string> revoked;  ///< hashes of tickets
    EndedLogins ended{*store, [this](const std::vector<TokenHash>& tickets) {
                          for (const TokenHash& ticket : tickets) revoked.insert(ticket.hex());
                          return true;
                      }};
    Sessions sessions{*store, ended, settings, clock};
    Registry registry{*store, clock};
    FrontEnds front_ends{settings, clock, folder / "environments", folder / "wanted"};
    Gate gate{sessions, registry, settings, front_ends};
    Metrics metrics{gate, registry, sessions, clock};
    fakes::FakeLauncher launcher{registry};
    UnitReconciler unit_reconciler{registry, launcher, [](const BoardId&) {}};
    UnitWatch watch{UnitWatch::Listener{[](const BoardId&, const UnitFacts&) {}, [](const BoardId&, const Usage&) {}, [](bool) {},
                                        [](const std::set<std::string>&) {}, [](const BoardId&) { return std::nullopt; },
                                        [] { return std::vector<BoardId>(); }}};
    BoardScheduler scheduler{launcher, registry, settings, clock, {[](const BoardId&) {}, [](std::uint32_t) { return false; }}};
    const JournalClient journal{folder / "journal.sock"};
    LoginConversations conversations{clock, settings, folder / "login.sock"};
    LoginLimiter limiter{clock, settings};
    Presets presets{*store};
    RunNotes notes{*store};
    EventStreams event_streams{registry, sessions, clock};
    Administrators administrators{settings, clock};
    ApiLogin api_login{conversations, limiter, sessions, ended, registry, launcher, unit_reconciler, metrics, administrators};
    ApiBoards api_boards{registry, launcher, scheduler, watch, journal, presets, settings};
    ApiNotes api_notes{notes, launcher};
    ApiOptions api_options{settings, registry, presets};
    ApiAdmin api_admin{registry, launcher, scheduler, administrators, settings, clock};
    ApiHealth api_health{gate};
    ThreadPool threads{"threads", {1, 1, 8, 8}};
    ApiFolders api_folders{launcher, registry, event_streams, threads};
    Memberships memberships{clock};
    Shares shares{*store, registry, memberships, settings, clock};
    Views views{*store, sessions, clock};
    ApiShares api_shares{registry, shares, event_streams, launcher, settings, clock};
    ApiViews api_views{registry, shares, views, gate, front_ends, scheduler, settings};
    Router router{{api_login, api_boards, api_health, api_options, api_admin, api_folders, api_shares, api_views, api_notes},
                  {threads, threads, threads},
                  sessions};
    FastCgi nginx;
    std::string alice = log_in(1001, "alice");
    std::string bob = log_in(1002, "bob");

    ApiTest() { EXPECT_TRUE(watch.start()); }
    ~ApiTest() override { watch.stop(); }

    std::string log_in(std::uint32_t uid, const std::string& user) {
        const Token token = Token::make();
        EXPECT_TRUE(sessions.add({token.hash(), uid, user}, std::chrono::floor<std::chrono::seconds>(clock.wall()) + 24h));
        return std::string(cookie_name) + "=" + token.reveal();
    }
    static CgiParameters parameters(const std::string& method, const std::string& path, const std::string& cookie) {
        const std::size_t query = path.find('?');
        return {{"REQUEST_METHOD", method},
                {"REQUEST_URI", path},
                {"DOCUMENT_URI", path.substr(0, query)},
                {"QUERY_STRING", query == std::string::npos ? "" : path.substr(query + 1)},
                {"HTTP_HOST", "lab.example"},
                {"REMOTE_ADDR", "192.0.2.1"},
                {"SERVER_ADDR", "192.0.2.9"},
                {"HTTP_COOKIE", cookie}};
    }
    CgiAnswer send(const CgiParameters& what, const std::string& body = {}) {
        const Fd connection = nginx.send(what, body);
        router.handle(nginx.accept());
        return FastCgi::answer(connection);
    }
    /// As the command line on the server does.
    CgiAnswer with_ticket(const std::string& ticket, const std::string& cookie = {}, const std::string& address = "192.0.2.9") {
        const std::string body = R"({"ticket":")" + ticket + "\"}";
        CgiParameters what = parameters("POST", "/api/v1/login", cookie);
        what["REMOTE_ADDR"] = address;
        what["HTTP_SEC_FETCH_SITE"] = "same-origin";
        what["CONTENT_TYPE"] = "application/json";
        what["CONTENT_LENGTH"] = std::to_string(body.size());
        return send(what, body);
    }
    /// As the portal's own page asks.
    CgiAnswer ask(const std::string& method, const std::string& path, const std::string& cookie, const std::string& body = {}) {
        CgiParameters what = parameters(method, path, cookie);
        if (method != "GET" && method != "HEAD") what["HTTP_SEC_FETCH_SITE"] = "same-origin";
        if (!body.empty()) what.merge(CgiParameters{{"CONTENT_TYPE", "application/json"}, {"CONTENT_LENGTH", std::to_string(body.size())}});
        return send(what, body);
    }
    std::string make(const std::string& cookie) {
        const CgiAnswer answer = ask("POST", "/api/v1/boards", cookie, R"({"logdir":"/data/runs","new":true,"wake":true})");
        EXPECT_EQ(answer.status, 201) << answer.body;
        const std::string id = trusted_json(answer.body)["id"].asString();
        launcher.asked.clear();
        return id;
    }
    static std::string code(const CgiAnswer& answer) { return trusted_json(answer.body)["code"].asString(); }
    static std::string state(const CgiAnswer& answer) { return trusted_json(answer.body)["state"].asString(); }
};

}  // namespace boardgate::boardgated

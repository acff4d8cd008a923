// SPDX-License-Identifier: MIT
#include "tests/unit/boardgated/gate/view_gate_test.h"

#include <algorithm>
#include <thread>

namespace boardgate::boardgated {
namespace {

TEST_F(ViewGateTest, LetsAVisitorReadTheDataOfASharedBoard) {
    const ViewDecision decision = view_gate.decide(question);
    EXPECT_EQ(decision.refusal, ViewRefusal::none);
    EXPECT_EQ(decision.port, 16001);
    EXPECT_EQ(decision.board, board);
    EXPECT_EQ(decision.session->user, "bob");
    EXPECT_EQ(decision.share->with(), "bob");
}

TEST_F(ViewGateTest, EveryRowOfTheTableIsAllowedWithItsMethodAlone) {
    for (const ViewRoute& route : view_routes()) {
        for (const std::string_view method : {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE", "get", ""}) {
            const std::string path(route.path);
            if (path.empty()) {
                ask_page();
            } else if (route.kind == ViewRoute::Kind::page) {
                ask_inner_page(path);
            } else {
                ask_data(path);
            }
            question.method = method;
            const bool its_own = method == route.method || (method == "HEAD" && route.method == "GET");
            const ViewRefusal good = route.kind == ViewRoute::Kind::ours ? ViewRefusal::ours : ViewRefusal::none;
            EXPECT_EQ(refusal(), its_own ? good : ViewRefusal::malformed) << method << " " << path;
        }
    }
}

TEST_F(ViewGateTest, TheTableHasTheDataThatBoardgateDataServes) {
    static constexpr std::string_view charts[] = {
#define CHART_ROUTE(end, function) end,
#include "src/base/chart_routes.inc"
#undef CHART_ROUTE
    };
    for (const std::string_view end : charts) {
        const auto its_own = [&](const ViewRoute& route) { return route.path == end.substr(1); };
        EXPECT_TRUE(std::ranges::any_of(view_routes(), its_own)) << end;
    }
}

TEST_F(ViewGateTest, TheOnlyExperimentMayBeNamed) {
    ask_data(std::string(environment_prefix) + "data/runs");
    EXPECT_EQ(refusal(), ViewRefusal::none);
    for (const char* other : {"experiment/other/data/runs", "experiment//data/runs", "experiment/data/runs",
                              "experiment/defaultExperimentId/experiment/defaultExperimentId/data/runs"}) {
        ask_data(other);
        EXPECT_EQ(refusal(), ViewRefusal::malformed) << other;
    }
}

TEST_F(ViewGateTest, RefusesWhatIsNotInTheTable) {
    for (const char* path : {"index.js",
                             "data/logdir",
                             "data/experiments",
                             "data/plugin/profile/hosts",
                             "data/plugin/projector/index.js",
                             "data/plugin/debugger-v2/runs",
                             "data",
                             "data/",
                             "data/runs/",
                             "DATA/runs",
                             "data/runs;a",
                             "data/runs/..",
                             "../b/",
                             "./data/runs",
                             "data//runs",
                             "/data/runs",
                             "data/plugin/scalars/scalars ",
                             "data/run",
                             "data/runss",
                             "none",
                             "_boardgate"}) {
        ask_data(path);
        EXPECT_EQ(refusal(), ViewRefusal::malformed) << path;
    }
}

TEST_F(ViewGateTest, ThePathIsNeitherEncodedNorNormalised) {
    // nginx says which file it matched; the client sent another text.
    for (const char* raw : {"data%2fruns", "data/./runs", "data//runs", "x/../data/runs", "data/runs#a", "data/run%73"}) {
        const std::string sent = place + raw;
        question.raw_uri = sent;
        EXPECT_EQ(refusal(), ViewRefusal::malformed) << raw;
    }
    const std::string with_query = uri + "?tag=a%2f..%2fb&run=.";
    question.raw_uri = with_query;
    EXPECT_EQ(refusal(), ViewRefusal::none) << "a query is the board's";
}

TEST_F(ViewGateTest, TheAddressIsACapability) {
    std::string other = uri;
    other[3] = other[3] == 'A' ? 'B' : 'A';
    question.raw_uri = question.path = other;
    EXPECT_EQ(refusal(), ViewRefusal::no_such_view);
    for (const std::string& bad : {std::string("/v/"), place.substr(0, 45), place.substr(0, 46), "/v/" + board.str() + "/data/runs",
                                   "/w/" + uri.substr(3), "/v/" + std::string(43, '.') + "/data/runs", "/v/a" + uri.substr(3)}) {
        question.raw_uri = question.path = bad;
        EXPECT_EQ(refusal(), ViewRefusal::malformed) << bad;
    }
}

TEST_F(ViewGateTest, NeitherUpgradesNorServiceWorkers) {
    question.upgrade = "websocket";
    EXPECT_EQ(refusal(), ViewRefusal::malformed);
    question.upgrade = {};
    question.service_worker = "script";
    EXPECT_EQ(refusal(), ViewRefusal::malformed);
}

TEST_F(ViewGateTest, AViewEndsWithItsSession) {
    sessions.end(token.hash());
    EXPECT_EQ(refusal(), ViewRefusal::unauthenticated);
    views.sweep();
    EXPECT_EQ(refusal(), ViewRefusal::no_such_view);
}

TEST_F(ViewGateTest, AViewEndsWithTheTimeOfItsSession) {
    clock.advance(settings.session_idle);
    EXPECT_EQ(refusal(), ViewRefusal::unauthenticated);
}

TEST_F(ViewGateTest, ASessionOfAnotherPersonWithTheSameTokenHasNoView) {
    // Cannot be; the rule costs nothing.
    EXPECT_TRUE(store->put_view({Token::make().hash().hex(), token.hash().hex(), 1003, board.str(), 0}));
    const Token capability = Token::make();
    EXPECT_TRUE(store->put_view({capability.hash().hex(), token.hash().hex(), 1003, board.str(), 0}));
    EXPECT_TRUE(views.load());
    place = "/v/" + capability.reveal() + "/";
    ask_data("data/runs");
    EXPECT_EQ(refusal(), ViewRefusal::unauthenticated);
}

TEST_F(ViewGateTest, ThePageIsForThePortalsFrameInTheVisitorsBrowser) {
    ask_page();
    EXPECT_EQ(refusal(), ViewRefusal::none);
    question.fetch_dest = "document";
    EXPECT_EQ(refusal(), ViewRefusal::wrong_place) << "an address that got known opens no tab";
    for (const char* dest : {"frame", "object", "embed", "empty", "script", ""}) {
        question.fetch_dest = dest;
        EXPECT_EQ(refusal(), ViewRefusal::wrong_place) << dest;
    }
    ask_page();
    for (const char* site : {"cross-site", "same-site", "none", ""}) {
        question.fetch_site = site;
        EXPECT_EQ(refusal(), ViewRefusal::wrong_place) << site;
    }
    ask_page();
    for (const char* mode : {"cors", "no-cors", "same-origin", "websocket", ""}) {
        question.fetch_mode = mode;
        EXPECT_EQ(refusal(), ViewRefusal::wrong_place) << mode;
    }
}

TEST_F(ViewGateTest, AnothersCookieOpensNoPage) {
    const Token of_carol = Token::make();
    log_in(of_carol, 1003, "carol");
    show({BoardShare::Kind::user, "carol", 1003});
    const std::string theirs = cookie_of(of_carol);
    ask_page();
    question.cookie = theirs;
    EXPECT_EQ(refusal(), ViewRefusal::wrong_place);
    question.cookie = {};
    EXPECT_EQ(refusal(), ViewRefusal::wrong_place);
    const Token second = Token::make();
    log_in(second, 1002, "bob");
    const std::string of_bob = cookie_of(second);
    question.cookie = of_bob;
    EXPECT_EQ(refusal(), ViewRefusal::wrong_place) << "not even another session of the same person";
}

TEST_F(ViewGateTest, InnerPagesNeedNoCookieButAFrame) {
    for (const char* path : {"data/plugin_entry.html", "data/plugin/projector/projector_binary.html"}) {
        ask_inner_page(path);
        EXPECT_EQ(refusal(), ViewRefusal::none) << path;
        question.fetch_dest = "document";
        EXPECT_EQ(refusal(), ViewRefusal::wrong_place) << path;
        ask_data(path);
        EXPECT_EQ(refusal(), ViewRefusal::wrong_place) << path;
    }
}

TEST_F(ViewGateTest, DataIsNoPageAndNoScript) {
    ask_inner_page("data/runs");
    EXPECT_EQ(refusal(), ViewRefusal::wrong_place);
    for (const char* dest : {"script", "style", "worker", "sharedworker", "serviceworker", "object", "embed", "font", "manifest", "xslt",
                             "iframe", "document", "frame", "report"}) {
        ask_data("data/runs");
        question.fetch_mode = "no-cors";
        question.fetch_dest = dest;
        EXPECT_EQ(refusal(), ViewRefusal::wrong_place) << dest;
    }
    for (const char* dest : {"", "empty", "image", "audio", "video"}) {
        ask_data("data/plugin/images/individualImage");
        question.fetch_dest = dest;
        EXPECT_EQ(refusal(), ViewRefusal::none) << dest;
    }
}

TEST_F(ViewGateTest, ADeletedBoardIsNotShown) {
    ASSERT_TRUE(registry.move_to_deleted(board));
    EXPECT_EQ(refusal(), ViewRefusal::no_such_board);
}

TEST_F(ViewGateTest, AnEndedShareCountsAtTheNextRequest) {
    show_no_longer();
    EXPECT_EQ(refusal(), ViewRefusal::not_shown);
    EXPECT_FALSE(view_gate.decide(question).board) << "nor is the board told";
    show({BoardShare::Kind::user, "carol", 1003});
    EXPECT_EQ(refusal(), ViewRefusal::not_shown);
}

TEST_F(ViewGateTest, AShareNeedsTheNameAndTheNumber) {
    show_no_longer();
    show({BoardShare::Kind::user, "bob", 2002});
    EXPECT_EQ(refusal(), ViewRefusal::not_shown) << "the name was given to another account";
    show_no_longer();
    show({BoardShare::Kind::user, "robert", 1002});
    EXPECT_EQ(refusal(), ViewRefusal::not_shown) << "the number was given to another account";
}

TEST_F(ViewGateTest, AShareEndsAtItsTime) {
    show({BoardShare::Kind::user, "bob", 1002, {}, clock.wall() + 60s});
    EXPECT_EQ(refusal(), ViewRefusal::none);
    clock.advance(59s);
    EXPECT_EQ(refusal(), ViewRefusal::none);
    clock.advance(1s);
    EXPECT_EQ(refusal(), ViewRefusal::not_shown);
}

TEST_F(ViewGateTest, TheSiteLimitsHowLongAndToWhom) {
    settings.longest_share = 60s;
    clock.advance(61s);
    EXPECT_EQ(refusal(), ViewRefusal::not_shown) << "also what was shown before";
    settings.longest_share = 0s;
    EXPECT_EQ(refusal(), ViewRefusal::none);
    settings.sharing = setting::Sharing::off;
    EXPECT_EQ(refusal(), ViewRefusal::not_shown);
    settings.sharing = setting::Sharing::everybody;
    show_no_longer();
    show({BoardShare::Kind::everybody, ""});
    EXPECT_EQ(refusal(), ViewRefusal::none);
    settings.sharing = setting::Sharing::people;
    EXPECT_EQ(refusal(), ViewRefusal::not_shown);
}

TEST_F(ViewGateTest, AMemberWhoLeftTheGroupSeesTheBoardForAMinuteAtMost) {
    directory.groups = {{"vision", {"bob"}}};
    show_no_longer();
    show({BoardShare::Kind::group, "vision", 700'000});
    EXPECT_EQ(refusal(), ViewRefusal::not_shown) << "nobody asked the directory yet";
    EXPECT_TRUE(shares.fitting_now(board, 1002, "bob"));
    EXPECT_EQ(refusal(), ViewRefusal::none);
    directory.groups = {{"vision", {"carol"}}};
    clock.advance(59s);
    EXPECT_EQ(refusal(), ViewRefusal::none);
    clock.advance(1s);
    EXPECT_EQ(refusal(), ViewRefusal::not_shown) << "a directory that hangs refreshes nothing";
    directory.groups = {{"vision", {"bob"}}};
    memberships.refresh();
    EXPECT_EQ(refusal(), ViewRefusal::none);
    directory.groups = {{"vision", {"carol"}}};
    memberships.refresh();
    EXPECT_EQ(refusal(), ViewRefusal::not_shown);
    directory.groups = {{"other", {}}, {"vision", {"bob"}}};
    memberships.refresh();
    EXPECT_EQ(refusal(), ViewRefusal::not_shown) << "a group of the same name with another number";
}

TEST_F(ViewGateTest, OnlyAReadyBoardBehindAHealthyGate) {
    gate.set_healthy(false);
    EXPECT_EQ(refusal(), ViewRefusal::unsound);
    gate.set_healthy(true);
    for (const char* service : {"inactive", "activating", "failed", "deactivating", ""}) {
        become(service);
        EXPECT_EQ(refusal(), ViewRefusal::not_ready) << service;
    }
    become("active");
    ASSERT_TRUE(registry.set_hold(board, Hold{"root", "maintenance", clock.wall()}));
    EXPECT_EQ(refusal(), ViewRefusal::not_ready);
    ASSERT_TRUE(registry.set_hold(board, std::nullopt));
    ASSERT_TRUE(registry.set_port(board, 443));
    EXPECT_EQ(refusal(), ViewRefusal::unsound);
}

TEST_F(ViewGateTest, TheOwnerSeesItAsTheyDo) {
    const Token of_alice = Token::make();
    place = "/v/" + views.open(log_in(of_alice, 1001, "alice"), board).value().reveal() + "/";
    ask_data("data/runs");
    show_no_longer();
    EXPECT_EQ(refusal(), ViewRefusal::none);
}

TEST_F(ViewGateTest, DecidesWhileTheDiskStalls) {
    disk.stall();
    std::vector<std::jthread> writers;
    writers.emplace_back([&] { show({BoardShare::Kind::user, "carol", 1003}); });
    writers.emplace_back([&] { (void)views.open({token.hash(), 1002, "bob"}, board); });
    ASSERT_TRUE(disk.is_waited_for());
    EXPECT_EQ(refusal(), ViewRefusal::none);
    disk.go_on();
}

}  // namespace
}  // namespace boardgate::boardgated

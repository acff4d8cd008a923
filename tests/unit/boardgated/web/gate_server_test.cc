// SPDX-License-Identifier: MIT
#include "src/boardgated/web/gate_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>

#include "tests/unit/boardgated/web/fast_cgi.h"

namespace boardgate::boardgated {
namespace {

const CgiParameters get = {{"REQUEST_METHOD", "GET"}, {"REMOTE_ADDR", "192.0.2.7"}};

Response echo(const Parameters& request) {
    Response response;
    response.status = 204;
    response.with("X-Address", std::string(request.address()));
    return response;
}

bool is_closed(const Fd& connection) {
    char byte = 0;
    return read(connection.get(), &byte, 1) <= 0;
}

TEST(GateServer, AnswersEachConnectionOnceAndClosesIt) {
    FastCgi nginx;
    const GateServer server(nginx.passed(), geteuid(), echo);
    for (int i = 0; i < 8; ++i) {
        const Fd connection = nginx.send(get);
        const CgiAnswer answer = FastCgi::answer(connection);
        EXPECT_EQ(answer.status, 204);
        EXPECT_EQ(answer.headers.at("X-Address"), "192.0.2.7");
        EXPECT_TRUE(is_closed(connection));
    }
}

TEST(GateServer, RequestsThatArriveInPartsHoldUpNoOther) {
    FastCgi nginx;
    const GateServer server(nginx.passed(), geteuid(), echo);
    std::vector<Fd> halves;
    for (int i = 0; i < 20; ++i) halves.push_back(nginx.connect());
    for (const Fd& half : halves) FastCgi::write(half, nginx.request(get).substr(0, 20));
    EXPECT_EQ(FastCgi::answer(nginx.send(get)).status, 204);
    for (const Fd& half : halves) {
        FastCgi::write(half, nginx.request(get).substr(20));
        EXPECT_EQ(FastCgi::answer(half).status, 204);
    }
}

TEST(GateServer, UnfinishedRequestsBeyondTheLimitWaitInTheSocket) {
    FastCgi nginx(GateServer::most_connections * 2);
    const GateServer server(nginx.passed(), geteuid(), echo);
    std::vector<Fd> halves;
    for (std::size_t i = 0; i < GateServer::most_connections; ++i) halves.push_back(nginx.connect());
    const Fd waiting = nginx.send(get);
    halves.pop_back();  // makes room
    EXPECT_EQ(FastCgi::answer(waiting).status, 204);
}

TEST(GateServer, MalformedRequestsGetNoAnswer) {
    FastCgi nginx;
    const GateServer server(nginx.passed(), geteuid(), echo);
    const Fd connection = nginx.connect();
    FastCgi::write(connection, "GET / HTTP/1.1\r\n\r\n");
    EXPECT_EQ(FastCgi::answer(connection).status, 0);
    EXPECT_EQ(FastCgi::answer(nginx.send(get)).status, 204);
}

TEST(GateServer, RefusesEverybodyButNginx) {
    FastCgi nginx;
    std::atomic<bool> asked = false;
    const GateServer server(nginx.passed(), geteuid() + 1, [&](const Parameters& request) {
        asked = true;
        return echo(request);
    });
    const Fd connection = nginx.connect();
    EXPECT_TRUE(is_closed(connection));
    EXPECT_FALSE(asked);
}

TEST(GateServer, AHandlerThatThrowsClosesTheGateForItsRequestOnly) {
    FastCgi nginx;
    const GateServer server(nginx.passed(), geteuid(), [](const Parameters& request) {
        if (request.method() == "HEAD") throw std::runtime_error("a fault");
        return echo(request);
    });
    EXPECT_EQ(FastCgi::answer(nginx.send({{"REQUEST_METHOD", "HEAD"}})).status, 0);
    EXPECT_EQ(FastCgi::answer(nginx.send(get)).status, 204);
}

TEST(GateServer, ARequestWaitsForTheNextServer) {
    FastCgi nginx;
    { const GateServer ended(nginx.passed(), geteuid(), echo); }
    const Fd waiting = nginx.send(get);
    const GateServer next(nginx.passed(), geteuid(), echo);
    EXPECT_EQ(FastCgi::answer(waiting).status, 204);
}

}  // namespace
}  // namespace boardgate::boardgated

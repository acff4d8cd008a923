// SPDX-License-Identifier: MIT
#include "src/boardgated/web/fcgi_pool.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <latch>
#include <optional>
#include <vector>

#include "src/boardgated/web/response.h"

#include "tests/unit/boardgated/web/fast_cgi.h"

namespace boardgate::boardgated {
namespace {

void answer_204(std::unique_ptr<Request> request) { write_response(*request, empty_response(204)); }

TEST(FcgiPool, AnswersAndEndsWhileItsThreadsWait) {
    FastCgi nginx;
    FcgiPool pool("test", nginx.passed(), geteuid(), 4, answer_204);
    for (int i = 0; i < 8; ++i) EXPECT_EQ(FastCgi::answer(nginx.send({{"REQUEST_METHOD", "GET"}})).status, 204);
}  // a thread that missed the end would hang here

TEST(FcgiPool, FinishesWhatItTook) {
    FastCgi nginx;
    std::latch taken(1);
    std::latch go(1);
    std::optional<FcgiPool> pool;
    pool.emplace("test", nginx.passed(), geteuid(), 1, [&](std::unique_ptr<Request> request) {
        taken.count_down();
        go.wait();
        answer_204(std::move(request));
    });
    const Fd under_way = nginx.send({{"REQUEST_METHOD", "GET"}});
    taken.wait();
    const std::jthread end([&] { pool.reset(); });
    go.count_down();
    EXPECT_EQ(FastCgi::answer(under_way).status, 204);
}

TEST(FcgiPool, ARequestWaitsForTheNextPool) {
    FastCgi nginx;
    { const FcgiPool ended("test", nginx.passed(), geteuid(), 2, answer_204); }
    const Fd waiting = nginx.send({{"REQUEST_METHOD", "GET"}});
    const FcgiPool next("test", nginx.passed(), geteuid(), 1, answer_204);
    EXPECT_EQ(FastCgi::answer(waiting).status, 204);
}

TEST(FcgiPool, WithoutADescriptorItSays503AndGoesOnLater) {
    FastCgi nginx;
    const FcgiPool pool("test", nginx.passed(), geteuid(), 1, answer_204);
    ASSERT_EQ(FastCgi::answer(nginx.send({{"REQUEST_METHOD", "GET"}})).status, 204);
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit few{64, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
    std::vector<Fd> all;
    do {
        all.emplace_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
    } while (all.back());
    ASSERT_EQ(errno, EMFILE);
    all.resize(all.size() - 2);  // the client gets the one descriptor that is free
    int refused = 0;
    for (int i = 0; i < 20 && refused < 3; ++i) {
        CgiAnswer answer = FastCgi::answer(nginx.send({{"REQUEST_METHOD", "GET"}}));
        if (answer.status == 204) {  // the pool had just released one
            all.emplace_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
            continue;
        }
        ++refused;
        EXPECT_EQ(answer.status, 503);
        EXPECT_EQ(answer.headers["Retry-After"], "2");
        EXPECT_NE(answer.body.find("\"busy\""), std::string::npos);
    }
    EXPECT_EQ(refused, 3);
    all.clear();
    EXPECT_EQ(FastCgi::answer(nginx.send({{"REQUEST_METHOD", "GET"}})).status, 204);
    setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace boardgate::boardgated

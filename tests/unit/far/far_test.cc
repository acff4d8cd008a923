// SPDX-License-Identifier: MIT
// boardgate-far with a Slurm of three scripts and a node that is a link of this test.
#include "src/far/far.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/un.h>

#include <atomic>
#include <future>
#include <list>
#include <thread>

#include "src/base/words.h"

#include "tests/fakes/fake_slurm.h"

namespace boardgate::far {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const SystemClock& real_clock() {
    static const SystemClock clock;
    return clock;
}

Fd tcp_socket(std::uint16_t port, bool listens) {
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* const address = reinterpret_cast<const sockaddr*>(&at);
    if (listens) {
        EXPECT_EQ(bind(socket.get(), address, sizeof at), 0);
        EXPECT_EQ(listen(socket.get(), 64), 0);
        fcntl(socket.get(), F_SETFL, O_NONBLOCK);
    } else {
        EXPECT_EQ(connect(socket.get(), address, sizeof at), 0);
    }
    return socket;
}

std::uint16_t port_of(const Fd& socket) {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    getsockname(socket.get(), reinterpret_cast<sockaddr*>(&at), &size);
    return ntohs(at.sin_port);
}

/// The other end of the link: answers each visitor with the same bytes.
struct TestNode : link::Endpoint::Events {
    explicit TestNode(const link::Orders& orders)
        : tls(link::TlsContext::make(link::Side::node, {orders.key.identity, Secret(orders.key.bytes.reveal())}).value()) {
        Fd socket = tcp_socket(orders.port, false);
        fcntl(socket.get(), F_SETFL, O_NONBLOCK);
        link.emplace(real_clock(), link::Side::node, tls->connection(std::move(socket)).value());
        link->set_greeted();
        link->endpoint().send_hello({link::protocol, "41", "n1"});
    }
    std::unique_ptr<link::TlsContext> tls;
    std::optional<link::Link> link;
    std::string answer = "HTTP/1.1 200 OK\r\nSet-Cookie: evil=1\r\nContent-Length: 2\r\n\r\nok";
    std::string options;
    bool stopped = false;
    void on_data(std::uint32_t stream, std::string_view) override {
        link->endpoint().send_data(stream, answer);
        link->endpoint().finish(stream);
    }
    void on_stop() override { stopped = true; }
    void on_options(std::string_view bytes) override { options = bytes; }
    /// False when the link has ended.
    bool turn() {
        pollfd waiting{link->fd(), link->events(), 0};
        poll(&waiting, 1, 10);
        return link->advance(*this).has_value();
    }
    template <class Condition>
    bool turn_until(Condition condition) {
        for (int i = 0; i < 500 && !condition(); ++i) {
            if (!turn()) return condition();
        }
        return condition();
    }
    void says(std::string_view text) { link->endpoint().send(link::FrameType::status, text); }
};

struct FarTest : testing::Test {
    fakes::FakeSlurm slurm;
    fakes::TempFolder folder;
    Fd door = tcp_socket(0, true);
    std::uint16_t port = port_of(door);
    std::string notifications = folder / "notify";
    Fd notify{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    std::string notified;
    pid_t pid = -1;

    void SetUp() override {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        notifications.copy(at.sun_path, notifications.size());
        ASSERT_EQ(bind(notify.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
        slurm.says("PENDING|Resources|");
    }
    void TearDown() override {
        if (pid > 0) {
            kill(pid, SIGKILL);
            waitpid(pid, nullptr, 0);
        }
    }
    std::vector<std::string> words() const {
        return {"--logdir=/secret/path",
                "--job-name=tensorboard.slurm-alice-abcdefgh",
                "--memory=2G",
                "--cpus=1",
                "--time=0",
                "--commands=" + slurm.folder.path(),
                "--link-address=127.0.0.1",
                "--node-program=/usr/lib/boardgate/boardgate-node",
                "--longest-queue=3600",
                "--address=https://lab"};
    }
    /// In a process of its own, as systemd starts it.
    void start() {
        const std::string file = folder.put("words", bytes_of(words()));
        pid = fork();
        if (pid != 0) return;
        setenv("NOTIFY_SOCKET", notifications.c_str(), 1);
        if (freopen((folder / "log").c_str(), "w", stderr) == nullptr) _exit(71);
        setvbuf(stderr, nullptr, _IONBF, 0);
        sigset_t taken;
        sigemptyset(&taken);
        for (const int signal : {SIGTERM, SIGURG, SIGWINCH}) sigaddset(&taken, signal);
        sigprocmask(SIG_BLOCK, &taken, nullptr);
        signal(SIGPIPE, SIG_IGN);
        std::vector<Fd> doors;
        doors.push_back(std::move(door));
        const auto status =
            Far(real_clock(), parse_options("abcdefgh", words()).value(), "alice", Fd(open(file.c_str(), O_RDONLY | O_CLOEXEC)),
                Fd(signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK)), std::move(doors))
                .run();
        _exit(status ? *status : 70);
    }
    link::Orders orders() {
        EXPECT_TRUE(wait([&] { return slurm.folder.has("script"); }));
        const std::string script = slurm.folder.get("script");
        const std::size_t begin = script.find("boardgate-orders");
        return link::orders_in(std::string_view(script).substr(begin, script.rfind("boardgate-end") - begin)).value();
    }
    template <class Condition>
    static bool wait(Condition condition) {
        for (int i = 0; i < 500; ++i) {
            if (condition()) return true;
            std::this_thread::sleep_for(10ms);
        }
        return false;
    }
    bool has_notified(const std::string& text) {
        char buffer[8192];
        for (ssize_t got = 0; (got = recv(notify.get(), buffer, sizeof buffer, MSG_DONTWAIT)) > 0;)
            notified.append(buffer, static_cast<std::size_t>(got)).append("\n");
        return notified.find(text) != std::string::npos;
    }
    bool notifies(const std::string& text) {
        return wait([&] { return has_notified(text); });
    }
    int ends() {
        int status = 0;
        EXPECT_TRUE(wait([&] { return waitpid(pid, &status, WNOHANG) == pid; }));
        pid = -1;
        (void)has_notified("");
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    std::string visit() const {
        const Fd visitor = tcp_socket(port, false);
        constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        EXPECT_EQ(send(visitor.get(), request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
        std::string all;
        char buffer[4096];
        for (ssize_t got = 0; (got = recv(visitor.get(), buffer, sizeof buffer, 0)) > 0;) all.append(buffer, static_cast<std::size_t>(got));
        return all;
    }
    /// A node that is linked, and ready.
    std::unique_ptr<TestNode> ready_node() {
        auto node = std::make_unique<TestNode>(orders());
        node->says("READY=1\nSTATUS=Serving");
        EXPECT_TRUE(node->turn_until([&] { return has_notified("READY=1"); })) << notified;
        return node;
    }
};

TEST_F(FarTest, ABoardWaitsStartsServesAndSleeps) {
    start();
    EXPECT_TRUE(notifies("STATUS=In Slurm's queue: Resources [slurm_queued] job=41")) << notified;
    EXPECT_TRUE(has_notified("EXTEND_TIMEOUT_USEC="));
    slurm.says("RUNNING|None|n1");
    EXPECT_TRUE(notifies("STATUS=Starting on n1 [slurm_starting] job=41 node=n1")) << notified;
    const auto node = ready_node();
    EXPECT_THAT(notified, HasSubstr("STATUS=Serving [slurm_running] job=41 node=n1"));
    auto visited = std::async(std::launch::async, [&] { return visit(); });
    EXPECT_TRUE(node->turn_until([&] { return visited.wait_for(0s) == std::future_status::ready; }));
    EXPECT_EQ(visited.get(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    node->link->endpoint().send_end({link::End::Cause::own, 0, "Going to sleep"});
    node->turn_until([] { return false; });
    EXPECT_EQ(ends(), 0);
    EXPECT_THAT(notified, HasSubstr("STATUS=Going to sleep [slurm_running] job=41 node=n1"));
}

TEST_F(FarTest, NothingOfTheBoardIsInArgumentsOrEnvironment) {
    setenv("SQUEUE_FORMAT", "%i", 1);
    start();
    unsetenv("SQUEUE_FORMAT");
    const link::Orders given = orders();
    EXPECT_THAT(given.words, testing::ElementsAre("--logdir=/secret/path"));
    for (const char* file : {"arguments", "environment"}) {
        const std::string text = slurm.folder.get(file);
        EXPECT_THAT(text, Not(HasSubstr("secret")));
        EXPECT_THAT(text, Not(HasSubstr(given.key.identity)));
        EXPECT_THAT(text, Not(HasSubstr("SQUEUE"))) << "what people set for Slurm's commands";
        EXPECT_THAT(text, Not(HasSubstr("NOTIFY_SOCKET")));
    }
    EXPECT_EQ(slurm.folder.get("cancelled"), "--quiet --user=alice --name=tensorboard.slurm-alice-abcdefgh\n") << "what a run before left";
}

TEST_F(FarTest, ARefusalIsAFailureWithSlurmsWords) {
    slurm.folder.put("refusal", "sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified\n");
    start();
    EXPECT_EQ(ends(), 69);
    EXPECT_THAT(notified, HasSubstr("STATUS=Slurm has no such account for you: Invalid account or account/partition combination specified "
                                    "[slurm_account]"));
}

TEST_F(FarTest, SleepInTheQueueCancelsTheJob) {
    start();
    EXPECT_TRUE(notifies("[slurm_queued]"));
    kill(pid, SIGTERM);
    EXPECT_EQ(ends(), 0);
    EXPECT_THAT(slurm.folder.get("cancelled"), HasSubstr("--quiet 41\n"));
}

TEST_F(FarTest, SleepOfAnAwakeBoardIsInOrder) {
    start();
    const auto node = ready_node();
    kill(pid, SIGTERM);
    EXPECT_TRUE(node->turn_until([&] { return node->stopped; }));
    node->link->endpoint().send_end({link::End::Cause::stopped, 0, "Stopping"});
    node->turn_until([] { return false; });
    EXPECT_EQ(ends(), 0);
    EXPECT_THAT(slurm.folder.get("cancelled"), Not(HasSubstr("--quiet 41"))) << "it has ended by itself";
}

TEST_F(FarTest, ATerminatedJobEndsWithSlurmsReason) {
    start();
    const auto node = ready_node();
    slurm.says("PREEMPTED|None|n1");
    node->link->endpoint().send_end({link::End::Cause::terminated, 0, "Stopping"});
    node->turn_until([] { return false; });
    EXPECT_EQ(ends(), 0);
    EXPECT_THAT(notified, HasSubstr("STATUS=It made room for a job of higher priority [slurm_preempted] job=41 node=n1"));
}

TEST_F(FarTest, ALostNodeIsNamed) {
    start();
    auto node = ready_node();
    slurm.says("NODE_FAIL|None|n1");
    node.reset();
    EXPECT_EQ(ends(), 75);
    EXPECT_THAT(notified, HasSubstr("STATUS=Its node is gone: n1 [slurm_node_lost] job=41 node=n1"));
}

TEST_F(FarTest, ANodeThatComesBackGoesOn) {
    start();
    auto node = ready_node();
    slurm.says("RUNNING|None|n1");
    const link::Orders given = orders();
    node.reset();
    EXPECT_TRUE(notifies("STATUS=Starting on n1 [slurm_starting] job=41 node=n1"));
    TestNode again(given);
    again.says("READY=1\nSTATUS=Serving again");
    EXPECT_TRUE(again.turn_until([&] { return has_notified("STATUS=Serving again [slurm_running]"); })) << notified;
    EXPECT_EQ(notified.find("READY=1"), notified.rfind("READY=1"));
}

TEST_F(FarTest, ASecondLinkOfThisRunReplacesTheFirst) {
    start();
    const auto node = ready_node();
    TestNode second(orders());
    second.says("READY=1\nSTATUS=The second");
    EXPECT_TRUE(second.turn_until([&] { return has_notified("The second"); }));
    EXPECT_FALSE(node->turn_until([] { return false; }));
    EXPECT_FALSE(node->turn());
}

TEST_F(FarTest, WithoutTheKeyNobodyIsLetInAndNobodyIsKeptOut) {
    start();
    link::Orders given = orders();
    std::vector<Fd> silent;
    for (int i = 0; i < 12; ++i) silent.push_back(tcp_socket(given.port, false));
    given.key.bytes = Secret(std::string(link::Key::size, 'x'));
    TestNode wrong(given);
    wrong.says("READY=1");
    wrong.turn_until([] { return false; });
    EXPECT_FALSE(has_notified("READY=1"));
    const auto node = ready_node();
    EXPECT_TRUE(has_notified("[slurm_running]"));
}

TEST_F(FarTest, FloodsOfConnectionsKeepNobodyOut) {
    start();
    const link::Orders given = orders();
    std::atomic<bool> over = false;
    // Some say nothing, some begin a ClientHello that never ends.
    std::thread flood([&] {
        std::list<Fd> many;
        for (int i = 0; !over; ++i) {
            many.push_back(tcp_socket(given.port, false));
            constexpr std::string_view begin("\x16\x03\x01\x01\x00\x01", 6);
            if (i % 2 == 0) (void)send(many.back().get(), begin.data(), begin.size(), MSG_NOSIGNAL);
            if (many.size() > 100) many.pop_front();
        }
    });
    std::unique_ptr<TestNode> node;
    bool is_linked = false;
    for (int i = 0; i < 10 && !is_linked; ++i) {
        node = std::make_unique<TestNode>(given);
        node->says("READY=1\nSTATUS=Serving");
        is_linked = node->turn_until([&] { return has_notified("READY=1"); });
    }
    over = true;
    flood.join();
    EXPECT_TRUE(is_linked);
}

TEST_F(FarTest, AJobThatIsRequeuedWaitsAndComesBack) {
    start();
    auto node = ready_node();
    slurm.says("PENDING|BeginTime|");
    node->link->endpoint().send_end({link::End::Cause::terminated, 0, "Stopping"});
    node->turn_until([] { return false; });
    EXPECT_TRUE(notifies("STATUS=In Slurm's queue: BeginTime [slurm_queued] job=41"));
    TestNode again(orders());
    again.says("READY=1\nSTATUS=Serving again");
    EXPECT_TRUE(again.turn_until([&] { return has_notified("STATUS=Serving again [slurm_running]"); })) << notified;
}

TEST_F(FarTest, ANodeThatCannotRunBoardsFailsWithItsReason) {
    start();
    TestNode node(orders());
    node.link->endpoint().send_end({link::End::Cause::unfit, 69, "this node gives people no namespaces [slurm_queued]"});
    node.turn_until([] { return false; });
    EXPECT_EQ(ends(), 69);
    EXPECT_THAT(notified,
                HasSubstr("STATUS=The node cannot run boards: this node gives people no namespaces (slurm_queued) [slurm_namespaces]"));
}

TEST_F(FarTest, ABoardsOwnFailureComesThrough) {
    start();
    TestNode node(orders());
    node.link->endpoint().send(link::FrameType::log, "/x: No such file [logdir_missing]\n");
    node.link->endpoint().send_end({link::End::Cause::own, 66, "A log directory cannot be read [logdir_missing]"});
    node.turn_until([] { return false; });
    EXPECT_EQ(ends(), 66);
    EXPECT_THAT(notified, HasSubstr("STATUS=A log directory cannot be read [logdir_missing] [slurm_running] job=41"));
    EXPECT_THAT(folder.get("log"), HasSubstr("/x: No such file [logdir_missing]\n"));
}

TEST_F(FarTest, OtherOptionsGoToTheNode) {
    start();
    const auto node = ready_node();
    auto changed = words();
    changed.front() = "--idle-sleep=5";
    folder.put("words", bytes_of(changed));
    kill(pid, SIGURG);
    EXPECT_TRUE(node->turn_until([&] { return !node->options.empty(); }));
    EXPECT_EQ(node->options, std::string("--idle-sleep=5\0", 15));
}

TEST_F(FarTest, AnErrorOfSqueueSaysNothingAboutTheJob) {
    start();
    EXPECT_TRUE(notifies("[slurm_queued]"));
    slurm.folder.put("broken", "squeue: error: Unable to contact slurm controller\n");
    EXPECT_TRUE(wait([&] { return slurm.folder.get("questions").size() > 100; }));
    EXPECT_EQ(waitpid(pid, nullptr, WNOHANG), 0);
}

TEST_F(FarTest, AJobThatSlurmForgotIsAnEnd) {
    start();
    EXPECT_TRUE(notifies("[slurm_queued]"));
    std::filesystem::remove(slurm.folder / "line");
    EXPECT_EQ(ends(), 75);
    EXPECT_THAT(notified, HasSubstr("[slurm_never]"));
}

}  // namespace
}  // namespace boardgate::far

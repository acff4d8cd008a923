// SPDX-License-Identifier: MIT
#include "src/base/background_log.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <optional>
#include <vector>

#include "tests/fakes/temp_folder.h"

namespace boardgate {
namespace {

using namespace std::chrono_literals;

/// journald's end, which takes messages only when it is asked to.
struct BackgroundLogTest : testing::Test {
    fakes::TempFolder folder;
    std::string path = folder / "socket";
    Fd journald{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};

    BackgroundLogTest() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(bind(journald.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }
    std::optional<std::string> taken(std::chrono::milliseconds patience) const {
        pollfd readable{journald.get(), POLLIN, 0};
        if (poll(&readable, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
        std::array<char, 1000> bytes{};
        const ssize_t got = recv(journald.get(), bytes.data(), bytes.size(), 0);
        return std::string(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    }
    [[nodiscard]] std::unique_ptr<BackgroundLog> log(std::size_t most = BackgroundLog::most_waiting) const {
        return std::make_unique<BackgroundLog>(
            JournalSocket(path), [](std::size_t dropped) { return std::to_string(dropped) + " dropped"; }, most);
    }
};

TEST_F(BackgroundLogTest, MessagesArriveInTheirOrder) {
    const auto to = log();
    for (int i = 0; i < 20; ++i) to->add("message " + std::to_string(i));
    for (int i = 0; i < 20; ++i) EXPECT_EQ(taken(5s), "message " + std::to_string(i));
}

TEST_F(BackgroundLogTest, AJournaldThatHangsDelaysNobodyAndGetsTheCountOfDroppedMessages) {
    // More than the kernel queues (net.unix.max_dgram_qlen) and we do.
    constexpr int all = 5000;
    const auto to = log(100);
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < all; ++i) to->add("message");
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
    int arrived = 0;
    int dropped = 0;
    while (const auto message = taken(2s)) {
        if (*message == "message") {
            ++arrived;
        } else {
            dropped += std::stoi(*message);
        }
    }
    EXPECT_GE(arrived, 100);
    EXPECT_EQ(dropped, all - arrived);
}

TEST_F(BackgroundLogTest, AProgramEndsAlthoughJournaldHangs) {
    auto to = log();
    for (int i = 0; i < 3000; ++i) to->add("message");
    const auto began = std::chrono::steady_clock::now();
    to.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
}

TEST_F(BackgroundLogTest, TheLastMessagesOfAProgramArrive) {
    log()->add("the last one");
    EXPECT_EQ(taken(5s), "the last one");
}

}  // namespace
}  // namespace boardgate

// SPDX-License-Identifier: MIT
// The client against a boardgate-journal that this test plays over a real socket.
#include "src/boardgated/journal_client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <future>

#include "tests/fakes/temp_folder.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

struct JournalClientTest : testing::Test {
    fakes::TempFolder folder;
    std::string path = folder / "journal.sock";
    Fd listening{socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
    const JournalClient client{path};
    const UnitName unit{UserName::parse("alice").value(), BoardId::parse("abcdefgh").value()};

    JournalClientTest() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(bind(listening.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(listen(listening.get(), 1), 0);
    }
    /// What the client makes of a journal of so many lines of that length, each beginning with its number.
    Result<std::deque<wire::LogLine>> lines_of(std::uint32_t count, std::size_t length) {
        auto asked = std::async(std::launch::async, [&] { return client.last_lines(unit, JournalClient::most_lines); });
        const Fd connection(accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
        EXPECT_EQ(wire::receive_one<wire::ReadLog>(connection.get(), 2s)->unit, unit.service());
        for (std::uint32_t n = 0; n < count; ++n) {
            wire::LogLine line;
            line.text = std::to_string(n) + " ";
            line.text.resize(length, 'x');
            if (!wire::send(connection.get(), line)) break;
        }
        wire::LogEnd end;
        (void)wire::send(connection.get(), end);
        return asked.get();
    }
};

TEST_F(JournalClientTest, GivesTheLinesInTheirOrder) {
    const auto lines = lines_of(3, 10);
    ASSERT_TRUE(lines);
    ASSERT_EQ(lines->size(), 3U);
    EXPECT_EQ(lines->front().text, "0 xxxxxxxx");
    EXPECT_EQ(lines->back().text, "2 xxxxxxxx");
}

TEST_F(JournalClientTest, OfLongLinesGivesTheLastOnes) {
    const auto lines = lines_of(300, wire::longest::log_line);
    ASSERT_TRUE(lines);
    EXPECT_EQ(lines->size(), JournalClient::most_bytes / wire::longest::log_line);
    EXPECT_EQ(lines->back().text.substr(0, 4), "299 ");
}

TEST_F(JournalClientTest, TakesNoMoreThanItAskedFor) { EXPECT_FALSE(lines_of(JournalClient::most_lines + 1, 10)); }

}  // namespace
}  // namespace boardgate::boardgated

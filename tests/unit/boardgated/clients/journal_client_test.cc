// SPDX-License-Identifier: MIT
#include "src/boardgated/clients/journal_client.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_journal.h"

namespace boardgate::boardgated {
namespace {

using namespace std::chrono_literals;

struct JournalClientTest : testing::Test {
    fakes::FakeJournal journal;
    JournalClient client{journal.path()};
    UnitName unit{UserName::parse("alice").value(), BoardId::parse("abcdefgh").value(), Engine::systemd};
};

TEST_F(JournalClientTest, AsksForOneUnitAndGivesItsLinesInOrder) {
    journal.say({{"c1", 1, "first", ""}, {"c2", 2, "second", ""}});
    const auto lines = client.last_lines(unit, 20);
    ASSERT_TRUE(lines) << lines.error().text();
    ASSERT_EQ(lines->size(), 2U);
    EXPECT_EQ((*lines)[0].text, "first");
    EXPECT_EQ((*lines)[1].cursor, "c2");
    const auto asked = journal.asked();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].unit, "tensorboard-alice-abcdefgh.service");
    EXPECT_EQ(asked[0].lines, 20U);
    EXPECT_FALSE(asked[0].follow);
}

TEST_F(JournalClientTest, NobodyAsksForMoreThanThereMayBe) {
    ASSERT_TRUE(client.last_lines(unit, 1'000'000));
    ASSERT_TRUE(client.follow(unit, "", 1'000'000));
    while (journal.asked().size() < 2) std::this_thread::yield();
    for (const wire::ReadLog& question : journal.asked()) EXPECT_EQ(question.lines, JournalClient::most_lines);
}

TEST_F(JournalClientTest, ALogThatBreaksOffIsAnErrorAndNotAShorterLog) {
    journal.say({{"c1", 1, "first", ""}}, false);
    const auto lines = client.last_lines(unit, 20);
    ASSERT_FALSE(lines);
    EXPECT_EQ(lines.error().text(), "boardgate-journal closed the connection");
}

TEST_F(JournalClientTest, AReaderThatDoesNotStopIsNotListenedTo) {
    journal.say(std::vector<wire::LogLine>(JournalClient::most_lines + 10, {"c", 1, "x", ""}));
    EXPECT_FALSE(client.last_lines(unit, 20));
}

TEST_F(JournalClientTest, OfLongLinesGivesTheLastOnes) {
    std::vector<wire::LogLine> long_lines(300, {"c", 1, std::string(wire::longest::log_line, 'x'), ""});
    long_lines.back().text = "the last one";
    journal.say(std::move(long_lines));
    const auto lines = client.last_lines(unit, JournalClient::most_lines);
    ASSERT_TRUE(lines);
    EXPECT_EQ(lines->size(), JournalClient::most_bytes / wire::longest::log_line);
    EXPECT_EQ(lines->back().text, "the last one");
}

TEST_F(JournalClientTest, FollowsFromBehindACursor) {
    journal.say({{"c8", 1, "news", ""}}, false);
    const auto connection = client.follow(unit, "c7", 100);
    ASSERT_TRUE(connection);
    const auto line = wire::receive_one<wire::LogLine>(connection->get(), 5s);
    ASSERT_TRUE(line);
    EXPECT_EQ(line->text, "news");
    EXPECT_EQ(journal.asked()[0].after, "c7");
    EXPECT_TRUE(journal.asked()[0].follow);
}

TEST(JournalClient, SaysThatThereIsNoReader) {
    const JournalClient client("/nonexistent/journal.sock");
    EXPECT_FALSE(client.last_lines({UserName::parse("alice").value(), BoardId::make(), Engine::systemd}, 1));
}

}  // namespace
}  // namespace boardgate::boardgated

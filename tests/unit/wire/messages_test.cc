// SPDX-License-Identifier: MIT
// The same tests for every message: one line of `samples` adds a message.
#include "src/wire/messages.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <set>
#include <stdexcept>

#include "src/wire/folder_messages.h"

#include "tests/fakes/socket_pair.h"

namespace boardgate::wire {
namespace {

using namespace std::chrono_literals;

DoorSpec some_door() {
    return {"abcdefgh",
            16001,
            "/home/alice/runs",
            {"/data/runs", "/scratch/a"},
            {"runs", "data", "a"},
            "default",
            5,
            true,
            "images=100",
            Loader::python,
            1800,
            50,
            true,
            "192.0.2.1",
            "12:34.000000005"};
}

std::vector<Secret> secrets(std::initializer_list<std::string> texts) {
    std::vector<Secret> all;
    for (const std::string& text : texts) all.emplace_back(text);
    return all;
}

template <class Message>
std::string bytes_of(Message& message) {
    Writer out(static_cast<std::uint16_t>(Message::type));
    detail::Put put(out);
    message.fields(put);
    return out.bytes();
}

template <class Message>
Result<Message> read(const std::string& bytes) {
    Datagram datagram;
    datagram.bytes = Secret(bytes);
    return decode<Message>(datagram);
}

/// A message of each type: its bytes, and what the decoder does with changed bytes.
struct Sample {
    std::string name;
    std::string bytes;
    std::function<bool(const std::string&)> takes;
    std::function<std::string(const std::string&)> again;  ///< read and written once more
};

template <class Message>
Sample sample(const char* name, Message message) {
    return {name, bytes_of(message), [](const std::string& bytes) { return read<Message>(bytes).has_value(); },
            [](const std::string& bytes) {
                auto got = read<Message>(bytes);
                return got ? bytes_of(*got) : std::string("refused: ") + got.error().text();
            }};
}

#define SAMPLE(type, ...) sample(#type, type{__VA_ARGS__})

std::vector<Sample> samples() {
    const std::string token(Token::text_size, 'T');
    LoginAnswers answers;
    answers.answers = secrets({"pa\xC3\xA4$\"\\", "", "123456"});
    return {
        SAMPLE(LoginStart, "alice", "192.0.2.7"),
        SAMPLE(LoginPrompts, {{"Password: ", false}, {"Code: ", true}}, {"Welcome", ""}),
        sample("LoginAnswers", std::move(answers)),
        SAMPLE(LoginVerdict, LoginOutcome::granted, 1001, "alice", Secret(token), 1'900'000'000, {"hi"}),
        SAMPLE(CheckLogins, std::string(128, 'a'), "192.0.2.1"),
        SAMPLE(CheckedLogins, std::string(64, 'a')),
        sample("LocalLogin", LocalLogin{}),
        SAMPLE(MakeDoor, Secret(token), some_door(), 16002),
        SAMPLE(RemoveDoor, Secret(token), "abcdefgh"),
        SAMPLE(WakeBoard, Secret(token), "abcdefgh", "12:34.000000005"),
        SAMPLE(SleepBoard, Secret(token), "abcdefgh"),
        SAMPLE(RestartBoard, Secret(token), "abcdefgh", ""),
        SAMPLE(ShareBoard, Secret(token), "abcdefgh",
               {{ShownTo::Kind::group, "vision", 2001, 1'900'000'000}, {ShownTo::Kind::everybody, "", 0, 0}}),
        SAMPLE(WakeShared, Secret(token), "abcdefgh", "12:34.000000005"),
        SAMPLE(ReadDoor, Secret(token), "abcdefgh"),
        SAMPLE(DoorIs, some_door()),
        SAMPLE(RevokeTickets, std::string(64, 'a')),
        SAMPLE(OpenLogdirs, Secret(token)),
        SAMPLE(ReadTicket, Secret(token)),
        SAMPLE(ReopenDoor, Secret(token), "abcdefgh"),
        SAMPLE(CheckDoor, "abcdefgh"),
        SAMPLE(ResetFailed, "abcdefgh"),
        SAMPLE(AskResting, "abcdefghzzzzzzzz"),
        SAMPLE(RestingBoards, "abcdefgh"),
        SAMPLE(AskTickets, std::string(128, 'a')),
        SAMPLE(EndedTickets, std::string(64, 'a')),
        SAMPLE(Done, 16001),
        SAMPLE(Refused, Refusal::port_taken, "port 16001 is taken"),
        SAMPLE(TicketHolder, 1001, "alice", 1'900'000'000),
        SAMPLE(InspectFolder, "/home/alice/runs", true),
        SAMPLE(FolderReport, FolderVerdict::unreadable, "Permission denied", 7, -1, 2, "/home/alice/runs/closed", "/home/alice/logs", 3,
               {{"empty", "events.out.tfevents.1"}}, "/export/home/alice/runs", "bob"),
        SAMPLE(ResolveFolders, {"mine:/a,/b", "~/runs-*"}),
        SAMPLE(ResolvedFolders, {{"mine", "/a"}, {"", "/b"}}, 2),
        SAMPLE(ListFolders, "/home/alice/ru"),
        SAMPLE(FolderRows, {{"runs", 4, 3, 1'795'000'000, true, false}, {"closed", 0, 0, 0, false, true}}),
        SAMPLE(FolderList, "/home/alice/runs", "/home/alice", true, 0, 3, 1'795'000'000, true, "/home/alice/runs/a", 3,
               "no event files here; 3 runs one level down", true, 2),
        SAMPLE(FindRuns, "/home/alice", "lr 0.1", RunSort::value, true, "loss", {"loss", "acc"}, true, false, true, 100, 200),
        SAMPLE(RunsProgress, 1200, 17, "/home/alice/deep"),
        SAMPLE(RunFound, "/home/alice/runs/a", "runs/a", true, true, 2, 7, 3, 1'795'000'000, 2, 12345678901, true, true, -3, true, false,
               "events", 99, {{"loss", {{0, 2.5}, {7, 0.125}}, 0.125, 2.5}, {"accuracy", {{0, 0.5}}}}),
        SAMPLE(RunsEnd, {"/home/alice", "/srv/runs"}, true, 1200, 17, 20, 37, 5, 2, 12, 100, 1'795'000'000, {"/home/alice/hung"},
               {"loss", "accuracy"}, {{"/data/alice", 3, true}}),
        sample("AskHome", AskHome{}),
        SAMPLE(HomeIs, "12:34.000000005"),
        SAMPLE(ReadLog, "tensorboard-alice-abcdefgh.service", "s=1;i=2", 100, true),
        SAMPLE(LogLine, "s=1;i=2", 1'900'000'000'000'000, "text", "0123456789abcdef0123456789abcdef"),
        sample("LogEnd", LogEnd{}),
    };
}

TEST(Messages, EveryTypeHasASampleHere) {
    std::set<std::string> have;
    for (const Sample& one : samples()) have.insert(one.name);
#define MESSAGE(name, number, sender, meaning) EXPECT_TRUE(have.contains(#name)) << #name;
#include "src/wire/messages.inc"
#undef MESSAGE
}

TEST(Messages, NumbersAreUnique) {
    std::set<int> seen;
#define MESSAGE(name, number, sender, meaning) EXPECT_TRUE(seen.insert(number).second) << #name;
#include "src/wire/messages.inc"
#undef MESSAGE
}

TEST(Messages, EveryOneReadsBackToTheSameBytes) {
    for (const Sample& one : samples()) EXPECT_EQ(one.again(one.bytes), one.bytes) << one.name;
}

TEST(Messages, EveryTruncationIsRefused) {
    for (const Sample& one : samples()) {
        for (std::size_t size = 0; size < one.bytes.size(); ++size) {
            EXPECT_FALSE(one.takes(one.bytes.substr(0, size))) << one.name << " " << size;
        }
    }
}

TEST(Messages, AByteTooManyIsRefused) {
    for (const Sample& one : samples()) EXPECT_FALSE(one.takes(one.bytes + '\0')) << one.name;
}

TEST(Messages, EveryChangedByteIsRefusedOrMeansExactlyWhatItSays) {
    for (const Sample& one : samples()) {
        for (std::size_t at = 0; at < one.bytes.size(); ++at) {
            for (int value = 0; value < 256; ++value) {
                std::string changed = one.bytes;
                changed[at] = static_cast<char>(value);
                if (one.takes(changed)) {
                    ASSERT_EQ(one.again(changed), changed) << one.name << " " << at << " " << value;
                }
            }
        }
    }
}

TEST(Messages, NoOtherTypeIsTaken) {
    const std::vector<Sample> all = samples();
    for (const Sample& reader : all) {
        for (const Sample& sent : all) {
            if (reader.name != sent.name) {
                EXPECT_FALSE(reader.takes(sent.bytes)) << reader.name << " took " << sent.name;
            }
        }
    }
}

TEST(Messages, NoiseIsRefusedWithoutHarm) {
    std::mt19937 random(7);
    for (const Sample& one : samples()) {
        for (int i = 0; i < 3000; ++i) {
            std::string noise = one.bytes.substr(0, 2);
            for (std::size_t left = random() % 200; left > 0; --left) noise += static_cast<char>(random());
            if (one.takes(noise)) {
                ASSERT_EQ(one.again(noise), noise) << one.name;
            }
        }
    }
}

TEST(Messages, FieldsAreReadInTheirPlaces) {
    auto door = some_door();
    MakeDoor sent{Secret(std::string(Token::text_size, 'T')), door, 16002};
    const auto got = read<MakeDoor>(bytes_of(sent));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->token.reveal(), sent.token.reveal());
    EXPECT_EQ(got->door.board, "abcdefgh");
    EXPECT_EQ(got->door.port, 16001);
    EXPECT_EQ(got->door.logdir, "/home/alice/runs");
    EXPECT_EQ(got->door.names, (std::vector<std::string>{"runs", "data", "a"}));
    EXPECT_EQ(got->door.environment, "default");
    EXPECT_EQ(got->door.reload_interval, 5U);
    EXPECT_TRUE(got->door.reload_multifile);
    EXPECT_EQ(got->door.samples_per_plugin, "images=100");
    EXPECT_EQ(got->door.loader, Loader::python);
    EXPECT_EQ(got->door.idle_sleep, 1800U);
    EXPECT_EQ(got->door.priority, 50U);
}

TEST(Messages, NegativeTimesComeBack) {
    FolderReport sent{FolderVerdict::readable, {}, 0, -62'135'596'800};
    EXPECT_EQ(read<FolderReport>(bytes_of(sent))->newest, sent.newest);
}

TEST(Messages, OverlongFieldsAreNotSent) {
    LoginStart user{std::string(longest::user + 1, 'a'), {}};
    EXPECT_THROW(bytes_of(user), std::length_error);
    ReadTicket token{Secret(std::string(Token::text_size + 1, 'T'))};
    EXPECT_THROW(bytes_of(token), std::length_error);
    LoginPrompts prompts;
    prompts.prompts.resize(longest::prompts + 1);
    EXPECT_THROW(bytes_of(prompts), std::length_error);
    LoginAnswers answers;
    answers.answers.resize(longest::prompts + 1);
    EXPECT_THROW(bytes_of(answers), std::length_error);
    LoginPrompts messages;
    messages.messages.resize(longest::prompts + 1);
    EXPECT_THROW(bytes_of(messages), std::length_error);
}

/// A writer without bounds, like an attacker in boardgated.
std::string forged(Type type, std::initializer_list<std::string> texts) {
    std::string bytes = {static_cast<char>(static_cast<int>(type) & 0xFF), static_cast<char>(static_cast<int>(type) >> 8)};
    for (const std::string& text : texts) {
        bytes += static_cast<char>(text.size() & 0xFFU);
        bytes += static_cast<char>(text.size() >> 8);
        bytes += text;
    }
    return bytes;
}

TEST(Messages, OverlongFieldsAreRefusedByTheReader) {
    const std::string name(longest::user, 'a');
    EXPECT_TRUE(read<LoginStart>(forged(Type::LoginStart, {name, "x"})));
    EXPECT_FALSE(read<LoginStart>(forged(Type::LoginStart, {name + "a", "x"})));
    EXPECT_FALSE(read<LoginStart>(forged(Type::LoginStart, {"a", std::string(longest::address + 1, 'x')})));
    const std::string token(Token::text_size, 'T');
    EXPECT_TRUE(read<SleepBoard>(forged(Type::SleepBoard, {token, "abcdefgh"})));
    EXPECT_FALSE(read<SleepBoard>(forged(Type::SleepBoard, {token + "T", "abcdefgh"})));
    EXPECT_FALSE(read<SleepBoard>(forged(Type::SleepBoard, {token, "abcdefghj"})));
    EXPECT_FALSE(read<InspectFolder>(forged(Type::InspectFolder, {std::string(longest::path + 1, '/')})));
}

TEST(Messages, ListsLongerThanTheirBoundAreRefusedByTheReader) {
    const auto answers = [](std::size_t count) {
        std::string bytes = forged(Type::LoginAnswers, {}) + static_cast<char>(count);
        for (std::size_t i = 0; i < count; ++i) bytes += std::string(2, '\0');
        return bytes;
    };
    EXPECT_TRUE(read<LoginAnswers>(answers(longest::prompts)));
    EXPECT_FALSE(read<LoginAnswers>(answers(longest::prompts + 1)));
    EXPECT_FALSE(read<LoginAnswers>(answers(255)));
}

TEST(Messages, ChoicesAndFlagsBeyondTheLastAreRefused) {
    const auto refused = [](int reason) { return forged(Type::Refused, {}) + static_cast<char>(reason) + std::string(2, '\0'); };
    EXPECT_TRUE(read<Refused>(refused(static_cast<int>(Refusal::last))));
    EXPECT_FALSE(read<Refused>(refused(static_cast<int>(Refusal::last) + 1)));
}

TEST(Messages, EachFitsIntoADatagramWithAllItsFieldsAtTheirLongest) {
    const std::string sentence(longest::sentence, 'x');
    LoginPrompts prompts;
    prompts.prompts.assign(longest::prompts, {sentence, true});
    prompts.messages.assign(longest::prompts, sentence);
    LoginVerdict verdict;
    verdict.user = std::string(longest::user, 'x');
    verdict.token = Secret(std::string(Token::text_size, 'x'));
    verdict.messages.assign(longest::prompts, sentence);
    LoginAnswers answers;
    for (std::size_t i = 0; i < longest::prompts; ++i) answers.answers.emplace_back(std::string(longest::secret, 'x'));
    MakeDoor door;
    door.token = Secret(std::string(Token::text_size, 'x'));
    door.door = some_door();
    door.door.logdir = std::string(longest::path, 'x');
    door.door.more_logdirs.assign(longest::more_logdirs, door.door.logdir);
    door.door.names.assign(longest::more_logdirs + 1, std::string(longest::folder_name, 'x'));
    LogLine line{std::string(longest::cursor, 'x'), 0, std::string(longest::log_line, 'x'), std::string(longest::invocation, 'x')};
    EXPECT_LE(bytes_of(prompts).size(), longest_message);
    EXPECT_LE(bytes_of(verdict).size(), longest_message);
    EXPECT_LE(bytes_of(answers).size(), longest_message);
    EXPECT_LE(bytes_of(door).size(), longest_message);
    EXPECT_LE(bytes_of(line).size(), longest_message);
}

TEST(Messages, ArriveThroughASocket) {
    const fakes::SocketPair pair;
    ASSERT_TRUE(send(pair.near.get(), LoginStart{"alice", "192.0.2.7"}));
    const auto got = receive_one<LoginStart>(pair.far.get(), 5s);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->user, "alice");
    EXPECT_EQ(got->address, "192.0.2.7");
}

TEST(Messages, AnExpectedMessageIsAnErrorWhenThePeerHangsUp) {
    fakes::SocketPair pair;
    pair.near.reset();
    EXPECT_FALSE(receive_one<LoginStart>(pair.far.get(), 5s));
}

TEST(Messages, AnExpectedMessageIsAnErrorWhenAnotherArrives) {
    const fakes::SocketPair pair;
    ASSERT_TRUE(send(pair.near.get(), Done{1}));
    EXPECT_FALSE(receive_one<LoginStart>(pair.far.get(), 5s));
}

}  // namespace
}  // namespace boardgate::wire

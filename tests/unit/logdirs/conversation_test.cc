// SPDX-License-Identifier: MIT
#include "src/logdirs/conversation.h"

#include <thread>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/socket_pair.h"
#include "tests/unit/events/event_bytes.h"
#include "tests/unit/logdirs/temporary_folder.h"

namespace boardgate::logdirs {
namespace {

using namespace std::chrono_literals;
using wire::FolderVerdict;

wire::FindRuns search(const std::string& root, std::uint16_t limit) {
    wire::FindRuns asked;
    asked.root = root;
    asked.limit = limit;
    return asked;
}

struct ConversationTest : TemporaryFolder {
    fakes::FakeClock clock;
    Folders folders{clock, geteuid(), 1000};
    FolderRequests answers{folders,
                           [this] {
                               return Account{geteuid(), getegid(), "alice", root, "/bin/sh"};
                           },
                           {"~/runs", "/srv/%u/not-there"}};
    fakes::SocketPair sockets;
    std::thread reader{[this, far = std::move(sockets.far)] { answers.serve(far.get()); }};
    ~ConversationTest() override {
        sockets.near.reset();
        reader.join();
    }
    template <class Message>
    void say(Message message) const {
        ASSERT_TRUE(wire::send(sockets.near.get(), message));
    }
    template <class Message>
    Message heard() const {
        return wire::receive_one<Message>(sockets.near.get(), 5s).value();
    }
    void run(const std::string& name) const {
        file(name + "/tfevents");
        std::ofstream(root / name / "tfevents", std::ios::binary) << events::record_of(events::scalar_event(1, "loss", 1));
    }
    bool hung_up() const {
        const auto datagram = wire::receive(sockets.near.get(), 5s);
        return datagram && !*datagram;
    }
};

TEST_F(ConversationTest, TakesQuestionsOneAfterTheOther) {
    run("runs/a");
    say(wire::InspectFolder{root});
    EXPECT_EQ(heard<wire::FolderReport>().event_files, 1U);
    say(wire::ListFolders{"~/ru"});
    EXPECT_EQ(heard<wire::FolderReport>().verdict, FolderVerdict::readable);
    EXPECT_EQ(heard<wire::FolderRows>().rows.at(0).name, "runs");
    EXPECT_EQ(heard<wire::FolderList>().path, root / "ru");
    say(search(root, 10));
    EXPECT_EQ(heard<wire::FolderReport>().verdict, FolderVerdict::readable);
    EXPECT_EQ(heard<wire::RunFound>().name, "runs/a");
    EXPECT_EQ(heard<wire::RunsEnd>().found, 1U);
}

TEST_F(ConversationTest, WithAWordAFolderIsJudgedByItsPermissionsAlone) {
    say(wire::InspectFolder{root, true});
    const auto own = heard<wire::FolderReport>();
    EXPECT_EQ(own.verdict, FolderVerdict::readable);
    EXPECT_EQ(own.home_of, "");
    say(wire::InspectFolder{root / "nothing", true});
    EXPECT_EQ(heard<wire::FolderReport>().verdict, FolderVerdict::missing);
}

TEST_F(ConversationTest, SaysWhichHomeItIs) {
    say(wire::AskHome{});
    EXPECT_EQ(heard<wire::HomeIs>().mark, HomeMark::of(root, geteuid())->str());
}

TEST_F(ConversationTest, ManyFoldersComeInSeveralMessages) {
    for (int i = 0; i < 450; ++i) folder("f" + std::to_string(i));
    say(wire::ListFolders{});
    (void)heard<wire::FolderReport>();
    std::size_t rows = 0;
    for (const std::size_t expected : {200U, 200U, 50U}) {
        const auto some = heard<wire::FolderRows>();
        EXPECT_EQ(some.rows.size(), expected);
        rows += some.rows.size();
    }
    EXPECT_EQ(rows, 450U);
    (void)heard<wire::FolderList>();
}

TEST_F(ConversationTest, WithoutARootTheConfiguredOnesAreMeantAsFarAsTheyAreThere) {
    run("runs/a");
    run("other/b");
    say(search("", 10));
    EXPECT_EQ(heard<wire::FolderReport>().verdict, FolderVerdict::readable);
    EXPECT_EQ(heard<wire::RunFound>().name, "a");
    EXPECT_EQ(heard<wire::RunsEnd>().roots, std::vector<std::string>{root / "runs"});
}

TEST_F(ConversationTest, ARefusalIsTheWholeAnswer) {
    say(search(root / "nothing", 10));
    EXPECT_EQ(heard<wire::FolderReport>().verdict, FolderVerdict::missing);
    say(search("", 10));
    EXPECT_EQ(heard<wire::FolderReport>().verdict, FolderVerdict::missing) << "no configured root is there";
    say(wire::ListFolders{root / "nothing/x"});
    EXPECT_EQ(heard<wire::FolderReport>().verdict, FolderVerdict::missing);
}

TEST_F(ConversationTest, APathThatIsNoneEndsIt) {
    say(wire::ListFolders{"../relative"});
    EXPECT_TRUE(hung_up());
}

TEST_F(ConversationTest, AMessageOfAnotherConversationEndsIt) {
    say(wire::LogEnd{});
    EXPECT_TRUE(hung_up());
}

TEST_F(ConversationTest, ALongAnswerThatNobodyTakesEndsWithTheConnection) {
    for (int i = 0; i < 500; ++i) run("runs/r" + std::to_string(i));
    say(search(root, 500));
    (void)heard<wire::FolderReport>();
}

TEST(TypedPath, KnowsHome) {
    EXPECT_EQ(typed_path("", "/home/alice").value().str(), "/home/alice/");
    EXPECT_EQ(typed_path("~", "/home/alice").value().str(), "/home/alice/");
    EXPECT_EQ(typed_path("~/ru", "/home/alice").value().str(), "/home/alice/ru");
    EXPECT_EQ(typed_path("/data/~", "/home/alice").value().str(), "/data/~");
    EXPECT_EQ(typed_path("ru", "/home/alice").value().str(), "/home/alice/ru");
    for (const char* none : {"~bob/runs", "/a\nb", "../x", "a/../../b"}) EXPECT_FALSE(typed_path(none, "/home/alice")) << none;
}

}  // namespace
}  // namespace boardgate::logdirs

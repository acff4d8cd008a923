// SPDX-License-Identifier: MIT
#include "src/launcher/unit_properties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "src/launcher/engine.h"

#include "tests/fakes/fake_systemd.h"

namespace boardgate::launcher {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

DoorPlan plan() {
    wire::DoorSpec door;
    door.board = "abcdefgh";
    door.logdir = "/home/alice/runs";
    door.environment = "default";
    door.reload_interval = 5;
    door.samples_per_plugin = "images=3";
    door.idle_sleep = 1800;
    door.priority = 70;
    const auto owner = UserName::parse("alice").value();
    return {UnitName(owner, BoardId::parse("abcdefgh").value(), Engine::systemd),
            {1001, 1001, "alice", "/home/alice", "/bin/bash"},
            Port::parse(16001).value(),
            door,
            "/opt/tb/bin/tensorboard",
            std::chrono::hours(8)};
}

/// The whole call without its layout: one space between words.
std::string call_of(const DoorPlan& plan) {
    const fakes::FakeSystemd systemd;
    const Bus bus = Bus::open_system().value();
    const BusMessage call = start_transient_call(bus, plan, "/var/lib/boardgate-root/doors/abcdefgh.arguments");
    if (call == nullptr || sd_bus_message_seal(call.get(), 1, 0) < 0) return "no call";
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* out = open_memstream(&text, &size);
    sd_bus_message_dump(call.get(), out, SD_BUS_MESSAGE_DUMP_SUBTREE_ONLY);
    std::fclose(out);
    std::string plain;
    for (const char* at = text; *at != '\0'; ++at) {
        const bool space = *at == ' ' || *at == '\n';
        if (!space) plain += *at;
        if (space && !plain.empty() && plain.back() != ' ') plain += ' ';
    }
    std::free(text);
    return plain;
}

std::string property(const char* name, const std::string& signature, const std::string& value) {
    return "STRUCT \"sv\" { STRING \"" + std::string(name) + "\"; VARIANT \"" + signature + "\" { " + value + " }; };";
}

TEST(UnitProperties, TheDoorListensOnLoopbackOnly) {
    const std::string call = call_of(plan());
    EXPECT_THAT(call, HasSubstr("STRING \"tensorboard-alice-abcdefgh.socket\"; STRING \"fail\";"));
    EXPECT_THAT(call, HasSubstr(property("Listen", "a(ss)",
                                         "ARRAY \"(ss)\" { STRUCT \"ss\" { STRING \"Stream\"; STRING \"127.0.0.1:16001\"; }; };")));
    EXPECT_THAT(call, HasSubstr(property("CollectMode", "s", "STRING \"inactive-or-failed\";")));
    EXPECT_THAT(call, Not(HasSubstr("IPAddressAllow"))) << "the drop-in lets loopback in";
}

TEST(UnitProperties, TheUnitRunsAsTheTicketsUid) {
    const std::string call = call_of(plan());
    EXPECT_THAT(call, HasSubstr("STRING \"tensorboard-alice-abcdefgh.service\";"));
    EXPECT_THAT(call, HasSubstr(property("User", "s", "STRING \"1001\";")));
    EXPECT_THAT(call, HasSubstr(property("Slice", "s", "STRING \"tensorboard-u1001.slice\";")));
    EXPECT_THAT(call, HasSubstr(property("CPUWeight", "t", "UINT64 70;")));
}

TEST(UnitProperties, ItRunsBoardgateBoardAndNothingElse) {
    const std::string call = call_of(plan());
    EXPECT_THAT(call, HasSubstr("STRUCT \"sasb\" { STRING \"" BOARDGATE_LIBEXECDIR
                                "/boardgate-board\"; ARRAY \"s\" { STRING \"" BOARDGATE_LIBEXECDIR
                                "/boardgate-board\"; STRING \"--board=abcdefgh\"; };"));
    EXPECT_THAT(call, HasSubstr(property("StandardInputFile", "s", "STRING \"/var/lib/boardgate-root/doors/abcdefgh.arguments\";")));
    EXPECT_EQ(call.find("STRUCT \"sasb\""), call.rfind("STRUCT \"sasb\""));
    for (const char* never : {"ExecStopPost", "RootDirectory", "AmbientCapabilities", "WorkingDirectory"}) {
        EXPECT_THAT(call, Not(HasSubstr(never)));
    }
}

TEST(UnitProperties, ABoardOfSlurmRunsBoardgateFarAndHasNoCacheHere) {
    DoorPlan remote = plan();
    remote.door.engine = Engine::slurm;
    remote.unit = UnitName(UserName::parse("alice").value(), BoardId::parse("abcdefgh").value(), Engine::slurm);
    const std::string call = call_of(remote);
    EXPECT_THAT(call, HasSubstr("STRING \"tensorboard.slurm-alice-abcdefgh.socket\"; STRING \"fail\";"));
    EXPECT_THAT(
        call, HasSubstr("STRUCT \"sasb\" { STRING \"" BOARDGATE_LIBEXECDIR "/boardgate-far\"; ARRAY \"s\" { STRING \"" BOARDGATE_LIBEXECDIR
                        "/boardgate-far\"; STRING \"--board=abcdefgh\"; };"));
    EXPECT_THAT(call, Not(HasSubstr("boardgate-board")));
    EXPECT_THAT(call, Not(HasSubstr("ExecStartPre"))) << "nothing runs as root";
    EXPECT_THAT(call, Not(HasSubstr("CACHE_DIRECTORY")));
}

TEST(UnitProperties, TheWordsOfSlurmAreBehindThoseOfTheBoard) {
    const Settings settings = parse_settings(
                                  "engine = slurm\nlink_address = 192.0.2.1\nlink_ports = 17000-17100\nslurm_partition = boards\n"
                                  "slurm_options = --nice=5 --exclusive\naddress = https://lab\n",
                                  "test")
                                  .value();
    DoorPlan remote = plan();
    remote.unit = UnitName(UserName::parse("alice").value(), BoardId::parse("abcdefgh").value(), Engine::slurm);
    EXPECT_THAT(words_of(remote.unit, Engine::systemd, settings), testing::IsEmpty());
    remote.engine_words = words_of(remote.unit, Engine::slurm, settings);
    const auto words = board_arguments(remote);
    EXPECT_THAT(words, testing::IsSupersetOf({"--logdir=/home/alice/runs", "--job-name=tensorboard.slurm-alice-abcdefgh", "--memory=2G",
                                              "--cpus=1", "--time=0", "--commands=/usr/bin", "--link-address=192.0.2.1",
                                              "--first-port=17000", "--last-port=17100", "--partition=boards", "--sbatch=--nice=5",
                                              "--sbatch=--exclusive", "--address=https://lab", "--longest-queue=3600",
                                              "--node-program=/usr/lib/boardgate/boardgate-node"}));
    EXPECT_THAT(words, Not(testing::Contains("--qos="))) << "Slurm chooses";
}

/// With CacheDirectory=, systemd would give other people's files in the folder to the owner, as root.
TEST(UnitProperties, TheCacheIsTheOwnersAndOnlyTheFolderItselfIsChanged) {
    const std::string call = call_of(plan());
    EXPECT_THAT(call, Not(HasSubstr("CacheDirectory")));
    EXPECT_THAT(
        call, HasSubstr("STRUCT \"sasas\" { STRING \"/usr/bin/install\"; ARRAY \"s\" { STRING \"/usr/bin/install\"; STRING \"-d\"; "
                        "STRING \"-m\"; STRING \"0700\"; STRING \"-o\"; STRING \"1001\"; STRING "
                        "\"/var/cache/boardgate-boards/1001\"; }; ARRAY \"s\" { STRING \"ignore-failure\"; STRING \"privileged\"; }; };"));
    EXPECT_EQ(call.find("STRUCT \"sasas\""), call.rfind("STRUCT \"sasas\"")) << "nothing else runs as root";
    EXPECT_THAT(call, HasSubstr(property("ReadWritePaths", "as", "ARRAY \"s\" { STRING \"-/var/cache/boardgate-boards/1001\"; };")));
    EXPECT_THAT(call,
                HasSubstr(property("Environment", "as", "ARRAY \"s\" { STRING \"CACHE_DIRECTORY=/var/cache/boardgate-boards/1001\"; };")));
}

TEST(UnitProperties, OptionsAreOneWordEach) {
    EXPECT_THAT(board_arguments(plan()), ElementsAre("--tensorboard=/opt/tb/bin/tensorboard", "--logdir=/home/alice/runs",
                                                     "--reload-interval=5", "--reload-multifile=no", "--samples=images=3", "--loader=auto",
                                                     "--idle-sleep=000001800", "--longest-awake=28800"));
    DoorPlan other = plan();
    other.door.reload_multifile = true;
    other.door.loader = wire::Loader::python;
    other.longest_awake = {};
    const auto words = board_arguments(other);
    EXPECT_THAT(words, testing::Contains("--reload-multifile=yes"));
    EXPECT_THAT(words, testing::Contains("--loader=python"));
    other.door.loader = wire::Loader::automatic;
    for (const auto& [site, word] :
         {std::pair{setting::Loader::automatic, "--loader=auto"}, std::pair{setting::Loader::boardgate, "--loader=boardgate"},
          std::pair{setting::Loader::rustboard, "--loader=rustboard"}, std::pair{setting::Loader::python, "--loader=python"}}) {
        other.loader = site;
        EXPECT_THAT(board_arguments(other), testing::Contains(word)) << "the site's, where the owner chose none";
    }
    other.door.loader = wire::Loader::boardgate;
    EXPECT_THAT(board_arguments(other), testing::Contains("--loader=boardgate"));
    EXPECT_THAT(words, testing::Contains("--longest-awake=0"));
}

/// Threat 28: systemd expands `$` in command lines. And everybody can read both.
TEST(UnitProperties, NothingThatAPersonWritesIsExpandedOrSeen) {
    DoorPlan hostile = plan();
    hostile.door.logdir = "/home/$USER/${HOME}/%h;x\\y";
    hostile.door.names = {"--bind_all"};
    hostile.tensorboard = "/home/alice/env/bin/tensorboard";
    hostile.owner.name = "al%ice";
    const std::string call = call_of(hostile);
    EXPECT_THAT(call, Not(HasSubstr("$")));
    EXPECT_THAT(call, Not(HasSubstr("/home")));
    EXPECT_THAT(call, Not(HasSubstr("bind_all")));
    EXPECT_THAT(call, HasSubstr("STRING \"TensorBoard abcdefgh of al%ice\";"));
    EXPECT_THAT(call, HasSubstr("STRING \"Door of al%ice's board abcdefgh\";"));
    EXPECT_THAT(board_arguments(hostile), testing::Contains("--logdir=" + hostile.door.logdir));
    EXPECT_THAT(board_arguments(hostile), testing::Contains("--name=--bind_all"));
}

TEST(UnitProperties, ADoorToTheNetworkListensBesideLoopbackAndLetsAnyAddressIn) {
    DoorPlan open = plan();
    open.door.host = "192.0.2.1";
    std::string call = call_of(open);
    EXPECT_THAT(call, HasSubstr("STRING \"127.0.0.1:16001\""));
    EXPECT_THAT(call, HasSubstr("STRING \"192.0.2.1:16001\""));
    EXPECT_THAT(call, HasSubstr("IPAddressAllow"));
    open.door.host = "2001:db8::1";
    EXPECT_THAT(call_of(open), HasSubstr("STRING \"[2001:db8::1]:16001\""));
    open.door.host = "";
    open.door.bind_all = true;
    call = call_of(open);
    EXPECT_THAT(call, HasSubstr("STRUCT \"ss\" { STRING \"Stream\"; STRING \"16001\"; }"));
    EXPECT_THAT(call, HasSubstr("IPAddressAllow"));
}

}  // namespace
}  // namespace boardgate::launcher

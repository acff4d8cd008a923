// SPDX-License-Identifier: MIT
#include "src/base/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fakes/temp_folder.h"

namespace boardgate {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

SettingsFaults faults(const std::string& text) {
    const auto settings = parse_settings(text, "b.conf");
    return settings ? SettingsFaults{} : settings.error();
}

/// The one fault of a text.
std::string fault(const std::string& text) {
    const SettingsFaults all = faults(text);
    return all.size() == 1 ? all.front() : "faults: " + std::to_string(all.size());
}

TEST(Settings, AnEmptyFileGivesTheDefaults) {
    const Settings settings = parse_settings("", "b.conf").value();
    EXPECT_EQ(settings.nginx_user, "www-data");
    EXPECT_EQ(settings.door_ports, (setting::Ports{16000, 16999}));
    EXPECT_EQ(settings.minimum_uid, 1000);
    EXPECT_EQ(settings.session_idle, 8h);
    EXPECT_EQ(settings.session_lifetime, 7 * 24h);
    EXPECT_EQ(settings.idle_sleep, 30min);
    EXPECT_EQ(settings.environments.at("default"), "/opt/tensorboard/bin/tensorboard");
}

TEST(Settings, ReadsEveryType) {
    const Settings settings =
        parse_settings(
            "address = https://boards.example.org\nminimum_uid=500\nidle_sleep = 90s\n"
            "door_ports = 20000-20001\n\n# words\n; words\n[environments]\ndefault = /opt/tb/bin/tensorboard\nold-2.14 = /x y/tb\n",
            "b.conf")
            .value();
    EXPECT_EQ(settings.address, "https://boards.example.org");
    EXPECT_EQ(settings.minimum_uid, 500);
    EXPECT_EQ(settings.idle_sleep, 90s);
    EXPECT_EQ(settings.door_ports, (setting::Ports{20000, 20001}));
    EXPECT_EQ(settings.environments.at("default"), "/opt/tb/bin/tensorboard");
    EXPECT_EQ(settings.environments.at("old-2.14"), "/x y/tb");
}

TEST(Settings, DurationsHaveUnits) {
    for (const auto& [text, seconds] :
         std::map<std::string, std::chrono::seconds>{{"61", 61s}, {"61s", 61s}, {"2min", 120s}, {"3h", 3h}, {"2d", 48h}}) {
        EXPECT_EQ(parse_settings("session_idle = " + text + "\n", "b.conf")->session_idle, seconds) << text;
    }
}

TEST(Settings, TheFirstPortIsNeverADoor) {
    const Settings settings = parse_settings("door_ports = 20000-20002\n", "b.conf").value();
    EXPECT_EQ(settings.probe_port(), 20000);
    EXPECT_FALSE(settings.is_door_port(20000));
    EXPECT_TRUE(settings.is_door_port(20001));
    EXPECT_TRUE(settings.is_door_port(20002));
    EXPECT_FALSE(settings.is_door_port(20003));
    EXPECT_FALSE(settings.is_door_port(0));
}

TEST(Settings, EachMistakeNamesFileLineKeyWhatItGotAndWhatItExpected) {
    EXPECT_EQ(fault("\nminimum_uid = many\n"), "b.conf:2: minimum_uid: got \"many\", expected a number from 1 to 4294967294");
    EXPECT_EQ(fault("idle_sleep = 10 weeks\n"),
              "b.conf:1: idle_sleep: got \"10 weeks\", expected a time from 1 s to 31536000 s, such as 90s, 30min, 8h or 7d");
    EXPECT_EQ(fault("door_ports = 16000\n"),
              "b.conf:1: door_ports: got \"16000\", expected FIRST-LAST, at least two ports from 1024 to 65535, such as 16000-16999");
}

TEST(Settings, RefusesNumbersOutOfRangeOrWithMoreBehindThem) {
    for (const char* value : {"0", "-1", "4294967295", "99999999999999999999", "5x", "", "1.5", "0x10", "+5", "1e3"}) {
        EXPECT_THAT(fault(std::string("minimum_uid = ") + value + "\n"), StartsWith("b.conf:1: minimum_uid: got \"")) << value;
    }
}

TEST(Settings, RefusesDurationsOutOfRange) {
    for (const char* value : {"59", "0d", "366d", "-1h", "9223372036854775807d", "min", "", "8 h", "8hs"}) {
        EXPECT_THAT(fault(std::string("session_idle = ") + value + "\n"), StartsWith("b.conf:1: session_idle: got \"")) << value;
    }
}

TEST(Settings, RefusesRangesOfPortsThatAreNone) {
    for (const char* value : {"16000-16000", "17000-16000", "1023-2000", "60000-65536", "16000-", "-16000", "16000-16999-17000", "a-b"}) {
        EXPECT_THAT(fault(std::string("door_ports = ") + value + "\n"), StartsWith("b.conf:1: door_ports: got \"")) << value;
    }
}

TEST(Settings, RootsAreFoldersWithColonsBetween) {
    const auto roots = [](const std::string& value) { return parse_settings("run_roots = " + value + "\n", "b.conf").value().run_roots; };
    EXPECT_EQ(parse_settings("", "b.conf").value().run_roots, setting::Roots{"~"});
    EXPECT_EQ(roots("~/runs:%h/x:/scratch/%u:/a%%b:/"), (setting::Roots{"~/runs", "%h/x", "/scratch/%u", "/a%%b", "/"}));
}

TEST(Settings, RefusesRootsThatAreNone) {
    for (const char* value : {"", "runs", "~bob", "~:", ":/a", "/a::/b", "/%x", "/50%", "%u/runs", "/1:/2:/3:/4:/5:/6:/7:/8:/9"}) {
        EXPECT_THAT(fault(std::string("run_roots = ") + value + "\n"), StartsWith("b.conf:1: run_roots: got \"")) << value;
    }
}

TEST(Settings, TheAddressIsOneOfHttps) {
    for (const char* value : {"https://lab.example.org", "https://192.0.2.1:8443", "https://[2001:db8::1]", ""}) {
        EXPECT_EQ(parse_settings(std::string("address = ") + value + "\n", "b.conf").value().address, value);
    }
    for (const char* value :
         {"lab.example.org", "http://lab", "https://", "https://lab/", "https://lab/boards", "https://u@lab", "https://a b"}) {
        EXPECT_THAT(fault(std::string("address = ") + value + "\n"), StartsWith("b.conf:1: address: got \"")) << value;
    }
}

TEST(Settings, RefusesUnknownKeysAndSections) {
    EXPECT_THAT(fault("adress = x\n"), StartsWith("b.conf:1: adress: there is no such key"));
    EXPECT_THAT(fault("[boards]\nidle_sleep = 1h\n"), StartsWith("b.conf:2: boards.idle_sleep: there is no such section"));
}

TEST(Settings, RefusesAKeyGivenTwice) {
    EXPECT_EQ(fault("idle_sleep = 1h\n\nidle_sleep = 2h\n"), "b.conf:3: idle_sleep: is given twice");
    EXPECT_EQ(fault("[environments]\na = /x\na = /y\n"), "b.conf:3: environments.a: is given twice");
}

TEST(Settings, RefusesEnvironmentsWithoutAnAbsolutePath) {
    EXPECT_THAT(fault("[environments]\na = tensorboard\n"), HasSubstr("b.conf:2: environments.a: expected the absolute path"));
    EXPECT_EQ(fault("[environments]\nidle_sleep = 2h\n"), "b.conf:2: environments.idle_sleep: it must be above [environments]");
    EXPECT_THAT(fault("[environments]\na b = /x\n"), HasSubstr("b.conf:2: environments.a b: expected a name"));
}

TEST(Settings, RefusesLinesThatInihWouldCutOrJoin) {
    EXPECT_THAT(fault("address = " + std::string(200, 'x') + "\n"), StartsWith("b.conf:1: the line is longer than"));
    EXPECT_THAT(fault("# ok\nnginx_user = x ; words\n"), StartsWith("b.conf:2: a value cannot contain ;"));
    EXPECT_THAT(fault("nginx_user = x\n  y\n"), StartsWith("b.conf:2: a line cannot begin with white space"));
    EXPECT_THAT(fault(std::string("nginx_user = x\0y\n", 17)), StartsWith("b.conf:1: a value cannot contain ; or a NUL"));
}

TEST(Settings, CommentsMayContainAnything) { EXPECT_TRUE(parse_settings("# one; two = 3 [\n; four; five\n", "b.conf")); }

TEST(Settings, TakesTheLongestLineWhole) {
    const std::string value(190 - sizeof "nginx_user = " + 1, 'x');
    EXPECT_EQ(parse_settings("nginx_user = " + value + "\n", "b.conf")->nginx_user, value);
}

TEST(Settings, RefusesWhatIsNoLineOfAConfiguration) {
    EXPECT_EQ(fault("# ok\nidle_sleep\n"), "b.conf:2: expected [section], key = value or a comment");
    EXPECT_THAT(faults("[environments\nx = /y\n"), testing::Contains(StartsWith("b.conf:1: expected [section]")));
}

TEST(Settings, TellsAllFaultsAtOnceInTheOrderOfTheFile) {
    EXPECT_THAT(faults("idle_sleep = never\nnonsense\nminimum_uid = 0\n\nmore nonsense\nadress = x\n"),
                ElementsAre(StartsWith("b.conf:1: idle_sleep:"), StartsWith("b.conf:2: expected"), StartsWith("b.conf:3: minimum_uid:"),
                            StartsWith("b.conf:5: expected"), StartsWith("b.conf:6: adress:")));
}

TEST(Settings, OneFaultMeansNoSettings) { EXPECT_FALSE(parse_settings("address = https://x\nidle_sleep = never\n", "b.conf")); }

TEST(Settings, PrintedOnesReadBackToTheSame) {
    const Settings settings =
        parse_settings("address = https://x\nidle_sleep = 2h\ndoor_ports = 30000-30100\n[environments]\nx = /y\n", "b.conf").value();
    const std::string printed = print_settings(settings);
    const Settings again = parse_settings(printed, "printed").value();
    EXPECT_EQ(print_settings(again), printed);
    EXPECT_EQ(again.idle_sleep, 2h);
    EXPECT_EQ(again.environments.at("x"), "/y");
    EXPECT_EQ(again.environments.size(), settings.environments.size());
}

TEST(Settings, EveryKeyHasARowWithAMeaning) {
    const std::string printed = print_settings(parse_settings("", "b.conf").value());
#define SETTING(name, type, value, least, most, meaning)   \
    EXPECT_THAT(printed, HasSubstr(#name " = ")) << #name; \
    EXPECT_STRNE(meaning, "") << #name;
#include "src/base/settings.inc"
#undef SETTING
}

TEST(Settings, TheFirstEngineIsTheDefault) {
    const auto engines = [](const std::string& value) {
        return parse_settings("link_address = 192.0.2.1\nengine = " + value + "\n", "b.conf").value().engine;
    };
    const setting::Engines local = parse_settings("", "b.conf").value().engine;
    EXPECT_TRUE(local.allows(Engine::systemd));
    EXPECT_FALSE(local.allows(Engine::slurm));
    EXPECT_EQ(local.usable(Engine::slurm), Engine::systemd);
    EXPECT_EQ(engines("slurm").usable(Engine::systemd), Engine::slurm);
    for (const char* both : {"systemd slurm", "slurm systemd"}) {
        const setting::Engines seen = engines(both);
        EXPECT_EQ(name_of(seen.first), std::string(both).substr(0, std::string(both).find(' ')));
        EXPECT_EQ(seen.usable(Engine::slurm), Engine::slurm);
        EXPECT_EQ(seen.usable(Engine::systemd), Engine::systemd);
    }
    for (const char* value : {"", "Slurm", "systemd systemd", "systemd,slurm", "slurm systemd slurm"})
        EXPECT_THAT(fault(std::string("engine = ") + value + "\n"), StartsWith("b.conf:1: engine: got \"")) << value;
}

TEST(Settings, SlurmNeedsTheAddressToWhichItsNodesConnect) {
    EXPECT_THAT(fault("engine = systemd slurm\n"), HasSubstr("link_address"));
    EXPECT_THAT(fault("engine = slurm\nlink_address = head.cluster\n"), StartsWith("b.conf:2: link_address: got \""));
}

TEST(Settings, NothingForSlurmIsReadAsSeveralWords) {
    const Settings settings = parse_settings(
                                  "slurm_options = --reservation=boards   --nice=10\nslurm_partition = a,b\nslurm_memory = 512M\n"
                                  "link_ports = 17000-17100\n",
                                  "b.conf")
                                  .value();
    EXPECT_EQ(settings.slurm_options, (setting::Words{{"--reservation=boards", "--nice=10"}}));
    EXPECT_EQ(settings.slurm_partition, "a,b");
    EXPECT_EQ(settings.slurm_memory, "512M");
    EXPECT_EQ(settings.link_ports.first, 17000);
    EXPECT_EQ(parse_settings(print_settings(settings), "printed").value().slurm_options, settings.slurm_options);
    for (const char* line : {"slurm_options = boards", "slurm_options = -p x", "slurm_options = --x=$(id)", "slurm_partition = a b",
                             "slurm_partition = --uid=0", "slurm_memory = 2", "slurm_memory = G", "slurm_memory = 0G",
                             "slurm_commands = bin", "slurm_conf = /a b", "node_program = node", "link_ports = 5-6", "slurm_cpus = 0"})
        EXPECT_THAT(fault(std::string(line) + "\n"), HasSubstr("got \"")) << line;
}

struct SettingsFile : testing::Test {
    void SetUp() override {
        if (geteuid() != 0) GTEST_SKIP() << "needs root: the file must be root's";
    }
    SettingsFaults faults() const {
        const auto settings = read_settings(file);
        return settings ? SettingsFaults{} : settings.error();
    }
    fakes::TempFolder folder;
    std::string file = folder.put("boardgate.conf", "idle_sleep = 2h\n");
};

TEST_F(SettingsFile, OfRootIsRead) {
    ASSERT_EQ(chmod(file.c_str(), 0644), 0);
    EXPECT_EQ(read_settings(file)->idle_sleep, 2h);
}

TEST_F(SettingsFile, ThatOthersCanWriteIsRefused) {
    for (const mode_t mode : {0664U, 0646U, 0622U}) {
        ASSERT_EQ(chmod(file.c_str(), mode), 0);
        EXPECT_THAT(faults(), ElementsAre(HasSubstr("accounts other than root can write it"))) << std::oct << mode;
    }
}

TEST_F(SettingsFile, OfAnotherUserIsRefused) {
    ASSERT_EQ(chown(file.c_str(), 1001, 0), 0);
    EXPECT_THAT(faults(), ElementsAre(HasSubstr("accounts other than root can write it")));
}

TEST_F(SettingsFile, ThatIsMissingIsAFaultThatNamesIt) {
    file = folder / "none.conf";
    EXPECT_THAT(faults(), ElementsAre(folder / "none.conf" + ": No such file or directory"));
}

TEST_F(SettingsFile, ThatIsNoFileIsRefused) {
    file = folder.path();
    EXPECT_THAT(faults(), ElementsAre(HasSubstr("is not a regular file")));
}

TEST_F(SettingsFile, ThatIsAPipeIsRefusedAndNotWaitedFor) {
    file = folder / "pipe";
    ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
    alarm(20);
    EXPECT_THAT(faults(), ElementsAre(HasSubstr("is not a regular file")));
    alarm(0);
}

TEST_F(SettingsFile, OverOneMegabyteIsRefused) {
    folder.put("boardgate.conf", std::string((1 << 20) + 1, '#'));
    EXPECT_THAT(faults(), ElementsAre(HasSubstr("larger than 1 MiB")));
}

}  // namespace
}  // namespace boardgate

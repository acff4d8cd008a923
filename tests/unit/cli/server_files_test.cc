// SPDX-License-Identifier: MIT
#include "src/cli/server_files.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "src/base/settings.h"

namespace boardgate::cli {
namespace {

std::string contents(const char* path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

TEST(ServerFiles, ASettingTakesThePlaceOfTheSamplesComment) {
    EXPECT_EQ(with_setting("# The address.\n#address =\n\n[environments]\n", "address", "https://a.test"),
              "# The address.\naddress = https://a.test\n\n[environments]\n");
}

TEST(ServerFiles, ASettingThatIsThereIsReplacedAndNotItsComment) {
    EXPECT_EQ(with_setting("#address = x\naddress = https://old\n", "address", "https://new"), "#address = x\naddress = https://new\n");
    EXPECT_EQ(with_setting("address=https://old\n", "address", "https://new"), "address = https://new\n");
}

TEST(ServerFiles, ASettingThatIsMissingGoesBeforeTheSection) {
    EXPECT_EQ(with_setting("session_idle = 8h\n[environments]\ndefault = /x\n", "run_roots", "~:/scratch"),
              "session_idle = 8h\nrun_roots = ~:/scratch\n[environments]\ndefault = /x\n");
    EXPECT_EQ(with_setting("no newline = here", "notify", "mail"), "no newline = here\nnotify = mail\n");
}

TEST(ServerFiles, AnEmptyValueIsWhatHoldsWithoutTheKey) {
    EXPECT_EQ(with_setting("administrators = staff\n", "administrators", ""), "#administrators =\n");
}

TEST(ServerFiles, AnEnvironmentWithTheNameOfASettingIsRefused) {
    EXPECT_EQ(with_setting("[environments]\naddress = /x\n", "address", "https://a"),
              "address = https://a\n[environments]\naddress = /x\n");
}

TEST(ServerFiles, TheSampleBecomesAFileThatBoardgateTakes) {
    std::string text = contents("systemd/boardgate.conf");
    ASSERT_FALSE(text.empty());
    text = with_setting(text, "address", "https://lab.example.org");
    text = with_setting(text, "run_roots", "~:/scratch/%u");
    text = with_setting(text, "administrators", "staff");
    const auto settings = parse_settings(text, "sample");
    ASSERT_TRUE(settings) << settings.error().front();
    EXPECT_EQ(settings->address, "https://lab.example.org");
    EXPECT_EQ(settings->run_roots.size(), 2U);
    EXPECT_EQ(settings->administrators, "staff");
}

TEST(ServerFiles, NginxsDirectivesAreReplacedEachByItsOwnName) {
    std::string text = contents("nginx/nginx-server.conf");
    text = with_directive(text, "server_name", "lab.example.org");
    text = with_directive(text, "ssl_certificate", "/etc/ssl/a.crt");
    text = with_directive(text, "ssl_certificate_key", "/etc/ssl/a.key");
    EXPECT_EQ(directive_in(text, "server_name"), "lab.example.org");
    EXPECT_EQ(directive_in(text, "ssl_certificate"), "/etc/ssl/a.crt");
    EXPECT_EQ(directive_in(text, "ssl_certificate_key"), "/etc/ssl/a.key");
    EXPECT_EQ(text.find("boardgate.example.org"), std::string::npos);
    EXPECT_EQ(directive_in(text, "ssl_dhparam"), "");
    EXPECT_EQ(directive_in(with_directive("a b;", "ssl_dhparam", "/x"), "ssl_dhparam"), "/x");
}

TEST(ServerFiles, AServerNameIsNothingElse) {
    for (const char* good : {"lab.example.org", "lab", "192.0.2.7", "a-b.example"}) EXPECT_TRUE(is_server_name(good)) << good;
    for (const char* bad : {"", "lab/tensorboard", "lab.example.org:8443", "a b", "a;b", "-a", "a..b", "{a}", "https://a", "a.", "\nx"})
        EXPECT_FALSE(is_server_name(bad)) << bad;
}

}  // namespace
}  // namespace boardgate::cli

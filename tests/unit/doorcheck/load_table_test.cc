// SPDX-License-Identifier: MIT
#include "src/doorcheck/load_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace boardgate::doorcheck {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Settings settings_of(const std::string& text) { return parse_settings(text, "boardgate.conf").value(); }

TEST(LoadTable, TellsNftTheRangeAndTheUid) {
    EXPECT_THAT(load_arguments(settings_of("door_ports = 20000-20100\n"), 33),
                ElementsAre("/usr/sbin/nft", "-D", "ports=20000-20100", "-D", "nginx=33", "-f", HasSubstr("/boardgate.nft")));
}

TEST(LoadTable, RefusesAnAccountThatIsNotThere) {
    const Error error = load_table(settings_of("nginx_user = nobody-of-this-name\n"));
    EXPECT_THAT(error.text(), HasSubstr("\"nobody-of-this-name\""));
    EXPECT_THAT(error.remedy, HasSubstr("nginx_user"));
}

TEST(LoadTable, RefusesRoot) { EXPECT_THAT(load_table(settings_of("nginx_user = root\n")).text(), HasSubstr("root")); }

}  // namespace
}  // namespace boardgate::doorcheck

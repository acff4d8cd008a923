// SPDX-License-Identifier: MIT
#include "src/cli/pam_stack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/temp_folder.h"

namespace boardgate::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Lines = std::vector<std::string>;

struct PamStackTest : testing::Test {
    fakes::TempFolder folder;

    std::vector<std::string> modules(const std::string& service) {
        std::vector<std::string> names;
        for (const PamLine& line : pam_stack(service, folder.path())) names.push_back(line.module);
        return names;
    }
    static std::vector<PamNeed> needs(const std::string& module, const Lines& arguments = {}) {
        return needs_of({{module, arguments}}, {"/home", "/srv/homes"});
    }
    static Lines lines(const std::string& module, const Lines& arguments = {}) {
        const auto found = needs(module, arguments);
        return found.empty() ? Lines() : found.front().lines;
    }
};

TEST_F(PamStackTest, HasTheModulesOfIncludedServices) {
    folder.put("site", "# auth required pam_comment.so\n@include common\naccount include more\nauth substack even-more # why\n");
    folder.put("common", "auth\t[success=1 default=ignore]\tpam_unix.so nullok\nsession required pam_limits.so\n");
    folder.put("more", "-account optional /usr/lib/security/pam_access.so\npassword required pam_pwquality.so\n");
    folder.put("even-more", "auth required pam_oath.so usersfile=/etc/liboath/users.oath window=20");
    EXPECT_THAT(modules("site"), ElementsAre("pam_unix", "pam_access", "pam_oath"));
    EXPECT_THAT(pam_stack("site", folder.path()).back().arguments, ElementsAre("usersfile=/etc/liboath/users.oath", "window=20"));
}

TEST_F(PamStackTest, EndsWhereAServiceIncludesItself) {
    folder.put("site", "auth required pam_unix.so\n@include site\n");
    EXPECT_FALSE(modules("site").empty());
    EXPECT_THAT(modules("none"), IsEmpty());
}

TEST_F(PamStackTest, SomeModulesRewriteAFile) {
    EXPECT_THAT(lines("pam_google_authenticator"), ElementsAre("ProtectHome=no", "ReadWritePaths=/home", "ReadWritePaths=/srv/homes"));
    EXPECT_THAT(lines("pam_google_authenticator", {"nullok", "secret=/var/lib/codes/${USER}/secret", "user=root"}),
                ElementsAre("ReadWritePaths=/var/lib/codes"));
    EXPECT_THAT(lines("pam_google_authenticator", {"secret=${HOME}/.code"}).front(), "ProtectHome=no");
    EXPECT_THAT(lines("pam_oath", {"usersfile=/etc/liboath/users.oath"}), ElementsAre("ReadWritePaths=/etc/liboath"));
    EXPECT_THAT(lines("pam_faillock"), IsEmpty());
    EXPECT_THAT(lines("pam_faillock", {"preauth", "dir=/var/lib/faillock"}), ElementsAre("ReadWritePaths=/var/lib/faillock"));
    EXPECT_THAT(lines("pam_unix"), IsEmpty());
}

TEST_F(PamStackTest, AFolderOfTheSystemIsNotOpenedForAModule) {
    const auto found = needs("pam_oath", {"usersfile=/etc/users.oath"});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THAT(found.front().lines, IsEmpty());
    EXPECT_NE(found.front().advice.find("folder of its own"), std::string::npos);
}

TEST_F(PamStackTest, SomeModulesConnect) { EXPECT_EQ(lines("pam_krb5").front(), "PrivateNetwork=no"); }

TEST_F(PamStackTest, EachNeedIsNamedOnce) { EXPECT_EQ(needs_of({{"pam_krb5", {}}, {"pam_krb5", {"minimum_uid=1000"}}}, {}).size(), 1U); }

TEST_F(PamStackTest, WhatTheUnitHasIsNotMissing) {
    const Lines wanted = {"ProtectHome=no", "ReadWritePaths=/home", "IPAddressAllow=any"};
    EXPECT_EQ(missing_lines(wanted, {{"ProtectHome", "read-only"}, {"ReadWritePaths", "-/run/faillock -/var/log"}, {"IPAddressAllow", ""}}),
              wanted);
    EXPECT_THAT(missing_lines(wanted, {{"ProtectHome", "no"}, {"ReadWritePaths", "/var/log -/home"}, {"IPAddressAllow", "0.0.0.0/0 ::/0"}}),
                IsEmpty());
    EXPECT_THAT(missing_lines({"ReadWritePaths=/home"}, {{"ReadWritePaths", "/home/alice"}}), ElementsAre("ReadWritePaths=/home"));
    EXPECT_THAT(missing_lines({"RestrictAddressFamilies=AF_UNIX AF_INET"}, {{"RestrictAddressFamilies", "AF_UNIX AF_NETLINK"}}),
                ElementsAre("RestrictAddressFamilies=AF_UNIX AF_INET"));
}

}  // namespace
}  // namespace boardgate::cli

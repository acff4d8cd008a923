// SPDX-License-Identifier: MIT
#include "src/cli/setup.h"

#include <gtest/gtest.h>

namespace boardgate::cli {
namespace {

std::string why_not(const SetupArguments& arguments, bool has_certificate = false) {
    const auto plan = plan_of(arguments, "host.example.org", has_certificate);
    return plan ? "" : plan.error().text;
}

TEST(Setup, TakesWhatIsThereForWhatWasNotSaid) {
    const auto plan = plan_of({}, "host.example.org", true);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->name, "host.example.org");
    EXPECT_EQ(plan->kind, Certificate::keep);
    EXPECT_TRUE(plan->tensorboard);
}

TEST(Setup, NamesTheChoicesWhereThereIsNoCertificate) {
    EXPECT_NE(why_not({}).find("--self-signed"), std::string::npos);
    EXPECT_EQ(why_not({.self_signed = true}), "");
    EXPECT_EQ(why_not({.certbot = true}), "");
}

TEST(Setup, OwnFilesAreAPairAndAreThere) {
    EXPECT_NE(why_not({.certificate = "/etc/hosts"}).find("belong together"), std::string::npos);
    EXPECT_NE(why_not({.key = "/etc/hosts"}).find("belong together"), std::string::npos);
    EXPECT_NE(why_not({.certificate = "/etc/hosts", .key = "/nowhere"}).find("/nowhere cannot be read"), std::string::npos);
    EXPECT_NE(why_not({.certificate = "hosts", .key = "/etc/hosts"}).find("whole path"), std::string::npos);
    const auto plan = plan_of({.certificate = "/etc/hosts", .key = "/etc/passwd"}, "a", false);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->kind, Certificate::own);
}

TEST(Setup, ThereIsOneCertificate) {
    EXPECT_NE(why_not({.certificate = "/etc/hosts", .key = "/etc/hosts", .self_signed = true}).find("exclude"), std::string::npos);
    EXPECT_NE(why_not({.certbot = true, .self_signed = true}).find("exclude"), std::string::npos);
}

TEST(Setup, APathBelowAnotherSiteIsRefusedWithItsReason) {
    EXPECT_NE(why_not({.name = "lab.example.org/tensorboard"}, true).find("a name of its own"), std::string::npos);
    EXPECT_NE(why_not({.name = "lab.example.org:8443"}, true).find("nginx-listen.conf"), std::string::npos);
}

TEST(Setup, AdministratorsAreAGroupOfThisMachine) {
    EXPECT_NE(why_not({.administrators = "no-such-group"}, true).find("no group"), std::string::npos);
    EXPECT_EQ(why_not({.administrators = "root"}, true), "");
}

}  // namespace
}  // namespace boardgate::cli

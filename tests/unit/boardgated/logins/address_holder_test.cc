// SPDX-License-Identifier: MIT
#include "src/boardgated/logins/address_holder.h"

#include <gtest/gtest.h>

namespace boardgate::boardgated {
namespace {

TEST(AddressHolder, IsOnePersonsPartOfTheAddresses) {
    EXPECT_EQ(address_holder("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(address_holder("::ffff:192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(address_holder("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    EXPECT_EQ(address_holder("2001:db8:1:2::1"), "2001:db8:1:2::/64");
    EXPECT_NE(address_holder("2001:db8:1:3::1"), "2001:db8:1:2::/64");
}

TEST(AddressHolder, EveryLoopbackAddressIsTheServersOwn) {
    for (const char* address : {"127.0.0.1", "127.255.1.2", "::1", "::ffff:127.9.9.9"}) EXPECT_EQ(address_holder(address), this_server);
    EXPECT_NE(address_holder("128.0.0.1"), this_server);
}

}  // namespace
}  // namespace boardgate::boardgated

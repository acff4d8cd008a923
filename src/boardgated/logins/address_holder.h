// SPDX-License-Identifier: MIT
// The holder of a share without a session: an address counts together with the others that the same person can have.
#pragma once

#include <string>
#include <string_view>

namespace boardgate::boardgated {

/// Every address by which a local account reaches the server.
inline constexpr const char* this_server = "this server";

/// An IPv4 address, the /64 of an IPv6 address, or this_server for 127/8 and ::1.
[[nodiscard]] std::string address_holder(std::string_view address);

}  // namespace boardgate::boardgated

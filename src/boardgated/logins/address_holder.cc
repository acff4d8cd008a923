// SPDX-License-Identifier: MIT
#include "src/boardgated/logins/address_holder.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>

namespace boardgate::boardgated {

namespace {
std::string text_of(const in_addr& address) {
    if (ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET) return this_server;
    char text[INET_ADDRSTRLEN];
    return inet_ntop(AF_INET, &address, text, sizeof text);
}
}  // namespace

std::string address_holder(std::string_view address) {
    std::string given(address);
    in_addr four{};
    if (inet_pton(AF_INET, given.c_str(), &four) == 1) return text_of(four);
    in6_addr six{};
    if (inet_pton(AF_INET6, given.c_str(), &six) != 1) return given;
    if (IN6_IS_ADDR_LOOPBACK(&six)) return this_server;
    if (IN6_IS_ADDR_V4MAPPED(&six)) {
        std::copy(std::begin(six.s6_addr) + 12, std::end(six.s6_addr), reinterpret_cast<std::uint8_t*>(&four));
        return text_of(four);
    }
    std::fill(std::begin(six.s6_addr) + 8, std::end(six.s6_addr), std::uint8_t{0});
    char text[INET6_ADDRSTRLEN];
    return std::string(inet_ntop(AF_INET6, &six, text, sizeof text)) + "/64";
}

}  // namespace boardgate::boardgated

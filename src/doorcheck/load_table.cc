// SPDX-License-Identifier: MIT
#include "src/doorcheck/load_table.h"

#include <fmt/format.h>
#include <unistd.h>

#include "src/base/peer.h"

namespace boardgate::doorcheck {

namespace {
constexpr const char* nft = "/usr/sbin/nft";
constexpr const char* table_file = BOARDGATE_LIBEXECDIR "/boardgate.nft";
}  // namespace

std::vector<std::string> load_arguments(const Settings& settings, uid_t nginx) {
    const auto& ports = settings.door_ports;
    return {nft, "-D", fmt::format("ports={}-{}", ports.first, ports.last), "-D", fmt::format("nginx={}", nginx), "-f", table_file};
}

Error load_table(const Settings& settings) {
    const auto nginx = account_of(settings.nginx_user);
    if (!nginx)
        return {"cannot load the packet filter: no such account", settings.nginx_user, "install nginx, or set nginx_user in boardgate.conf",
                nginx.error().sys};
    // Root would pass like nginx, so nginx must not be root.
    if (nginx->uid == 0)
        return {"nginx_user is root, who must not reach doors", {}, "let nginx's workers run as an account of their own", 0};
    const std::vector<std::string> words = load_arguments(settings, nginx->uid);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));  // execv(3) only reads
    arguments.push_back(nullptr);
    execv(nft, arguments.data());
    return {"cannot run nft", nft, "install the package nftables", errno};
}

}  // namespace boardgate::doorcheck

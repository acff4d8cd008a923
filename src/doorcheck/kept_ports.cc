// SPDX-License-Identifier: MIT
#include "src/doorcheck/kept_ports.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <optional>
#include <set>

#include "src/doorcheck/holder.h"

namespace boardgate::doorcheck {

namespace {

constexpr std::size_t most_named = 20;

std::optional<sockaddr_in> address_of(const Fd& socket) {
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &size) != 0 || bound.sin_family != AF_INET) return std::nullopt;
    return bound;
}

Fd bound_socket(in_addr_t to, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(to);
    const int on = 1;
    Fd kept(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    // Without SO_REUSEADDR, with which any other socket could bind beside a socket that does not listen.
    const bool bound = kept && setsockopt(kept.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0 &&
                       bind(kept.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    return bound ? std::move(kept) : Fd();
}

}  // namespace

in_addr_t address_of_doors(const Settings& settings) { return settings.allow_bind_all ? INADDR_ANY : INADDR_LOOPBACK; }

void KeptPorts::adopt(Fd socket) {
    const auto bound = address_of(socket);
    if (!bound || ntohl(bound->sin_addr.s_addr) != address_ || !settings_.is_door_port(ntohs(bound->sin_port))) return;
    sockets_.insert_or_assign(ntohs(bound->sin_port), std::move(socket));
}

std::vector<std::uint16_t> KeptPorts::bind_missing() {
    std::vector<std::uint16_t> fresh;
    for (int port = settings_.door_ports.first + 1; port <= settings_.door_ports.last; ++port) {
        const auto number = static_cast<std::uint16_t>(port);
        if (sockets_.contains(number)) continue;
        Fd kept = bound_socket(address_, number);
        if (!kept) continue;
        sockets_.emplace(number, std::move(kept));
        fresh.push_back(number);
    }
    return fresh;
}

std::string taken_ports(const Settings& settings, const std::string& proc) {
    std::set<std::uint16_t> of_root;
    for (const char* table : {"/net/tcp", "/net/tcp6"}) of_root.merge(listeners_of_root(text_of_file(proc + table)));
    std::string text;
    for (int port = settings.door_ports.first + 1; port <= settings.door_ports.last; ++port) {
        const auto number = static_cast<std::uint16_t>(port);
        if (of_root.contains(number) || !bound_socket(address_of_doors(settings), number)) text += fmt::format("{}\n", number);
    }
    return text + "end";
}

std::vector<std::uint16_t> KeptPorts::all() const {
    std::vector<std::uint16_t> ports;
    for (const auto& [port, socket] : sockets_) ports.push_back(port);
    return ports;
}

std::string KeptPorts::status() const {
    const int ports = settings_.door_ports.last - settings_.door_ports.first;
    std::string text = fmt::format("keeps {} of {} ports", sockets_.size(), ports);
    std::size_t named = 0;
    for (int port = settings_.door_ports.first + 1; port <= settings_.door_ports.last; ++port) {
        if (sockets_.contains(static_cast<std::uint16_t>(port))) continue;
        if (named == most_named) return text + " ...";
        text += fmt::format("{}{}", named++ == 0 ? "; other programs have " : " ", port);
    }
    return text;
}

}  // namespace boardgate::doorcheck

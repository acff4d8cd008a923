// SPDX-License-Identifier: MIT
#include "src/boardgated/clients/journal_client.h"

#include "src/base/clock.h"

namespace boardgate::boardgated {

namespace {
/// The longest time between two lines. A journal on a slow disk may need a moment for the first line.
constexpr std::chrono::seconds patience{5};
}  // namespace

Result<Fd> JournalClient::ask(wire::ReadLog question) const {
    auto connection = wire::connect(path_);
    if (!connection) return connection;
    if (const auto sent = wire::send(connection->get(), question); !sent) return error_of(sent);
    return connection;
}

Result<std::deque<wire::LogLine>> JournalClient::last_lines(const UnitName& unit, std::uint32_t lines) const {
    const auto connection = ask({unit.service(), {}, std::min(lines, most_lines), false});
    if (!connection) return error_of(connection);
    std::deque<wire::LogLine> all;
    std::size_t bytes = 0;
    std::uint32_t seen = 0;
    for (;;) {
        auto datagram = wire::receive(connection->get(), patience);
        if (!datagram) return error_of(datagram);
        if (!*datagram) return failure("boardgate-journal closed the connection");
        if (wire::decode<wire::LogEnd>(**datagram)) return all;
        auto line = wire::decode<wire::LogLine>(**datagram);
        if (!line) return error_of(line);
        if (++seen > most_lines) return failure("boardgate-journal sent more lines than requested");
        bytes += line->text.size();
        all.push_back(*std::move(line));
        while (bytes > most_bytes) {
            bytes -= all.front().text.size();
            all.pop_front();
        }
    }
}

Result<Fd> JournalClient::follow(const UnitName& unit, const std::string& after, std::uint32_t lines) const {
    return ask({unit.service(), after, std::min(lines, most_lines), true});
}

}  // namespace boardgate::boardgated

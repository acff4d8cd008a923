// SPDX-License-Identifier: MIT
#include "src/boardgated/journal_client.h"

#include "src/base/clock.h"

namespace boardgate::boardgated {

namespace {
/// Between two lines; a journal on a slow disk may take a moment for the first one.
constexpr std::chrono::seconds patience{5};
}  // namespace

Result<Fd> JournalClient::ask(wire::ReadLog question) const {
    auto connection = wire::connect(path_);
    if (!connection) return connection;
    if (const auto sent = wire::send(connection->get(), question); !sent) return tl::make_unexpected(sent.error());
    return connection;
}

Result<std::deque<wire::LogLine>> JournalClient::last_lines(const UnitName& unit, std::uint32_t lines) const {
    const auto connection = ask({unit.service(), {}, std::min(lines, most_lines), false});
    if (!connection) return tl::make_unexpected(connection.error());
    std::deque<wire::LogLine> all;
    std::size_t bytes = 0;
    std::uint32_t seen = 0;
    for (;;) {
        auto datagram = wire::receive(connection->get(), patience);
        if (!datagram) return tl::make_unexpected(datagram.error());
        if (!*datagram) return failure("the journal reader hung up");
        if (wire::parse<wire::LogEnd>(**datagram)) return all;
        auto line = wire::parse<wire::LogLine>(**datagram);
        if (!line) return tl::make_unexpected(line.error());
        if (++seen > most_lines) return failure("the journal reader sent more than it was asked for");
        bytes += line->text.size();
        all.push_back(*std::move(line));
        while (bytes > most_bytes) {
            bytes -= all.front().text.size();
            all.pop_front();
        }
    }
}

Json::Value log_line_json(const wire::LogLine& line) {
    Json::Value value(Json::objectValue);
    value["time"] = rfc3339(WallTime(std::chrono::microseconds(line.time)));
    value["text"] = line.text;
    value["cursor"] = line.cursor;
    value["run"] = line.invocation;
    return value;
}

Result<Fd> JournalClient::follow(const UnitName& unit, const std::string& after, std::uint32_t lines) const {
    return ask({unit.service(), after, std::min(lines, most_lines), true});
}

}  // namespace boardgate::boardgated

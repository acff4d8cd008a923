// SPDX-License-Identifier: MIT
#include "src/boardgated/clients/board_launcher.h"

#include "src/base/log.h"
#include "src/boardgated/clients/logdirs_client.h"

namespace boardgate::boardgated {

namespace {

/// Longer than the launcher waits for systemd.
constexpr std::chrono::seconds launcher_patience{25};
/// Of all folders of a board.
constexpr std::chrono::seconds longest_inspection{20};

Code code_of(wire::Refusal reason) {
    switch (reason) {
        case wire::Refusal::ticket:
            return Code::unauthenticated;
        case wire::Refusal::port_taken:
            return Code::port_taken;
        case wire::Refusal::ports_all_taken:
            return Code::ports_exhausted;
        case wire::Refusal::stopped:
            return Code::held;
        case wire::Refusal::gate_missing:
            return Code::gate_unsound;
        case wire::Refusal::no_such_door:
            return Code::no_such_board;
        case wire::Refusal::not_shown:
            return Code::not_shown;
        case wire::Refusal::busy:
            return Code::busy;
        case wire::Refusal::bad_request:
        case wire::Refusal::environment:
            return Code::bad_field;
        case wire::Refusal::account:
        case wire::Refusal::systemd:
            break;
    }
    return Code::launch_failed;
}

tl::unexpected<Problem> not_reached(const Error& error) {
    log_event(Event::request_fault, "boardgated cannot reach boardgate-launcher: " + error.text());
    return problem(Code::launch_failed, "the program of boardgate that starts boards does not answer; tell an administrator");
}

Secret copy_of(const Token& token) { return Secret(token.reveal()); }

}  // namespace

/// Receives the answer to a request; a refusal becomes a problem.
template <class Message>
ApiResult<wire::Datagram> SocketLauncher::exchange(Message message) {
    const auto connection = wire::connect(path_, wire::Descriptors::one);
    if (!connection) return not_reached(connection.error());
    if (const auto sent = wire::send(connection->get(), message); !sent) return not_reached(sent.error());
    auto datagram = wire::receive(connection->get(), launcher_patience, wire::Descriptors::one);
    if (!datagram) return not_reached(datagram.error());
    if (!*datagram) return not_reached(Error{"boardgate-launcher closed the connection", {}, {}, 0});
    if (const auto refused = wire::decode<wire::Refused>(**datagram)) {
        std::string field = refused->reason == wire::Refusal::port_taken ? "port" : "";
        return problem(code_of(refused->reason), refused->text, std::move(field));
    }
    return std::move(**datagram);
}

template <class Message>
ApiResult<SocketLauncher::LauncherReply> SocketLauncher::ask(Message message) {
    auto datagram = exchange(std::move(message));
    if (!datagram) return error_of(datagram);
    const auto done = wire::decode<wire::Done>(*datagram);
    if (!done) return not_reached(done.error());
    return LauncherReply{done->port, std::move(datagram->attached)};
}

ApiResult<wire::TicketHolder> SocketLauncher::holder_of(const Token& token) {
    wire::ReadTicket message;
    message.token = copy_of(token);
    const auto datagram = exchange(std::move(message));
    if (!datagram) return error_of(datagram);
    auto holder = wire::decode<wire::TicketHolder>(*datagram);
    if (!holder) return not_reached(holder.error());
    return *std::move(holder);
}

std::vector<TokenHash> SocketLauncher::ended_of(const std::vector<TokenHash>& tickets) {
    std::vector<TokenHash> ended;
    for (std::size_t first = 0; first < tickets.size(); first += wire::longest::tickets) {
        wire::AskTickets question;
        for (std::size_t i = first; i < std::min(tickets.size(), first + wire::longest::tickets); ++i) question.hashes += tickets[i].hex();
        const auto datagram = exchange(std::move(question));
        if (!datagram) return ended;
        const auto answer = wire::decode<wire::EndedTickets>(*datagram);
        if (!answer) return ended;
        constexpr std::size_t size = 2 * TokenHash::size;
        for (std::size_t at = 0; at + size <= answer->hashes.size(); at += size) {
            if (const auto hash = TokenHash::from_hex(answer->hashes.substr(at, size))) ended.push_back(*hash);
        }
    }
    return ended;
}

template <class Message>
ApiResult<SocketLauncher::LauncherReply> SocketLauncher::ask_board(const Token& token, const BoardId& board) {
    Message message;
    message.token = copy_of(token);
    message.board = board.str();
    return ask(std::move(message));
}

ApiResult<std::uint16_t> SocketLauncher::make_door(const Token& token, const wire::DoorSpec& door, std::uint16_t former) {
    wire::MakeDoor message;
    message.token = copy_of(token);
    message.door = door;
    message.former_port = former;
    return ask(std::move(message)).map([](const LauncherReply& reply) { return reply.port; });
}

ApiResult<void> SocketLauncher::remove_door(const Token& token, const BoardId& board) {
    return ask_board<wire::RemoveDoor>(token, board).map([](const LauncherReply&) {});
}

template <class Message>
ApiResult<std::uint16_t> SocketLauncher::start(const Token& token, const BoardId& board, const std::string& home) {
    Message message;
    message.token = copy_of(token);
    message.board = board.str();
    message.home = home;
    return ask(std::move(message)).map([](const LauncherReply& reply) { return reply.port; });
}

ApiResult<std::uint16_t> SocketLauncher::wake(const Token& token, const BoardId& board, const std::string& home) {
    return start<wire::WakeBoard>(token, board, home);
}

ApiResult<void> SocketLauncher::show_to(const Token& owner, const BoardId& board, const std::vector<wire::ShownTo>& to) {
    wire::ShareBoard message;
    message.token = copy_of(owner);
    message.board = board.str();
    message.to = to;
    return ask(std::move(message)).map([](const LauncherReply&) {});
}

ApiResult<std::uint16_t> SocketLauncher::wake_shared(const Token& visitor, const BoardId& board, const std::string& home) {
    return start<wire::WakeShared>(visitor, board, home);
}

ApiResult<void> SocketLauncher::sleep(const Token& token, const BoardId& board) {
    return ask_board<wire::SleepBoard>(token, board).map([](const LauncherReply&) {});
}

ApiResult<std::uint16_t> SocketLauncher::restart(const Token& token, const BoardId& board, const std::string& home) {
    return start<wire::RestartBoard>(token, board, home);
}

ApiResult<wire::DoorSpec> SocketLauncher::read_door(const Token& token, const BoardId& board) {
    wire::ReadDoor message;
    message.token = copy_of(token);
    message.board = board.str();
    const auto datagram = exchange(std::move(message));
    if (!datagram) return error_of(datagram);
    auto answer = wire::decode<wire::DoorIs>(*datagram);
    if (!answer) return not_reached(answer.error());
    return std::move(answer->door);
}

ApiResult<void> SocketLauncher::reopen(const Token& token, const BoardId& board) {
    return ask_board<wire::ReopenDoor>(token, board).map([](const LauncherReply&) {});
}

ApiResult<void> SocketLauncher::check_door(const BoardId& board) {
    return ask(wire::CheckDoor{board.str()}).map([](const LauncherReply&) {});
}

ApiResult<std::vector<BoardId>> SocketLauncher::resting_of(const std::vector<BoardId>& boards) {
    std::vector<BoardId> resting;
    for (std::size_t first = 0; first < boards.size(); first += wire::longest::boards) {
        wire::AskResting question;
        for (std::size_t i = first; i < std::min(boards.size(), first + wire::longest::boards); ++i) question.boards += boards[i].str();
        const auto datagram = exchange(std::move(question));
        if (!datagram) return error_of(datagram);
        const auto answer = wire::decode<wire::RestingBoards>(*datagram);
        const auto some = answer ? wire::boards_in(answer->boards) : Result<std::vector<BoardId>>(error_of(answer));
        if (!some) return not_reached(some.error());
        resting.insert(resting.end(), some->begin(), some->end());
    }
    return resting;
}

ApiResult<void> SocketLauncher::reset_failed(const BoardId& board) {
    return ask(wire::ResetFailed{board.str()}).map([](const LauncherReply&) {});
}

bool SocketLauncher::revoke(const std::vector<TokenHash>& tickets) {
    wire::RevokeTickets message;
    for (const TokenHash& ticket : tickets) message.hashes += ticket.hex();
    return ask(std::move(message)).has_value();
}

ApiResult<Fd> SocketLauncher::open_logdirs(const Token& token) {
    wire::OpenLogdirs open;
    open.token = copy_of(token);
    auto reader = ask(std::move(open));
    if (!reader) return error_of(reader);
    if (!reader->attached) return not_reached(Error{"boardgate-launcher passed no connection", {}, {}, 0});
    return std::move(reader->attached);
}

ApiResult<InspectedFolders> SocketLauncher::inspect(const Token& token, const std::vector<std::string>& folders, bool foreign) {
    const auto reader = open_logdirs(token);
    if (!reader) return error_of(reader);
    InspectedFolders seen;
    const auto until = std::chrono::steady_clock::now() + longest_inspection;
    for (const std::string& folder : folders) {
        if (std::chrono::steady_clock::now() >= until)
            return problem(Code::logdir_unreadable, "your folders answer too slowly; is their file system mounted?", "logdir");
        auto report = inspect_folder(*reader, folder, foreign);
        if (!report) return error_of(report);
        seen.reports.push_back(*std::move(report));
        if (seen.reports.back().verdict != wire::FolderVerdict::readable) return seen;
    }
    seen.home = home_mark_from(*reader);
    return seen;
}

std::optional<HomeMark> SocketLauncher::home_of(const Token& token) {
    const auto reader = open_logdirs(token);
    return reader ? home_mark_from(*reader) : std::nullopt;
}

}  // namespace boardgate::boardgated

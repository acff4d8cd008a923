// SPDX-License-Identifier: MIT
#include "src/launcher/dispatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <type_traits>

#include "src/base/log.h"
#include "src/launcher/reconcile.h"
#include "src/tickets/closed_accounts.h"
#include "src/tickets/shadow.h"

namespace boardgate::launcher {

using wire::Done;
using wire::Refusal;

namespace {
constexpr const char* logdirs_sockets = "/run/boardgate-root/logdirs/";
/// The person may have stopped it; then its queue is full some day.
constexpr std::chrono::seconds reader_patience{2};

std::optional<Token> token_of(const wire::Datagram& request) {
    // Every request that a launcher takes begins with it.
    wire::Reader in(request.bytes.reveal());
    (void)in.number<std::uint16_t>();
    auto token = Token::parse(in.text(Token::text_size));
    return token ? std::optional(*std::move(token)) : std::nullopt;
}

/// Of a request without a token.
std::optional<BoardId> board_asked_about(const wire::Datagram& request) {
    std::string board;
    if (const auto check = wire::decode<wire::CheckDoor>(request)) board = check->board;
    if (const auto reset = wire::decode<wire::ResetFailed>(request)) board = reset->board;
    auto id = BoardId::parse(board);
    return id ? std::optional(*std::move(id)) : std::nullopt;
}

const std::string& board_in(const wire::MakeDoor& message) { return message.door.board; }
template <class Message>
const std::string& board_in(const Message& message) {
    return message.board;
}

bool is_wellformed(const wire::ShownTo& to) {
    const bool everybody = to.kind == wire::ShownTo::Kind::everybody;
    return to.name.empty() == everybody && !has_control_character(to.name) && to.until >= 0;
}

bool is_shown_to(const Account& visitor, const DoorRecord& record, std::int64_t now) {
    return std::ranges::any_of(record.shown_to, [&](const wire::ShownTo& to) {
        if (to.until != 0 && to.until <= now) return false;
        switch (to.kind) {
            case wire::ShownTo::Kind::user:
                return visitor.name == to.name && visitor.uid == to.number;
            case wire::ShownTo::Kind::group:
                return is_member(visitor, to.name, to.number);
            case wire::ShownTo::Kind::everybody:
                return true;
        }
        return false;
    });
}
}  // namespace

uid_t person_of(const wire::Datagram& request, const tickets::TicketStore& tickets, const DoorRecords& records, const Clock& clock) {
    if (const auto board = board_asked_about(request)) {
        const auto record = records.read(*board);
        return record ? record->uid : nobodys;
    }
    const auto token = token_of(request);
    if (!token) return nobodys;
    const auto ticket = tickets.check(token->hash(), std::chrono::floor<std::chrono::seconds>(clock.wall()));
    return ticket ? ticket->uid : nobodys;
}

struct Dispatch::Row {
    wire::Type type;
    Result<Response> (Dispatch::*handle)(const wire::Datagram&);
};

/// The requests that the launcher accepts, at any time. All need a ticket, but those that can only take tickets away, and
/// CheckDoor, AskResting and ResetFailed, which open nothing.
const Dispatch::Row Dispatch::table[] = {
    {wire::Type::MakeDoor, &Dispatch::with_ticket<wire::MakeDoor, &Dispatch::make_door>},
    {wire::Type::RemoveDoor, &Dispatch::with_ticket<wire::RemoveDoor, &Dispatch::remove_door>},
    {wire::Type::WakeBoard, &Dispatch::with_ticket<wire::WakeBoard, &Dispatch::wake>},
    {wire::Type::ShareBoard, &Dispatch::with_ticket<wire::ShareBoard, &Dispatch::share>},
    {wire::Type::WakeShared, &Dispatch::with_ticket<wire::WakeShared, &Dispatch::wake_shared>},
    {wire::Type::SleepBoard, &Dispatch::with_ticket<wire::SleepBoard, &Dispatch::sleep>},
    {wire::Type::RestartBoard, &Dispatch::with_ticket<wire::RestartBoard, &Dispatch::restart>},
    {wire::Type::ReadDoor, &Dispatch::with_ticket<wire::ReadDoor, &Dispatch::read_door>},
    {wire::Type::ReadTicket, &Dispatch::with_ticket<wire::ReadTicket, &Dispatch::read_ticket>},
    {wire::Type::OpenLogdirs, &Dispatch::with_ticket<wire::OpenLogdirs, &Dispatch::open_logdirs>},
    {wire::Type::ReopenDoor, &Dispatch::with_ticket<wire::ReopenDoor, &Dispatch::reopen>},
    {wire::Type::CheckDoor, &Dispatch::check_door},
    {wire::Type::ResetFailed, &Dispatch::reset_failed},
    {wire::Type::AskResting, &Dispatch::resting_boards},
    {wire::Type::AskTickets, &Dispatch::ended_tickets},
    {wire::Type::RevokeTickets, &Dispatch::revoke_tickets},
};

Result<Response> Dispatch::respond(const wire::Datagram& request) {
    for (const Row& row : table) {
        if (static_cast<std::uint16_t>(row.type) == request.type()) return (this->*row.handle)(request);
    }
    return failure("boardgate-launcher does not accept a message of this type", std::to_string(request.type()));
}

template <class Message, auto handle>
Result<Response> Dispatch::with_ticket(const wire::Datagram& request) {
    const auto message = wire::decode<Message>(request);
    if (!message) return error_of(message);
    const auto holder = holder_of(message->token);
    if (!holder) return Response{error_of(holder)};
    if constexpr (std::is_invocable_v<decltype(handle), Dispatch&, const Account&, const BoardId&, const Message&>) {
        const auto board = BoardId::parse(board_in(*message));
        if (!board) return Response{refuse(Refusal::bad_request, "not a board id")};
        return (this->*handle)(*holder, *board, *message);
    } else {
        return (this->*handle)(*holder, *message);
    }
}

LauncherResult<Account> Dispatch::holder_of(const Secret& token) const {
    const auto parsed = Token::parse(token.reveal());
    if (!parsed) return refuse(Refusal::ticket, "the request has no ticket");
    const auto ticket = tickets_.check(parsed->hash(), now());
    if (!ticket) return refuse(Refusal::ticket, "your session has ended; log in again");
    auto account = account_of(ticket->uid);
    if (!account) return refuse(Refusal::account, account.error().text());
    // The account was deleted, and its uid given to another person.
    if (account->name != ticket->user) return refuse(Refusal::ticket, "your session has ended; log in again");
    // The account was replaced by one with the same name and uid, or its password has changed.
    if (!tickets::is_mark_of(ticket->mark, account->name)) {
        log_outdated(*ticket);
        tickets_.revoke(parsed->hash());
        return refuse(Refusal::ticket, "your password has changed, so your session has ended; log in again");
    }
    if (const std::string why = tickets::why_closed(*account, settings_, clock_); !why.empty()) {
        return refuse(Refusal::account, "the account is closed: " + why);
    }
    return *std::move(account);
}

Response Dispatch::make_door(const Account& owner, const BoardId& board, const wire::MakeDoor& message) {
    const auto lock = doors_.lock(board);
    const auto port = doors_.make(owner, message.door, message.former_port);
    if (!port) return {error_of(port)};
    doors_.made(board, now(), message.door.port != 0);
    return {Done{port->number()}};
}

Response Dispatch::remove_door(const Account& owner, const BoardId& board, const wire::RemoveDoor&) {
    const auto lock = doors_.lock(board);
    // Without a record there may still be units. Their names contain the owner's, so they are this person's.
    return {doors_.remove(owner, board).map([] { return Done{}; })};
}

template <class Message>
Response Dispatch::start_job(const char* method, const Account& owner, const BoardId& board, const Message& message) {
    const auto lock = doors_.lock(board);
    auto record = doors_.owned(owner, board);
    if (!record) return {error_of(record)};
    if (record->door.home != message.home) return {refuse(Refusal::no_such_door, "the door was made for another home directory")};
    return start_unit(method, owner, *std::move(record));
}

Response Dispatch::start_unit(const char* method, const Account& owner, DoorRecord record) {
    // Both names were checked when the door was recorded.
    const auto unit = [&] { return UnitName(*UserName::parse(owner.name), *BoardId::parse(record.door.board), record.door.engine); };
    // The units of an older boardgate lack what boardgate-board reads today.
    if (!doors_.has_engine(record) || !doors_.is_open(unit()) || record.opened == 0) {
        const auto port = doors_.make_again(owner, record);
        if (!port) return {error_of(port)};
        record.door.port = port->number();
        record.door.engine = settings_.engine.usable(record.door.engine);
    }
    if (const auto job = jobs_.ask(method, unit().service()); !job) {
        return {refuse(Refusal::systemd, "systemd refused: " + job.error().what)};
    }
    doors_.woken(*BoardId::parse(record.door.board), now());
    return {Done{record.door.port}};
}

Response Dispatch::share(const Account& owner, const BoardId& board, const wire::ShareBoard& message) {
    if (!std::ranges::all_of(message.to, is_wellformed)) return {refuse(Refusal::bad_request, "not a user, a group or everybody")};
    const auto lock = doors_.lock(board);
    auto record = doors_.owned(owner, board);
    if (!record) return {error_of(record)};
    // Nothing would tell the next person with this name and number from its owner. The next wake makes a door of the home.
    if (record->door.home.empty() && !message.to.empty())
        return {refuse(Refusal::systemd, "your home could not be read when the board was made; put it to sleep, wake it, and try again")};
    const auto ended = doors_.show_to(owner, *record, message.to);
    if (!ended) return {error_of(ended)};
    if (!*ended) return {Done{record->door.port}};
    record->shown_to = message.to;
    return start_unit("StartUnit", owner, *std::move(record));
}

Response Dispatch::wake_shared(const Account& visitor, const BoardId& board, const wire::WakeShared& message) {
    const auto lock = doors_.lock(board);
    auto record = doors_.of_anybody(board);
    const std::int64_t now = this->now().time_since_epoch().count();
    // One answer, whether there is such a board or not.
    if (!record || record->door.home.empty() || record->door.home != message.home || !is_shown_to(visitor, *record, now)) {
        log_event(Event::wake_refused, fmt::format("{} asked for board {}, which nobody shows to them", visitor.name, board.str()),
                  {{"USER_NAME", visitor.name}, {"BOARD_ID", board.str()}});
        return {refuse(Refusal::not_shown, "the owner of this board does not show it to you")};
    }
    const auto owner = account_of(record->uid);
    if (!owner || !record->is_of(*owner)) return {refuse(Refusal::not_shown, "the owner of this board has no account")};
    if (!tickets::why_closed(*owner, settings_, clock_).empty())
        return {refuse(Refusal::not_shown, "the account of this board's owner is closed")};
    return start_unit("StartUnit", *owner, *std::move(record));
}

Response Dispatch::wake(const Account& owner, const BoardId& board, const wire::WakeBoard& message) {
    return start_job("StartUnit", owner, board, message);
}

Response Dispatch::restart(const Account& owner, const BoardId& board, const wire::RestartBoard& message) {
    return start_job("RestartUnit", owner, board, message);
}

Response Dispatch::sleep(const Account& caller, const BoardId& board, const wire::SleepBoard&) {
    auto record = doors_.owned(caller, board);
    std::string owner = caller.name;
    if (!record && is_member(caller, settings_.administrators)) {
        // Administrators may put any board to sleep, and reopen doors that were stopped; nothing else.
        record = doors_.of_anybody(board);
        const auto account = record ? account_of(record->uid) : failure("no such door");
        if (account) owner = account->name;
    }
    if (!record) return {error_of(record)};
    const auto user = UserName::parse(owner);
    if (!user) return {refuse(Refusal::account, user.error().what)};
    const UnitName unit(*user, board, record->door.engine);
    // A board that no longer exists is asleep, too.
    (void)jobs_.ask("StopUnit", unit.service());
    return {Done{record->door.port}};
}

Response Dispatch::read_door(const Account& owner, const BoardId& board, const wire::ReadDoor&) {
    auto record = doors_.owned(owner, board);
    if (!record) return {error_of(record)};
    Response response{Done{}};
    response.door = wire::DoorIs{std::move(record->door)};
    return response;
}

Response Dispatch::reopen(const Account& caller, const BoardId& board, const wire::ReopenDoor&) {
    if (!is_member(caller, settings_.administrators)) return {refuse(Refusal::account, "you are no administrator")};
    const auto lock = doors_.lock(board);
    const auto record = doors_.of_anybody(board);
    if (!record) return {error_of(record)};
    const auto owner = account_of(record->uid);
    if (!owner || !record->is_of(*owner)) return {refuse(Refusal::account, "the owner of this board has no account")};
    if (const std::string why = tickets::why_closed(*owner, settings_, clock_); !why.empty())
        return {refuse(Refusal::account, "the account of its owner is closed: " + why)};
    if (!doors_.is_stopped(UnitName(*UserName::parse(record->owner), board, record->door.engine), *record))
        return {Done{record->door.port}};
    return {doors_.reopen(*owner, *record).map([](Port port) { return Done{port.number()}; })};
}

Result<Response> Dispatch::check_door(const wire::Datagram& request) {
    const auto question = wire::decode<wire::CheckDoor>(request);
    if (!question) return error_of(question);
    const auto board = BoardId::parse(question->board);
    if (!board) return failure("a malformed message was received");
    const auto lock = doors_.lock(*board);
    const auto record = doors_.of_anybody(*board);
    const auto owner = record ? UserName::parse(record->owner) : failure("no record");
    if (owner && doors_.is_stopped(UnitName(*owner, *board, record->door.engine), *record))
        return Response{refuse(Refusal::stopped, "its socket was stopped with systemctl")};
    return Response{Done{}};
}

Result<Response> Dispatch::reset_failed(const wire::Datagram& request) {
    const auto question = wire::decode<wire::ResetFailed>(request);
    if (!question) return error_of(question);
    const auto board = BoardId::parse(question->board);
    if (!board) return failure("a malformed message was received");
    const auto record = doors_.of_anybody(*board);
    if (!record) return Response{error_of(record)};
    const auto owner = UserName::parse(record->owner);
    if (owner) doors_.reset_failed(UnitName(*owner, *board, record->door.engine));
    return Response{Done{record->door.port}};
}

Response Dispatch::read_ticket(const Account& owner, const wire::ReadTicket& message) {
    // It may have ended since the check in holder_of().
    const auto token = Token::parse(message.token.reveal());
    const auto ticket = tickets_.check(token->hash(), now());
    if (!ticket) return {refuse(Refusal::ticket, "your session has ended; log in again")};
    if (!tickets_.take_local(token->hash(), *ticket)) return {refuse(Refusal::ticket, "this ticket was used before; log in again")};
    return {Done{}, {}, wire::TicketHolder{owner.uid, owner.name, ticket->expires.time_since_epoch().count()}};
}

Result<Response> Dispatch::ended_tickets(const wire::Datagram& request) {
    const auto question = wire::decode<wire::AskTickets>(request);
    if (!question) return error_of(question);
    const auto now = this->now();
    std::map<std::pair<std::string, std::string>, bool> is_mark;  // of a name
    wire::EndedTickets ended;
    const auto hashes = wire::hashes_in(question->hashes);
    if (!hashes) return error_of(hashes);
    for (const TokenHash& hash : *hashes) {
        const auto ticket = tickets_.check(hash, now);
        if (!ticket && ticket.error().sys != ENOENT) continue;
        bool is_there = ticket.has_value();
        if (is_there) {
            const auto [known, fresh] = is_mark.try_emplace({ticket->user, ticket->mark}, true);
            if (fresh && !(known->second = tickets::is_mark_of(ticket->mark, ticket->user))) log_outdated(*ticket);
            is_there = known->second;
        }
        if (is_there) continue;
        tickets_.revoke(hash);
        if (ticket) doors_.end_connections({ticket->uid, 0, ticket->user, {}, {}});
        ended.hashes += hash.hex();
    }
    return Response{Done{}, {}, {}, std::move(ended)};
}

Result<Response> Dispatch::resting_boards(const wire::Datagram& request) {
    const auto question = wire::decode<wire::AskResting>(request);
    if (!question) return error_of(question);
    const auto boards = wire::boards_in(question->boards);
    if (!boards) return error_of(boards);
    Response response{Done{}};
    response.resting.emplace();
    for (const BoardId& board : *boards) {
        if (doors_.rests(board)) response.resting->boards += board.str();
    }
    return response;
}

Result<Response> Dispatch::revoke_tickets(const wire::Datagram& request) {
    const auto message = wire::decode<wire::RevokeTickets>(request);
    if (!message) return error_of(message);
    const auto hashes = wire::hashes_in(message->hashes);
    if (!hashes) return error_of(hashes);
    const auto now = this->now();
    for (const TokenHash& hash : *hashes) {
        const auto ticket = tickets_.check(hash, now);
        tickets_.revoke(hash);
        if (ticket) doors_.end_connections({ticket->uid, 0, ticket->user, {}, {}});
    }
    return Response{Done{}};
}

Response Dispatch::open_logdirs(const Account& owner, const wire::OpenLogdirs&) {
    const std::string uid = std::to_string(owner.uid);
    const auto started = jobs_.run("StartUnit", fmt::format("boardgate-logdirs@{}.socket", uid));
    if (!started || *started != "done") {
        return {refuse(Refusal::systemd,
                       "systemd cannot start the program that reads your folders: " + (started ? *started : started.error().what))};
    }
    auto connection = wire::connect(logdirs_sockets + uid + ".sock", wire::Descriptors::refused, reader_patience);
    if (!connection) return {refuse(Refusal::systemd, connection.error().text())};
    return {Done{}, *std::move(connection)};
}

}  // namespace boardgate::launcher

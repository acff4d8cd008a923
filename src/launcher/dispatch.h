// SPDX-License-Identifier: MIT
// One request, one answer. The ticket of the request's token identifies the person; the table in dispatch.cc decides what
// happens.
#pragma once

#include <optional>

#include "src/base/clock.h"
#include "src/launcher/doors.h"
#include "src/tickets/ticket_store.h"

namespace boardgate::launcher {

struct Response {
    LauncherResult<wire::Done> result;
    Fd attach{};                                   ///< a connection that goes with Done (OpenLogdirs)
    std::optional<wire::TicketHolder> holder{};    ///< sent in place of Done (ReadTicket)
    std::optional<wire::EndedTickets> ended{};     ///< sent in place of Done (AskTickets)
    std::optional<wire::DoorIs> door{};            ///< sent in place of Done (ReadDoor)
    std::optional<wire::RestingBoards> resting{};  ///< sent in place of Done (AskResting)
};

/// The person to whose share of the launcher a request counts: by its ticket, or the owner of the board that it asks about. This is
/// not an authorisation.
[[nodiscard]] uid_t person_of(const wire::Datagram& request, const tickets::TicketStore& tickets, const DoorRecords& records,
                              const Clock& clock);
/// All other requests have one share.
inline constexpr uid_t nobodys = static_cast<uid_t>(-1);

class Dispatch {
public:
    Dispatch(const Settings& settings, const tickets::TicketStore& tickets, const Clock& clock, UnitJobs& jobs, Doors& doors)
        : settings_(settings), tickets_(tickets), clock_(clock), jobs_(jobs), doors_(doors) {}

    /// An error when the launcher does not accept this message: the peer is faulty.
    [[nodiscard]] Result<Response> respond(const wire::Datagram& request);

private:
    struct Row;
    static const Row table[];

    /// `handle` is a member function of the ticket's holder, the board that the message names (if it takes one), and the message.
    template <class Message, auto handle>
    Result<Response> with_ticket(const wire::Datagram& request);
    /// The account of a token; looked up for each request.
    [[nodiscard]] LauncherResult<Account> holder_of(const Secret& token) const;

    Response make_door(const Account& owner, const BoardId& board, const wire::MakeDoor& message);
    Response remove_door(const Account& owner, const BoardId& board, const wire::RemoveDoor& message);
    Response wake(const Account& owner, const BoardId& board, const wire::WakeBoard& message);
    Response share(const Account& owner, const BoardId& board, const wire::ShareBoard& message);
    Response wake_shared(const Account& visitor, const BoardId& board, const wire::WakeShared& message);
    Response sleep(const Account& caller, const BoardId& board, const wire::SleepBoard& message);
    Response reopen(const Account& caller, const BoardId& board, const wire::ReopenDoor& message);
    Result<Response> check_door(const wire::Datagram& request);
    Result<Response> reset_failed(const wire::Datagram& request);
    Response restart(const Account& owner, const BoardId& board, const wire::RestartBoard& message);
    Response read_door(const Account& owner, const BoardId& board, const wire::ReadDoor& message);
    Response read_ticket(const Account& owner, const wire::ReadTicket& message);
    Result<Response> ended_tickets(const wire::Datagram& request);
    Result<Response> resting_boards(const wire::Datagram& request);
    Result<Response> revoke_tickets(const wire::Datagram& request);
    Response open_logdirs(const Account& owner, const wire::OpenLogdirs& message);
    /// Starts a job for the service unit of an own board.
    template <class Message>
    Response start_job(const char* method, const Account& owner, const BoardId& board, const Message& message);
    /// The same for a board whose owner is known. Makes the door again if it is not open.
    Response start_unit(const char* method, const Account& owner, DoorRecord record);

    [[nodiscard]] std::chrono::sys_seconds now() const { return std::chrono::floor<std::chrono::seconds>(clock_.wall()); }

    const Settings& settings_;
    const tickets::TicketStore& tickets_;
    const Clock& clock_;
    UnitJobs& jobs_;
    Doors& doors_;
};

}  // namespace boardgate::launcher

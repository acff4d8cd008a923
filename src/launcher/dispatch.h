// SPDX-License-Identifier: MIT
// One request, one answer. The ticket of the request's token identifies the person; the table in dispatch.cc decides what
// happens.
#pragma once

#include <optional>

#include "src/base/clock.h"
#include "src/launcher/doors.h"
#include "src/tickets/ticket_store.h"

namespace boardgate::launcher {

/// The answer, with a connection (OpenLogdirs) or, instead of Done, the holder of a ticket.
struct Answer {
    Launched<wire::Done> outcome;
    Fd attach{};
    std::optional<wire::TicketHolder> holder{};
};

class Dispatch {
public:
    Dispatch(const Settings& settings, const tickets::TicketStore& tickets, const Clock& clock, UnitJobs& jobs, Doors& doors)
        : settings_(settings), tickets_(tickets), clock_(clock), jobs_(jobs), doors_(doors) {}

    /// An error if the launcher does not accept the message: the peer is not boardgated.
    [[nodiscard]] Result<Answer> answer(const wire::Datagram& request);

private:
    struct Row;
    static const Row table[];
    /// The ticket of a closed account can only be revoked.
    enum class Holder { open, open_or_closed };

    template <class Message, Answer (Dispatch::*handle)(const Account&, const Message&)>
    Result<Answer> with_ticket(const wire::Datagram& request, Holder holder);
    /// The account of a token, looked up each time.
    [[nodiscard]] Launched<Account> holder_of(const Secret& token, Holder holder) const;
    [[nodiscard]] Launched<DoorRecord> own_door(const Account& owner, const std::string& board) const;

    Answer make_door(const Account& owner, const wire::MakeDoor& message);
    Answer remove_door(const Account& owner, const wire::RemoveDoor& message);
    Answer wake(const Account& owner, const wire::WakeBoard& message);
    Answer sleep(const Account& caller, const wire::SleepBoard& message);
    Answer restart(const Account& owner, const wire::RestartBoard& message);
    Answer revoke(const Account& owner, const wire::RevokeTicket& message);
    Answer read_ticket(const Account& owner, const wire::ReadTicket& message);
    Answer open_logdirs(const Account& owner, const wire::OpenLogdirs& message);
    /// Starts a job of the unit behind the person's door; makes the door again first if it is not open.
    Answer start_job(const char* method, const Account& owner, const std::string& board);

    const Settings& settings_;
    const tickets::TicketStore& tickets_;
    const Clock& clock_;
    UnitJobs& jobs_;
    Doors& doors_;
};

}  // namespace boardgate::launcher

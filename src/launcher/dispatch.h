// SPDX-License-Identifier: MIT
// One request, one answer. The ticket behind the request's token decides who asks; the table in dispatch.cc
// decides what is done. Nothing else decides.
#pragma once

#include <optional>

#include "src/base/clock.h"
#include "src/launcher/doors.h"
#include "src/tickets/ticket_store.h"

namespace boardgate::launcher {

/// The answer, and what goes with it: a connection (OpenLogdirs), or in Done's place the holder of a ticket.
struct Answer {
    Launched<wire::Done> outcome;
    Fd attach{};
    std::optional<wire::TicketHolder> holder{};
};

class Dispatch {
public:
    Dispatch(const Settings& settings, const tickets::TicketStore& tickets, const Clock& clock, UnitJobs& jobs, Doors& doors)
        : settings_(settings), tickets_(tickets), clock_(clock), jobs_(jobs), doors_(doors) {}

    /// An error when the message is none that a launcher takes: the peer is not what it should be.
    [[nodiscard]] Result<Answer> answer(const wire::Datagram& request);

private:
    struct Row;
    static const Row table[];
    /// A ticket of an account that was closed since is worth nothing but its own end.
    enum class Holder { open, open_or_closed };

    template <class Message, Answer (Dispatch::*handle)(const Account&, const Message&)>
    Result<Answer> with_ticket(const wire::Datagram& request, Holder holder);
    /// The account behind a token, looked up anew each time.
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
    /// Asks for a job of the unit behind an own door, which is made again first when it is not open.
    Answer start_job(const char* method, const Account& owner, const std::string& board);

    const Settings& settings_;
    const tickets::TicketStore& tickets_;
    const Clock& clock_;
    UnitJobs& jobs_;
    Doors& doors_;
};

}  // namespace boardgate::launcher

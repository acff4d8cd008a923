// SPDX-License-Identifier: MIT
// The messages of messages.inc as structs. `fields` names each field once, with its bound, for writing and
// reading alike. Nothing here is trusted until the receiver has made a strong type of it (names.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/wire/fields.h"

namespace boardgate::wire {

enum class Type : std::uint16_t {
#define MESSAGE(name, number, sender, meaning) name = number,
#include "src/wire/messages.inc"
#undef MESSAGE
};

/// Longest value of each kind of field, in bytes.
namespace longest {
inline constexpr std::size_t user = 256;
inline constexpr std::size_t board = 8;
inline constexpr std::size_t secret = 1024;  // OpenSSH's bound; a longer password only buys hashing time
inline constexpr std::size_t address = 64;
inline constexpr std::size_t sentence = 2048;
inline constexpr std::size_t path = 4095;
inline constexpr std::size_t title = 200;
inline constexpr std::size_t samples = 200;
inline constexpr std::size_t environment = 4095;  // a name of boardgate.conf, or a path
inline constexpr std::size_t unit = 255;
inline constexpr std::size_t cursor = 512;
inline constexpr std::size_t invocation = 32;
inline constexpr std::size_t log_line = 16 * 1024;
inline constexpr std::size_t more_logdirs = 10;
inline constexpr std::size_t prompts = 8;  // PAM_MAX_NUM_MSG is 32; no module asks for more than a few
}  // namespace longest

// --- boardgate-login ---------------------------------------------------------------------------------------

struct LoginStart {
    static constexpr Type type = Type::LoginStart;
    std::string user;
    std::string address;  ///< the client's, for PAM_RHOST and the journal
    template <class Io>
    void fields(Io& io) {
        io.text(user, longest::user);
        io.text(address, longest::address);
    }
};

struct LoginPrompts {
    static constexpr Type type = Type::LoginPrompts;
    struct Prompt {
        std::string text;
        bool echo = false;
        template <class Io>
        void fields(Io& io) {
            io.text(text, longest::sentence);
            io.flag(echo);
        }
    };
    std::vector<Prompt> prompts;
    std::vector<std::string> messages;  ///< text and error messages since the last prompt; text, not a verdict
    template <class Io>
    void fields(Io& io) {
        io.list(prompts, longest::prompts);
        io.texts(messages, longest::prompts, longest::sentence);
    }
};

struct LoginAnswers {
    static constexpr Type type = Type::LoginAnswers;
    std::vector<Secret> answers;
    template <class Io>
    void fields(Io& io) {
        io.secrets(answers, longest::prompts, longest::secret);
    }
};

enum class LoginOutcome : std::uint8_t { granted, refused, password_expired, unavailable, last = unavailable };

struct LoginVerdict {
    static constexpr Type type = Type::LoginVerdict;
    LoginOutcome outcome = LoginOutcome::unavailable;
    std::uint32_t uid = 0;
    std::string user;  ///< the account's own name, which PAM may have rewritten
    Secret token;
    std::int64_t expires = 0;  ///< of the ticket, seconds since 1970
    std::vector<std::string> messages;
    template <class Io>
    void fields(Io& io) {
        io.choice(outcome);
        io.number(uid);
        io.text(user, longest::user);
        io.secret(token, Token::text_size);
        io.number(expires);
        io.texts(messages, longest::prompts, longest::sentence);
    }
};

/// Answered with a LoginVerdict without a token; where that is a no, the ticket is void from then on.
struct CheckLogin {
    static constexpr Type type = Type::CheckLogin;
    std::string ticket;   ///< its token's hash in hexadecimal, which opens nothing
    std::string address;  ///< as in LoginStart
    template <class Io>
    void fields(Io& io) {
        io.text(ticket, 2 * TokenHash::size);
        io.text(address, longest::address);
    }
};

/// From whoever connects to local.sock; answered with a LoginVerdict.
struct LocalLogin {
    static constexpr Type type = Type::LocalLogin;
    template <class Io>
    void fields(Io&) {}
};

// --- boardgate-launcher ------------------------------------------------------------------------------------
// Every request carries the user's own token; the ticket behind it says whose boards are meant.

enum class FastLoader : std::uint8_t { automatic, on, off, last = off };

/// What a door and the unit behind it are made from; boardgate-launcher keeps it, to make them again at boot.
struct DoorSpec {
    std::string board;
    std::uint16_t port = 0;  ///< 0: the first free one of the range
    std::string logdir;
    std::vector<std::string> more_logdirs;  ///< shown beside it
    std::string title;
    std::string environment;
    std::uint32_t reload_interval = 0;  ///< seconds; 0 loads once
    bool reload_multifile = false;
    std::string samples_per_plugin;
    FastLoader fast_loader = FastLoader::automatic;
    std::uint32_t idle_sleep = 0;  ///< seconds
    std::uint32_t priority = 0;    ///< 1 to 100
    bool bind_all = false;         ///< the door is open on every interface as well, to everybody
    std::string host;              ///< or on this address; an IP address, or empty
    template <class Io>
    void fields(Io& io) {
        io.text(board, longest::board);
        io.number(port);
        io.text(logdir, longest::path);
        io.texts(more_logdirs, longest::more_logdirs, longest::path);
        io.text(title, longest::title);
        io.text(environment, longest::environment);
        io.number(reload_interval);
        io.flag(reload_multifile);
        io.text(samples_per_plugin, longest::samples);
        io.choice(fast_loader);
        io.number(idle_sleep);
        io.number(priority);
        io.flag(bind_all);
        io.text(host, longest::address);
    }
};

struct MakeDoor {
    static constexpr Type type = Type::MakeDoor;
    Secret token;
    DoorSpec door;
    template <class Io>
    void fields(Io& io) {
        io.secret(token, Token::text_size);
        door.fields(io);
    }
};

/// RemoveDoor, WakeBoard, SleepBoard, RestartBoard: a token and a board.
template <Type which>
struct BoardRequest {
    static constexpr Type type = which;
    Secret token;
    std::string board;
    template <class Io>
    void fields(Io& io) {
        io.secret(token, Token::text_size);
        io.text(board, longest::board);
    }
};
using RemoveDoor = BoardRequest<Type::RemoveDoor>;
using WakeBoard = BoardRequest<Type::WakeBoard>;
using SleepBoard = BoardRequest<Type::SleepBoard>;
using RestartBoard = BoardRequest<Type::RestartBoard>;

enum class Tickets : std::uint8_t {
    this_one,  ///< that of the request
    other,     ///< another one of the same user
    all_of_user,
    last = all_of_user
};

struct RevokeTicket {
    static constexpr Type type = Type::RevokeTicket;
    Secret token;
    Tickets which = Tickets::this_one;
    std::string other;  ///< the other ticket's hash in hexadecimal, else empty
    template <class Io>
    void fields(Io& io) {
        io.secret(token, Token::text_size);
        io.choice(which);
        io.text(other, 2 * TokenHash::size);
    }
};

struct OpenLogdirs {
    static constexpr Type type = Type::OpenLogdirs;
    Secret token;
    template <class Io>
    void fields(Io& io) {
        io.secret(token, Token::text_size);
    }
};

struct ReadTicket {
    static constexpr Type type = Type::ReadTicket;
    Secret token;
    template <class Io>
    void fields(Io& io) {
        io.secret(token, Token::text_size);
    }
};

struct TicketHolder {
    static constexpr Type type = Type::TicketHolder;
    std::uint32_t uid = 0;
    std::string user;
    std::int64_t expires = 0;  ///< seconds since 1970
    template <class Io>
    void fields(Io& io) {
        io.number(uid);
        io.text(user, longest::user);
        io.number(expires);
    }
};

struct Done {
    static constexpr Type type = Type::Done;
    std::uint16_t port = 0;
    template <class Io>
    void fields(Io& io) {
        io.number(port);
    }
};

enum class Refusal : std::uint8_t {
    ticket,       ///< no such ticket, or it has ended: log in again
    account,      ///< the account may not have boards (gone, system account)
    bad_request,  ///< a value that the launcher does not take
    environment,  ///< no environment of that name
    port_taken,   ///< the asked port
    ports_all_taken,
    gate_missing,  ///< the packet filter is not in force
    no_such_door,
    systemd,  ///< systemd said no
    last = systemd
};

struct Refused {
    static constexpr Type type = Type::Refused;
    Refusal reason = Refusal::systemd;
    std::string text;
    template <class Io>
    void fields(Io& io) {
        io.choice(reason);
        io.text(text, longest::sentence);
    }
};

// --- boardgate-logdirs -------------------------------------------------------------------------------------

struct InspectFolder {
    static constexpr Type type = Type::InspectFolder;
    std::string path;
    template <class Io>
    void fields(Io& io) {
        io.text(path, longest::path);
    }
};

enum class FolderVerdict : std::uint8_t { readable, missing, not_a_folder, unreadable, foreign, last = foreign };

struct FolderReport {
    static constexpr Type type = Type::FolderReport;
    FolderVerdict verdict = FolderVerdict::missing;
    std::string detail{};               ///< the system's words, or whose home it is
    std::uint32_t event_files = 0;      ///< found within the budget of the look
    std::int64_t newest = 0;            ///< newest change of an event file, seconds since 1970; 0 when there is none
    std::uint32_t unreadable = 0;       ///< folders below that cannot be opened
    std::string unreadable_folder{};    ///< the first of them
    std::string suggestion{};           ///< where there are event files, when there are none here; empty where none are near
    std::uint32_t suggestion_runs = 0;  ///< how many runs those are
    template <class Io>
    void fields(Io& io) {
        io.choice(verdict);
        io.text(detail, longest::sentence);
        io.number(event_files);
        io.number(newest);
        io.number(unreadable);
        io.text(unreadable_folder, longest::path);
        io.text(suggestion, longest::path);
        io.number(suggestion_runs);
    }
};

// --- boardgate-journal -------------------------------------------------------------------------------------

struct ReadLog {
    static constexpr Type type = Type::ReadLog;
    std::string unit;   ///< `tensorboard-*.service`
    std::string after;  ///< a cursor to go on behind; empty: the last `lines` lines
    std::uint32_t lines = 0;
    bool follow = false;
    template <class Io>
    void fields(Io& io) {
        io.text(unit, longest::unit);
        io.text(after, longest::cursor);
        io.number(lines);
        io.flag(follow);
    }
};

struct LogLine {
    static constexpr Type type = Type::LogLine;
    std::string cursor;
    std::int64_t time = 0;  ///< microseconds since 1970
    std::string text;
    std::string invocation;  ///< which run of the unit said it (systemd.exec(5), $INVOCATION_ID); may be empty
    template <class Io>
    void fields(Io& io) {
        io.text(cursor, longest::cursor);
        io.number(time);
        io.text(text, longest::log_line);
        io.text(invocation, longest::invocation);
    }
};

struct LogEnd {
    static constexpr Type type = Type::LogEnd;
    template <class Io>
    void fields(Io&) {}
};

// --- sending and receiving ---------------------------------------------------------------------------------

template <class Message>
[[nodiscard]] Result<void> send(int socket, Message&& message, int attach = -1) {
    Writer out(static_cast<std::uint16_t>(std::remove_cvref_t<Message>::type));
    detail::Put put(out);
    message.fields(put);
    return send(socket, static_cast<const Writer&>(out), attach);
}

/// The message in a datagram of that type, or an error when it is malformed or of another type.
template <class Message>
[[nodiscard]] Result<Message> decode(const Datagram& datagram) {
    Reader in(datagram.bytes.reveal());
    Message message;
    detail::Get get(in);
    if (in.number<std::uint16_t>() != static_cast<std::uint16_t>(Message::type)) return failure("a message of another type was expected");
    message.fields(get);
    if (!in.done()) return failure("a malformed message was received");
    return message;
}

/// One message that must come: an error also when the peer hangs up instead.
template <class Message>
[[nodiscard]] Result<Message> receive_one(int socket, std::chrono::milliseconds deadline) {
    auto datagram = receive(socket, deadline);
    if (!datagram) return tl::make_unexpected(std::move(datagram).error());
    if (!*datagram) return failure("the other side hung up");
    return decode<Message>(**datagram);
}

}  // namespace boardgate::wire

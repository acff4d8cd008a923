// SPDX-License-Identifier: MIT
// The messages of messages.inc as structs. `fields` names each field once, with its bound, for writing and reading. The
// receiver trusts a field only after it has made a strong type of it (names.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/base/board_values.h"
#include "src/base/home_mark.h"
#include "src/base/names.h"
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
inline constexpr std::size_t board = BoardId::text_size;
inline constexpr std::size_t secret = 1024;  // OpenSSH's bound; a longer password only buys hashing time
inline constexpr std::size_t address = 64;
inline constexpr std::size_t sentence = 2048;
inline constexpr std::size_t path = LogDir::longest;
inline constexpr std::size_t title = 200;
inline constexpr std::size_t folder_name = 255;
inline constexpr std::size_t samples = Samples::longest;
inline constexpr std::size_t environment = 4095;  // a name of boardgate.conf, or a path
inline constexpr std::size_t unit = 255;
inline constexpr std::size_t cursor = 512;
inline constexpr std::size_t invocation = 32;
inline constexpr std::size_t tickets = 900;  // in one question
inline constexpr std::size_t boards = 5000;  // in one question
inline constexpr std::size_t log_line = 16 * 1024;
inline constexpr std::size_t more_logdirs = 10;
inline constexpr std::size_t code = 64;
inline constexpr std::size_t notices = 32;
inline constexpr std::size_t home = HomeMark::longest;
inline constexpr std::size_t shown_to = 50;
inline constexpr std::size_t prompts = 8;  // PAM_MAX_NUM_MSG is 32; no module needs more than a few
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
    std::vector<std::string> messages;  ///< text and error messages since the last prompt; not a verdict
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

/// Logins of one account from one address. May be sent many times over a connection; each answer is a CheckedLogins.
struct CheckLogins {
    static constexpr Type type = Type::CheckLogins;
    std::string hashes;   ///< of the tickets' tokens, as in TicketHashes; they give no access
    std::string address;  ///< as in LoginStart
    template <class Io>
    void fields(Io& io) {
        io.text(hashes, longest::tickets * 2 * TokenHash::size);
        io.text(address, longest::address);
    }
};

/// Any local account may send it, over local.sock. The answer is a LoginVerdict.
struct LocalLogin {
    static constexpr Type type = Type::LocalLogin;
    template <class Io>
    void fields(Io&) {}
};

// --- boardgate-launcher ------------------------------------------------------------------------------------
// Every request carries the user's own token, whose ticket names the user.

/// What reads event files. The numbers are in door records of older versions, where the three first were auto, on and off.
enum class Loader : std::uint8_t { automatic, rustboard, python, boardgate, last = boardgate };

/// The definition of a door and its unit; boardgate-launcher keeps it, to make them again at boot.
struct DoorSpec {
    std::string board;
    std::uint16_t port = 0;  ///< 0: the first free port of the range
    std::string logdir;
    std::vector<std::string> more_logdirs;  ///< shown side by side with it
    std::vector<std::string> names;         ///< of all folders, where there are several
    std::string environment;
    std::uint32_t reload_interval = 0;  ///< seconds; 0 loads once
    bool reload_multifile = false;
    std::string samples_per_plugin;
    Loader loader = Loader::automatic;
    std::uint32_t idle_sleep = 0;  ///< seconds
    std::uint32_t priority = 0;    ///< 1 to 100
    bool bind_all = false;         ///< the door is also open on every interface, to everybody
    std::string host;              ///< the door is also open on this IP address; may be empty
    std::string home;              ///< HomeMark of its owner; empty when unknown
    Engine engine = Engine::systemd;
    template <class Io>
    void fields(Io& io) {
        fields_without_engine(io);
        io.choice(engine);
    }
    /// As door records have them whose board systemd runs: an older boardgate reads these.
    template <class Io>
    void fields_without_engine(Io& io) {
        io.text(board, longest::board);
        io.number(port);
        io.text(logdir, longest::path);
        io.texts(more_logdirs, longest::more_logdirs, longest::path);
        io.texts(names, longest::more_logdirs + 1, longest::folder_name);
        settings(io);
        io.text(home, longest::home);
    }
    /// The fields between the folders and the home.
    template <class Io>
    void settings(Io& io) {
        io.text(environment, longest::environment);
        io.number(reload_interval);
        io.flag(reload_multifile);
        io.text(samples_per_plugin, longest::samples);
        io.choice(loader);
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
    std::uint16_t former_port = 0;  ///< taken if the door has none and it is free
    template <class Io>
    void fields(Io& io) {
        io.secret(token, Token::text_size);
        door.fields(io);
        io.number(former_port);
    }
};

/// RemoveDoor, SleepBoard, ReadDoor, ReopenDoor: a token and a board.
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
using SleepBoard = BoardRequest<Type::SleepBoard>;
/// Only of administrators.
using ReopenDoor = BoardRequest<Type::ReopenDoor>;
using ReadDoor = BoardRequest<Type::ReadDoor>;

/// To whom a board is shown. A name and a number: one alone may become somebody else's.
struct ShownTo {
    enum class Kind : std::uint8_t { user, group, everybody, last = everybody };
    Kind kind = Kind::user;
    std::string name;
    std::uint32_t number = 0;  ///< uid or gid
    std::int64_t until = 0;    ///< seconds since 1970; 0: no end
    template <class Io>
    void fields(Io& io) {
        io.choice(kind);
        io.text(name, longest::user);
        io.number(number);
        io.number(until);
    }
};

/// Replaces the list of before. Only of the owner.
struct ShareBoard {
    static constexpr Type type = Type::ShareBoard;
    Secret token;
    std::string board;
    std::vector<ShownTo> to;  ///< empty: the board is shown to nobody
    template <class Io>
    void fields(Io& io) {
        io.secret(token, Token::text_size);
        io.text(board, longest::board);
        io.list(to, longest::shown_to);
    }
};

/// WakeBoard, RestartBoard, WakeShared: only if the door has the same mark of its owner's home.
template <Type which>
struct StartRequest {
    static constexpr Type type = which;
    Secret token;
    std::string board;
    std::string home;
    template <class Io>
    void fields(Io& io) {
        io.secret(token, Token::text_size);
        io.text(board, longest::board);
        io.text(home, longest::home);
    }
};
using WakeBoard = StartRequest<Type::WakeBoard>;
using RestartBoard = StartRequest<Type::RestartBoard>;
/// Of a person to whom the board is shown.
using WakeShared = StartRequest<Type::WakeShared>;

/// The answer to ReadDoor.
struct DoorIs {
    static constexpr Type type = Type::DoorIs;
    DoorSpec door;
    template <class Io>
    void fields(Io& io) {
        door.fields(io);
    }
};

/// CheckDoor, ResetFailed: without a ticket, because they open nothing.
template <Type which>
struct BoardQuestion {
    static constexpr Type type = which;
    std::string board;
    template <class Io>
    void fields(Io& io) {
        io.text(board, longest::board);
    }
};
using CheckDoor = BoardQuestion<Type::CheckDoor>;
using ResetFailed = BoardQuestion<Type::ResetFailed>;

/// AskResting, RestingBoards: ids of boards, one behind the other.
template <Type which>
struct BoardIds {
    static constexpr Type type = which;
    std::string boards;
    template <class Io>
    void fields(Io& io) {
        io.text(boards, longest::boards * longest::board);
    }
};
using AskResting = BoardIds<Type::AskResting>;
using RestingBoards = BoardIds<Type::RestingBoards>;
/// An error unless each is an id.
[[nodiscard]] Result<std::vector<BoardId>> boards_in(std::string_view text);

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

/// AskTickets, EndedTickets, RevokeTickets, CheckedLogins: hashes of tickets, which open nothing.
template <Type which>
struct TicketHashes {
    static constexpr Type type = which;
    std::string hashes;  ///< each 64 hexadecimal digits, one behind the other
    template <class Io>
    void fields(Io& io) {
        io.text(hashes, longest::tickets * 2 * TokenHash::size);
    }
};
using AskTickets = TicketHashes<Type::AskTickets>;
using EndedTickets = TicketHashes<Type::EndedTickets>;
using RevokeTickets = TicketHashes<Type::RevokeTickets>;
/// Their tickets are revoked already.
using CheckedLogins = TicketHashes<Type::CheckedLogins>;
/// An error unless each is a hash.
[[nodiscard]] Result<std::vector<TokenHash>> hashes_in(std::string_view text);

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
    ticket,       ///< no such ticket, or it has expired: log in again
    account,      ///< the account may not have boards (gone, system account)
    bad_request,  ///< a value that the launcher does not accept
    environment,  ///< no environment of that name
    port_taken,   ///< the requested port
    ports_all_taken,
    gate_missing,  ///< the packet filter is not in force
    no_such_door,
    stopped,    ///< an administrator stopped the door's unit
    systemd,    ///< systemd refused
    busy,       ///< the person has too many concurrent requests
    not_shown,  ///< the board's owner does not show it to this person
    last = not_shown
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
    bool foreign = false;  ///< the person knows that it may be in somebody else's home
    template <class Io>
    void fields(Io& io) {
        io.text(path, longest::path);
        io.flag(foreign);
    }
};

/// no_home: it is missing, as the person's whole home is.
enum class FolderVerdict : std::uint8_t { readable, missing, not_a_folder, unreadable, foreign, no_home, last = no_home };

/// A row of src/base/notices.inc, and the names of files that its text is about.
struct FolderNotice {
    std::string code{};
    std::string detail{};
    template <class Io>
    void fields(Io& io) {
        io.text(code, longest::code);
        io.text(detail, longest::sentence);
    }
};

struct FolderReport {
    static constexpr Type type = Type::FolderReport;
    FolderVerdict verdict = FolderVerdict::missing;
    std::string detail{};                 ///< the system's error text, or whose home it is
    std::uint32_t event_files = 0;        ///< found within the budget of the search
    std::int64_t newest = 0;              ///< newest change of an event file, seconds since 1970; 0 if there is none
    std::uint32_t unreadable = 0;         ///< folders below that cannot be opened
    std::string unreadable_folder{};      ///< the first of them
    std::string suggestion{};             ///< a folder nearby with event files, if this one has none; may be empty
    std::uint32_t suggestion_runs = 0;    ///< the number of runs there
    std::vector<FolderNotice> notices{};  ///< what the first bytes of the event files tell
    std::string target{};                 ///< where the path leads after all links; may be empty
    std::string home_of{};                ///< the person in whose home it is, if that is not the asking one
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
        io.list(notices, longest::notices);
        io.text(target, longest::path);
        io.text(home_of, longest::user);
    }
};

/// Asks for the mark of the person's home.
struct AskHome {
    static constexpr Type type = Type::AskHome;
    template <class Io>
    void fields(Io&) {}
};

struct HomeIs {
    static constexpr Type type = Type::HomeIs;
    std::string mark;  ///< HomeMark; empty when the home cannot be read
    template <class Io>
    void fields(Io& io) {
        io.text(mark, longest::home);
    }
};

// --- boardgate-journal -------------------------------------------------------------------------------------

struct ReadLog {
    static constexpr Type type = Type::ReadLog;
    std::string unit;   ///< the service of a board
    std::string after;  ///< continue after this cursor; empty: the last `lines` lines
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
    std::string invocation;  ///< the start of the unit (systemd.exec(5), $INVOCATION_ID); may be empty
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

/// The message in a datagram; an error if it is malformed or of another type.
template <class Message>
[[nodiscard]] Result<Message> decode(const Datagram& datagram) {
    Reader in(datagram.bytes.reveal());
    Message message;
    detail::Get get(in);
    if (in.number<std::uint16_t>() != static_cast<std::uint16_t>(Message::type)) return failure("the message has an unexpected type");
    message.fields(get);
    if (!in.done()) return failure("the message is malformed");
    return message;
}

/// Receives one message; it is also an error if the peer closes the connection instead.
template <class Message>
[[nodiscard]] Result<Message> receive_one(int socket, std::chrono::milliseconds deadline) {
    auto datagram = receive(socket, deadline);
    if (!datagram) return error_of(datagram);
    if (!*datagram) return failure("the peer closed the connection");
    return decode<Message>(**datagram);
}

}  // namespace boardgate::wire

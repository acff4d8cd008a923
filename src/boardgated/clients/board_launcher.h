// SPDX-License-Identifier: MIT
// The client of boardgate-launcher, which makes doors, wakes boards and starts a person's boardgate-logdirs. Each request
// carries the person's token. An interface, so that tests need no root.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "src/base/fd.h"
#include "src/base/names.h"
#include "src/base/secret.h"
#include "src/boardgated/common/problem.h"
#include "src/wire/messages.h"

namespace boardgate::boardgated {

struct InspectedFolders {
    std::vector<wire::FolderReport> reports;  ///< up to the first that is not readable
    std::optional<HomeMark> home{};           ///< of the person; nothing when it cannot be read in time
};

class BoardLauncher {
public:
    virtual ~BoardLauncher() = default;
    /// Returns the port of the door.
    /// Its former port, if it had one, is taken when `door` names none.
    [[nodiscard]] virtual ApiResult<std::uint16_t> make_door(const Token& token, const wire::DoorSpec& door, std::uint16_t former) = 0;
    [[nodiscard]] virtual ApiResult<void> remove_door(const Token& token, const BoardId& board) = 0;
    /// Returns the port: the launcher may have made the door again, on another port. `home` as in the door; otherwise there is
    /// no such board.
    [[nodiscard]] virtual ApiResult<std::uint16_t> wake(const Token& token, const BoardId& board, const std::string& home) = 0;
    /// To whom the owner shows the board from now on; it is confined while that is anybody. An awake board sleeps when it is shown
    /// for the first time.
    [[nodiscard]] virtual ApiResult<void> show_to(const Token& owner, const BoardId& board, const std::vector<wire::ShownTo>& to) = 0;
    /// Starts a board that its owner shows to this person, whether or not the owner is logged in.
    [[nodiscard]] virtual ApiResult<std::uint16_t> wake_shared(const Token& visitor, const BoardId& board, const std::string& home) = 0;
    [[nodiscard]] virtual ApiResult<void> sleep(const Token& token, const BoardId& board) = 0;
    [[nodiscard]] virtual ApiResult<std::uint16_t> restart(const Token& token, const BoardId& board, const std::string& home) = 0;
    /// What the door of an own board was made from.
    [[nodiscard]] virtual ApiResult<wire::DoorSpec> read_door(const Token& token, const BoardId& board) = 0;
    /// For administrators: makes the door again that somebody stopped with systemctl.
    [[nodiscard]] virtual ApiResult<void> reopen(const Token& token, const BoardId& board) = 0;
    /// Code::held if somebody stopped the board's door.
    [[nodiscard]] virtual ApiResult<void> check_door(const BoardId& board) = 0;
    /// Those of these boards that have no door because nobody woke them for long.
    [[nodiscard]] virtual ApiResult<std::vector<BoardId>> resting_of(const std::vector<BoardId>& boards) = 0;
    /// Resets the board's unit, if it has failed.
    [[nodiscard]] virtual ApiResult<void> reset_failed(const BoardId& board) = 0;
    /// A connection to the person's boardgate-logdirs.
    [[nodiscard]] virtual ApiResult<Fd> open_logdirs(const Token& token) = 0;
    /// Looks at folders, until one is not readable, and at the person's home, over one connection. `foreign`: they
    /// may be in somebody else's home.
    [[nodiscard]] virtual ApiResult<InspectedFolders> inspect(const Token& token, const std::vector<std::string>& folders,
                                                              bool foreign) = 0;
    /// The mark of the person's home; nothing when it cannot be read in time.
    [[nodiscard]] virtual std::optional<HomeMark> home_of(const Token& token) = 0;
    /// Uses up a local ticket, which works once. Returns the person whose ticket it is.
    [[nodiscard]] virtual ApiResult<wire::TicketHolder> holder_of(const Token& token) = 0;
};

/// The launcher at /run/boardgate-root/launcher.sock.
class SocketLauncher final : public BoardLauncher {
public:
    static constexpr const char* socket_path = "/run/boardgate-root/launcher.sock";
    explicit SocketLauncher(std::string path = socket_path) : path_(std::move(path)) {}

    [[nodiscard]] ApiResult<std::uint16_t> make_door(const Token& token, const wire::DoorSpec& door, std::uint16_t former) override;
    [[nodiscard]] ApiResult<void> remove_door(const Token& token, const BoardId& board) override;
    [[nodiscard]] ApiResult<std::uint16_t> wake(const Token& token, const BoardId& board, const std::string& home) override;
    [[nodiscard]] ApiResult<void> show_to(const Token& owner, const BoardId& board, const std::vector<wire::ShownTo>& to) override;
    [[nodiscard]] ApiResult<std::uint16_t> wake_shared(const Token& visitor, const BoardId& board, const std::string& home) override;
    [[nodiscard]] ApiResult<void> sleep(const Token& token, const BoardId& board) override;
    [[nodiscard]] ApiResult<std::uint16_t> restart(const Token& token, const BoardId& board, const std::string& home) override;
    [[nodiscard]] ApiResult<wire::DoorSpec> read_door(const Token& token, const BoardId& board) override;
    [[nodiscard]] ApiResult<void> reopen(const Token& token, const BoardId& board) override;
    [[nodiscard]] ApiResult<void> check_door(const BoardId& board) override;
    [[nodiscard]] ApiResult<std::vector<BoardId>> resting_of(const std::vector<BoardId>& boards) override;
    [[nodiscard]] ApiResult<void> reset_failed(const BoardId& board) override;
    [[nodiscard]] ApiResult<Fd> open_logdirs(const Token& token) override;
    [[nodiscard]] ApiResult<InspectedFolders> inspect(const Token& token, const std::vector<std::string>& folders, bool foreign) override;
    [[nodiscard]] std::optional<HomeMark> home_of(const Token& token) override;
    [[nodiscard]] ApiResult<wire::TicketHolder> holder_of(const Token& token) override;
    /// Returns those of these tickets that are no longer valid: revoked, expired, or of an account that was made again.
    [[nodiscard]] std::vector<TokenHash> ended_of(const std::vector<TokenHash>& tickets);
    /// True when none of these tickets exists any more. At most wire::longest::tickets.
    [[nodiscard]] bool revoke(const std::vector<TokenHash>& tickets);

private:
    struct LauncherReply {
        std::uint16_t port;
        Fd attached;
    };
    template <class Message>
    [[nodiscard]] ApiResult<wire::Datagram> exchange(Message message);
    template <class Message>
    [[nodiscard]] ApiResult<LauncherReply> ask(Message message);
    template <class Message>
    [[nodiscard]] ApiResult<LauncherReply> ask_board(const Token& token, const BoardId& board);
    template <class Message>
    [[nodiscard]] ApiResult<std::uint16_t> start(const Token& token, const BoardId& board, const std::string& home);
    std::string path_;
};

}  // namespace boardgate::boardgated

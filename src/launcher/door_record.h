// SPDX-License-Identifier: MIT
// The records of doors: what root made each door from, one file per board, named by its id, under
// /var/lib/boardgate-root/doors. Doors open again from them at boot, and they name the owner of a board. Beside a record are
// the options of boardgate-board (.arguments) and the last wake (.use), and for each port the board that has it (.port).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "src/base/names.h"
#include "src/base/peer.h"
#include "src/base/private_folder.h"
#include "src/wire/messages.h"

namespace boardgate::launcher {

inline constexpr const char* doors_folder = "/var/lib/boardgate-root/doors";

struct DoorRecord {
    std::uint32_t uid = 0;
    std::string owner;    ///< the account's name at that time: the uid may become another person's
    wire::DoorSpec door;  ///< with the port in use
    /// When this system's userspace started (systemd's UserspaceTimestamp) in which the launcher opened the door; 0 while the
    /// launcher keeps it closed. If the door is not open in the same userspace, somebody else stopped it.
    std::uint64_t opened = 0;
    bool stopped = false;                   ///< somebody stopped the door's unit: it stays closed until ReopenDoor
    std::vector<wire::ShownTo> shown_to{};  ///< by its owner; the unit of a board that is shown is confined to its folders
    [[nodiscard]] bool is_of(const Account& account) const { return uid == account.uid && owner == account.name; }
};

/// How a door is used, beside its record.
struct DoorUse {
    std::chrono::sys_seconds woken{};  ///< when the board was last woken, or the door made; 1970 when unknown
    bool rests = false;                ///< the door was closed because nobody woke the board for long: the next wake makes it
    bool keeps_port = false;           ///< the owner chose the port, so the door never rests
};

class DoorRecords {
public:
    /// Opens the folder; an error unless root owns it with mode 0700.
    [[nodiscard]] static Result<DoorRecords> open(const std::string& path = doors_folder);

    /// Writes atomically.
    [[nodiscard]] Result<void> write(DoorRecord& record) const;
    /// An error with sys == ENOENT if there is no record.
    [[nodiscard]] Result<DoorRecord> read(const BoardId& board) const;
    void remove(const BoardId& board) const;
    [[nodiscard]] DoorUse use(const BoardId& board) const;
    [[nodiscard]] Result<void> write_use(const BoardId& board, const DoorUse& use) const;
    /// The board whose record has this port and does not rest.
    [[nodiscard]] std::optional<BoardId> board_with(std::uint16_t port) const;
    /// Records that this board has the port. Call it with lock_ports().
    [[nodiscard]] Result<void> take_port(std::uint16_t port, const BoardId& board) const;
    /// Removes what a process of the launcher left behind that died while it wrote.
    void remove_leftovers(std::chrono::sys_seconds now) const;
    /// All boards that have a port.
    [[nodiscard]] std::vector<BoardId> with_port() const;
    /// What boardgate-board reads from its standard input: command lines and unit properties are visible to everybody.
    [[nodiscard]] Result<void> write_arguments(const BoardId& board, const std::vector<std::string>& words) const;
    /// The same into the present file, which an awake board has open. False unless there is one of the same length.
    [[nodiscard]] bool overwrite_arguments(const BoardId& board, const std::vector<std::string>& words) const;
    /// The file of write_arguments().
    [[nodiscard]] static std::string arguments_path(const BoardId& board) {
        return std::string(doors_folder) + "/" + arguments_name(board);
    }
    /// Excludes the other processes that change this board's door, while the result lives.
    [[nodiscard]] FolderLock lock(const BoardId& board) const { return folder_.lock(board.str()); }
    /// The same without waiting: false when another process has it.
    [[nodiscard]] FolderLock try_lock(const BoardId& board) const { return folder_.try_lock(board.str()); }
    /// Excludes the other processes that choose a port. A port is taken once its record and take_port() are written.
    [[nodiscard]] FolderLock lock_ports() const { return folder_.lock("ports"); }
    /// All records. Damaged ones are left out and named in `damaged`.
    [[nodiscard]] std::vector<DoorRecord> all(std::vector<std::string>* damaged = nullptr) const;

private:
    [[nodiscard]] static std::string use_name(const BoardId& board) { return board.str() + ".use"; }
    [[nodiscard]] static std::string arguments_name(const BoardId& board) { return board.str() + ".arguments"; }
    explicit DoorRecords(PrivateFolder folder) : folder_(std::move(folder)) {}
    PrivateFolder folder_;
};

}  // namespace boardgate::launcher

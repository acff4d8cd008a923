// SPDX-License-Identifier: MIT
// What each door was made from, kept by root under /var/lib/boardgate-root/doors, one file per board named by
// its id: so that doors come back at boot, and so that a request for a board is answered by whose it is.
#pragma once

#include <string>
#include <vector>

#include "src/base/fd.h"
#include "src/base/names.h"
#include "src/base/peer.h"
#include "src/wire/messages.h"

namespace boardgate::launcher {

inline constexpr const char* doors_folder = "/var/lib/boardgate-root/doors";

struct DoorRecord {
    std::uint32_t uid = 0;
    std::string owner;    ///< the account's name then: a number may become somebody else's
    wire::DoorSpec door;  ///< port is the one in use
    [[nodiscard]] bool is_of(const Account& account) const { return uid == account.uid && owner == account.name; }
};

class DoorRecords {
public:
    /// Opens the folder; an error when it is not root's own with mode 0700.
    [[nodiscard]] static Result<DoorRecords> open(const std::string& path = doors_folder);

    /// Whole on disk, or as it was.
    [[nodiscard]] Result<void> write(DoorRecord& record) const;
    /// An error with sys == ENOENT when there is none.
    [[nodiscard]] Result<DoorRecord> read(const BoardId& board) const;
    void remove(const BoardId& board) const;
    /// For as long as the result lives no other process that asks for this changes doors.
    [[nodiscard]] Fd hold() const;
    /// All of them; a damaged one is left out and named in `damaged`.
    [[nodiscard]] std::vector<DoorRecord> all(std::vector<std::string>* damaged = nullptr) const;

private:
    explicit DoorRecords(Fd dir) : dir_(std::move(dir)) {}
    Fd dir_;
};

}  // namespace boardgate::launcher

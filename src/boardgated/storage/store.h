// SPDX-License-Identifier: MIT
// The database /var/lib/boardgate/boardgate.db (SQLite, WAL): sessions by hash, boards, presets. Statements only; what
// they mean is known by Sessions, Registry and Presets, which are its only users. One connection behind one mutex.
// Every call may take as long as the disk takes.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "src/boardgated/storage/database.h"

namespace boardgate::boardgated {

struct SessionRow {
    std::string hash;  ///< 64 hexadecimal digits
    std::uint32_t uid = 0;
    std::string user;
    std::int64_t created = 0;  ///< seconds since 1970, like all times here
    std::int64_t last_used = 0;
    std::int64_t expires = 0;
    std::string name;     ///< the person's own word for it
    std::string address;  ///< where it was opened from
};

struct BoardRow {
    std::string id;
    std::uint32_t uid = 0;
    std::string owner;
    std::uint16_t port = 0;
    std::string options;  ///< JSON object of board_options
    std::int64_t created = 0;
    std::int64_t last_viewed = 0;  ///< 0: never
};

/// When a session was last used, or a board last viewed.
struct UseRow {
    std::string key;  ///< hash or id
    std::int64_t time = 0;
};

/// Options under a name of the person's own; the empty name holds those of the board made last.
struct PresetRow {
    std::string name;
    std::string options;  ///< JSON object of board_options
};

class Store {
public:
    static constexpr const char* standard_path = "/var/lib/boardgate/boardgate.db";

    /// Opens or makes it, and brings an older one up to date. A damaged file or one of a newer boardgate is an error
    /// that says what to do.
    [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::string& path = standard_path);

    [[nodiscard]] Result<void> put_session(const SessionRow& row);
    [[nodiscard]] Result<void> rename_session(const std::string& hash, const std::string& name);
    [[nodiscard]] Result<void> delete_sessions(const std::vector<std::string>& hashes);
    [[nodiscard]] Result<std::vector<SessionRow>> sessions();

    [[nodiscard]] Result<void> put_board(const BoardRow& row);
    [[nodiscard]] Result<void> delete_board(const std::string& id);
    [[nodiscard]] Result<std::vector<BoardRow>> boards();

    // All of them with one write to the disk; what was deleted meanwhile stays deleted.
    [[nodiscard]] Result<void> sessions_used(const std::vector<UseRow>& uses);
    [[nodiscard]] Result<void> boards_viewed(const std::vector<UseRow>& views);

    [[nodiscard]] Result<void> put_preset(std::uint32_t uid, const PresetRow& row);
    [[nodiscard]] Result<void> delete_preset(std::uint32_t uid, const std::string& name);
    [[nodiscard]] Result<std::vector<PresetRow>> presets(std::uint32_t uid);

private:
    explicit Store(Database database) : database_(std::move(database)) {}
    template <class Bind>
    [[nodiscard]] Result<void> write(const char* sql, const char* what, Bind bind);
    template <class Row, class Bind>
    [[nodiscard]] Result<void> write_all(const char* sql, const char* what, const std::vector<Row>& rows, Bind bind);

    std::mutex mutex_;
    Database database_;
};

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
// The database /var/lib/boardgate/boardgate.db (SQLite, WAL): sessions by hash, boards. Statements only; what
// they mean is known by Sessions, Registry and Presets, which are its only users. One connection behind one mutex.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "src/base/error.h"

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

/// Options under a name of the person's own; the empty name holds those of the board made last.
struct PresetRow {
    std::string name;
    std::string options;  ///< JSON object of board_options
};

class Store {
public:
    static constexpr const char* standard_path = "/var/lib/boardgate/boardgate.db";

    /// Opens or makes it. A damaged file or one of a newer boardgate is an error that says what to do.
    [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::string& path = standard_path);

    [[nodiscard]] Result<void> put_session(const SessionRow& row);
    [[nodiscard]] Result<void> delete_session(const std::string& hash);
    [[nodiscard]] Result<std::vector<SessionRow>> sessions();

    [[nodiscard]] Result<void> put_board(const BoardRow& row);
    [[nodiscard]] Result<void> delete_board(const std::string& id);
    [[nodiscard]] Result<std::vector<BoardRow>> boards();

    [[nodiscard]] Result<void> put_preset(std::uint32_t uid, const PresetRow& row);
    [[nodiscard]] Result<void> delete_preset(std::uint32_t uid, const std::string& name);
    [[nodiscard]] Result<std::vector<PresetRow>> presets(std::uint32_t uid);

private:
    struct Close {
        void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
    };
    class Statement;
    explicit Store(sqlite3* database) : database_(database) {}
    [[nodiscard]] Result<void> migrate();
    [[nodiscard]] Result<void> execute(const char* sql);
    [[nodiscard]] tl::unexpected<Error> database_error(const std::string& what) const;

    std::mutex mutex_;
    std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace boardgate::boardgated

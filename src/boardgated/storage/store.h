// SPDX-License-Identifier: MIT
// The database /var/lib/boardgate/boardgate.db (SQLite, WAL): sessions by hash, boards, presets, notes on runs. Holds the
// statements; its users, such as Sessions, Registry and Presets, hold their meaning. One connection behind one lock. Every call
// waits for the disk.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/base/lock_guarded.h"
#include "src/boardgated/storage/database.h"

namespace boardgate::boardgated {

struct SessionRow {
    std::string hash;  ///< 64 hexadecimal digits
    std::uint32_t uid = 0;
    std::string user;
    std::int64_t created = 0;  ///< seconds since 1970, like all times here
    std::int64_t last_used = 0;
    std::int64_t expires = 0;
    std::string name;     ///< chosen by the person
    std::string address;  ///< of the login's client
};

struct BoardRow {
    std::string id;
    std::uint32_t uid = 0;
    std::string owner;
    std::uint16_t port = 0;
    std::string options;  ///< JSON object of board_options
    std::int64_t created = 0;
    std::int64_t last_viewed = 0;  ///< 0: never
    std::string paths{};           ///< identifies the set of its folders, by their paths
    std::string folders{};         ///< the same after links were followed; empty: unknown
    std::int64_t deleted = 0;      ///< 0: it is not
    std::string home{};            ///< HomeMark of the owner; empty when unknown
    bool aside = false;            ///< of another home than the owner's present one
    bool hidden = false;           ///< aside, but only until the owner's home is known
};

/// A board that a request with an Idempotency-Key made.
struct MadeBoardRow {
    std::string key;
    std::string request;  ///< SHA-256 of the body, hexadecimal
    std::string board;
    std::int64_t made = 0;
};

/// An administrator's hold of a board.
struct HoldRow {
    std::string board;
    std::string holder;
    std::string reason;
    std::int64_t since = 0;
};

/// When a session was last used, or a board last viewed.
struct UseRow {
    std::string key;  ///< hash or id
    std::int64_t time = 0;
};

/// A board that its owner shows to somebody.
struct ShareRow {
    std::string board;
    std::string kind;  ///< user, group or everybody
    std::string name;  ///< empty for everybody
    std::uint32_t number = 0;
    std::int64_t since = 0;
    std::int64_t until = 0;        ///< 0: no end
    std::int64_t last_viewed = 0;  ///< 0: never
    std::string last_viewed_by{};
};

/// A visitor's open view of a board.
struct ViewRow {
    std::string hash;     ///< of its capability
    std::string session;  ///< hash of the session's token
    std::uint32_t uid = 0;
    std::string board;
    std::int64_t opened = 0;
};

/// A person who asks to see a board.
struct AskRow {
    std::string board;
    std::uint32_t uid = 0;
    std::string name;
    std::int64_t since = 0;
};

/// The person who had a uid at the last login.
struct PersonRow {
    std::uint32_t uid = 0;
    std::string name;
    std::string home;     ///< HomeMark of the last home that could be read
    bool proved = false;  ///< it could be read at the last login
};

/// Options under a name that the person chose. The empty name has the options of the board created last.
struct PresetRow {
    std::string name;
    std::string options;  ///< JSON object of board_options
};

/// What a person wrote about a run.
struct RunNoteRow {
    std::string home;  ///< HomeMark of the person
    std::string path;  ///< of the run's folder
    std::string text;
};

/// Why a board's last run failed.
struct FailureRow {
    std::string board;
    std::string invocation;  ///< of that run
    std::string failure;     ///< JSON object
    std::int64_t since = 0;  ///< microseconds since 1970
};

class Store {
public:
    static constexpr const char* standard_path = "/var/lib/boardgate/boardgate.db";

    /// Opens or creates the database and migrates an older version. The error for a damaged file, or for the file of a newer
    /// boardgate, says what to do.
    [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::string& path = standard_path);

    [[nodiscard]] Result<void> put_session(const SessionRow& row);
    [[nodiscard]] Result<void> rename_session(const std::string& hash, const std::string& name);
    /// Deletes sessions, and remembers that their tickets are to be revoked.
    [[nodiscard]] Result<void> end_sessions(const std::vector<std::string>& hashes);
    /// The hashes of tickets that are to be revoked.
    [[nodiscard]] Result<std::vector<std::string>> unrevoked();
    [[nodiscard]] Result<void> forget_revoked(const std::vector<std::string>& hashes);
    [[nodiscard]] Result<std::vector<SessionRow>> sessions();

    [[nodiscard]] Result<void> put_board(const BoardRow& row);
    /// For good, with what belongs to it.
    [[nodiscard]] Result<void> delete_board(const std::string& id);
    /// All but the deleted ones.
    [[nodiscard]] Result<std::vector<BoardRow>> boards();
    /// The person's boards on these folders, the newest first.
    [[nodiscard]] Result<std::vector<std::string>> boards_on(std::uint32_t uid, const std::string& paths, const std::string& folders);
    /// The person's deleted boards, or everybody's that were deleted before `before`.
    [[nodiscard]] Result<std::vector<BoardRow>> deleted_boards(std::uint32_t uid);
    [[nodiscard]] Result<std::vector<BoardRow>> boards_deleted_before(std::int64_t before);
    /// Also those that are deleted or set aside.
    [[nodiscard]] Result<std::vector<BoardRow>> boards_of(std::uint32_t uid);
    /// Makes the boards of this name that are set aside belong to the home of the next login. Returns their number.
    [[nodiscard]] Result<std::size_t> adopt(const std::string& owner);

    [[nodiscard]] Result<void> put_made_board(std::uint32_t uid, const MadeBoardRow& row);
    [[nodiscard]] Result<std::optional<MadeBoardRow>> made_board(std::uint32_t uid, const std::string& key);
    [[nodiscard]] Result<void> forget_made_boards(std::int64_t before);

    [[nodiscard]] Result<void> put_hold(const HoldRow& row);
    [[nodiscard]] Result<void> delete_hold(const std::string& board);
    [[nodiscard]] Result<std::vector<HoldRow>> holds();

    [[nodiscard]] Result<void> put_failure(const FailureRow& row);
    [[nodiscard]] Result<std::vector<FailureRow>> failures();

    // One write to the disk for all rows. Rows that were deleted meanwhile stay deleted.
    [[nodiscard]] Result<void> sessions_used(const std::vector<UseRow>& uses);
    [[nodiscard]] Result<void> boards_viewed(const std::vector<UseRow>& views);

    [[nodiscard]] Result<void> put_preset(std::uint32_t uid, const PresetRow& row);
    [[nodiscard]] Result<void> delete_preset(std::uint32_t uid, const std::string& name);
    [[nodiscard]] Result<std::vector<PresetRow>> presets(std::uint32_t uid);
    [[nodiscard]] Result<void> delete_presets(std::uint32_t uid);

    [[nodiscard]] Result<void> put_run_note(std::uint32_t uid, const RunNoteRow& row);
    [[nodiscard]] Result<void> delete_run_note(std::uint32_t uid, const std::string& home, const std::string& path);
    /// By path; also those that were written in another home.
    [[nodiscard]] Result<std::vector<RunNoteRow>> run_notes(std::uint32_t uid);

    // store_sharing.cc has these.
    [[nodiscard]] Result<void> put_share(const ShareRow& row);
    [[nodiscard]] Result<void> delete_share(const ShareRow& row);
    /// All of a board.
    [[nodiscard]] Result<void> delete_shares(const std::string& board);
    [[nodiscard]] Result<std::vector<ShareRow>> shares();
    [[nodiscard]] Result<void> put_view(const ViewRow& row);
    [[nodiscard]] Result<void> delete_views(const std::vector<std::string>& hashes);
    [[nodiscard]] Result<std::vector<ViewRow>> views();
    [[nodiscard]] Result<void> put_ask(const AskRow& row);
    [[nodiscard]] Result<void> delete_ask(const std::string& board, std::uint32_t uid);
    [[nodiscard]] Result<std::vector<AskRow>> asks();
    [[nodiscard]] Result<void> put_person(const PersonRow& row);
    [[nodiscard]] Result<std::vector<PersonRow>> people();
    /// Its shares, views and asks.
    [[nodiscard]] Result<void> delete_sharing_of(const std::string& board);

private:
    explicit Store(Database database) : database_(std::move(database)) {}
    template <class Bind>
    [[nodiscard]] Result<void> write(const char* sql, const char* what, Bind bind);
    template <class Bind>
    [[nodiscard]] Result<std::vector<BoardRow>> read_boards(const std::string& where, Bind bind);
    template <class Row, class Bind>
    [[nodiscard]] Result<void> write_all(const char* sql, const char* what, const std::vector<Row>& rows, Bind bind);

    LockGuarded<Database> database_;
};

}  // namespace boardgate::boardgated

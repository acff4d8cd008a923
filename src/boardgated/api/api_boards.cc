// SPDX-License-Identifier: MIT
#include "src/boardgated/api/api_boards.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "src/base/folder_names.h"
#include "src/base/log.h"
#include "src/base/sha256.h"
#include "src/boardgated/api/board_json.h"
#include "src/boardgated/api/folder_notices.h"
#include "src/boardgated/api/log_json.h"
#include "src/boardgated/api/pages.h"
#include "src/boardgated/clients/logdirs_client.h"
#include "src/boardgated/common/json.h"
#include "src/boardgated/gate/audit.h"

namespace boardgate::boardgated {

namespace {

constexpr std::uint32_t standard_log_lines = 100;

}  // namespace

ApiResult<Response> ApiBoards::list(Call& call) const {
    const std::string deleted = call.request.query_value("deleted");
    if (deleted == "1") return list_deleted(call);
    if (!deleted.empty() && deleted != "0") return problem(Code::bad_field, "deleted must be 0 or 1", "deleted");
    const auto boards = registry_.boards_of(call.session->uid);
    const auto page = page_of(call.request, list_of(boards));
    if (!page) return error_of(page);
    Json::Value body(Json::objectValue);
    add_page(body, *page, board_json);
    return json_response(200, body);
}

ApiResult<Response> ApiBoards::list_deleted(Call& call) const {
    const auto deleted = registry_.deleted_of(call.session->uid);
    if (!deleted) return storage_problem(deleted.error());
    Json::Value body(Json::objectValue);
    body["boards"] = Json::Value(Json::arrayValue);
    for (const DeletedBoard& each : *deleted) {
        Json::Value board = board_json(each.board);
        board["deleted"] = rfc3339(each.deleted);
        board["kept_until"] = rfc3339(each.deleted + Registry::kept_deleted);
        body["boards"].append(std::move(board));
    }
    body["total"] = Json::UInt64(deleted->size());
    body["cursor"] = Json::Value();
    return json_response(200, body);
}

tl::unexpected<Problem> ApiBoards::not_kept(const BoardId& id, const Error& error) const {
    if (!registry_.find(id)) return problem(Code::no_such_board, fmt::format("board {} was deleted meanwhile", id.str()));
    return storage_problem(error);
}

ApiResult<Response> ApiBoards::current(const BoardId& id, int status, const std::vector<Notice>& more) const {
    const auto board = registry_.find(id);
    if (!board) return problem(Code::no_such_board, fmt::format("board {} was deleted meanwhile", id.str()));
    Json::Value body = board_json(*board);
    const auto shown = notices_of(board->facts);  // an awake board has them in its status text already
    for (const Notice& notice : more) {
        if (std::ranges::find(shown, notice.code, &Notice::code) == shown.end()) add_notice(body, notice);
    }
    return json_response(status, body);
}

namespace {
/// Does only the person's own process know what this means: a path below home, several folders, a pattern?
bool is_typed(const std::string& folder) {
    const bool elsewhere = folder.find("://") != std::string::npos;
    return !folder.empty() && !elsewhere && (!folder.starts_with('/') || folder.find_first_of(",*?[") != std::string::npos);
}
}  // namespace

/// Replaces the folders as a person types them by absolute paths and names.
ApiResult<void> ApiBoards::resolve_folders_in(JsonObject& json, const Token& token) {
    std::string logdir;
    std::vector<std::string> texts;
    json.take("logdir", logdir, 0, wire::longest::path);
    json.take("more_logdirs", texts, 0, wire::longest::more_logdirs, wire::longest::path);
    if (!is_typed(logdir) && std::ranges::none_of(texts, is_typed)) return {};
    const bool has_first = !logdir.empty();
    if (has_first) texts.insert(texts.begin(), logdir);
    const auto reader = launcher_.open_logdirs(token);
    if (!reader) return error_of(reader);
    const auto folders = resolve_folders(*reader, texts);
    if (!folders) return error_of(folders);
    std::vector<std::string> paths;
    std::vector<std::string> names;
    for (const wire::NamedFolder& folder : *folders) {
        paths.push_back(folder.path);
        names.push_back(folder.name);
    }
    if (paths.empty()) return problem(Code::bad_field, "name a folder", "logdir");
    const bool any_name = std::ranges::any_of(names, [](const std::string& name) { return !name.empty(); });
    if (any_name && has_first && !json.has("names")) json.replace("names", names_apart(paths, names));
    if (has_first) {
        json.replace("logdir", paths.front());
        paths.erase(paths.begin());
    }
    if (!paths.empty() || json.has("more_logdirs")) json.replace("more_logdirs", paths);
    return {};
}

ApiResult<ApiBoards::Wanted> ApiBoards::wanted(const Call& call, const BoardOptions& before, For what) {
    auto json = JsonObject::parse(call.body);
    if (!json) return error_of(json);
    Wanted wanted;
    wanted.titled = json->has("title");
    if (what == For::a_board) {
        json->take("new", wanted.another);
        json->take("wake", wanted.wake);
    }
    json->take("foreign", wanted.foreign);
    if (auto resolved = resolve_folders_in(*json, *call.token); !resolved) return error_of(resolved);
    auto options = take_options(*json, before, settings_);
    if (!options) return error_of(options);
    wanted.options = *std::move(options);
    return wanted;
}

ApiResult<ApiBoards::Inspected> ApiBoards::inspect(const Token& token, const BoardOptions& options, bool foreign) {
    const std::vector<std::string> folders = folders_of(options);
    const auto seen = launcher_.inspect(token, folders, foreign && settings_.offer_own_boards);
    if (!seen) return error_of(seen);
    std::vector<std::string> targets;
    std::string home_of;
    for (std::size_t i = 0; i < seen->reports.size(); ++i) {
        const wire::FolderReport& report = seen->reports[i];
        const char* field = i == 0 ? "logdir" : "more_logdirs";
        if (report.verdict == wire::FolderVerdict::foreign && settings_.offer_own_boards && !foreign) {
            return problem(Code::logdir_foreign,
                           fmt::format("\"{}\" is in {}, where others can put anything; to show it all the same: boardgate start --foreign",
                                       folders[i], report.detail),
                           field);
        }
        if (const auto good = verdict_of(report, folders[i], field); !good) return error_of(good);
        if (!report.target.empty()) targets.push_back(report.target);
        if (home_of.empty()) home_of = report.home_of;
    }
    return Inspected{notices_of(seen->reports, options), targets.size() == folders.size() ? set_of(targets) : std::string(),
                     seen->home ? seen->home->str() : std::string(), std::move(home_of)};
}

/// The person's newest board on these folders.
std::optional<Board> ApiBoards::board_on(const Call& call, const BoardOptions& options, const std::string& targets) {
    const std::string paths = set_of(folders_of(options));
    for (Board& board : registry_.boards_on(call.session->uid, options, targets)) {
        if (set_of(folders_of(board.options)) == paths) return std::move(board);
        // Its links may lead elsewhere by now.
        const auto found = inspect(*call.token, board.options, true);
        if (found && found->targets == targets) return std::move(board);
        if (const auto kept = registry_.set_targets(board.id, found ? found->targets : std::string()); !kept)
            log_event(Event::storage_fault, kept.error().text());
    }
    return std::nullopt;
}

/// Makes the door according to the options, which it keeps, and wakes the board if `awake`.
ApiResult<void> ApiBoards::make_door(const Token& token, const Board& board, bool awake) {
    {
        const auto held = scheduler_.hold_door(board.id);
        const auto known = registry_.find(board.id);
        if (!known) return problem(Code::no_such_board, fmt::format("board {} was deleted meanwhile", board.id.str()));
        const auto port = launcher_.make_door(token, door_spec(board.id, board.options, board.home), board.port);
        if (!port) return error_of(port);
        if (const auto kept = registry_.set_port(board.id, *port); !kept) return not_kept(board.id, kept.error());
        if (auto kept = keep(*known, board.options); !kept) return kept;
    }
    watch_.refresh(board.id);
    (void)registry_.wait(board.id, BoardScheduler::report_timeout, [](const Board& now) { return now.state != State::off; });
    return awake ? scheduler_.wake(token, board.id).map([](bool) {}) : ApiResult<void>{};
}

ApiResult<void> ApiBoards::keep(const Board& board, const BoardOptions& options) {
    if (options_text(options) == options_text(board.options)) return {};
    if (const auto kept = registry_.set_options(board.id, options); !kept) return not_kept(board.id, kept.error());
    return {};
}

namespace {
/// The Idempotency-Key of a request; empty when it has none.
ApiResult<std::string> key_of(const Request& request) {
    constexpr std::size_t longest = 255;
    std::string key(request.parameter("HTTP_IDEMPOTENCY_KEY"));
    if (key.size() > longest || !is_utf8(key) || has_control_character(key))
        return problem(Code::bad_field, "Idempotency-Key must be a text of at most 255 bytes", "Idempotency-Key");
    return key;
}
}  // namespace

ApiResult<Response> ApiBoards::create(Call& call) {
    const auto made = wanted(call, default_options(settings_), For::a_board);
    if (!made) return error_of(made);
    const auto key = key_of(call.request);
    if (!key) return error_of(key);
    const auto found = inspect(*call.token, made->options, made->foreign);
    if (!found) return error_of(found);

    auto choosing = choices_.hold(call.session->uid);
    if (!key->empty()) {
        const auto before = registry_.made_with(call.session->uid, *key);
        if (before && before->request != sha256(call.body).hex())
            return problem(Code::bad_field, "another request had this Idempotency-Key", "Idempotency-Key");
        if (before) return current(before->board, 201, found->notices);
    }
    const auto shown = made->another ? std::nullopt : board_on(call, made->options, found->targets);
    if (!shown) return make(call, *made, *found, std::move(choosing));
    choosing.unlock();
    return open_again(call, shown->id, found->notices);
}

ApiResult<Response> ApiBoards::make(Call& call, const Wanted& wanted, const Inspected& found, BoardLocks::Held choosing) {
    const auto owner = UserName::parse(call.session->user);
    if (!owner) return problem(Code::internal, owner.error().text());
    const auto board = registry_.add(call.session->uid, *owner, wanted.options, settings_.boards_per_user, found.targets, found.home);
    if (!board) return error_of(board);
    if (const auto key = key_of(call.request); key && !key->empty()) {
        if (const auto kept = registry_.set_made_with(*board, *key, sha256(call.body).hex()); !kept) return storage_problem(kept.error());
    }
    choosing.unlock();
    if (const auto door = make_door(*call.token, *board, false); !door) {
        // Remove a board that could not be made. If its door may exist, keep it: the owner can wake or delete it.
        const auto held = scheduler_.hold_door(board->id);
        if (launcher_.remove_door(*call.token, board->id)) {
            if (const auto removed = registry_.remove(board->id); !removed) log_event(Event::storage_fault, removed.error().text());
        }
        return error_of(door);
    }
    presets_.set_last(call.session->uid, wanted.options);
    audit(Event::board_made, *call.session, call.request.address(), "made", *board);
    if (wanted.wake) {
        if (const auto woken = wake_board(call, *board); !woken) return error_of(woken);
    }
    auto response = current(board->id, 201, found.notices);
    if (!response) return response;
    response->with("Location", "/api/v1/boards/" + board->id.str());
    return response;
}

/// The board that shows these folders already, changed as asked.
ApiResult<Response> ApiBoards::open_again(Call& call, const BoardId& id, const std::vector<Notice>& notices) {
    const auto held = changes_.hold(id);
    const auto board = own_board(registry_, id, *call.session);
    if (!board) return error_of(board);
    auto asked = wanted(call, board->options, For::a_board);
    if (!asked) return error_of(asked);
    // The same folders: the board keeps its own paths and their order.
    asked->options.logdir = board->options.logdir;
    asked->options.more_logdirs = board->options.more_logdirs;
    asked->options.names = board->options.names;
    if (!asked->titled) asked->options.title = board->options.title;
    if (const auto changed = change(call, *board, asked->options); !changed) return error_of(changed);
    if (asked->wake) {
        if (const auto woken = wake_board(call, *board); !woken) return error_of(woken);
    }
    return current(id, 200, notices);
}

/// Starts it, with one line in the audit log however many requests ask at the same time.
ApiResult<void> ApiBoards::wake_board(const Call& call, const Board& board) {
    const auto woken = scheduler_.wake(*call.token, board.id);
    if (!woken) return error_of(woken);
    if (*woken) audit(Event::board_woken, *call.session, call.request.address(), "woke", board);
    return {};
}

ApiResult<Response> ApiBoards::read(Call& call) const {
    const auto board = own_board(registry_, *call.board, *call.session);
    if (!board) return error_of(board);
    scheduler_.looked_at(board->id);
    return json_response(200, board_json(*board));
}

ApiResult<Response> ApiBoards::update(Call& call) {
    // Serialized: each change begins with the options that the last one left.
    const auto held = changes_.hold(*call.board);
    const auto board = own_board(registry_, *call.board, *call.session);
    if (!board) return error_of(board);
    const auto asked = wanted(call, board->options, For::a_change);
    if (!asked) return error_of(asked);
    const BoardOptions& options = asked->options;
    std::vector<Notice> notices;
    std::string targets = board->targets;
    const bool same_folders = folders_of(options) == folders_of(board->options);
    if (!same_folders || options.loader != board->options.loader) {
        auto found = inspect(*call.token, options, asked->foreign || same_folders);
        if (!found) return error_of(found);
        notices = std::move(found->notices);
        targets = std::move(found->targets);
    }
    if (const auto changed = change(call, *board, options); !changed) return error_of(changed);
    if (targets != board->targets) {
        if (const auto kept = registry_.set_targets(board->id, targets); !kept) return not_kept(board->id, kept.error());
    }
    return current(board->id, 200, notices);
}

ApiResult<void> ApiBoards::change(Call& call, const Board& board, const BoardOptions& options) {
    if (options_text(options) == options_text(board.options)) return {};
    if (change_between(options, board.options) == Change::of_title) return keep(board, options);
    Board changed = board;
    changed.options = options;
    auto door = make_door(*call.token, changed, is_awake(board));
    // Make the old door again: a taken port must not cost the board its door.
    if (!door) (void)make_door(*call.token, board, is_awake(board));
    return door;
}

ApiResult<Response> ApiBoards::remove(Call& call) {
    const auto board = own_board(registry_, *call.board, *call.session);
    if (!board) return error_of(board);
    const auto held = scheduler_.hold_door(board->id);
    if (const auto removed = launcher_.remove_door(*call.token, board->id); !removed && removed.error().code != Code::no_such_board) {
        return error_of(removed);
    }
    if (const auto removed = registry_.move_to_deleted(board->id); !removed) return storage_problem(removed.error());
    audit(Event::board_deleted, *call.session, call.request.address(), "deleted", *board);
    return empty_response(204);
}

ApiResult<Response> ApiBoards::restore(Call& call) {
    if (registry_.find(*call.board)) {
        const auto there = own_board(registry_, *call.board, *call.session);
        return there ? current(there->id, 200) : error_of(there);
    }
    const auto board = registry_.restore(call.session->uid, *call.board, settings_.boards_per_user);
    if (!board) return error_of(board);
    audit(Event::board_restored, *call.session, call.request.address(), "restored", *board);
    // Without a door it is off, and the next visit makes one.
    if (const auto door = make_door(*call.token, *board, false); !door)
        log_event(Event::notice, "a restored board has no door yet: " + door.error().detail, {{"BOARD_ID", board->id.str()}});
    return current(board->id, 200);
}

/// The board of a request that takes no fields. Refuses a field rather than ignoring it.
ApiResult<Board> ApiBoards::acted_on(const Call& call) const {
    auto board = own_board(registry_, *call.board, *call.session);
    if (!board || call.body.empty()) return board;
    const auto json = JsonObject::parse(call.body);
    if (!json) return error_of(json);
    if (const auto known = json->finish(); !known) return error_of(known);
    return board;
}

ApiResult<Response> ApiBoards::wake(Call& call) {
    const auto board = acted_on(call);
    if (!board) return error_of(board);
    if (const auto woken = wake_board(call, *board); !woken) return error_of(woken);
    return current(board->id, 202);
}

ApiResult<Response> ApiBoards::sleep(Call& call) {
    const auto board = acted_on(call);
    if (!board) return error_of(board);
    if (const auto asleep = scheduler_.sleep(*call.token, board->id, "you put it to sleep"); !asleep) return error_of(asleep);
    (void)registry_.wait(board->id, BoardScheduler::report_timeout, [](const Board& stopped) { return !is_awake(stopped); });
    return current(board->id, 202);
}

ApiResult<Response> ApiBoards::restart(Call& call) {
    const auto board = acted_on(call);
    if (!board) return error_of(board);
    if (const auto woken = scheduler_.restart(*call.token, board->id); !woken) return error_of(woken);
    audit(Event::board_woken, *call.session, call.request.address(), "restarted", *board);
    (void)registry_.wait(board->id, BoardScheduler::report_timeout,
                         [&](const Board& again) { return again.facts.invocation != board->facts.invocation; });
    return current(board->id, 202);
}

ApiResult<Response> ApiBoards::log(Call& call) const {
    const auto board = own_board(registry_, *call.board, *call.session);
    if (!board) return error_of(board);
    const auto lines = query_number(call.request, "lines", standard_log_lines, 1, JournalClient::most_lines);
    if (!lines) return error_of(lines);
    const auto read = journal_.last_lines(board->unit(), *lines);
    if (!read) {
        log_event(Event::request_fault, "boardgated cannot read a log: " + read.error().text(), {{"BOARD_ID", board->id.str()}});
        return problem(Code::busy, "the log cannot be read now; try again");
    }
    Json::Value body(Json::objectValue);
    body["lines"] = Json::Value(Json::arrayValue);
    for (const wire::LogLine& line : *read) body["lines"].append(log_line_json(line));
    return json_response(200, body);
}

}  // namespace boardgate::boardgated

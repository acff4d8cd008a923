// SPDX-License-Identifier: MIT
#include "src/boardgated/api/api_boards.h"

#include <algorithm>
#include <chrono>

#include "src/base/log.h"
#include "src/boardgated/api/board_json.h"
#include "src/boardgated/api/folder_notices.h"
#include "src/boardgated/api/log_json.h"
#include "src/boardgated/clients/logdirs_client.h"
#include "src/boardgated/common/json.h"
#include "src/boardgated/gate/audit.h"

namespace boardgate::boardgated {

namespace {

constexpr std::uint32_t standard_log_lines = 100;
/// At all folders of a board.
constexpr std::chrono::seconds longest_look{20};

}  // namespace

ApiResult<Response> ApiBoards::list(Call& call) const {
    Json::Value body(Json::objectValue);
    body["boards"] = Json::Value(Json::arrayValue);
    for (const Board& board : registry_.boards_of(call.session->uid)) body["boards"].append(board_json(board));
    return json_response(200, body);
}

ApiResult<Response> ApiBoards::current(const BoardId& id, int status, const std::vector<Notice>& more) const {
    const auto board = registry_.find(id);
    if (!board) return problem(Code::no_such_board, "board " + id.str() + " was deleted meanwhile");
    Json::Value body = board_json(*board);
    const auto shown = notices_of(board->facts);  // an awake board has them in its status text already
    for (const Notice& notice : more) {
        if (std::ranges::find(shown, notice.code, &Notice::code) == shown.end()) add_notice(body, notice);
    }
    return json_response(status, body);
}

ApiResult<std::vector<Notice>> ApiBoards::inspect(const Token& token, const BoardOptions& options) {
    const char* field = "logdir";
    std::vector<wire::FolderReport> reports;
    const auto until = std::chrono::steady_clock::now() + longest_look;
    for (const std::string& folder : folders_of(options)) {
        if (std::chrono::steady_clock::now() >= until) {
            return problem(Code::logdir_unreadable, "your folders answer too slowly; is their file system mounted?", field);
        }
        auto report = launcher_.inspect(token, folder);
        if (!report) return error_of(report);
        if (const auto good = verdict_of(*report, folder, field); !good) return error_of(good);
        reports.push_back(*std::move(report));
        field = "more_logdirs";
    }
    return notices_of(reports, options);
}

/// Makes the door according to the options, and wakes the board if `awake`.
ApiResult<void> ApiBoards::make_door(const Token& token, const Board& board, bool awake) {
    wire::DoorSpec spec = door_spec(board.id, board.options);
    if (spec.port == 0 && settings_.is_door_port(board.port)) spec.port = board.port;  // keep its port
    {
        const auto held = scheduler_.hold_door(board.id);
        if (!registry_.find(board.id)) return problem(Code::no_such_board, "board " + board.id.str() + " was deleted meanwhile");
        const auto port = launcher_.make_door(token, spec);
        if (!port) return error_of(port);
        if (const auto kept = registry_.set_port(board.id, *port); !kept) return storage_problem(kept.error());
    }
    watch_.refresh(board.id);
    (void)registry_.wait(board.id, BoardScheduler::report_timeout, [](const Board& now) { return now.state != State::off; });
    return awake ? scheduler_.wake(token, board.id) : ApiResult<void>{};
}

ApiResult<Response> ApiBoards::create(Call& call) {
    auto json = JsonObject::parse(call.body);
    if (!json) return error_of(json);
    const auto options = take_options(*json, default_options(settings_), settings_);
    if (!options) return error_of(options);
    const auto owner = UserName::parse(call.session->user);
    if (!owner) return problem(Code::internal, owner.error().text());
    auto notices = inspect(*call.token, *options);
    if (!notices) return error_of(notices);

    const auto board = registry_.add(call.session->uid, *owner, *options, settings_.boards_per_user);
    if (!board) return error_of(board);
    if (const auto door = make_door(*call.token, *board, true); !door) {
        // Remove a board that could not be made. If its door may exist, keep it: the owner can wake or delete it.
        const auto held = scheduler_.hold_door(board->id);
        if (launcher_.remove_door(*call.token, board->id)) {
            if (const auto removed = registry_.remove(board->id); !removed) log_event(Event::storage_fault, removed.error().text());
        }
        return error_of(door);
    }
    presets_.set_last(call.session->uid, *options);
    audit(Event::board_made, *call.session, call.request.address(), "made", *board);
    for (const Board& other : registry_.boards_of(call.session->uid)) {
        if (other.id == board->id || !show_the_same(other.options, *options)) continue;
        notices->push_back({"same_folder", "You already have a board for this folder: " + other.url() + " (" + other.options.title + ")."});
    }
    auto response = current(board->id, 201, *notices);
    if (!response) return response;
    response->with("Location", "/api/v1/boards/" + board->id.str());
    return response;
}

ApiResult<Response> ApiBoards::read(Call& call) const {
    return own_board(registry_, *call.board, *call.session).map([](const Board& board) { return json_response(200, board_json(board)); });
}

ApiResult<Response> ApiBoards::update(Call& call) {
    // Serialized: each change begins with the options that the last one left.
    const auto held = changes_.hold(*call.board);
    const auto board = own_board(registry_, *call.board, *call.session);
    if (!board) return error_of(board);
    auto json = JsonObject::parse(call.body);
    if (!json) return error_of(json);
    const auto options = take_options(*json, board->options, settings_);
    if (!options) return error_of(options);
    if (options_text(*options) == options_text(board->options)) return current(board->id, 200);
    std::vector<Notice> notices;
    if (folders_of(*options) != folders_of(board->options) || options->loader != board->options.loader) {
        auto found = inspect(*call.token, *options);
        if (!found) return error_of(found);
        notices = *std::move(found);
    }
    Board changed = *board;
    changed.options = *options;
    if (const auto door = make_door(*call.token, changed, is_awake(*board)); !door) {
        // Make the old door again: a taken port must not cost the board its door.
        (void)make_door(*call.token, *board, is_awake(*board));
        return error_of(door);
    }
    if (const auto kept = registry_.set_options(board->id, *options); !kept) return storage_problem(kept.error());
    return current(board->id, 200, notices);
}

ApiResult<Response> ApiBoards::remove(Call& call) {
    const auto board = own_board(registry_, *call.board, *call.session);
    if (!board) return error_of(board);
    const auto held = scheduler_.hold_door(board->id);
    if (const auto removed = launcher_.remove_door(*call.token, board->id); !removed && removed.error().code != Code::no_such_board) {
        return error_of(removed);
    }
    if (const auto removed = registry_.remove(board->id); !removed) return storage_problem(removed.error());
    audit(Event::board_deleted, *call.session, call.request.address(), "deleted", *board);
    return empty_response(204);
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
    if (const auto woken = scheduler_.wake(*call.token, board->id); !woken) return error_of(woken);
    if (!is_awake(*board)) audit(Event::board_woken, *call.session, call.request.address(), "woke", *board);
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

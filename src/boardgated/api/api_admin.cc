// SPDX-License-Identifier: MIT
#include "src/boardgated/api/api_admin.h"

#include <algorithm>
#include <map>

#include "src/base/bus.h"
#include "src/boardgated/api/board_json.h"
#include "src/boardgated/gate/audit.h"

namespace boardgate::boardgated {

namespace {

/// The largest number of awake boards of one person.
std::int64_t most_of(const std::map<std::uint32_t, std::int64_t>& counts) {
    std::int64_t most = 0;
    for (const auto& [uid, count] : counts) most = std::max(most, count);
    return most;
}

/// The memory of the slice of all boards; nothing when it is not counted or not limited.
std::optional<Json::Value> memory_of_all() {
    constexpr const char* slice = "tensorboard.slice";
    constexpr const char* interface = "org.freedesktop.systemd1.Slice";
    const auto bus = Bus::open_system();
    if (!bus) return std::nullopt;
    // Without an awake board the slice does not exist.
    const bool any = bus->active_state(slice) == "active";
    const auto used = any ? bus->unit_counter(slice, interface, "MemoryCurrent") : 0;
    const auto most = bus->unit_counter(slice, interface, "MemoryMax");
    if (!used || !most) return std::nullopt;
    return limit_json(static_cast<std::int64_t>(*used), static_cast<std::int64_t>(*most));
}

}  // namespace

ApiResult<void> ApiAdmin::admit(const Call& call) const {
    if (administrators_.look_up(*call.session)) return {};
    return problem(Code::not_administrator, settings_.administrators.empty()
                                                ? "this server has no group of administrators; name one in boardgate.conf"
                                                : "you are not in the group " + settings_.administrators);
}

ApiResult<Response> ApiAdmin::list(Call& call) const {
    if (const auto admitted = admit(call); !admitted) return error_of(admitted);
    Json::Value body(Json::objectValue);
    body["boards"] = Json::Value(Json::arrayValue);
    const std::vector<Board> boards = registry_.all();
    std::int64_t awake = 0;
    std::map<std::uint32_t, std::int64_t> awake_of;
    std::map<std::uint32_t, std::int64_t> boards_of;
    for (const Board& board : boards) {
        body["boards"].append(board_facts_json(board));
        ++boards_of[board.uid];
        if (!is_awake(board)) continue;
        ++awake;
        ++awake_of[board.uid];
    }
    body["limits"]["awake"] = limit_json(awake, settings_.awake_boards);
    body["limits"]["ports"] = limit_json(static_cast<std::int64_t>(boards.size()), settings_.door_ports.last - settings_.door_ports.first);
    body["limits"]["awake_per_user"] = limit_json(most_of(awake_of), settings_.awake_boards_per_user);
    body["limits"]["boards_per_user"] = limit_json(most_of(boards_of), settings_.boards_per_user);
    if (const auto memory = memory_of_all()) body["limits"]["memory"] = *memory;
    return json_response(200, body);
}

ApiResult<Response> ApiAdmin::sleep(Call& call) {
    if (const auto admitted = admit(call); !admitted) return error_of(admitted);
    const auto board = registry_.find(*call.board);
    if (!board) return problem(Code::no_such_board, "there is no board " + call.board->str());
    if (const auto asleep = scheduler_.sleep(*call.token, board->id, "an administrator put it to sleep"); !asleep) return error_of(asleep);
    audit(Event::administration, *call.session, call.request.address(), "put to sleep", *board);
    const auto now = registry_.wait(board->id, BoardScheduler::report_timeout, [](const Board& stopped) { return !is_awake(stopped); });
    return json_response(202, board_facts_json(now.value_or(*board)));
}

}  // namespace boardgate::boardgated

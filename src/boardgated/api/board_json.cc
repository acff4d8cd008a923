// SPDX-License-Identifier: MIT
#include "src/boardgated/api/board_json.h"

#include <fmt/format.h>

#include "src/boardgated/boards/diagnosis.h"

namespace boardgate::boardgated {

void add_notice(Json::Value& board, const Notice& notice) {
    Json::Value value(Json::objectValue);
    value["code"] = notice.code;
    value["text"] = notice.text;
    board["notices"].append(std::move(value));
}

Json::Value limit_json(std::int64_t used, std::int64_t most) {
    Json::Value value(Json::objectValue);
    value["used"] = Json::Int64(used);
    value["most"] = Json::Int64(most);
    return value;
}

Json::Value board_facts_json(const Board& board) {
    Json::Value value(Json::objectValue);
    value["id"] = board.id.str();
    value["owner"] = board.owner.str();
    value["state"] = name_of(shown_state(board));
    value["state_since"] = rfc3339(board.state_since);
    value["unit"] = board.unit().service();
    value["port"] = board.port;
    value["created"] = rfc3339(board.created);
    const bool visited = board.last_visit && (!board.last_viewed || board.last_visit->time > *board.last_viewed);
    const auto viewed = visited ? std::optional(board.last_visit->time) : board.last_viewed;
    value["last_viewed"] = viewed ? Json::Value(rfc3339(*viewed)) : Json::Value();
    value["last_viewed_by"] = viewed ? Json::Value(visited ? board.last_visit->visitor : board.owner.str()) : Json::Value();
    const ClusterStatus job = board.job();
    value["engine"] = name_of(board.engine());
    value["node"] = job.node.empty() ? Json::Value() : Json::Value(job.node);
    value["job"] = job.job.empty() ? Json::Value() : Json::Value(job.job);
    value["state_reason"] = board.state == State::queued ? Json::Value(reason_in_words(job)) : Json::Value();
    value["held"] = Json::Value();
    if (board.held) {
        value["held"]["by"] = board.held->by;
        value["held"]["reason"] = board.held->reason;
        value["held"]["since"] = rfc3339(board.held->since);
    }
    value["memory"] = board.usage.memory ? Json::Value(Json::UInt64(*board.usage.memory)) : Json::Value();
    value["cpu_seconds"] = board.usage.cpu_seconds ? Json::Value(*board.usage.cpu_seconds) : Json::Value();
    return value;
}

Json::Value board_json(const Board& board) {
    Json::Value value = board_facts_json(board);
    add_options(value, board.options);
    value["port"] = board.port;  // the door's, also when the option is 0
    value["url"] = board.url();
    value["notices"] = Json::Value(Json::arrayValue);
    for (const Notice& notice : notices_of(board.facts)) add_notice(value, notice);
    if (is_open_to_network(board.options)) {
        add_notice(value, {"open_to_network",
                           fmt::format("Anybody who can reach port {} of this server sees this board without a login.", board.port)});
    }
    value["waiting_for"] = board.state == State::waiting ? Json::Value(board.waiting_for) : Json::Value();
    value["shares"] = Json::UInt64(board.sharing.shares);
    value["asked_by"] = Json::Value(Json::arrayValue);
    for (const Asker& asker : board.sharing.askers) value["asked_by"].append(asker.name);
    const auto sleeps_at = board.sleeps_at();
    value["sleeps_at"] = sleeps_at ? Json::Value(rfc3339(*sleeps_at)) : Json::Value();
    value["failure"] = Json::Value();
    if (shown_state(board) == State::failed) value["failure"] = failure_json(board.failure ? *board.failure : diagnose(board, {}));
    return value;
}

Json::Value board_event_json(const Board& board) {
    Json::Value value = board_json(board);
    value["asleep_because"] = board.asleep_because.empty() ? Json::Value() : Json::Value(board.asleep_because);
    return value;
}

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
#include "src/boardgated/api/api_admin.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>

#include "src/base/bus.h"
#include "src/boardgated/api/board_json.h"
#include "src/boardgated/api/pages.h"
#include "src/boardgated/gate/audit.h"

namespace boardgate::boardgated {

namespace {

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

namespace {

/// What one person has, beside the limits.
struct Totals {
    std::string owner{};
    std::int64_t boards = 0;
    std::int64_t awake = 0;
    std::uint64_t memory = 0;
    double cpu_seconds = 0;
};

Json::Value totals_json(const std::map<std::uint32_t, Totals>& people) {
    Json::Value list(Json::arrayValue);
    for (const auto& [uid, totals] : people) {
        Json::Value person(Json::objectValue);
        person["user"] = totals.owner;
        person["boards"] = Json::Int64(totals.boards);
        person["awake"] = Json::Int64(totals.awake);
        person["memory"] = Json::UInt64(totals.memory);
        person["cpu_seconds"] = totals.cpu_seconds;
        list.append(std::move(person));
    }
    return list;
}

std::map<std::uint32_t, Totals> totals_of(const std::vector<Board>& boards) {
    std::map<std::uint32_t, Totals> people;
    for (const Board& board : boards) {
        Totals& totals = people[board.uid];
        if (totals.boards == 0) totals.owner = board.owner.str();
        ++totals.boards;
        if (is_awake(board)) ++totals.awake;
        totals.memory += board.usage.memory.value_or(0);
        totals.cpu_seconds += board.usage.cpu_seconds.value_or(0);
    }
    return people;
}

template <class Value>
bool more(const Value& one, const Value& other, const Board& a, const Board& b) {
    return one == other ? a.id < b.id : one > other;
}

/// The orders of the list; `id` is also that of cursors without a sort.
const std::map<std::string, bool (*)(const Board&, const Board&)>& orders() {
    static const std::map<std::string, bool (*)(const Board&, const Board&)> known = {
        {"id", [](const Board& a, const Board& b) { return a.id < b.id; }},
        {"memory", [](const Board& a, const Board& b) { return more(a.usage.memory, b.usage.memory, a, b); }},
        {"owner",
         [](const Board& a, const Board& b) {
             return a.owner.str() == b.owner.str() ? more(a.created, b.created, a, b) : a.owner.str() < b.owner.str();
         }},
        {"viewed", [](const Board& a, const Board& b) { return more(a.last_viewed, b.last_viewed, a, b); }},
        {"newest", [](const Board& a, const Board& b) { return more(a.created, b.created, a, b); }},
    };
    return known;
}

std::string in_lower_case(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// What the list is narrowed down to: each word is in the owner's or the unit's name.
struct Filter {
    std::string state;
    std::vector<std::string> words;

    Filter(std::string wanted_state, const std::string& query) : state(std::move(wanted_state)) {
        std::istringstream text(in_lower_case(query));
        for (std::string word; text >> word;) words.push_back(word);
    }
    [[nodiscard]] bool fits(const Board& board) const {
        if (!state.empty() && name_of(shown_state(board)) != state) return false;
        if (words.empty()) return true;
        const std::string text = in_lower_case(board.owner.str() + ' ' + board.unit().service());
        return std::ranges::all_of(words, [&](const std::string& word) { return text.find(word) != std::string::npos; });
    }
};

}  // namespace

ApiResult<Response> ApiAdmin::list(Call& call) const {
    if (const auto admitted = admit(call); !admitted) return error_of(admitted);
    const std::string sort = call.request.query_value("sort");
    const auto order = orders().find(sort.empty() ? "id" : sort);
    if (order == orders().end()) return problem(Code::bad_field, "sort must be id, memory, owner, viewed or newest", "sort");
    const std::vector<Board> boards = registry_.all();
    const auto people = totals_of(boards);
    Json::Value body(Json::objectValue);
    body["limits"] = Json::Value(Json::objectValue);
    std::int64_t awake = 0;
    std::int64_t most_awake = 0;
    std::int64_t most_boards = 0;
    for (const auto& [uid, totals] : people) {
        awake += totals.awake;
        most_awake = std::max(most_awake, totals.awake);
        most_boards = std::max(most_boards, totals.boards);
    }
    body["limits"]["awake"] = limit_json(awake, settings_.awake_boards);
    body["limits"]["ports"] = limit_json(static_cast<std::int64_t>(boards.size()), settings_.door_ports.last - settings_.door_ports.first);
    body["limits"]["awake_per_user"] = limit_json(most_awake, settings_.awake_boards_per_user);
    body["limits"]["boards_per_user"] = limit_json(most_boards, settings_.boards_per_user);
    if (const auto memory = memory_of_all()) body["limits"]["memory"] = *memory;

    const Filter filter(call.request.query_value("state"), call.request.query_value("query"));
    BoardList shown = list_of(boards);
    std::erase_if(shown, [&](const Board* board) { return !filter.fits(*board); });
    // The registry gives them by id.
    if (order->first != "id") std::ranges::sort(shown, [&](const Board* a, const Board* b) { return order->second(*a, *b); });
    const auto page = page_of(call.request, shown);
    if (!page) return error_of(page);
    add_page(body, *page, board_facts_json);
    // People are as many as accounts, boards are more: the first page has them.
    if (page->first == 0) body["people"] = totals_json(people);
    return json_response(200, body);
}

ApiResult<Board> ApiAdmin::any_board(const Call& call) const {
    if (const auto admitted = admit(call); !admitted) return error_of(admitted);
    const auto board = registry_.find(*call.board);
    if (!board) return problem(Code::no_such_board, "there is no board " + call.board->str());
    return *board;
}

ApiResult<Response> ApiAdmin::sleep(Call& call) {
    const auto board = any_board(call);
    if (!board) return error_of(board);
    if (const auto asleep = scheduler_.sleep(*call.token, board->id, "an administrator put it to sleep"); !asleep) return error_of(asleep);
    audit(Event::administration, *call.session, call.request.address(), "put to sleep", *board);
    const auto now = registry_.wait(board->id, BoardScheduler::report_timeout, [](const Board& stopped) { return !is_awake(stopped); });
    return json_response(202, board_facts_json(now.value_or(*board)));
}

ApiResult<Response> ApiAdmin::hold(Call& call) {
    const auto board = any_board(call);
    if (!board) return error_of(board);
    auto json = JsonObject::parse(call.body);
    if (!json) return error_of(json);
    Hold hold{call.session->user, {}, std::chrono::floor<std::chrono::seconds>(clock_.wall())};
    if (!json->has("reason")) return problem(Code::bad_field, "reason is missing: the owner reads it", "reason");
    json->take("reason", hold.reason, 1, 500);
    if (const auto known = json->finish(); !known) return error_of(known);
    // First the hold: nobody wakes it between the two.
    if (const auto held = registry_.set_hold(board->id, hold); !held) return storage_problem(held.error());
    audit(Event::administration, *call.session, call.request.address(), "holds asleep", *board);
    if (const auto asleep = scheduler_.sleep(*call.token, board->id, "an administrator holds it asleep");
        !asleep && asleep.error().code != Code::no_such_board)
        return error_of(asleep);
    const auto now = registry_.wait(board->id, BoardScheduler::report_timeout, [](const Board& stopped) { return !is_awake(stopped); });
    return json_response(200, board_facts_json(now.value_or(*board)));
}

ApiResult<Response> ApiAdmin::release(Call& call) {
    const auto board = any_board(call);
    if (!board) return error_of(board);
    if (!call.body.empty()) return problem(Code::bad_request, "releasing a board takes no body");
    // A door that was stopped with systemctl.
    if (const auto open = launcher_.reopen(*call.token, board->id); !open && open.error().code != Code::no_such_board)
        return error_of(open);
    if (const auto released = registry_.set_hold(board->id, std::nullopt); !released) return storage_problem(released.error());
    audit(Event::administration, *call.session, call.request.address(), "released", *board);
    return empty_response(204);
}

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
#include "src/boardgated/api/api_shares.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/base/peer.h"
#include "src/base/tensorboard_version.h"
#include "src/boardgated/api/environments.h"
#include "src/boardgated/common/json.h"
#include "src/boardgated/gate/audit.h"

namespace boardgate::boardgated {

namespace {

constexpr std::size_t longest_name = 257;  // `@` and a group's name

Json::Value time_json(const std::optional<WallTime>& time) { return time ? Json::Value(rfc3339(*time)) : Json::Value(); }

}  // namespace

ApiResult<void> shareable(const Board& board, const Settings& settings) {
    if (settings.sharing == setting::Sharing::off) return problem(Code::sharing_off, "this server's settings do not allow it (sharing)");
    if (board.home.empty()) {
        return problem(Code::not_shareable,
                       "your home directory could not be read, so nothing tells you from the next person with your name and number; log in "
                       "again once it can");
    }
    const auto environment = settings.environments.find(board.options.environment);
    if (environment == settings.environments.end()) {
        return problem(Code::not_shareable,
                       "it uses a TensorBoard of your own; choose one of the server's environments to show the board to others");
    }
    const std::string version = tensorboard_version(environment->second);
    if (!version.empty() && !confines_projector(version)) {
        return problem(Code::not_shareable,
                       fmt::format("its environment {} has TensorBoard {}; shared boards need 2.21 or newer", environment->first, version));
    }
    if (is_open_to_network(board.options)) {
        return problem(Code::not_shareable,
                       "its port is open to the network (bind_all, host), so everybody who reaches it sees the board without a login");
    }
    return {};
}

Json::Value shared_board_json(const Board& board, const BoardShare& share, const std::optional<WallTime>& until) {
    Json::Value value(Json::objectValue);
    value["id"] = board.id.str();
    value["url"] = board.url();
    value["title"] = board.options.title;
    value["owner"] = board.owner.str();
    value["state"] = name_of(shown_state(board));
    value["until"] = time_json(until);
    value["with"] = share.with();
    return value;
}

Json::Value ApiShares::share_json(const BoardShare& share) const {
    Json::Value value(Json::objectValue);
    value["with"] = share.with();
    value["number"] = share.number;
    value["since"] = rfc3339(share.since);
    value["until"] = time_json(shares_.ends_at(share));
    value["last_viewed"] = time_json(share.last_viewed);
    value["last_viewed_by"] = share.last_viewed ? Json::Value(share.last_viewed_by) : Json::Value();
    return value;
}

ApiResult<Response> ApiShares::list(Call& call) const {
    const auto board = own_board(registry_, *call.board, *call.session);
    if (!board) return error_of(board);
    const auto possible = shareable(*board, settings_);
    Json::Value body(Json::objectValue);
    body["shares"] = Json::Value(Json::arrayValue);
    for (const BoardShare& share : shares_.of_board(board->id)) body["shares"].append(share_json(share));
    body["asked_by"] = Json::Value(Json::arrayValue);
    for (const Asker& asker : board->sharing.askers) {
        Json::Value value(Json::objectValue);
        value["name"] = asker.name;
        value["since"] = rfc3339(asker.since);
        body["asked_by"].append(std::move(value));
    }
    body["address"] = board->url();
    body["possible"] = possible.has_value();
    body["why_not"] = possible ? Json::Value() : Json::Value(possible.error().detail);
    body["everybody"] = settings_.sharing == setting::Sharing::everybody;
    body["longest"] = settings_.longest_share.count() > 0 ? Json::Value(Json::Int64(settings_.longest_share.count())) : Json::Value();
    return json_response(200, body);
}

ApiResult<BoardShare> ApiShares::wanted(const Call& call) const {
    auto json = JsonObject::parse(call.body);
    if (!json) return error_of(json);
    std::string with;
    std::string until;
    if (!json->has("with")) return problem(Code::bad_field, "with is missing: a user, @group or everybody", "with");
    json->take("with", with, 1, longest_name);
    json->take("until", until, 1, 40);
    if (const auto known = json->finish(); !known) return error_of(known);
    BoardShare share = share_of_text(with);
    if (until.empty()) return share;
    share.until = parse_rfc3339(until);
    if (!share.until) return problem(Code::bad_field, "until must be a time in UTC, such as 2026-12-31T22:59:59Z", "until");
    if (*share.until <= clock_.wall()) return problem(Code::bad_field, "until has passed already", "until");
    return share;
}

/// Sets the uid or gid.
ApiResult<void> ApiShares::find_number(BoardShare& share, const Session& owner) const {
    if (share.kind == BoardShare::Kind::everybody) {
        if (settings_.sharing == setting::Sharing::everybody) return {};
        return problem(Code::sharing_off, "this server's settings let boards be shown to users and groups only (sharing)", "with");
    }
    const auto refuse = [&](const Error& error, const std::string& what) {
        if (error.sys == ENOENT)
            return problem(Code::unknown_person, "there is no " + what + " \"" + share.name + "\" on this server", "with");
        return tl::make_unexpected(Problem{Code::busy, "the directory of accounts does not answer; try again in a moment", {}, 5});
    };
    if (share.kind == BoardShare::Kind::group) {
        const auto gid = gid_of(share.name);
        if (!gid) return refuse(gid.error(), "group");
        share.number = *gid;
        return {};
    }
    if (!UserName::parse(share.name)) return problem(Code::unknown_person, "this is no name of a user or group", "with");
    const auto account = account_of(share.name);
    if (!account) return refuse(account.error(), "user");
    if (static_cast<std::int64_t>(account->uid) < settings_.minimum_uid)
        return problem(Code::unknown_person, "\"" + share.name + "\" is an account of the system and cannot log in here", "with");
    if (account->uid == owner.uid) return problem(Code::bad_field, "it is your own board", "with");
    // The directory's spelling: a session has this name.
    share.name = account->name;
    share.number = account->uid;
    return {};
}

std::vector<wire::ShownTo> shown_to(const std::vector<BoardShare>& shares) {
    using Kind = wire::ShownTo::Kind;
    std::vector<wire::ShownTo> shown;
    for (const BoardShare& share : shares) {
        const Kind kind = share.kind == BoardShare::Kind::user    ? Kind::user
                          : share.kind == BoardShare::Kind::group ? Kind::group
                                                                  : Kind::everybody;
        const auto until = share.until ? std::chrono::floor<std::chrono::seconds>(*share.until).time_since_epoch().count() : 0;
        shown.push_back({kind, share.name, share.number, until});
    }
    return shown;
}

/// A board without a door gets one from its next wake, which tells root of the shares, too.
ApiResult<void> ApiShares::tell_launcher(const Token& token, const BoardId& board, const std::vector<BoardShare>& shares) {
    auto told = launcher_.show_to(token, board, shown_to(shares));
    if (!told && told.error().code == Code::no_such_board) return {};
    return told;
}

void ApiShares::tell_visitors(const char* event, const Board& board, const BoardShare& share) {
    if (share.kind == BoardShare::Kind::user) {
        // Only the id: GET /api/v1/shared knows who may read more.
        Json::Value id(Json::objectValue);
        id["id"] = board.id.str();
        streams_.tell(share.number, event_text(event, to_text(id)));
    } else {
        // The members of a group are not looked up here: all pages ask again what is shown to them.
        streams_.tell_all(event_text(event, "{}"));
    }
}

ApiResult<Response> ApiShares::put(Call& call) {
    const auto held = changes_.hold(*call.board);
    const auto board = own_board(registry_, *call.board, *call.session);
    if (!board) return error_of(board);
    auto share = wanted(call);
    if (!share) return error_of(share);
    if (const auto possible = shareable(*board, settings_); !possible) return error_of(possible);
    if (const auto found = find_number(*share, *call.session); !found) return error_of(found);
    const auto plan = shares_.planned(board->id, *share);
    if (!plan) return error_of(plan);
    // First the launcher: when others see the board, it is confined to its folders.
    std::vector<BoardShare> shares = shares_.of_board(board->id);
    std::erase_if(shares, [&](const BoardShare& other) { return other.is_of(*plan); });
    shares.push_back(*plan);
    if (const auto told = tell_launcher(*call.token, board->id, shares); !told) return error_of(told);
    const auto fresh = shares_.put(board->id, *plan);
    if (!fresh) return error_of(fresh);
    if (share->kind == BoardShare::Kind::user) (void)shares_.forget_asker(board->id, share->name);
    const auto all = shares_.of_board(board->id);
    const auto now = std::ranges::find_if(all, [&](const BoardShare& each) { return each.is_of(*share); });
    if (now == all.end()) return problem(Code::no_such_board, "the share was ended meanwhile");
    audit_share(Event::board_shared, *call.session, call.request.address(), *board, *now);
    tell_visitors("shared", *board, *now);
    return json_response(*fresh ? 201 : 200, share_json(*now));
}

ApiResult<Response> ApiShares::remove(Call& call) {
    const auto held = changes_.hold(*call.board);
    const auto board = own_board(registry_, *call.board, *call.session);
    if (!board) return error_of(board);
    const std::string with = call.request.query_value("with");
    std::optional<BoardShare> which;
    if (!with.empty()) which = share_of_text(with);
    const auto ended = shares_.remove(board->id, which);
    if (!ended) return error_of(ended);
    for (const BoardShare& share : *ended) {
        audit_share(Event::board_unshared, *call.session, call.request.address(), *board, share);
        tell_visitors("unshared", *board, share);
    }
    // The gate refuses already; root's record matters for waking only.
    if (const auto told = tell_launcher(*call.token, board->id, shares_.of_board(board->id)); !told) return error_of(told);
    return empty_response(204);
}

ApiResult<Response> ApiShares::shown_to_me(Call& call) {
    Json::Value body(Json::objectValue);
    body["boards"] = Json::Value(Json::arrayValue);
    for (const Shares::Shown& shown : shares_.shown_to(call.session->uid, call.session->user)) {
        const auto board = registry_.find(shown.board);
        if (!board || board->uid == call.session->uid) continue;
        body["boards"].append(shared_board_json(*board, shown.share, shares_.ends_at(shown.share)));
    }
    return json_response(200, body);
}

/// The same answer whether or not the owner is notified.
ApiResult<Response> ApiShares::ask(Call& call) {
    if (const auto empty = check_no_fields(call.body); !empty) return error_of(empty);
    const auto board = registry_.find(*call.board);
    if (!board) return problem(Code::no_such_board, "there is no board " + call.board->str());
    if (settings_.sharing == setting::Sharing::off) return problem(Code::sharing_off, "this server's settings do not allow it (sharing)");
    const bool sees_it = board->uid == call.session->uid || shares_.fitting_now(board->id, call.session->uid, call.session->user);
    if (!sees_it) {
        if (const auto asked = shares_.ask(board->id, call.session->uid, call.session->user); !asked) return error_of(asked);
    }
    return empty_response(204);
}

ApiResult<Response> ApiShares::dismiss(Call& call) {
    const auto board = own_board(registry_, *call.board, *call.session);
    if (!board) return error_of(board);
    const std::string name = call.request.query_value("name");
    if (name.empty()) return problem(Code::bad_field, "name is missing", "name");
    if (const auto gone = shares_.forget_asker(board->id, name); !gone) return error_of(gone);
    return empty_response(204);
}

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
#include "src/boardgated/api/api_login.h"

#include <fmt/format.h>

#include "src/base/log.h"
#include "src/boardgated/common/json.h"
#include "src/boardgated/web/cookie.h"

namespace boardgate::boardgated {

namespace {

constexpr std::size_t longest_conversation = 64;

Json::Value texts(const std::vector<std::string>& items) {
    Json::Value list(Json::arrayValue);
    for (const std::string& item : items) list.append(item);
    return list;
}

Response question_response(const LoginQuestion& question) {
    Json::Value body(Json::objectValue);
    body["conversation"] = question.conversation;
    body["prompts"] = Json::Value(Json::arrayValue);
    for (const auto& prompt : question.asked.prompts) {
        Json::Value one(Json::objectValue);
        one["text"] = prompt.text;
        one["echo"] = prompt.echo;
        body["prompts"].append(one);
    }
    body["messages"] = texts(question.asked.messages);
    return json_response(202, body);
}

Json::Value who_is(const std::string& user, std::uint32_t uid) {
    Json::Value body(Json::objectValue);
    body["user"] = user;
    body["uid"] = uid;
    return body;
}

void log_logout(const Call& call, const char* did) {
    const std::string address(call.request.address());
    log_event(Event::logout, call.session->user + did + " from " + address, {{"USER_NAME", call.session->user}, {"REMOTE_ADDR", address}});
}

}  // namespace

/// One step of a login; sets `name` to the name that the client gives the session.
ApiResult<LoginStep> ApiLogin::step(Call& call, std::string& name) {
    auto json = JsonObject::parse(call.body);
    if (!json) return error_of(json);
    std::string user;
    std::string conversation;
    Secret password;
    std::vector<Secret> answers;
    Secret ticket;
    const bool with_password = json->has("password");
    json->take("user", user, 1, wire::longest::user);
    json->take("password", password, wire::longest::secret);
    json->take("conversation", conversation, 1, longest_conversation);
    json->take("answers", answers, wire::longest::prompts, wire::longest::secret);
    json->take("ticket", ticket, Token::text_size);
    json->take("name", name, 0, Sessions::longest_name);
    if (const auto known = json->finish(); !known) return error_of(known);
    if (json->has("ticket")) return with_ticket(ticket, call.request);
    const std::string address(call.request.address());
    const std::string holder = holder_of(call.request);

    if (!conversation.empty()) {
        if (!user.empty() || with_password)
            return problem(Code::bad_field, "a conversation continues with answers only, without user and password", "conversation");
        const std::string speaker = conversations_.user_of(conversation);
        auto next = conversations_.answer(conversation, address, std::move(answers));
        if (next && std::holds_alternative<LoginGrant>(*next)) limiter_.forgive(speaker, holder);
        return next;
    }
    if (json->has("answers")) return problem(Code::bad_field, "answers need a conversation", "answers");
    if (user.empty()) return problem(Code::bad_field, "user is missing", "user");
    const auto known = UserName::parse(user);
    // Do not log the user name as it is: the client could make it look like another line.
    const std::string shown = known ? user : escaped_for_unit(user);
    const auto refused = [&](const char* why) {
        log_event(Event::login_refused, fmt::format("login refused for {} from {}: {}", shown, address, why),
                  {{"USER_NAME", shown}, {"REMOTE_ADDR", address}});
    };
    if (const auto wait = limiter_.take(known ? user : "?", holder); wait.count() > 0) {
        refused("too many attempts");
        return tl::make_unexpected(
            Problem{Code::too_many_attempts, "too many attempts; try again later", {}, static_cast<int>(wait.count())});
    }
    if (!known) {
        refused(known.error().what.c_str());
        return problem(Code::login_failed, known.error().what);
    }
    auto first = conversations_.begin({user, address, holder}, with_password ? &password : nullptr);
    if (first && std::holds_alternative<LoginGrant>(*first)) limiter_.forgive(user, holder);
    if (!first && first.error().code == Code::login_unavailable) limiter_.give_back(user, holder);
    return first;
}

/// A login of the command line on this server: boardgate-login gave it a ticket by the kernel's peer credentials.
ApiResult<LoginStep> ApiLogin::with_ticket(const Secret& text, const Request& request) {
    if (!request.is_from_this_server()) return problem(Code::login_failed, "a local ticket is valid only on the server itself");
    auto token = Token::parse(text.reveal());
    if (!token) return problem(Code::login_failed, login_failed_text);
    const auto holder = launcher_.holder_of(*token);
    if (!holder) return error_of(holder);
    const std::string address(request.address());
    log_event(Event::login, fmt::format("login of {} with a local ticket from {}", holder->user, address),
              {{"USER_NAME", holder->user}, {"REMOTE_ADDR", address}});
    return LoginGrant{*std::move(token), holder->uid, holder->user, std::chrono::sys_seconds(std::chrono::seconds(holder->expires)), {}};
}

Share ApiLogin::share_of_login(const Call& call) const {
    std::string holder = holder_of(call.request);
    auto json = JsonObject::parse(call.body);
    if (!json) return holder;
    std::string user;
    std::string conversation;
    json->take("user", user, 1, wire::longest::user);
    json->take("conversation", conversation, 1, longest_conversation);
    if (!conversation.empty()) user = conversations_.user_of(conversation);
    if (json->has("ticket")) return "tickets of " + holder;
    return !user.empty() && limiter_.knows(user, holder) ? user + " of " + holder : holder;
}

ApiResult<Response> ApiLogin::log_in(Call& call) {
    std::string name;
    auto next = step(call, name);
    if (!next) {
        metrics_.login_ended(next.error().code);
        return error_of(next);
    }
    if (const auto* question = std::get_if<LoginQuestion>(&*next)) return question_response(*question);
    metrics_.login_ended(std::nullopt);
    return granted(std::get<LoginGrant>(*next), name, call);
}

ApiResult<Response> ApiLogin::granted(const LoginGrant& grant, const std::string& name, Call& call) {
    auto response = begin_session(grant, name, call);
    // Nobody gets the token then.
    if (!response) ended_.add({grant.token.hash()});
    return response;
}

ApiResult<Response> ApiLogin::begin_session(const LoginGrant& grant, const std::string& name, Call& call) {
    // End the browser's earlier session: if its cookie was planted or seen, it is now useless.
    if (const auto before = session_token(call.request.parameter("HTTP_COOKIE"))) sessions_.end(before->hash());
    const auto user = UserName::parse(grant.user);
    if (!user) return problem(Code::login_unavailable, user.error().what);
    if (const auto settled = unit_reconciler_.person_arrives(grant.uid, *user, grant.token); !settled)
        return storage_problem(settled.error());
    if (const auto added =
            sessions_.add({grant.token.hash(), grant.uid, grant.user}, grant.expires, name, std::string(call.request.address()));
        !added) {
        return storage_problem(added.error());
    }
    Json::Value body = who_is(grant.user, grant.uid);
    body["administrator"] = administrators_.look_up({grant.token.hash(), grant.uid, grant.user});
    if (!grant.messages.empty()) body["messages"] = texts(grant.messages);
    Response response = json_response(200, body);
    response.with("Set-Cookie", set_cookie(grant.token));
    return response;
}

ApiResult<Response> ApiLogin::who(Call& call) {
    // Only a page that a person opens sends this request: the session is in use.
    sessions_.touch(call.session->token);
    Json::Value body = who_is(call.session->user, call.session->uid);
    body["administrator"] = administrators_.include(*call.session);
    return json_response(200, body);
}

ApiResult<Response> ApiLogin::list(Call& call) const {
    Json::Value body(Json::objectValue);
    body["sessions"] = Json::Value(Json::arrayValue);
    const std::string here = session_id(call.session->token);
    for (const SessionView& view : sessions_.sessions_of(call.session->uid)) {
        Json::Value one(Json::objectValue);
        one["id"] = view.id;
        one["name"] = view.name;
        one["address"] = view.address;
        one["created"] = rfc3339(view.created);
        one["last_used"] = rfc3339(view.last_used);
        one["expires"] = rfc3339(view.expires);
        one["current"] = view.id == here;
        body["sessions"].append(one);
    }
    return json_response(200, body);
}

ApiResult<Response> ApiLogin::rename(Call& call) {
    auto json = JsonObject::parse(call.body);
    if (!json) return error_of(json);
    std::string name;
    json->take("name", name, 0, Sessions::longest_name);
    if (const auto known = json->finish(); !known) return error_of(known);
    const auto token = sessions_.find_by_id(call.session->uid, call.named_session);
    if (!token) return problem(Code::no_such_session, "you have no such session");
    if (const auto kept = sessions_.rename(*token, name); !kept) return storage_problem(kept.error());
    return empty_response(204);
}

ApiResult<Response> ApiLogin::revoke(Call& call) {
    const auto token = sessions_.find_by_id(call.session->uid, call.named_session);
    if (!token) return problem(Code::no_such_session, "you have no such session");
    if (*token == call.session->token) return log_out(call);
    sessions_.end(*token);
    log_logout(call, " ended another session");
    return empty_response(204);
}

ApiResult<Response> ApiLogin::log_out(Call& call) {
    sessions_.end(call.session->token);
    log_logout(call, " logged out");
    Response response = empty_response(204);
    response.with("Set-Cookie", clear_cookie());
    return response;
}

ApiResult<Response> ApiLogin::log_out_everywhere(Call& call) {
    sessions_.end_all(call.session->uid);
    log_logout(call, " logged out everywhere");
    Response response = empty_response(204);
    response.with("Set-Cookie", clear_cookie());
    return response;
}

}  // namespace boardgate::boardgated

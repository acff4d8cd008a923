// SPDX-License-Identifier: MIT
// What a visitor of somebody else's board learns: that a board of the visitor's own on the same folders is possible, if the
// visitor may read them.
#include "src/boardgated/api/api_boards.h"

namespace boardgate::boardgated {

namespace {

/// The options that change what is drawn. Never the owner's port, priority or time of sleep, and no program of the owner's
/// choice: the visitor's board would run it as the visitor.
constexpr const char* drawn[] = {"title", "names", "reload_interval", "reload_multifile", "samples_per_plugin", "loader"};

Json::Value offered_options(const BoardOptions& options, const Settings& settings) {
    Json::Value all(Json::objectValue);
    add_options(all, options);
    Json::Value offered(Json::objectValue);
    for (const char* name : drawn) offered[name] = all[name];
    if (settings.environments.contains(options.environment)) offered["environment"] = options.environment;
    return offered;
}

bool is_about_folder(Code code) {
    return code == Code::logdir_missing || code == Code::logdir_not_a_folder || code == Code::logdir_unreadable ||
           code == Code::logdir_foreign;
}

}  // namespace

ApiResult<Response> ApiBoards::offer(Call& call) {
    const auto board = registry_.find(*call.board);
    if (!board) return problem(Code::no_such_board, "there is no board " + call.board->str());
    const auto found = inspect(*call.token, board->options, true);
    const bool is_own = board->uid == call.session->uid;
    if (!found && !is_own && is_about_folder(found.error().code)) {
        // Why not would tell which folder it is.
        return problem(Code::not_your_board, "board " + board->id.str() + " belongs to somebody else");
    }
    if (!found) return error_of(found);
    const auto own = is_own ? board : board_on(call, board->options, found->targets);
    Json::Value body(Json::objectValue);
    body["owner"] = board->owner.str();
    body["logdir"] = board->options.logdir;
    body["more_logdirs"] = Json::Value(Json::arrayValue);
    for (const std::string& folder : board->options.more_logdirs) body["more_logdirs"].append(folder);
    body["options"] = offered_options(board->options, settings_);
    body["home_of"] = found->home_of.empty() ? Json::Value() : Json::Value(found->home_of);
    body["board"] = own ? Json::Value(own->id.str()) : Json::Value();
    return json_response(200, body);
}

}  // namespace boardgate::boardgated

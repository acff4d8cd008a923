// SPDX-License-Identifier: MIT
#include "src/boardgated/api/api_options.h"

#include <algorithm>

#include "src/boardgated/api/board_json.h"
#include "src/boardgated/api/environments.h"

namespace boardgate::boardgated {

namespace {

std::int64_t awake(const std::vector<Board>& boards) { return std::count_if(boards.begin(), boards.end(), is_awake); }

}  // namespace

ApiResult<Response> ApiOptions::read(Call& call) const {
    Json::Value body(Json::objectValue);
    body["defaults"] = preset_json(default_options(settings_));
    // Until the home is known, they may be those of the person before, who had the same name and number.
    const bool proved = is_proved_(call.session->uid);
    body["last"] = proved ? presets_.last(call.session->uid) : Json::Value();
    body["presets"] = proved ? presets_.named(call.session->uid) : Json::Value(Json::arrayValue);
    body["environments"] = Json::Value(Json::arrayValue);
    for (const auto& [name, program] : settings_.environments) {
        Json::Value one(Json::objectValue);
        one["name"] = name;
        one["version"] = tensorboard_version(program);
        body["environments"].append(one);
    }
    body["engines"] = Json::Value(Json::arrayValue);
    body["engines"].append(name_of(settings_.engine.first));
    if (settings_.engine.both) body["engines"].append(name_of(settings_.engine.first == Engine::slurm ? Engine::systemd : Engine::slurm));
    body["own_environments"] = settings_.allow_own_environments;
    body["bind_all"] = settings_.allow_bind_all;
    body["foreign"] = settings_.offer_own_boards;
    const auto own = registry_.boards_of(call.session->uid);
    body["limits"]["boards"] = limit_json(static_cast<std::int64_t>(own.size()), settings_.boards_per_user);
    body["limits"]["awake"] = limit_json(awake(own), settings_.awake_boards_per_user);
    body["limits"]["awake_of_all"] = limit_json(awake(registry_.all()), settings_.awake_boards);
    return json_response(200, body);
}

ApiResult<Response> ApiOptions::put_preset(Call& call) {
    auto json = JsonObject::parse(call.body);
    if (!json) return error_of(json);
    std::string name;
    json->take("name", name, 1, Presets::longest_name);
    if (name.empty() && !json->has("name")) return problem(Code::bad_field, "name is missing", "name");
    for (const char* of_one_board : options_of_one_board) {
        if (json->has(of_one_board))
            return problem(Code::bad_field, std::string(of_one_board) + " belongs to one board, not to a preset", of_one_board);
    }
    BoardOptions any_folder = default_options(settings_);
    any_folder.logdir = std::string(1, '/');
    const auto options = take_options(*json, any_folder, settings_);
    if (!options) return error_of(options);
    if (const auto kept = presets_.put(call.session->uid, name, *options); !kept) return error_of(kept);
    return empty_response(204);
}

ApiResult<Response> ApiOptions::delete_preset(Call& call) {
    const std::string name = call.request.query_value("name");
    if (name.empty()) return problem(Code::bad_field, "name is missing", "name");
    if (const auto removed = presets_.remove(call.session->uid, name); !removed) return error_of(removed);
    return empty_response(204);
}

}  // namespace boardgate::boardgated

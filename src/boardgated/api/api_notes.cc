// SPDX-License-Identifier: MIT
#include "src/boardgated/api/api_notes.h"

#include "src/boardgated/common/json.h"

namespace boardgate::boardgated {

namespace {
constexpr std::size_t longest_path = 4095;
}

ApiResult<HomeMark> ApiNotes::home_of(const Call& call) const {
    auto home = launcher_.home_of(*call.token);
    if (home) return *std::move(home);
    return problem(Code::busy, "notes belong to your home directory, which does not answer; is its file system mounted?");
}

ApiResult<Response> ApiNotes::list(Call& call) const {
    const auto home = home_of(call);
    if (!home) return error_of(home);
    const auto notes = notes_.of(call.session->uid, *home);
    if (!notes) return error_of(notes);
    Json::Value body(Json::objectValue);
    body["notes"] = Json::Value(Json::arrayValue);
    for (const RunNoteRow& row : *notes) {
        Json::Value note(Json::objectValue);
        note["path"] = row.path;
        note["text"] = row.text;
        body["notes"].append(std::move(note));
    }
    return json_response(200, body);
}

ApiResult<Response> ApiNotes::put(Call& call) {
    auto json = JsonObject::parse(call.body);
    if (!json) return error_of(json);
    std::string path;
    std::string text;
    json->take("path", path, 1, longest_path);
    json->take("text", text, 0, RunNotes::longest_text);
    if (const auto known = json->finish(); !known) return error_of(known);
    if (path.empty() || path.front() != '/') return problem(Code::bad_field, "the run's folder must be an absolute path", "path");
    const auto home = home_of(call);
    if (!home) return error_of(home);
    if (const auto kept = notes_.put(call.session->uid, *home, path, text); !kept) return error_of(kept);
    return empty_response(204);
}

}  // namespace boardgate::boardgated

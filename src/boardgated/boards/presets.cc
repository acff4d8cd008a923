// SPDX-License-Identifier: MIT
#include "src/boardgated/boards/presets.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/base/log.h"

namespace boardgate::boardgated {

namespace {
constexpr const char* name_of_last = "";
}

Json::Value preset_json(const BoardOptions& options) {
    Json::Value value(Json::objectValue);
    add_options(value, options);
    for (const char* of_one_board : options_of_one_board) value.removeMember(of_one_board);
    return value;
}

std::vector<PresetRow> Presets::rows(std::uint32_t uid) const {
    auto rows = store_.presets(uid);
    if (rows) return *std::move(rows);
    log_event(Event::storage_fault, rows.error().text());
    return {};
}

void Presets::set_last(std::uint32_t uid, const BoardOptions& options) {
    if (const auto kept = store_.put_preset(uid, {name_of_last, to_text(preset_json(options))}); !kept)
        log_event(Event::storage_fault, kept.error().text());
}

Json::Value Presets::last(std::uint32_t uid) const {
    for (const PresetRow& row : rows(uid)) {
        if (row.name == name_of_last) return trusted_json(row.options);
    }
    return {};
}

Json::Value Presets::named(std::uint32_t uid) const {
    Json::Value list(Json::arrayValue);
    for (const PresetRow& row : rows(uid)) {
        if (row.name == name_of_last) continue;
        Json::Value preset = trusted_json(row.options);
        preset["name"] = row.name;
        list.append(preset);
    }
    return list;
}

ApiResult<void> Presets::put(std::uint32_t uid, const std::string& name, const BoardOptions& options) {
    const std::lock_guard lock(adding_);
    const auto all = rows(uid);
    const bool known = std::any_of(all.begin(), all.end(), [&](const PresetRow& row) { return row.name == name; });
    if (!known && all.size() >= most) return problem(Code::bad_field, fmt::format("you have {} presets; delete one", most), "name");
    if (const auto kept = store_.put_preset(uid, {name, to_text(preset_json(options))}); !kept) {
        return storage_problem(kept.error());
    }
    return {};
}

ApiResult<void> Presets::remove(std::uint32_t uid, const std::string& name) {
    if (const auto removed = store_.delete_preset(uid, name); !removed) {
        return storage_problem(removed.error());
    }
    return {};
}

}  // namespace boardgate::boardgated

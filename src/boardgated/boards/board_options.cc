// SPDX-License-Identifier: MIT
#include "src/boardgated/boards/board_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "src/base/folder_names.h"
#include "src/base/sha256.h"

namespace boardgate::boardgated {

namespace {

/// The loaders in the order of wire::Loader, and their names until version 0.1.
constexpr std::array<std::string_view, 4> loaders = {"auto", "rustboard", "python", "boardgate"};
constexpr std::array<std::string_view, 3> fast_loaders = {"auto", "on", "off"};

template <class Names>
std::size_t index_in(const Names& names, std::string_view name) {
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

/// The old field `fast_loader`, for clients that still send or read it.
ApiResult<void> take_fast_loader(JsonObject& json, std::string& loader) {
    std::string old;
    json.take("fast_loader", old, 0, 16);
    if (old.empty()) return {};
    const std::size_t index = index_in(fast_loaders, old);
    if (index == fast_loaders.size()) return problem(Code::bad_field, "fast_loader must be auto, on or off", "fast_loader");
    loader = loaders[index];
    return {};
}
std::string fast_loader_of(const std::string& loader) {
    const std::size_t index = index_in(loaders, loader);
    return std::string(fast_loaders[index < fast_loaders.size() ? index : 0]);
}

void take_one(JsonObject& json, const char* name, std::string& out, std::int64_t least, std::int64_t most) {
    json.take(name, out, static_cast<std::size_t>(least), static_cast<std::size_t>(most));
}
void take_one(JsonObject& json, const char* name, std::int64_t& out, std::int64_t least, std::int64_t most) {
    json.take(name, out, least, most);
}
void take_one(JsonObject& json, const char* name, bool& out, std::int64_t, std::int64_t) { json.take(name, out); }

void take_one(JsonObject& json, const char* name, std::vector<std::string>& out, std::int64_t least, std::int64_t most) {
    json.take(name, out, static_cast<std::size_t>(least), static_cast<std::size_t>(most), wire::longest::path);
}

Json::Value value_of(const std::vector<std::string>& items) {
    Json::Value list(Json::arrayValue);
    for (const std::string& item : items) list.append(item);
    return list;
}
Json::Value value_of(const std::string& text) { return text; }
Json::Value value_of(std::int64_t number) { return Json::Int64(number); }
Json::Value value_of(bool flag) { return flag; }

ApiResult<void> check_logdir(const std::string& logdir, const char* field) {
    if (logdir.empty()) return problem(Code::bad_field, "logdir is missing: name the folder that holds the event files", field);
    if (const std::size_t scheme = logdir.find("://"); logdir[0] != '/' && scheme != std::string::npos && scheme <= 8) {
        return problem(Code::logdir_remote,
                       fmt::format("a board has no network access, so it cannot read {}; copy the files to this server", logdir), field);
    }
    if (const auto parsed = LogDir::parse(logdir); !parsed) {
        return problem(Code::logdir_relative,
                       fmt::format("the log directory must be an absolute path, and \"{}\" is not; start it with /", logdir), field);
    }
    return {};
}

/// Loopback, where every door listens.
bool is_loopback(const std::string& host) { return host.empty() || host == "localhost" || host == "127.0.0.1"; }

/// Checks the addresses at which the door listens in addition to loopback.
ApiResult<void> check_addresses(const BoardOptions& options, const Settings& settings) {
    if (options.bind_all && !settings.allow_bind_all) {
        return problem(Code::bad_field, "this server does not allow bind_all; open the board through its https address", "bind_all");
    }
    if (is_loopback(options.host) || options.bind_all) return {};
    if (!settings.allow_bind_all)
        return problem(Code::bad_field, "this server allows no host but localhost; open the board through its https address", "host");
    if (!is_ip_address(options.host)) return problem(Code::bad_field, "host must be an IP address of this server", "host");
    return {};
}

ApiResult<void> check(const BoardOptions& options, const Settings& settings) {
    if (auto logdir = check_logdir(options.logdir, "logdir"); !logdir) return logdir;
    for (const std::string& folder : options.more_logdirs) {
        if (auto another = check_logdir(folder, "more_logdirs"); !another) return another;
    }
    if (!options.names.empty()) {
        const bool good = std::ranges::all_of(options.names, is_folder_name);
        if (!good || options.names.size() != 1 + options.more_logdirs.size() ||
            std::set(options.names.begin(), options.names.end()).size() != options.names.size())
            return problem(Code::bad_field, "names must be one name for each folder, each different and without /", "names");
    }
    if (const auto samples = Samples::parse(options.samples_per_plugin); !samples) {
        return problem(Code::bad_field, samples.error().text(), "samples_per_plugin");
    }
    if (index_in(loaders, options.loader) == loaders.size())
        return problem(Code::bad_field, "loader must be auto, boardgate, rustboard or python", "loader");
    const auto engine = engine_named(options.engine);
    if (!engine || !settings.engine.allows(*engine)) {
        return problem(Code::bad_field,
                       settings.engine.both ? "engine must be systemd or slurm"
                                            : fmt::format("this server runs boards with {} only", name_of(settings.engine.first)),
                       "engine");
    }
    if (options.environment.starts_with('/')) {
        if (!settings.allow_own_environments)
            return problem(Code::bad_field, "this server does not allow environments of your own; choose one of its list", "environment");
        if (!LogDir::parse(options.environment))
            return problem(Code::bad_field, "environment must be a name, or the absolute path of a tensorboard program", "environment");
    } else if (!settings.environments.contains(options.environment)) {
        return problem(Code::bad_field, fmt::format("there is no environment \"{}\" on this server", options.environment), "environment");
    }
    if (options.port != 0 && !(options.port <= 65535 && settings.is_door_port(static_cast<std::uint16_t>(options.port)))) {
        return problem(Code::bad_field, fmt::format("port must be from {} to {}", settings.door_ports.first + 1, settings.door_ports.last),
                       "port");
    }
    return check_addresses(options, settings);
}

}  // namespace

BoardOptions default_options(const Settings& settings) {
    BoardOptions options;
    options.reload_interval = settings.reload_interval.count();
    options.engine = name_of(settings.engine.first);
    options.idle_sleep = settings.idle_sleep.count();
    return options;
}

namespace {
/// Names for all folders of a board that has several. A folder keeps the name that it had: TensorBoard's colours and filters
/// are by the names of runs.
std::vector<std::string> names_after(const BoardOptions& before, const BoardOptions& now) {
    const std::vector<std::string> folders = folders_of(now);
    if (folders.size() < 2) return {};
    const std::vector<std::string> old = folders_of(before);
    const std::vector<std::string> old_names = old.size() < 2 ? std::vector<std::string>() : names_apart(old, before.names);
    std::vector<std::string> names;
    for (const std::string& folder : folders) {
        const auto at = static_cast<std::size_t>(std::ranges::find(old, folder) - old.begin());
        names.push_back(at < old_names.size() ? old_names[at] : std::string());
    }
    return names_apart(folders, names);
}
}  // namespace

ApiResult<BoardOptions> take_options(JsonObject& json, BoardOptions options, const Settings& settings) {
    const BoardOptions before = options;
    const bool names_given = json.has("names");
    if (!names_given) options.names.clear();
    const std::string title_before = options.title;
    const bool derived = options.title == derived_title(options);
    const auto old = take_fast_loader(json, options.loader);
#define OPTION(name, type, standard, least, most) take_one(json, #name, options.name, least, most);
#include "src/boardgated/boards/board_options.inc"
#undef OPTION
    if (auto known = json.finish(); !known) return error_of(known);
    if (!old) return error_of(old);
    if (auto good = check(options, settings); !good) return error_of(good);
    if (options.names.empty() || options.more_logdirs.empty()) options.names = names_after(before, options);
    // A title that was derived from the folders changes with them.
    if (options.title.empty() || (derived && options.title == title_before)) options.title = derived_title(options);
    return options;
}

void add_options(Json::Value& to, const BoardOptions& options) {
#define OPTION(name, type, standard, least, most) to[#name] = value_of(options.name);
#include "src/boardgated/boards/board_options.inc"
#undef OPTION
    to["fast_loader"] = fast_loader_of(options.loader);
}

std::string options_text(const BoardOptions& options) {
    Json::Value value(Json::objectValue);
    add_options(value, options);
    return to_text(value);
}

BoardOptions options_of_text(const std::string& text) {
    BoardOptions options;
    // The stored text holds every option, and escapes, so it may be longer than a request's body.
    if (auto json = JsonObject::parse(text, 4 * longest_body)) {
        (void)take_fast_loader(*json, options.loader);
        // Options that an older boardgate did not write keep their defaults.
#define OPTION(name, type, standard, least, most) take_one(*json, #name, options.name, std::min<std::int64_t>(least, 0), most);
#include "src/boardgated/boards/board_options.inc"
#undef OPTION
    }
    return options;
}

wire::DoorSpec door_spec(const BoardId& board, const BoardOptions& options, const std::string& home) {
    wire::DoorSpec spec;
    spec.board = board.str();
    spec.port = static_cast<std::uint16_t>(options.port);
    spec.logdir = options.logdir;
    spec.more_logdirs = options.more_logdirs;
    spec.names = options.names;
    spec.environment = options.environment;
    spec.reload_interval = static_cast<std::uint32_t>(options.reload_interval);
    spec.reload_multifile = options.reload_multifile;
    spec.samples_per_plugin = options.samples_per_plugin;
    spec.loader = static_cast<wire::Loader>(index_in(loaders, options.loader));
    spec.idle_sleep = static_cast<std::uint32_t>(options.idle_sleep);
    spec.priority = static_cast<std::uint32_t>(options.priority);
    spec.bind_all = options.bind_all;
    if (!options.bind_all && !is_loopback(options.host)) spec.host = options.host;
    spec.home = home;
    spec.engine = engine_named(options.engine).value_or(Engine::systemd);
    return spec;
}

BoardOptions options_of_door(const wire::DoorSpec& door) {
    BoardOptions options;
    options.logdir = door.logdir;
    options.more_logdirs = door.more_logdirs;
    options.names = door.names;
    options.title = derived_title(options);  // the launcher does not know the chosen one
    options.environment = door.environment;
    options.reload_interval = door.reload_interval;
    options.reload_multifile = door.reload_multifile;
    options.samples_per_plugin = door.samples_per_plugin;
    options.loader = loaders.at(static_cast<std::size_t>(door.loader));
    options.idle_sleep = door.idle_sleep;
    options.priority = door.priority;
    options.bind_all = door.bind_all;
    options.host = door.host;
    options.engine = name_of(door.engine);
    return options;
}

bool is_open_to_network(const BoardOptions& options) { return options.bind_all || !is_loopback(options.host); }

std::vector<std::string> folders_of(const BoardOptions& options) {
    std::vector<std::string> folders = {options.logdir};
    folders.insert(folders.end(), options.more_logdirs.begin(), options.more_logdirs.end());
    return folders;
}

std::string set_of(const std::vector<std::string>& folders) {
    std::set<std::string> normal;
    for (const std::string& folder : folders) normal.insert(std::filesystem::path(folder + "/").lexically_normal().string());
    std::string all;
    for (const std::string& folder : normal) all += folder + '\n';
    return sha256(all).hex();
}

Change change_between(const BoardOptions& one, const BoardOptions& other) {
    BoardOptions same = other;
    same.title = one.title;
    if (options_text(one) == options_text(same)) return Change::of_title;
    same.priority = one.priority;
    same.idle_sleep = one.idle_sleep;
    return options_text(one) == options_text(same) ? Change::in_place : Change::restart;
}

namespace {
/// Cuts to the longest title, at the end of a character.
std::string cut_for_title(std::string text) {
    text.resize(std::min(text.size(), wire::longest::title));
    while (!is_utf8(text)) text.pop_back();
    return text;
}
}  // namespace

std::string folder_name(const std::string& path) {
    const std::size_t end = path.find_last_not_of('/');
    if (end == std::string::npos) return path;
    const std::size_t slash = path.rfind('/', end);
    const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
    return cut_for_title(path.substr(begin, end - begin + 1));
}

std::string derived_title(const BoardOptions& options) {
    std::string title;
    for (const std::string& folder : folders_of(options)) title += (title.empty() ? "" : " + ") + folder_name(folder);
    return cut_for_title(title);
}

}  // namespace boardgate::boardgated

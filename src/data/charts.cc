// SPDX-License-Identifier: MIT
#include "src/data/charts.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "src/data/json_text.h"
#include "src/events/protobuf.h"

namespace boardgate::data {

using events::DataClass;
using events::Fields;

namespace {

constexpr std::string_view scalar_plugin = "scalars";

bool is_scalar_chart(const Series& series) {
    return series.kind().data_class == DataClass::scalar && series.kind().plugin == scalar_plugin;
}

/// `[` a, b `]` with what Python puts between them.
class Parts {
public:
    Parts(std::string& to, char open, char close) : to_(to), close_(close) { to_ += open; }
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;
    ~Parts() { to_ += close_; }
    void next() {
        if (!std::exchange(first_, false)) to_ += ", ";
    }
    void key(std::string_view name) {
        next();
        append_json_text(to_, name);
        to_ += ": ";
    }

private:
    std::string& to_;
    char close_;
    bool first_ = true;
};

void append_named_points(std::string& to, const Series& series, std::uint32_t most) {
    const std::vector<std::uint32_t> shown = series.shown();
    Parts list(to, '[', ']');
    for (const std::uint32_t index : downsample(static_cast<std::uint32_t>(shown.size()), most)) {
        const std::uint32_t point = shown[index];
        list.next();
        to += "{\"wallTime\": ";
        append_json_number(to, series.wall_time(point));
        to += ", \"step\": " + std::to_string(series.step(point)) + ", \"value\": ";
        append_json_number(to, static_cast<double>(series.scalar(point)));
        to += '}';
    }
}

void append_points(std::string& to, const Series& series, std::uint32_t most) {
    const std::vector<std::uint32_t> shown = series.shown();
    Parts list(to, '[', ']');
    for (const std::uint32_t index : downsample(static_cast<std::uint32_t>(shown.size()), most)) {
        const std::uint32_t point = shown[index];
        list.next();
        to += '[';
        append_json_number(to, series.wall_time(point));
        to += ", " + std::to_string(series.step(point)) + ", ";
        append_json_number(to, static_cast<double>(series.scalar(point)));
        to += ']';
    }
}

/// The chart of this tag in a run, whose lock is held; null: none.
const Series* chart_of(const Run& run, std::string_view tag) {
    const auto series = run.series.find(tag);
    return series == run.series.end() || !is_scalar_chart(series->second) ? nullptr : &series->second;
}

struct Described {
    std::string display_name, description;
    bool plain = false;  ///< of the first version, which all writers write
};

/// `version_field` is a plugin's own.
Described described(const Series& series, std::uint32_t version_field) {
    Described out;
    std::string_view content;
    for (Fields field(series.kind().metadata); field.next();) {
        if (field.kind() != Fields::Kind::bytes) continue;
        if (field.field() == 2) out.display_name = field.bytes();
        if (field.field() == 3) out.description = field.bytes();
        if (field.field() != 1) continue;
        for (Fields plugin(field.bytes()); plugin.next();) {
            if (plugin.field() == 2 && plugin.kind() == Fields::Kind::bytes) content = plugin.bytes();
        }
    }
    Fields field(content);
    out.plain = true;
    while (field.next())
        out.plain = out.plain && (field.field() != version_field || (field.kind() == Fields::Kind::varint && field.number() == 0));
    out.plain = out.plain && field.complete() && out.description.empty();
    return out;
}

/// `{"run": ["tag", ...], ...}` of a plugin; false: TensorBoard has more to say.
bool append_tags(std::string& json, const Runs& runs, DataClass data_class, std::string_view plugin) {
    Parts list(json, '{', '}');
    for (const auto& [name, run] : runs) {
        const std::shared_lock lock(run->mutex);
        std::string tags;
        bool any = false;
        {
            Parts of_run(tags, '[', ']');
            for (const auto& [tag, series] : run->series) {
                if (series.kind().data_class != data_class || series.kind().plugin != plugin || series.shown().empty()) continue;
                if (!described(series, 1).plain) return false;
                of_run.next();
                append_json_text(tags, tag);
                any = true;
            }
        }
        if (!any) continue;
        list.key(name);
        json += tags;
    }
    return true;
}

/// `{"tag": {"run": {"maxSamplesPerStep": 1}}}`, in the order in which the tags come.
bool append_picture_tags(std::string& json, const Runs& runs) {
    constexpr std::uint32_t version_of_pictures = 2;
    constexpr std::int64_t width_and_height = 2;
    std::vector<std::pair<std::string, std::string>> tags;
    std::map<std::string, std::size_t, std::less<>> known;
    for (const auto& [name, run] : runs) {
        const std::shared_lock lock(run->mutex);
        for (const auto& [tag, series] : run->series) {
            if (series.kind().data_class != DataClass::blobs || series.kind().plugin != "images") continue;
            const std::vector<std::uint32_t> shown = series.shown();
            if (shown.empty()) continue;
            if (!described(series, version_of_pictures).plain) return false;
            std::uint32_t most = 0;
            for (const std::uint32_t point : shown) most = std::max(most, series.item(point).parts);
            const auto [at, is_new] = known.try_emplace(tag, tags.size());
            if (is_new) tags.emplace_back(tag, "");
            std::string& of_tag = tags[at->second].second;
            of_tag += is_new ? "" : ", ";
            append_json_text(of_tag, name);
            of_tag += ": {\"maxSamplesPerStep\": " + std::to_string(most - width_and_height) + '}';
        }
    }
    Parts list(json, '{', '}');
    for (const auto& [tag, of_tag] : tags) {
        list.key(tag);
        json += '{' + of_tag + '}';
    }
    return true;
}

struct Wanted {
    std::string tag;
    std::optional<std::string> run;
};

/// `[{"plugin": "scalars", "tag": "loss"}, ...]`, maybe with a run; none: something else is asked for.
std::optional<std::vector<Wanted>> wanted_in(std::string_view text) {
    JsonReader json(text);
    std::vector<Wanted> all;
    if (!json.take('[')) return std::nullopt;
    if (json.take(']')) return json.ended() ? std::optional(all) : std::nullopt;
    do {
        std::map<std::string, std::string, std::less<>> members;
        if (!json.take('{')) return std::nullopt;
        do {
            std::string name, value;
            if (!json.take_text(name) || !json.take(':') || !json.take_text(value) || !members.emplace(name, value).second)
                return std::nullopt;
        } while (json.take(','));
        if (!json.take('}') || members["plugin"] != scalar_plugin || !members.contains("tag")) return std::nullopt;
        const bool with_run = members.contains("run");
        if (members.size() != (with_run ? 3U : 2U) || (with_run && members["run"].empty())) return std::nullopt;
        all.push_back({members["tag"], with_run ? std::optional(members["run"]) : std::nullopt});
    } while (json.take(','));
    if (!json.take(']') || !json.ended()) return std::nullopt;
    return all;
}

/// The only value of a name; none: there is none, or several.
std::optional<std::string> only(const FormFields& fields, std::string_view name) {
    std::optional<std::string> found;
    for (const auto& [key, value] : fields) {
        if (key != name) continue;
        if (found) return std::nullopt;
        found = value;
    }
    return found;
}

}  // namespace

struct Charts::Route {
    std::string_view ending;
    Json (Charts::*answer)(const Http1Request&, Growth&) const;
};

/// The table of src/base/chart_routes.inc, which says what comes here.
const Charts::Route Charts::routes[] = {
#define CHART_ROUTE(path, method) {path, &Charts::method},
#include "src/base/chart_routes.inc"
#undef CHART_ROUTE
};

Charts::Charts(const RunSource& source, const SamplesPerPlugin& samples) : source_(source) {
    // TensorBoard's own number of points is what it keeps.
    const Capacity kept = samples.capacity_of({DataClass::scalar, true, std::string(scalar_plugin), {}});
    if (kept.points != Capacity::all) most_points_ = kept.points;
}

std::optional<std::string> Charts::json(const Http1Request& request, Growth& growth) const {
    if (!most_points_) return std::nullopt;
    for (const Route& route : routes) {
        if (request.path.ends_with(route.ending)) return (this->*route.answer)(request, growth);
    }
    return std::nullopt;
}

bool Charts::append_series_of(std::string& json, const std::string& tag, const std::string& only_run, Growth& growth) const {
    Parts list(json, '{', '}');
    const auto runs = source_.runs();
    for (const auto& [name, run] : *runs) {
        if (!only_run.empty() && name != only_run) continue;
        if (!growth.may_go_on(json.size())) return false;
        const std::shared_lock lock(run->mutex);
        const Series* const series = chart_of(*run, tag);
        if (series == nullptr) continue;
        list.key(name);
        append_named_points(json, *series, *most_points_);
    }
    return true;
}

Charts::Json Charts::time_series(const Http1Request& request, Growth& growth) const {
    const auto fields = request.fields();
    const auto text = fields ? only(*fields, "requests") : std::nullopt;
    const auto wanted = text ? wanted_in(*text) : std::nullopt;
    if (!wanted) return std::nullopt;
    std::string json;
    {
        Parts answers(json, '[', ']');
        for (const Wanted& one : *wanted) {
            answers.next();
            Parts answer(json, '{', '}');
            answer.key("plugin");
            append_json_text(json, scalar_plugin);
            answer.key("tag");
            append_json_text(json, one.tag);
            if (one.run) {
                answer.key("run");
                append_json_text(json, *one.run);
            }
            answer.key("runToSeries");
            if (!append_series_of(json, one.tag, one.run.value_or(""), growth)) return std::nullopt;
        }
    }
    return json;
}

Charts::Json Charts::time_series_tags(const Http1Request& request, Growth&) const {
    if (request.method != "GET") return std::nullopt;
    const auto runs = source_.runs();
    std::string json = R"({"scalars": {"runTagInfo": )";
    if (!append_tags(json, *runs, DataClass::scalar, scalar_plugin)) return std::nullopt;
    json += R"(, "tagDescriptions": {}}, "histograms": {"runTagInfo": )";
    if (!append_tags(json, *runs, DataClass::tensor, "histograms")) return std::nullopt;
    json += R"(, "tagDescriptions": {}}, "images": {"tagDescriptions": {}, "tagRunSampledInfo": )";
    if (!append_picture_tags(json, *runs)) return std::nullopt;
    return json + "}}";
}

Charts::Json Charts::scalars(const Http1Request& request, Growth&) const {
    const auto fields = request.method == "GET" ? request.fields() : std::nullopt;
    const auto tag = fields ? only(*fields, "tag") : std::nullopt;
    const auto run = fields ? only(*fields, "run") : std::nullopt;
    if (!tag || !run || fields->size() != 2) return std::nullopt;
    const auto runs = source_.runs();
    const auto found = runs->find(*run);
    if (found == runs->end()) return std::nullopt;
    const std::shared_lock lock(found->second->mutex);
    const Series* const series = chart_of(*found->second, *tag);
    if (series == nullptr) return std::nullopt;
    std::string json;
    append_points(json, *series, *most_points_);
    return json;
}

Charts::Json Charts::scalars_of_runs(const Http1Request& request, Growth& growth) const {
    const auto fields = request.method == "POST" ? request.fields() : std::nullopt;
    const auto tag = fields ? only(*fields, "tag") : std::nullopt;
    if (!tag) return std::nullopt;
    std::set<std::string, std::less<>> names;
    for (const auto& [name, value] : *fields) {
        if (name == "runs") names.insert(value);
        if (name != "runs" && name != "tag") return std::nullopt;
    }
    if (names.empty()) return std::nullopt;
    std::string json;
    {
        Parts list(json, '{', '}');
        const auto runs = source_.runs();
        for (const auto& [name, run] : *runs) {
            if (!names.contains(name)) continue;
            if (!growth.may_go_on(json.size())) return std::nullopt;
            const std::shared_lock lock(run->mutex);
            const Series* const series = chart_of(*run, *tag);
            if (series == nullptr) continue;
            list.key(name);
            append_points(json, *series, *most_points_);
        }
    }
    return json;
}

Charts::Json Charts::scalar_tags(const Http1Request& request, Growth&) const {
    if (request.method != "GET") return std::nullopt;
    std::string json;
    {
        Parts list(json, '{', '}');
        const auto runs = source_.runs();
        for (const auto& [name, run] : *runs) {
            const std::shared_lock lock(run->mutex);
            std::string tags;
            {
                Parts of_run(tags, '{', '}');
                for (const auto& [tag, series] : run->series) {
                    if (!is_scalar_chart(series) || series.shown().empty()) continue;
                    const Described text = described(series, 1);
                    if (!text.plain) return std::nullopt;
                    of_run.key(tag);
                    tags += R"({"displayName": )";
                    append_json_text(tags, text.display_name);
                    tags += R"(, "description": ""})";
                }
            }
            if (tags.size() <= 2) continue;
            list.key(name);
            json += tags;
        }
    }
    return json;
}

Charts::Json Charts::runs(const Http1Request& request, Growth&) const {
    if (request.method != "GET") return std::nullopt;
    std::vector<std::pair<double, std::string>> started;
    const auto runs = source_.runs();
    for (const auto& [name, run] : *runs) {
        const std::shared_lock lock(run->mutex);
        if (run->start_time) started.emplace_back(*run->start_time, name);
    }
    std::sort(started.begin(), started.end());
    std::string json;
    {
        Parts list(json, '[', ']');
        for (const auto& [time, name] : started) {
            list.next();
            append_json_text(json, name);
        }
    }
    return json;
}

}  // namespace boardgate::data

// SPDX-License-Identifier: MIT
#include "src/data/provider.h"

#include <algorithm>
#include <bit>
#include <set>
#include <vector>

#include "src/data/blob_key.h"
#include "src/data/stored_item.h"
#include "src/events/protobuf.h"

namespace boardgate::data {

using events::append_bytes;
using Kind = events::Fields::Kind;

namespace {

constexpr std::string_view service = "/tensorboard.data.TensorBoardDataProvider/";
/// The bytes of a blob in one message of the stream.
constexpr std::size_t chunk_size = std::size_t{8} << 20;

// Leave default values out, also those of `optional` numbers in proto3.
void append_text(std::string& to, std::uint32_t field, std::string_view text) {
    if (!text.empty()) append_bytes(to, field, text);
}
void append_number(std::string& to, std::uint32_t field, std::int64_t number) {
    if (number == 0) return;
    events::append_key(to, field, Kind::varint);
    events::append_varint(to, static_cast<std::uint64_t>(number));
}
void append_double(std::string& to, std::uint32_t field, double number) {
    if (number == 0) return;
    events::append_key(to, field, Kind::fixed64);
    events::append_fixed(to, std::bit_cast<std::uint64_t>(number), sizeof number);
}

bool wants(const Names& names, const std::string& name) { return !names || names->contains(name); }

/// A text in the form of Rust's `{:?}`.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

using Points = std::vector<std::uint32_t>;

/// Steps and times of points: the first two fields of each answer that has data.
void append_times(std::string& to, const Series& series, const Points& points) {
    std::string steps, times;
    for (const std::uint32_t point : points) {
        events::append_varint(steps, static_cast<std::uint64_t>(series.step(point)));
        events::append_fixed(times, std::bit_cast<std::uint64_t>(series.wall_time(point)), sizeof(double));
    }
    append_text(to, 1, steps);
    append_text(to, 2, times);
}

Points chosen(const Series& series, const Request& request) {
    const Points shown = series.shown();
    Points points = downsample(static_cast<std::uint32_t>(shown.size()), static_cast<std::uint64_t>(*request.most_points));
    for (std::uint32_t& point : points) point = shown[point];
    return points;
}

double latest(const Series& series, const Points& points) {
    double time = series.wall_time(points.front());
    for (const std::uint32_t point : points) time = std::max(series.wall_time(point), time);
    return time;
}

std::int64_t most_parts(const Series& series, const Points& points) {
    std::uint32_t most = 0;
    for (const std::uint32_t point : points) most = std::max(most, series.item(point).parts);
    return most;
}

/// ScalarMetadata, TensorMetadata or BlobSequenceMetadata.
std::string description_of(const Series& series, const Points& points) {
    std::string out;
    append_number(out, 1, series.step(points.back()));
    append_double(out, 2, latest(series, points));
    const bool blobs = series.kind().data_class == events::DataClass::blobs;
    if (blobs) append_number(out, 3, most_parts(series, points));
    append_bytes(out, blobs ? 4 : 3, series.kind().metadata);
    return out;
}

const Answer no_message = refused(Status::internal, "the request is no message of data_provider.proto");

}  // namespace

struct Provider::Method {
    std::string_view name;
    Answer (Provider::*answer)(std::string_view) const;
};

const Provider::Method Provider::methods[] = {
    {"GetExperiment", &Provider::get_experiment},
    {"ListPlugins", &Provider::list_plugins},
    {"ListRuns", &Provider::list_runs},
    {"ListScalars", &Provider::list<Class::scalar>},
    {"ReadScalars", &Provider::read_scalars},
    {"ListTensors", &Provider::list<Class::tensor>},
    {"ReadTensors", &Provider::read_tensors},
    {"ListBlobSequences", &Provider::list<Class::blobs>},
    {"ReadBlobSequences", &Provider::read_blob_sequences},
    {"ReadBlob", &Provider::read_blob},
};

Answer Provider::answer(std::string_view path, std::string_view message) const {
    if (path.starts_with(service)) {
        for (const Method& method : methods) {
            if (path.substr(service.size()) == method.name) return (this->*method.answer)(message);
        }
    }
    return refused(Status::unimplemented, "");
}

Answer Provider::get_experiment(std::string_view message) const {
    if (!read_text(message)) return no_message;
    std::string out;
    append_text(out, 1, location_);
    return {Status::ok, {}, {out}};
}

Answer Provider::list_plugins(std::string_view message) const {
    if (!read_text(message)) return no_message;
    std::set<std::string> plugins;
    const auto runs = source_.runs();
    for (const auto& [name, run] : *runs) {
        const std::shared_lock lock(run->mutex);
        for (const auto& [tag, series] : run->series) {
            if (series.kind().data_class != Class::unknown) plugins.insert(series.kind().plugin);
        }
    }
    std::string out;
    for (const std::string& plugin : plugins) {
        std::string entry;
        append_text(entry, 1, plugin);
        append_bytes(out, 1, entry);
    }
    return {Status::ok, {}, {out}};
}

Answer Provider::list_runs(std::string_view message) const {
    if (!read_text(message)) return no_message;
    std::vector<std::pair<double, std::string>> started;
    const auto runs = source_.runs();
    for (const auto& [name, run] : *runs) {
        const std::shared_lock lock(run->mutex);
        if (run->start_time) started.emplace_back(*run->start_time, name);
    }
    std::stable_sort(started.begin(), started.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string out;
    for (const auto& [time, name] : started) {
        std::string entry;
        append_text(entry, 2, name);
        append_double(entry, 3, time);
        append_bytes(out, 1, entry);
    }
    return {Status::ok, {}, {out}};
}

/// The entries of the requested runs and tags, without runs that have none.
Answer Provider::for_each_series(const Request& request, Class data_class, const Entry& entry) const {
    if (request.plugin.empty()) return refused(Status::invalid_argument, "must specify non-empty plugin name");
    std::string out;
    const auto runs = source_.runs();
    for (const auto& [name, run] : *runs) {
        if (!wants(request.runs, name)) continue;
        std::string tags;
        const std::shared_lock lock(run->mutex);
        for (const auto& [tag, series] : run->series) {
            if (series.kind().data_class != data_class || series.kind().plugin != request.plugin || !wants(request.tags, tag)) continue;
            std::string one;
            append_text(one, 1, tag);
            if (entry(one, name, tag, series)) append_bytes(tags, 2, one);
        }
        if (tags.empty()) continue;
        std::string whole;
        append_text(whole, 1, name);
        append_bytes(out, 1, whole + tags);
    }
    return {Status::ok, {}, {std::move(out)}};
}

template <events::DataClass data_class>
Answer Provider::list(std::string_view message) const {
    const auto request = read_request(message);
    if (!request) return no_message;
    return for_each_series(*request, data_class, [](std::string& entry, const std::string&, const std::string&, const Series& series) {
        const Points points = series.shown();
        if (points.empty()) return false;
        append_bytes(entry, 2, description_of(series, points));
        return true;
    });
}

Answer Provider::read_series(std::string_view message, Class data_class, const std::function<Entry(const Request&)>& entry_for) const {
    const auto request = read_request(message);
    if (!request) return no_message;
    if (request->plugin.empty()) return refused(Status::invalid_argument, "must specify non-empty plugin name");
    if (!request->most_points) return refused(Status::invalid_argument, "must specify downsample");
    if (*request->most_points < 0) {
        return refused(Status::invalid_argument, "num_points must be non-negative; got " + std::to_string(*request->most_points));
    }
    return for_each_series(*request, data_class, entry_for(*request));
}

Answer Provider::read_scalars(std::string_view message) const {
    return read_series(message, Class::scalar, [](const Request& request) {
        return [&](std::string& entry, const std::string&, const std::string&, const Series& series) {
            const Points points = chosen(series, request);
            std::string data, values;
            append_times(data, series, points);
            for (const std::uint32_t point : points)
                events::append_fixed(values, std::bit_cast<std::uint32_t>(series.scalar(point)), sizeof(float));
            append_text(data, 3, values);
            append_bytes(entry, 2, data);
            return true;
        };
    });
}

Answer Provider::read_tensors(std::string_view message) const {
    return read_series(message, Class::tensor, [](const Request& request) {
        return [&](std::string& entry, const std::string&, const std::string&, const Series& series) {
            Points points = chosen(series, request);
            std::string data, values;
            // Leave out a tensor whose file is missing.
            std::erase_if(points, [&](std::uint32_t point) {
                const auto tensor = tensor_in(series.item(point));
                if (tensor) append_bytes(values, 3, *tensor);
                return !tensor;
            });
            append_times(data, series, points);
            append_bytes(entry, 2, data + values);
            return true;
        };
    });
}

Answer Provider::read_blob_sequences(std::string_view message) const {
    return read_series(message, Class::blobs, [](const Request& request) {
        return [&](std::string& entry, const std::string& run, const std::string& tag, const Series& series) {
            const Points points = chosen(series, request);
            std::string data;
            append_times(data, series, points);
            for (const std::uint32_t point : points) {
                std::string sequence;
                for (std::uint32_t part = 0; part < series.item(point).parts; ++part) {
                    std::string reference;
                    append_bytes(reference, 1, BlobKey{request.experiment, run, tag, series.step(point), part}.text());
                    append_bytes(sequence, 1, reference);
                }
                append_bytes(data, 3, sequence);
            }
            append_bytes(entry, 2, data);
            return true;
        };
    });
}

Answer Provider::read_blob(std::string_view message) const {
    const auto text = read_text(message);
    if (!text) return no_message;
    const auto key = BlobKey::parse(*text);
    if (!key) return refused(Status::invalid_argument, "failed to parse blob key");
    const auto runs = source_.runs();
    const auto run = runs->find(key->run);
    if (run == runs->end()) return refused(Status::not_found, "no such run: " + quoted(key->run));
    std::shared_lock lock(run->second->mutex);
    const auto series = run->second->series.find(key->tag);
    const std::string where =
        "run " + quoted(key->run) + (series == run->second->series.end() ? " has no such tag: " : ", tag ") + quoted(key->tag);
    if (series == run->second->series.end() || series->second.kind().data_class != Class::blobs)
        return refused(Status::not_found, "run " + quoted(key->run) + " has no such tag: " + quoted(key->tag));
    const Points points = series->second.shown();
    const auto point = std::find_if(points.begin(), points.end(), [&](std::uint32_t one) { return series->second.step(one) == key->step; });
    const std::string evicted = where + " has no step " + std::to_string(key->step) + "; may have been evicted";
    if (point == points.end()) return refused(Status::not_found, evicted);
    const Item item = series->second.item(*point);
    const std::string plugin = series->second.kind().plugin;
    lock.unlock();
    if (key->index >= item.parts) {
        return refused(Status::not_found, "blob sequence at " + where + ", step Step(" + std::to_string(key->step) + ") has no index " +
                                              std::to_string(key->index) + " (length: " + std::to_string(item.parts) + ")");
    }
    const auto blob = blob_in(item, plugin, key->index);
    if (!blob) return refused(Status::not_found, evicted);
    Answer answer;
    for (std::size_t at = 0; at < blob->size(); at += chunk_size) {
        append_bytes(answer.messages.emplace_back(), 1, std::string_view(*blob).substr(at, chunk_size));
    }
    return answer;
}

}  // namespace boardgate::data

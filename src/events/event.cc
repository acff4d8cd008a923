// SPDX-License-Identifier: MIT
#include "src/events/event.h"

#include <bit>
#include <cmath>

#include "src/events/utf8.h"

namespace boardgate::events {

using Kind = Fields::Kind;
namespace number = number_of;

namespace {

constexpr int inside_event = Fields::deepest - 1;
constexpr int inside_summary = inside_event - 1;
constexpr int inside_value = inside_summary - 1;

/// The first byte of a field: all fields of a scalar have a number below 16.
constexpr char key_of(std::uint32_t field, Kind kind) { return static_cast<char>(field << 3 | static_cast<std::uint8_t>(kind)); }

bool take_key(std::string_view& bytes, char key) {
    if (bytes.empty() || bytes.front() != key) return false;
    bytes.remove_prefix(1);
    return true;
}

/// A field of bytes at the beginning of `from`.
bool take_bytes(std::string_view& from, char key, std::string_view& bytes) {
    std::uint64_t size = 0;
    if (!take_key(from, key) || !take_varint(from, size) || size > from.size()) return false;
    bytes = from.substr(0, size);
    from.remove_prefix(size);
    return true;
}

}  // namespace

const Event* EventDecoder::decode(std::string_view record, Loader* loader) {
    loader_ = loader;
    const bool taken = (loader == nullptr && take_one_scalar(record)) || take_fields(record);
    return taken && !std::isnan(event_.wall_time) ? &event_ : nullptr;
}

/// Most events are a time, a step and one simple value, whose fields writers write in this order. False: something else.
bool EventDecoder::take_one_scalar(std::string_view record) {
    constexpr char time_key = key_of(number::Event::wall_time, Kind::fixed64);
    constexpr char step_key = key_of(number::Event::step, Kind::varint);
    constexpr char number_key = key_of(number::Value::simple_value, Kind::fixed32);
    if (!take_key(record, time_key) || record.size() < sizeof(double)) return false;
    const std::uint64_t time = fixed_at(record, 0, sizeof(double));
    record.remove_prefix(sizeof(double));
    std::uint64_t step = 0;
    if (take_key(record, step_key) && !take_varint(record, step)) return false;
    std::string_view summary;
    std::string_view value;
    std::string_view tag;
    if (!take_bytes(record, key_of(number::Event::summary, Kind::bytes), summary) || !record.empty() ||
        !take_bytes(summary, key_of(number::Summary::value, Kind::bytes), value) || !summary.empty() ||
        !take_bytes(value, key_of(number::Value::tag, Kind::bytes), tag) || !take_key(value, number_key) || value.size() != sizeof(float) ||
        !is_unicode(tag))
        return false;
    event_.wall_time = std::bit_cast<double>(time);
    event_.step = static_cast<std::int64_t>(step);
    event_.values.resize(1);
    const auto simple = static_cast<std::uint32_t>(fixed_at(value, 0, sizeof(float)));
    event_.values.front() = {.tag = tag, .form = Form::simple, .simple = std::bit_cast<float>(simple)};
    return true;
}

bool EventDecoder::take_fields(std::string_view record) {
    event_.wall_time = 0;
    event_.step = 0;
    event_.values.clear();
    what_ = 0;
    joined_.clear();
    Fields field(record, loader_);
    while (field.next()) {
        if (!take(field)) return false;
    }
    return field.complete();
}

bool EventDecoder::take(const Fields& field) {
    switch (field.field()) {
        case number::Event::wall_time:
            event_.wall_time = std::bit_cast<double>(field.number());
            return field.kind() == Kind::fixed64;
        case number::Event::step:
            event_.step = static_cast<std::int64_t>(field.number());
            return field.kind() == Kind::varint;
        case number::Event::file_version:
            begin(field.field());
            need(field.bytes());
            return field.kind() == Kind::bytes && is_unicode(field.bytes());
        case number::Event::graph_def:
            begin(field.field());
            only_value(Form::graph, graph_tag).bytes = field.bytes();
            return field.kind() == Kind::bytes;
        case number::Event::summary:
            begin(field.field());
            return field.kind() == Kind::bytes && take_summary(field.bytes());
        case number::Event::log_message:
            begin(field.field());
            return field.kind() == Kind::bytes && is_well_formed(field.bytes(), Message::LogMessage, loader_, inside_event);
        case number::Event::session_log:
            begin(field.field());
            return field.kind() == Kind::bytes && is_well_formed(field.bytes(), Message::SessionLog, loader_, inside_event);
        case number::Event::tagged_run_metadata:
            begin(field.field());
            return field.kind() == Kind::bytes && take_run_metadata(field.bytes());
        case number::Event::meta_graph_def:
            begin(field.field());
            return field.kind() == Kind::bytes;
        case number::Event::source_metadata:
            return field.kind() == Kind::bytes && is_well_formed(field.bytes(), Message::SourceMetadata, loader_, inside_event);
        default:
            return true;
    }
}

/// Of the fields of a oneof, the last one counts.
void EventDecoder::begin(std::uint32_t what) {
    if (what_ != what) event_.values.clear();
    what_ = what;
}

Value& EventDecoder::only_value(Form form, std::string_view tag) {
    if (event_.values.empty()) event_.values.push_back({.tag = tag, .form = form});
    return event_.values.front();
}

bool EventDecoder::take_run_metadata(std::string_view bytes) {
    Value& value = only_value(Form::run_metadata, {});
    Fields field(bytes, loader_, inside_event);
    while (field.next()) {
        if (field.field() != number::TaggedRunMetadata::tag && field.field() != number::TaggedRunMetadata::run_metadata) continue;
        if (field.kind() != Kind::bytes) return false;
        if (field.field() == number::TaggedRunMetadata::run_metadata) {
            value.bytes = field.bytes();
            continue;
        }
        need(field.bytes());
        if (!is_unicode(field.bytes())) return false;
        value.tag = field.bytes();
    }
    return field.complete();
}

bool EventDecoder::take_summary(std::string_view bytes) {
    Fields field(bytes, loader_, inside_event);
    while (field.next()) {
        if (field.field() != number::Summary::value) continue;
        if (field.kind() != Kind::bytes || !take_value(field.bytes())) return false;
    }
    return field.complete();
}

bool EventDecoder::take_value(std::string_view bytes) {
    Value& value = event_.values.emplace_back();
    Fields field(bytes, loader_, inside_summary);
    while (field.next()) {
        if (!take_field_of_value(field, value)) return false;
    }
    return field.complete();
}

bool EventDecoder::take_field_of_value(const Fields& field, Value& value) {
    switch (field.field()) {
        case number::Value::tag:
        case number::Value::node_name:
            need(field.bytes());
            if (field.kind() != Kind::bytes || !is_unicode(field.bytes())) return false;
            if (field.field() == number::Value::tag) value.tag = field.bytes();
            return true;
        case number::Value::simple_value:
            value.form = Form::simple;
            value.simple = std::bit_cast<float>(static_cast<std::uint32_t>(field.number()));
            return field.kind() == Kind::fixed32;
        case number::Value::obsolete_old_style_histogram:
            value.form = Form::old_histogram;
            return field.kind() == Kind::bytes;
        case number::Value::image:
            return is_message(field, Message::Image) && take_message(field, Form::image, value);
        case number::Value::histo:
            return is_message(field, Message::Histogram) && take_message(field, Form::histogram, value);
        case number::Value::audio:
            return is_message(field, Message::Audio) && take_message(field, Form::audio, value);
        case number::Value::tensor:
            return is_message(field, Message::Tensor) && take_message(field, Form::tensor, value);
        case number::Value::metadata:
            if (!is_message(field, Message::SummaryMetadata)) return false;
            value.has_metadata ? join(value.metadata, field.bytes()) : void(value.metadata = field.bytes());
            value.has_metadata = true;
            return true;
        default:
            return true;
    }
}

bool EventDecoder::is_message(const Fields& field, Message message) const {
    return field.kind() == Kind::bytes && is_well_formed(field.bytes(), message, loader_, inside_value);
}

bool EventDecoder::take_message(const Fields& field, Form form, Value& value) {
    if (value.form == form) {
        join(value.bytes, field.bytes());
    } else {
        value.bytes = field.bytes();
    }
    value.form = form;
    return true;
}

void EventDecoder::join(std::string_view& bytes, std::string_view more) {
    need(bytes);
    need(more);
    bytes = joined_.emplace_back(std::string(bytes) + std::string(more));
}

}  // namespace boardgate::events

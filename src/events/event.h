// SPDX-License-Identifier: MIT
// One event of an event file (Event of TensorFlow's event.proto), decoded as TensorBoard's data server decodes it.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "src/events/schema.h"

namespace boardgate::events {

/// The form of a summary's value (the oneof of summary.proto).
enum class Form : std::uint8_t { nothing, simple, old_histogram, image, histogram, audio, tensor, graph, run_metadata };

struct Value {
    std::string_view tag{};
    Form form = Form::nothing;
    float simple = 0;
    std::string_view bytes{};  ///< the encoded message, graph or run metadata
    bool has_metadata = false;
    std::string_view metadata{};  ///< SummaryMetadata
};

/// Views into the record, and into memory that the decoder keeps until the next event.
struct Event {
    double wall_time = 0;  ///< seconds since 1970; TensorBoard drops an event with an infinite time
    std::int64_t step = 0;
    std::vector<Value> values{};  ///< a graph counts as a value, and so does run metadata
};

/// The tag under which TensorBoard keeps the graph of a run.
inline constexpr std::string_view graph_tag = "__run_graph__";

class EventDecoder {
public:
    /// Null if TensorBoard would stop reading here: the record is no Event, or its time is NaN.
    [[nodiscard]] const Event* decode(std::string_view record, Loader* loader = nullptr);

private:
    [[nodiscard]] bool take_one_scalar(std::string_view record);
    [[nodiscard]] bool take_fields(std::string_view record);
    [[nodiscard]] bool take(const Fields& field);
    [[nodiscard]] bool take_summary(std::string_view bytes);
    [[nodiscard]] bool take_value(std::string_view bytes);
    [[nodiscard]] bool take_field_of_value(const Fields& field, Value& value);
    [[nodiscard]] bool is_message(const Fields& field, Message message) const;
    [[nodiscard]] bool take_message(const Fields& field, Form form, Value& value);
    [[nodiscard]] bool take_run_metadata(std::string_view bytes);
    void begin(std::uint32_t what);
    [[nodiscard]] Value& only_value(Form form, std::string_view tag);
    /// Merges a message that occurs twice, by concatenating its parts (protobuf.dev, "Encoding").
    void join(std::string_view& bytes, std::string_view more);
    void need(std::string_view bytes) const {
        if (loader_ != nullptr) loader_->need(bytes);
    }

    Event event_;
    Loader* loader_ = nullptr;
    std::uint32_t what_ = 0;          ///< the field of the oneof that occurred last
    std::deque<std::string> joined_;  ///< results of `join`
};

}  // namespace boardgate::events

// SPDX-License-Identifier: MIT
// One event of an event file, as TensorBoard's data server understands it: Event of TensorFlow's event.proto.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "src/events/schema.h"

namespace boardgate::events {

/// What a value of a summary is written as (the oneof of summary.proto).
enum class Form : std::uint8_t { nothing, simple, old_histogram, image, histogram, audio, tensor, graph, run_metadata };

struct Value {
    std::string_view tag{};
    Form form = Form::nothing;
    float simple = 0;
    std::string_view bytes{};  ///< of a message, graph or run metadata
    bool has_metadata = false;
    std::string_view metadata{};  ///< SummaryMetadata
};

/// Views into the record, and into what the decoder keeps until its next event.
struct Event {
    double wall_time = 0;  ///< seconds since 1970; infinite: TensorBoard drops the event
    std::int64_t step = 0;
    std::vector<Value> values{};  ///< a graph and run metadata are a value by themselves
};

/// The tag under which TensorBoard keeps the graph of a run.
inline constexpr std::string_view graph_tag = "__run_graph__";

class EventDecoder {
public:
    /// Null where TensorBoard would read no further: no Event, or its time is not a number.
    [[nodiscard]] const Event* decode(std::string_view record, Loader* loader = nullptr);

private:
    [[nodiscard]] bool take(const Fields& field);
    [[nodiscard]] bool take_summary(std::string_view bytes);
    [[nodiscard]] bool take_value(std::string_view bytes);
    [[nodiscard]] bool take_field_of_value(const Fields& field, Value& value);
    [[nodiscard]] bool is_message(const Fields& field, Message message) const;
    [[nodiscard]] bool take_message(const Fields& field, Form form, Value& value);
    [[nodiscard]] bool take_run_metadata(std::string_view bytes);
    void begin(std::uint32_t what);
    [[nodiscard]] Value& only_value(Form form, std::string_view tag);
    /// A message that is there twice is merged, which is what the concatenation of its parts means.
    void join(std::string_view& bytes, std::string_view more);
    void need(std::string_view bytes) const {
        if (loader_ != nullptr) loader_->need(bytes);
    }

    Event event_;
    Loader* loader_ = nullptr;
    std::uint32_t what_ = 0;          ///< field of the oneof that was last
    std::deque<std::string> joined_;  ///< what `join` made
};

}  // namespace boardgate::events

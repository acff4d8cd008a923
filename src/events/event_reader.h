// SPDX-License-Identifier: MIT
// The events of a file, one after the other, as far as TensorBoard's data server reads them.
#pragma once

#include "src/events/event.h"
#include "src/events/record_window.h"

namespace boardgate::events {

class EventReader {
public:
    enum class Next {
        event,
        cut,      ///< the end, or a record that is not all there: more may come
        damaged,  ///< nothing behind this is read
    };
    /// Also checks the data of each record that can be parsed, which TensorBoard does not ask for.
    void check_data() { check_data_ = true; }

    /// Called before each reading of the file, which may take long.
    void before_reading(const std::function<void()>& call) { window_.before_reading(call); }

    /// The descriptor stays the caller's. `offset` is where a record begins.
    void open(int fd, std::uint64_t offset);
    /// Opens at the first record that begins in this part of the file; false when there is none.
    [[nodiscard]] bool open_part(int fd, std::uint64_t from, std::uint64_t end);
    [[nodiscard]] Next next();
    /// After Next::event, until the next call.
    [[nodiscard]] const Event& event() const { return *event_; }
    [[nodiscard]] Loader* loader() { return window_.loader(); }
    /// Behind the last event: where reading goes on, or where the file is damaged.
    [[nodiscard]] std::uint64_t offset() const { return event_ == nullptr ? window_.offset() : window_.end_offset(); }
    /// Where in the file these bytes of the event are; not for bytes that were joined.
    [[nodiscard]] std::optional<std::uint64_t> place_of(std::string_view bytes) const;
    [[nodiscard]] std::uint64_t bytes_read() const { return window_.bytes_read(); }

private:
    RecordWindow window_;
    EventDecoder decoder_;
    const Event* event_ = nullptr;
    bool check_data_ = false;
};

}  // namespace boardgate::events

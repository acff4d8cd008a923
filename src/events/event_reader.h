// SPDX-License-Identifier: MIT
// Reads the events of a file in order, as far as TensorBoard's data server would read.
#pragma once

#include "src/events/event.h"
#include "src/events/record_window.h"

namespace boardgate::events {

class EventReader {
public:
    enum class Next {
        event,
        cut,      ///< the end of the file, or an incomplete record: the writer may append more
        damaged,  ///< the rest of the file is not read
    };
    /// Also verifies the checksum of each record's data, as TensorBoard does only on request.
    void check_data() { check_data_ = true; }

    /// Sets what to call before each reading of the file, which may take long.
    void before_reading(const std::function<void()>& call) { window_.before_reading(call); }

    /// The descriptor stays the caller's. A record begins at `offset`.
    void open(int fd, std::uint64_t offset);
    /// Opens at the first record that begins in this part of the file; false when there is none.
    [[nodiscard]] bool open_part(int fd, std::uint64_t from, std::uint64_t end);
    [[nodiscard]] Next next();
    /// Valid after Next::event, until the next call of next().
    [[nodiscard]] const Event& event() const { return *event_; }
    [[nodiscard]] Loader* loader() { return window_.loader(); }
    /// The position after the last event, where reading continues, or where the file is damaged.
    [[nodiscard]] std::uint64_t offset() const { return event_ == nullptr ? window_.offset() : window_.end_offset(); }
    /// The position of these bytes of the event in the file; no value for bytes that were joined.
    [[nodiscard]] std::optional<std::uint64_t> place_of(std::string_view bytes) const;
    [[nodiscard]] std::uint64_t bytes_read() const { return window_.bytes_read(); }

private:
    RecordWindow window_;
    EventDecoder decoder_;
    const Event* event_ = nullptr;
    bool check_data_ = false;
};

}  // namespace boardgate::events

// SPDX-License-Identifier: MIT
#include "src/events/event_reader.h"

#include <functional>

namespace boardgate::events {

void EventReader::open(int fd, std::uint64_t offset) {
    window_.open(fd, offset);
    event_ = nullptr;
}

bool EventReader::open_part(int fd, std::uint64_t from, std::uint64_t end) {
    open(fd, from);
    return window_.seek_record(from, end);
}

EventReader::Next EventReader::next() {
    if (event_ != nullptr) window_.pass();
    event_ = nullptr;
    const RecordWindow::Found found = window_.next();
    if (found == RecordWindow::Found::cut) return Next::cut;
    if (found == RecordWindow::Found::damaged || (check_data_ && !window_.is_checked())) return Next::damaged;
    event_ = decoder_.decode(window_.data(), window_.loader());
    return event_ == nullptr ? Next::damaged : Next::event;
}

std::optional<std::uint64_t> EventReader::place_of(std::string_view bytes) const {
    const std::string_view record = window_.data();
    const std::less_equal<const char*> before;
    if (!before(record.data(), bytes.data()) || !before(bytes.data() + bytes.size(), record.data() + record.size())) return std::nullopt;
    return window_.data_offset() + static_cast<std::uint64_t>(bytes.data() - record.data());
}

}  // namespace boardgate::events

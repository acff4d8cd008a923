// SPDX-License-Identifier: MIT
// An event file: as it is, from the middle, and as the data of one record with right checksums, short and long.
#include <cmath>

#include "src/events/event_reader.h"
#include "src/events/series_kind.h"

#include "tests/fuzz/fuzz.h"
#include "tests/unit/events/both_ways.h"
#include "tests/unit/events/event_bytes.h"
#include "tests/unit/events/open_file.h"

namespace boardgate::events {
namespace {

using fuzz::require;

void read_all(EventReader& reader, std::size_t size) {
    std::uint64_t before = reader.offset();
    std::size_t left = size + 1;
    while (reader.next() == EventReader::Next::event) {
        require(left-- > 0, "a file has no more events than bytes");
        require(reader.offset() > before && reader.offset() <= size, "reading goes on, and not beyond the file");
        before = reader.offset();
        require(!std::isnan(reader.event().wall_time), "a time is a number");
        for (const Value& value : reader.event().values) {
            const auto place = reader.place_of(value.bytes);
            require(!place || *place + value.bytes.size() <= size, "bytes of a value are in the file");
        }
    }
}

void read_file(std::string_view bytes) {
    const Fd fd = open_file(bytes);
    for (const bool checked : {false, true}) {
        EventReader reader;
        if (checked) reader.check_data();
        reader.open(fd.get(), 0);
        read_all(reader, bytes.size());
    }
    EventReader reader;
    if (reader.open_part(fd.get(), bytes.size() / 2, bytes.size())) read_all(reader, bytes.size());
}

}  // namespace
}  // namespace boardgate::events

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boardgate::events;
    if (size > 100'000) return 0;
    const std::string bytes(boardgate::fuzz::text_of(data, size));
    EventDecoder decoder;
    EventDecoder by_fields;
    boardgate::fuzz::require(both_ways_agree(decoder, by_fields, bytes), "one scalar is decoded as field by field");
    read_file(bytes);
    read_file(record_of(bytes));
    // Beyond the window, where it is loaded page by page: padded in a field that nobody knows.
    read_file(record_of(field(15, std::string(RecordWindow::most_in_window, 'p')) + bytes));
    for (const Message message : {Message::Event, Message::Summary, Message::Value}) {
        if (!is_well_formed(bytes, message)) continue;
        const std::string once = canonical(bytes, message);
        boardgate::fuzz::require(is_well_formed(once, message) && canonical(once, message) == once, "a canonical message stays as it is");
    }
    return 0;
}

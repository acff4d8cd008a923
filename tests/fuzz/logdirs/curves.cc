// SPDX-License-Identifier: MIT
// The curves that My runs shows of an event file: the input is the data of its records, each behind its 16-bit length.
#include "src/logdirs/curves.h"

#include "src/base/names.h"
#include "src/events/event_reader.h"

#include "tests/fuzz/fuzz.h"
#include "tests/unit/events/event_bytes.h"
#include "tests/unit/events/open_file.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boardgate;
    using fuzz::require;
    if (size > 100'000) return 0;
    std::string_view input = fuzz::text_of(data, size);
    std::string file;
    while (input.size() > 2) {
        const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(input[i])); };
        const std::size_t length = byte(0) + 256 * byte(1);
        file += events::record_of(std::string(input.substr(2, length)));
        input.remove_prefix(std::min(2 + length, input.size()));
    }
    const Fd fd = events::open_file(file);
    events::EventReader reader;
    logdirs::Curves curves;
    for (reader.open(fd.get(), 0); reader.next() == events::EventReader::Next::event;) {
        for (const events::Value& value : reader.event().values) curves.add(reader.event().step, value, reader.loader());
    }
    const auto all = curves.all();
    require(all.size() <= logdirs::Curves::most_tags, "a run has a bounded number of curves");
    for (const wire::Curve& curve : all) {
        require(curve.tag.size() <= wire::longest::tag && is_utf8(curve.tag) && !has_control_character(curve.tag), "a tag can be shown");
        require(!curve.points.empty() && curve.points.size() <= wire::longest::points, "a curve has some points");
        for (std::size_t i = 1; i < curve.points.size(); ++i) require(curve.points[i - 1].step < curve.points[i].step, "steps rise");
        require(curves.last_step() && curve.points.back().step <= *curves.last_step(), "no point is behind the last step");
    }
    return 0;
}

// SPDX-License-Identifier: MIT
// Bytes of a node that its owner wrote, or of a head: the first byte says which end reads them. What is kept stays bounded, and an
// end that did not fail can go on.
#include "src/link/endpoint.h"

#include "tests/fuzz/fuzz.h"

namespace boardgate::link {
namespace {

using fuzz::require;

/// A head with two visitors, or a node; it answers as relays do.
struct Reading final : Endpoint::Events {
    explicit Reading(Side side) : endpoint(side, BootTime(0)) {
        if (side == Side::head) require(endpoint.open_stream() == 1 && endpoint.open_stream() == 2, "streams are numbered from 1");
    }
    Endpoint endpoint;
    std::size_t events = 0;
    void on_data(std::uint32_t stream, std::string_view bytes) override {
        require(endpoint.is_open(stream) && !bytes.empty() && bytes.size() <= window, "data belongs to an open stream");
        endpoint.consumed(stream, bytes.size());
        endpoint.send_data(stream, bytes.substr(0, endpoint.room(stream)));
    }
    void on_fin(std::uint32_t stream) override { endpoint.finish(stream); }
    void on_open(std::uint32_t stream) override { require(endpoint.is_open(stream), "an open stream is open"); }
    void on_hello(const Hello& hello) override { require(hello.job.size() <= 255 && hello.node.size() <= 320, "names are short"); }
};

}  // namespace
}  // namespace boardgate::link

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boardgate;
    using namespace boardgate::link;
    if (size < 2) return 0;
    Reading reading((data[0] & 1U) == 0 ? Side::head : Side::node);
    std::string_view bytes = fuzz::text_of(data + 2, size - 2);
    // In parts: where one ends must not matter.
    for (const std::size_t part = 1U + data[1]; !bytes.empty(); bytes.remove_prefix(std::min(part, bytes.size()))) {
        if (!reading.endpoint.take(bytes.substr(0, part), BootTime(1), reading)) return 0;
        fuzz::require(reading.endpoint.streams() <= most_streams, "streams are few");
        reading.endpoint.sent(reading.endpoint.output().size());
    }
    return 0;
}

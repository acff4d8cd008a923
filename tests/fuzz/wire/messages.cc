// SPDX-License-Identifier: MIT
// A datagram of the privilege boundary, in either direction: every type of message tries to read it. A message has one form,
// so that what is read is written to the same bytes.
#include "src/wire/messages.h"

#include "src/wire/folder_messages.h"

#include "tests/fuzz/fuzz.h"

namespace boardgate::wire {
namespace {

template <class Message>
bool read_and_written(const Datagram& datagram) {
    auto message = decode<Message>(datagram);
    if (!message) return false;
    Writer out(static_cast<std::uint16_t>(Message::type));
    detail::Put put(out);
    message->fields(put);
    fuzz::require(out.bytes() == datagram.bytes.reveal(), "a message is written as it was read");
    return true;
}

}  // namespace
}  // namespace boardgate::wire

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boardgate::wire;
    if (size > longest_message) return 0;
    Datagram datagram;
    datagram.bytes = boardgate::Secret(std::string(boardgate::fuzz::text_of(data, size)));
    int readers = 0;
#define MESSAGE(name, number, sender, meaning) readers += read_and_written<name>(datagram) ? 1 : 0;
#include "src/wire/messages.inc"
#undef MESSAGE
    boardgate::fuzz::require(readers <= 1, "bytes are one message");
    return 0;
}

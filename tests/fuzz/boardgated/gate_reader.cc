// SPDX-License-Identifier: MIT
// The bytes that arrive at the gate's socket. How they are cut into pieces changes nothing, and only a whole request is
// complete.
#include "src/boardgated/web/fastcgi_reader.h"

#include "tests/fuzz/fuzz.h"

namespace boardgate::boardgated {
namespace {

using fuzz::require;
using Progress = FastCgiReader::Progress;

/// Gives the reader `size` bytes at a time.
Progress take_in_pieces(FastCgiReader& reader, std::string_view bytes, std::size_t size) {
    Progress progress = Progress::incomplete;
    while (progress == Progress::incomplete && !bytes.empty()) {
        progress = reader.take(bytes.substr(0, size));
        bytes.remove_prefix(std::min(size, bytes.size()));
    }
    return progress;
}

void try_one(std::string_view bytes) {
    FastCgiReader whole;
    const Progress progress = whole.take(bytes);
    FastCgiReader pieces;
    const Progress in_pieces = take_in_pieces(pieces, bytes, 7);
    if (bytes.size() <= FastCgiReader::longest_request) require(in_pieces == progress, "pieces are read as the whole");
    if (progress != Progress::complete) return;
    require(whole.request_id() != 0 && whole.request_id() == pieces.request_id(), "a request has an id");
    for (const char* name : {"REQUEST_METHOD", "REQUEST_URI", "DOCUMENT_URI", "HTTP_COOKIE", ""}) {
        require(whole.parameter(name) == pieces.parameter(name), "parameters are the same");
        require(whole.parameter(name).size() < bytes.size(), "a parameter is a part of the request");
    }
    whole.start_anew();
    require(whole.parameter("REQUEST_METHOD").empty(), "nothing is kept for the next request");
}

}  // namespace
}  // namespace boardgate::boardgated

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size <= 80'000) boardgate::boardgated::try_one(boardgate::fuzz::text_of(data, size));
    return 0;
}

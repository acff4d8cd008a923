// SPDX-License-Identifier: MIT
// What a person's boardgate-logdirs says, which may have been replaced: datagrams, each behind its 16-bit length. Whatever is
// taken becomes one line of valid JSON.
#include "src/boardgated/api/folder_json.h"
#include "src/boardgated/api/folder_notices.h"

#include "tests/fakes/socket_pair.h"
#include "tests/fuzz/fuzz.h"

namespace boardgate::boardgated {
namespace {

using fuzz::require;
constexpr std::size_t most_datagrams = 8;

std::vector<std::string> datagrams_of(std::string_view input) {
    std::vector<std::string> datagrams;
    while (input.size() > 2 && datagrams.size() < most_datagrams) {
        const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(input[i])); };
        const std::size_t size = byte(0) + 256 * byte(1);
        datagrams.emplace_back(input.substr(2, size));
        input.remove_prefix(std::min(2 + size, input.size()));
    }
    return datagrams;
}

void is_shown(const Json::Value& value) {
    const std::string text = to_text(value);
    require(is_utf8(text) && !has_control_character(text), "JSON is one line of UTF-8");
    require(!trusted_json(text).isNull(), "JSON is read back");
}

/// The reader's end of a connection on which these have been said, and nothing more will be.
Fd reader_that_said(fakes::SocketPair& sockets, const std::vector<std::string>& datagrams) {
    for (const std::string& one : datagrams) {
        if (!one.empty()) (void)::send(sockets.far.get(), one.data(), one.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    shutdown(sockets.far.get(), SHUT_WR);
    return std::move(sockets.near);
}

}  // namespace
}  // namespace boardgate::boardgated

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boardgate;
    using namespace boardgate::boardgated;
    if (size > 120'000) return 0;
    const auto datagrams = datagrams_of(fuzz::text_of(data, size));
    {
        fakes::SocketPair sockets;
        const auto listing = list_folders(reader_that_said(sockets, datagrams), "/home/alice/");
        if (listing) is_shown(listing_json(*listing));
    }
    {
        fakes::SocketPair sockets;
        const auto report = inspect_folder(reader_that_said(sockets, datagrams), "/home/alice/runs");
        if (report) {
            BoardOptions options;
            options.logdir = "/home/alice/runs";
            for (const Notice& notice : notices_of({*report}, options)) require(is_utf8(notice.text), "a notice is text");
            require(is_utf8(suggestion_text(*report)), "a suggestion is text");
        }
    }
    for (const std::string& one : datagrams) {
        wire::Datagram datagram;
        datagram.bytes = Secret(one);
        is_shown(run_search_event(run_search_update(&datagram), {}).data);
    }
    return 0;
}

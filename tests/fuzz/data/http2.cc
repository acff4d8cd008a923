// SPDX-License-Identifier: MIT
// What TensorBoard, or another program of the owner, says to boardgate-data. The first byte chooses: a question to one method, or
// frames of HTTP/2 behind the beginning of a connection.
#include "src/data/http2.h"

#include <array>

#include "src/data/log_directory.h"
#include "src/data/provider.h"

#include "tests/fakes/temp_folder.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/events/event_bytes.h"

namespace boardgate::data {
namespace {

using fuzz::require;
using namespace std::string_view_literals;

constexpr std::array methods = {"GetExperiment", "ListPlugins", "ListRuns",          "ListScalars",       "ReadScalars",
                                "ListTensors",   "ReadTensors", "ListBlobSequences", "ReadBlobSequences", "ReadBlob"};
constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"sv;
constexpr std::size_t most_output = std::size_t{64} << 20;

struct Data {
    fakes::TempFolder folder;
    LogDirectory logs{folder.path(), {}};
    Provider provider{"/logs", logs};
    Data() {
        folder.put("tfevents.1", events::recorded("training"));
        folder.put("tfevents.2", events::recorded("tensors"));
        logs.look();
    }
};

void ask(const Provider& provider, std::size_t method, std::string_view message) {
    const Answer answer = provider.answer(std::string("/tensorboard.data.TensorBoardDataProvider/") + methods[method], message);
    require(answer.status != Status::ok || !answer.messages.empty(), "an answer has a message");
    require(answer.status == Status::ok || !answer.reason.empty(), "a refusal has a reason");
}

void talk(const Provider& provider, std::string_view frames) {
    struct Asked {
        std::int32_t stream;
        std::string path, message;
    };
    std::vector<Asked> asked;
    Http2Connection connection([&](std::int32_t stream, std::string path, std::string message) {
        require(message.size() <= Http2Connection::largest_request, "a request has a bound");
        asked.push_back({stream, std::move(path), std::move(message)});
    });
    require(connection.receive(preface), "a connection begins");
    std::size_t sent = 0;
    // As from a socket, in two parts.
    for (const std::string_view part : {frames.substr(0, frames.size() / 2), frames.substr(frames.size() / 2)}) {
        if (!connection.receive(part)) return;
        for (Asked& one : std::exchange(asked, {})) connection.answer(one.stream, provider.answer(one.path, one.message));
        for (std::string_view bytes; connection.take_output(bytes) && !bytes.empty();) {
            sent += bytes.size();
            require(sent < most_output, "answers end");
        }
    }
}

}  // namespace
}  // namespace boardgate::data

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boardgate::data;
    static Data logs;
    if (size == 0) return 0;
    const std::string_view rest = boardgate::fuzz::text_of(data, size).substr(1);
    if (data[0] < methods.size()) {
        ask(logs.provider, data[0], rest);
    } else {
        talk(logs.provider, rest);
    }
    return 0;
}

// SPDX-License-Identifier: MIT
// What is in a file of the cache, whose checksum is right: the person's other programs may have written it. The first byte chooses
// whether the rest is the state of a run, or changes single bytes of a true one: two bytes say where, the third is the value.
#include <fcntl.h>
#include <sys/stat.h>

#include <array>

#include "src/data/log_walk.h"
#include "src/data/provider.h"
#include "src/data/run_reader.h"

#include "tests/fakes/temp_folder.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/events/event_bytes.h"

namespace boardgate::data {
namespace {

using events::field;
using fuzz::require;

struct Cached {
    fakes::TempFolder folder;
    ReadingRules rules;
    events::EventReader events;
    std::vector<FoundFile> files;
    std::string state;

    Cached() {
        for (const char* name : {"training", "tensors"}) {
            folder.put(std::string("tfevents.") + name, events::recorded(name));
            const timespec long_ago[] = {{1000, 0}, {1000, 0}};
            utimensat(AT_FDCWD, (folder / (std::string("tfevents.") + name)).c_str(), long_ago, 0);
        }
        files = find_event_files(folder.path()).runs.at(".");
        RunReader reader(rules);
        reader.read(files, events);
        state = reader.state().value();
        require(RunReader(rules).restore(state, files), "what was kept is taken again");
    }
};

struct OneRun : RunSource {
    std::shared_ptr<Runs> all = std::make_shared<Runs>();
    [[nodiscard]] std::shared_ptr<const Runs> runs() const override { return all; }
};

void ask_everything(const std::shared_ptr<const Run>& run) {
    OneRun source;
    source.all->emplace("run", run);
    const Provider provider("/logs", source);
    for (const char* plugin : {"scalars", "histograms", "images", "audio", "graphs", "text", "hparams"}) {
        for (const char* method : {"ListScalars", "ReadScalars", "ListTensors", "ReadTensors", "ListBlobSequences", "ReadBlobSequences"}) {
            const Answer answer = provider.answer(std::string("/tensorboard.data.TensorBoardDataProvider/") + method,
                                                  field(2, field(1, plugin)) + field(4, field(1, 10)));
            require(answer.status == Status::ok, "a question is answered");
        }
    }
    for (const auto& [tag, series] : run->series) {
        for (const std::uint32_t point : series.shown()) {
            (void)series.step(point);
            (void)series.wall_time(point);
            if (!series.is_scalar()) (void)series.item(point).bytes.size();
        }
    }
}

std::string changed(std::string state, std::string_view changes) {
    for (; changes.size() >= 3; changes.remove_prefix(3)) {
        const std::size_t at = static_cast<unsigned char>(changes[0]) * 256U + static_cast<unsigned char>(changes[1]);
        state[at % state.size()] = changes[2];
    }
    return state;
}

}  // namespace
}  // namespace boardgate::data

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boardgate::data;
    static Cached cached;
    if (size == 0) return 0;
    const std::string_view rest = boardgate::fuzz::text_of(data, size).substr(1);
    RunReader reader(cached.rules);
    const bool taken = reader.restore(data[0] % 2 == 0 ? std::string(rest) : changed(cached.state, rest), cached.files);
    require(taken || reader.run()->series.empty(), "nothing is left of what was refused");
    ask_everything(reader.run());
    reader.read(cached.files, cached.events);
    ask_everything(reader.run());
    return 0;
}

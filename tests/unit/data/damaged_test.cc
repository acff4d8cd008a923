// SPDX-License-Identifier: MIT
// Damaged event files and damaged requests. The answers do not matter, but each request must get one.
#include <gtest/gtest.h>

#include <filesystem>

#include "src/data/log_directory.h"
#include "src/data/provider.h"

#include "tests/fakes/temp_folder.h"
#include "tests/unit/events/damage.h"
#include "tests/unit/events/event_bytes.h"

namespace boardgate::data {
namespace {

struct Damaged : testing::Test {
    events::Damage damage{20261130};
    fakes::TempFolder folder;

    static Answer ask(const Provider& provider, const std::string& method, const std::string& message) {
        return provider.answer("/tensorboard.data.TensorBoardDataProvider/" + method, message);
    }
    static std::string about(const std::string& plugin) {
        return events::field(2, events::field(1, plugin)) + events::field(4, events::field(1, 7));
    }
};

TEST_F(Damaged, FilesAreReadAndAnsweredWithoutHarm) {
    std::filesystem::create_directories(folder / "run");
    LogDirectory logs(folder.path(), {});
    const Provider provider("/logs", logs);
    for (int round = 0; round < 400; ++round) {
        std::string bytes = damage.in_records(events::recorded(round % 2 == 0 ? "training" : "tensors"));
        if (round % 5 == 0) bytes = damage.anywhere(std::move(bytes));
        folder.put(round % 3 == 0 ? "run/tfevents.2" : "run/tfevents.1", bytes);
        logs.look();
        for (const char* method : {"ListRuns", "ListPlugins"}) EXPECT_EQ(ask(provider, method, "").status, Status::ok);
        for (const char* plugin : {"scalars", "histograms", "images", "text"}) {
            for (const char* method :
                 {"ListScalars", "ReadScalars", "ListTensors", "ReadTensors", "ListBlobSequences", "ReadBlobSequences"})
                EXPECT_EQ(ask(provider, method, about(plugin)).status, Status::ok) << method;
        }
    }
}

TEST_F(Damaged, RequestsAreAnsweredOrRefused) {
    folder.put("tfevents.1", events::recorded("training"));
    LogDirectory logs(folder.path(), {});
    logs.look();
    const Provider provider("/logs", logs);
    const std::string good = events::field(1, "e") + about("scalars") +
                             events::field(3, events::field(1, events::field(1, ".")) + events::field(2, events::field(1, "loss")));
    for (int round = 0; round < 5000; ++round) {
        const std::string message = damage.anywhere(good);
        for (const char* method : {"ReadScalars", "ListTensors", "ReadBlobSequences", "ReadBlob", "GetExperiment"}) {
            const Answer answer = ask(provider, method, message);
            EXPECT_TRUE(answer.status != Status::ok || !answer.messages.empty());
        }
    }
}

}  // namespace
}  // namespace boardgate::data

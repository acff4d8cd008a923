// SPDX-License-Identifier: MIT
// Real event files, damaged at random, and questions of random bytes. The answers do not matter; that they come, and are
// messages, does. Run with SANITIZE=address,undefined to see more.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "src/data/log_directory.h"
#include "src/data/provider.h"

#include "tests/fakes/temp_folder.h"
#include "tests/unit/events/event_bytes.h"
#include "tests/unit/events/open_file.h"

namespace boardgate::data {
namespace {

struct Damaged : testing::Test {
    std::mt19937 dice{20261130};
    fakes::TempFolder folder;

    std::size_t below(std::size_t end) { return dice() % end; }
    void damage(std::string& bytes) {
        for (std::size_t times = 1 + below(6); times > 0 && !bytes.empty(); --times) {
            const std::size_t at = below(bytes.size());
            switch (below(4)) {
                case 0:
                    bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
                    break;
                case 1:
                    bytes[at] = static_cast<char>(0xFF);
                    break;
                case 2:
                    bytes.erase(at, below(20));
                    break;
                default:
                    bytes.insert(at, bytes.substr(below(bytes.size()), below(20)));
            }
        }
    }
    /// Damages records and makes their checksums right again; now and then also a record that is too long for the window.
    std::string damaged_inside(const std::string& bytes) {
        std::string all;
        const Fd fd = events::open_file(bytes);
        events::RecordWindow window;
        for (window.open(fd.get(), 0); window.next() == events::RecordWindow::Found::record; window.pass()) {
            std::string record(window.data());
            if (below(40) == 0) record += events::field(5, events::field(1, events::field(4, events::field(4, std::string(20000, 'p')))));
            if (below(4) == 0) damage(record);
            all += events::record_of(record);
        }
        return all;
    }
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
        std::string bytes = events::recorded(round % 2 == 0 ? "training" : "tensors");
        bytes = damaged_inside(bytes);
        if (round % 5 == 0) damage(bytes);
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

TEST_F(Damaged, QuestionsAreAnsweredOrRefused) {
    folder.put("tfevents.1", events::recorded("training"));
    LogDirectory logs(folder.path(), {});
    logs.look();
    const Provider provider("/logs", logs);
    const std::string good = events::field(1, "e") + about("scalars") +
                             events::field(3, events::field(1, events::field(1, ".")) + events::field(2, events::field(1, "loss")));
    for (int round = 0; round < 5000; ++round) {
        std::string message = good;
        damage(message);
        for (const char* method : {"ReadScalars", "ListTensors", "ReadBlobSequences", "ReadBlob", "GetExperiment"}) {
            const Answer answer = ask(provider, method, message);
            EXPECT_TRUE(answer.status != Status::ok || !answer.messages.empty());
        }
    }
}

}  // namespace
}  // namespace boardgate::data

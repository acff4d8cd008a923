// SPDX-License-Identifier: MIT
// What differs from data server to data server is in tests/lab/compare-data-servers; here is what runs from elsewhere and
// strange questions meet.
#include "src/data/provider.h"

#include <gtest/gtest.h>

#include "tests/unit/data/computed_runs.h"
#include "tests/unit/events/event_bytes.h"

namespace boardgate::data {
namespace {

using events::double_field;
using events::field;

struct ProviderTest : testing::Test {
    ComputedRuns source;
    Provider provider{"/logs", source};
    [[nodiscard]] Answer ask(const std::string& method, const std::string& message = {}) const {
        return provider.answer("/tensorboard.data.TensorBoardDataProvider/" + method, message);
    }
    static std::string plugin(const std::string& name) { return field(2, field(1, name)); }
};

TEST_F(ProviderTest, RunsMayComeFromAnywhere) {
    source.add("mean of five seeds", "loss", {0.5F});
    EXPECT_EQ(ask("ListRuns").messages, std::vector<std::string>{field(1, field(2, "mean of five seeds") + double_field(3, 5))});
    EXPECT_EQ(ask("ListPlugins").messages, std::vector<std::string>{field(1, field(1, "scalars"))});
    const std::string value = events::little_endian(std::bit_cast<std::uint32_t>(0.5F), 4);
    const std::string time = events::little_endian(std::bit_cast<std::uint64_t>(10.0), 8);
    const std::string points = field(1, std::string(1, '\0')) + field(2, time) + field(3, value);
    EXPECT_EQ(ask("ReadScalars", plugin("scalars") + field(4, field(1, 5))).messages,
              std::vector<std::string>{field(1, field(1, "mean of five seeds") + field(2, field(1, "loss") + field(2, points)))});
}

TEST_F(ProviderTest, FiltersByRunAndTag) {
    source.add("a", "loss", {1});
    source.add("b", "loss", {1});
    const auto found = [&](const std::string& filter) { return ask("ListScalars", plugin("scalars") + field(3, filter)).messages.at(0); };
    const std::string both = found("");
    EXPECT_LT(found(field(1, field(1, "a"))).size(), both.size());
    EXPECT_NE(found(field(1, field(1, "a"))), "");
    EXPECT_EQ(found(field(1, "")), "") << "an empty list of runs is none";
    EXPECT_EQ(found(field(2, field(1, "other"))), "");
    EXPECT_EQ(found(field(2, field(1, "loss"))), both);
}

TEST_F(ProviderTest, RefusesWhatItCannotAnswer) {
    EXPECT_EQ(ask("NewMethod").status, Status::unimplemented);
    EXPECT_EQ(provider.answer("/other.Service/ListRuns", "").status, Status::unimplemented);
    EXPECT_EQ(ask("ListScalars").status, Status::invalid_argument);
    EXPECT_EQ(ask("ReadScalars", plugin("scalars")).status, Status::invalid_argument);
    EXPECT_EQ(ask("ReadScalars", plugin("scalars") + field(4, field(1, UINT64_MAX))).status, Status::invalid_argument);
    for (const char* method : {"ListRuns", "ListPlugins", "ListScalars", "ReadScalars", "ReadBlob", "GetExperiment"})
        EXPECT_EQ(ask(method,
                      "\x0A\x05"
                      "abc")
                      .status,
                  Status::internal)
            << method;
    EXPECT_EQ(ask("ReadBlob", field(1, "no key")).status, Status::invalid_argument);
}

}  // namespace
}  // namespace boardgate::data

// SPDX-License-Identifier: MIT
#include "src/cli/run_table.h"

#include <gtest/gtest.h>

#include "src/cli/api_client.h"

namespace boardgate::cli {
namespace {

constexpr std::time_t noon = 1'795'262'400;  // 2026-11-21T12:00:00Z

TEST(Drawn, RisesAndFallsWithTheValues) {
    EXPECT_EQ(drawn(json_of("[[0,0],[1,1],[2,2],[3,3],[4,4],[5,5],[6,6],[7,7]]"), 8), "▁▂▃▄▅▆▇█");
    EXPECT_EQ(drawn(json_of("[[0,9],[10,-9]]"), 16), "█▁");
}

TEST(Drawn, ColumnsAreStepsAndNotPoints) { EXPECT_EQ(drawn(json_of("[[0,0],[1,0],[2,0],[100,1]]"), 4), "▁  █"); }

TEST(Drawn, AFlatCurveIsInTheMiddleAndNothingIsNothing) {
    EXPECT_EQ(drawn(json_of("[[0,5],[1,5]]"), 16), "▅▅");
    EXPECT_EQ(drawn(json_of("[[7,5]]"), 16), "▅");
    EXPECT_EQ(drawn(json_of("[]"), 16), "");
    EXPECT_EQ(drawn(Json::Value(), 16), "");
}

TEST(Drawn, LeavesAGapWhereThereIsNoNumber) {
    EXPECT_EQ(drawn(json_of("[[0,0],[1,null],[2,1]]"), 16), "▁ █");
    EXPECT_EQ(drawn(json_of("[[0,null],[1,null]]"), 16), "  ");
}

TEST(Drawn, StepsAtTheEndsOfWhatThereIsDoNoHarm) {
    EXPECT_EQ(drawn(json_of("[[-9223372036854775808,0],[9223372036854775807,1]]"), 16), "▁█");
}

TEST(Age, IsRoundedDownToTheLargestUnitThatFits) {
    EXPECT_EQ(age("2026-11-21T11:59:15.000Z", noon), "45 s");
    EXPECT_EQ(age("2026-11-21T11:58:01.000Z", noon), "119 s");
    EXPECT_EQ(age("2026-11-21T11:57:00.000Z", noon), "3 min");
    EXPECT_EQ(age("2026-11-21T09:59:00.000Z", noon), "2 h");
    EXPECT_EQ(age("2026-11-16T12:00:00.000Z", noon), "5 d");
}

TEST(Age, OfWhatIsNotThereOrIsAheadIsNoNonsense) {
    EXPECT_EQ(age(Json::Value(), noon), "-");
    EXPECT_EQ(age("yesterday", noon), "-");
    EXPECT_EQ(age("2026-11-21T12:00:09.000Z", noon), "0 s");
}

TEST(RunRows, ShowWhatIsThereAndADashForWhatIsNot) {
    const auto runs = json_of(R"([
        {"path":"/home/alice/a","newest":"2026-11-21T11:00:00.000Z","bytes":2000,"step":7,"curves":[{"tag":"loss","points":[[0,1],[7,0]]}]},
        {"path":"/home/alice/\u001b[2J","newest":null,"bytes":0,"step":null,"curves":[]}])");
    const auto rows = run_rows(runs, noon);
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[1], (std::vector<std::string>{"60 min", "7", "2.0 kB", "/home/alice/a", "█▁ loss"}));
    EXPECT_EQ(rows[2], (std::vector<std::string>{"-", "-", "0 B", "/home/alice/?[2J", ""}));
}

TEST(InQuery, EncodesWhatAQueryWouldTakeApart) { EXPECT_EQ(in_query("/home/a b&c=d+%é"), "/home/a%20b%26c%3Dd%2B%25%C3%A9"); }

}  // namespace
}  // namespace boardgate::cli

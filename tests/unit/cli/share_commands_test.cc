// SPDX-License-Identifier: MIT
#include "src/cli/share_commands.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace boardgate::cli {
namespace {

TEST(ShareCommandsTest, AnEndIsADayOrATimeFromNow) {
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    const WallTime now = parse_rfc3339("2026-11-30T12:00:00Z").value();
    EXPECT_EQ(end_of("2026-12-31", now), "2026-12-31T22:59:59.000Z") << "the end of the day in local time";
    EXPECT_EQ(end_of("2026-07-01", now), "2026-07-01T21:59:59.000Z");
    EXPECT_EQ(end_of("14d", now), "2026-12-14T12:00:00.000Z");
    EXPECT_EQ(end_of("8h", now), "2026-11-30T20:00:00.000Z");
    EXPECT_EQ(end_of("2026-12-31T10:00:00Z", now), "2026-12-31T10:00:00Z");
    for (const char* bad : {"", "tomorrow", "2026-12", "2026-13-40", "31.12.2026", "2026-12-31x", "0", "-1d"})
        EXPECT_FALSE(end_of(bad, now)) << bad;
}

}  // namespace
}  // namespace boardgate::cli

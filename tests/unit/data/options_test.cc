// SPDX-License-Identifier: MIT
#include "src/data/options.h"

#include <gtest/gtest.h>

namespace boardgate::data {
namespace {

Result<Options> parsed(std::vector<std::string> words) {
    std::string program = "boardgate-data";
    std::vector<char*> argv = {program.data()};
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    return parse_options(static_cast<int>(words.size()) + 1, argv.data());
}

TEST(DataOptions, AreThoseThatTensorBoardPasses) {
    const auto options = parsed({"--logdir=/home/a b/runs", "--reload=5", "--samples-per-plugin=", "--port=0", "--port-file=/tmp/x/port",
                                 "--die-after-stdin", "--error-file=/tmp/x/startup_error", "--verbose", "--verbose"});
    ASSERT_TRUE(options) << options.error().text();
    EXPECT_EQ(options->logdir, "/home/a b/runs");
    EXPECT_EQ(options->reload, std::chrono::seconds(5));
    EXPECT_EQ(options->port, 0);
    EXPECT_EQ(options->port_file, "/tmp/x/port");
    EXPECT_EQ(options->error_file, "/tmp/x/startup_error");
    EXPECT_TRUE(options->die_after_stdin);
    EXPECT_FALSE(options->checksum);
}

TEST(DataOptions, MayBeTwoWords) {
    const auto options = parsed({"--logdir", "/x", "--reload", "once", "--host", "::1", "--checksum", "-v"});
    ASSERT_TRUE(options) << options.error().text();
    EXPECT_FALSE(options->reload);
    EXPECT_EQ(options->host, "::1");
    EXPECT_TRUE(options->checksum);
    EXPECT_FALSE(parsed({"--checksum", "--no-checksum"})->checksum);
}

TEST(DataOptions, OthersAreRefused) {
    for (const std::string word :
         {"--reload=5s", "--reload=-1", "--port=65536", "--port=", "--samples-per-plugin=x", "--unknown", "word", "--logdir"})
        EXPECT_FALSE(parsed({word})) << word;
}

}  // namespace
}  // namespace boardgate::data

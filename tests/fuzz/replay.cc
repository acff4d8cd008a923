// SPDX-License-Identifier: MIT
// In place of libFuzzer, with any compiler: gives every file of the named folders to the target once.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/fuzz/fuzz.h"

int main(int argc, char** argv) {
    std::size_t inputs = 0;
    for (int i = 1; i < argc; ++i) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
            if (!entry.is_regular_file()) continue;
            std::ifstream in(entry.path(), std::ios::binary);
            const std::string bytes = (std::ostringstream() << in.rdbuf()).str();
            // Named before it is tried: a crash says no more.
            std::printf("%s\n", entry.path().c_str());
            std::fflush(stdout);
            // A copy without anything behind it, as libFuzzer gives one.
            const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
            LLVMFuzzerTestOneInput(exact.data(), exact.size());
            ++inputs;
        }
    }
    std::printf("%zu inputs\n", inputs);
    return inputs > 0 ? 0 : 1;
}

// SPDX-License-Identifier: MIT
// What no reader of event files can do without: reads the files that are named, and looks at the checksums of all records.
// Prints the bytes.
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "src/events/crc32c.h"

namespace {

constexpr std::size_t head = 12, tail = 4;

template <class Number>
Number at(const char* bytes) {
    Number number;
    std::memcpy(&number, bytes, sizeof number);
    return number;
}

bool is_sound(std::string_view data, const char* checksum) {
    return boardgate::events::masked(boardgate::events::crc32c(data)) == at<std::uint32_t>(checksum);
}

/// Where the last whole record ends; 0 for a record that is damaged.
std::size_t check_records(std::string_view bytes) {
    std::size_t done = 0;
    while (bytes.size() - done >= head) {
        const char* record = bytes.data() + done;
        if (!is_sound({record, 8}, record + 8)) return 0;
        const std::uint64_t length = at<std::uint64_t>(record);
        if (bytes.size() - done < head + length + tail) break;
        // The writer of this measurement leaves those of the data out.
        (void)is_sound({record + head, length}, record + head + length);
        done += head + length + tail;
    }
    return done;
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t all = 0;
    for (int i = 1; i < argc; ++i) {
        const int fd = open(argv[i], O_RDONLY | O_CLOEXEC);
        std::string bytes(std::size_t{1} << 20, '\0');
        std::size_t kept = 0;
        for (ssize_t size = 0; (size = read(fd, bytes.data() + kept, bytes.size() - kept)) > 0;) {
            all += static_cast<std::uint64_t>(size);
            kept += static_cast<std::size_t>(size);
            const std::size_t done = check_records({bytes.data(), kept});
            if (done == 0) return 1;
            kept -= done;
            std::memmove(bytes.data(), bytes.data() + done, kept);
        }
        close(fd);
    }
    std::printf("%llu\n", static_cast<unsigned long long>(all));
    return 0;
}

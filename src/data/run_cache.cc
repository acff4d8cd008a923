// SPDX-License-Identifier: MIT
#include "src/data/run_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "src/base/fd.h"
#include "src/data/state_io.h"
#include "src/events/crc32c.h"
#include "src/events/record_window.h"

namespace boardgate::data {

namespace fs = std::filesystem;

namespace {

/// Another format has another number. The version is there too: a fault of reading must not outlive the version that has it.
constexpr std::string_view format = "boardgate-data run 1 " BOARDGATE_VERSION "\n";
constexpr std::string_view unfinished = ".new";
constexpr std::chrono::hours longest_writing{1};
/// For new files, so that not every one of them looks through the folder.
constexpr std::uint64_t part_that_stays_free = 8;

/// FNV-1a: names files apart. A file that has another run's name by chance is found out by its header.
std::uint64_t hash(std::string_view text) {
    std::uint64_t value = 0xcbf29ce484222325U;
    for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return value;
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(fd, bytes.data(), bytes.size());
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

struct Found {
    fs::path path;
    fs::file_time_type used;
    std::uint64_t size;
};

}  // namespace

std::string RunCache::header(const std::string& run) const {
    StateWriter out;
    out.text(rules_);
    out.text(run);
    return std::string(format) + out.take();
}

std::string RunCache::path_of(const std::string& run) const {
    char name[17];
    std::snprintf(name, sizeof name, "%016llx", static_cast<unsigned long long>(hash(header(run))));
    return folder_ + "/" + name;
}

std::optional<std::string> RunCache::load(const std::string& run) const {
    const std::string path = path_of(run);
    const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat info {};
    if (!file || fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_uid != geteuid()) return std::nullopt;
    const std::string expected = header(run);
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (size < expected.size() + sizeof(std::uint32_t) || size > most_bytes_) return std::nullopt;
    std::string bytes(size, '\0');
    if (events::read_at(file.get(), 0, bytes.data(), bytes.size()) != bytes.size() || !bytes.starts_with(expected)) return std::nullopt;
    std::uint32_t sum = 0;
    std::memcpy(&sum, bytes.data() + bytes.size() - sizeof sum, sizeof sum);
    bytes.resize(bytes.size() - sizeof sum);
    if (events::crc32c(bytes) != sum) return std::nullopt;
    futimens(file.get(), nullptr);  // it was used
    return bytes.substr(expected.size());
}

bool RunCache::store(const std::string& run, std::string_view state) {
    std::string bytes = header(run);
    bytes += state;
    const std::uint32_t sum = events::crc32c(bytes);
    bytes.append(reinterpret_cast<const char*>(&sum), sizeof sum);
    if (bytes.size() > most_bytes_) return false;
    const std::string path = path_of(run);
    // Two boards may show the same run.
    const std::string fresh = path + "." + std::to_string(getpid()) + std::string(unfinished);
    const Fd file(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file && write_all(file.get(), bytes) && rename(fresh.c_str(), path.c_str()) == 0) return true;
    unlink(fresh.c_str());
    return false;
}

void RunCache::trim() const {
    std::vector<Found> all;
    std::uint64_t sum = 0;
    std::error_code error;
    const auto now = fs::file_time_type::clock::now();
    for (fs::directory_iterator entry(folder_, error), end; entry != end && !error; entry.increment(error)) {
        std::error_code gone;
        const Found found{entry->path(), entry->last_write_time(gone), entry->is_regular_file(gone) ? entry->file_size(gone) : 0};
        if (gone) continue;
        if (found.path.native().ends_with(unfinished) && now - found.used > longest_writing) {
            unlink(found.path.c_str());
            continue;
        }
        sum += found.size;
        all.push_back(found);
    }
    if (sum <= most_bytes_) return;
    std::sort(all.begin(), all.end(), [](const Found& a, const Found& b) { return a.used < b.used; });
    for (const Found& found : all) {
        if (sum <= most_bytes_ - most_bytes_ / part_that_stays_free) break;
        if (unlink(found.path.c_str()) == 0) sum -= found.size;
    }
}

}  // namespace boardgate::data

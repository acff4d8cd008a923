// SPDX-License-Identifier: MIT
#include "src/logdirs/preview.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "src/base/fd.h"
#include "src/logdirs/records.h"

namespace boardgate::logdirs {

namespace {

/// For all files of a run together.
constexpr std::uint64_t most_bytes = 4 * 1024 * 1024;
constexpr std::uint64_t parts_of_a_long_file = 32;
/// A run that was restarted often has many files; the latest ones are enough.
constexpr std::size_t most_files = 16;

struct EventFile {
    Fd fd;
    std::uint64_t size;
};

/// Opens only a regular file and never waits: the name may be another kind of file by now.
std::optional<EventFile> open_event_file(const std::string& path) {
    Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat info {};
    if (!fd || fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
    return EventFile{std::move(fd), static_cast<std::uint64_t>(info.st_size)};
}

class Reading {
public:
    Reading(const Clock& clock, BootTime end) : clock_(clock), end_(end) {}

    /// Reads at most `share` bytes of the file.
    void read(const EventFile& file, std::uint64_t share) {
        if (file.size <= share) return read_part(file, 0, file.size);
        const std::uint64_t length = share / parts_of_a_long_file;
        const std::uint64_t between = (file.size - length) / (parts_of_a_long_file - 1);
        for (std::uint64_t i = 0; i + 1 < parts_of_a_long_file; ++i) read_part(file, i * between, length);
        read_part(file, file.size - length, length);  // up to the end, for the last step
    }

    [[nodiscard]] Preview result() const { return {last_step_, curves_.best()}; }

private:
    void read_part(const EventFile& file, std::uint64_t from, std::uint64_t length) {
        if (clock_.boot() >= end_) return;
        buffer_.resize(length);
        std::size_t filled = 0;
        while (filled < length) {
            const ssize_t got = pread(file.fd.get(), buffer_.data() + filled, length - filled, static_cast<off_t>(from + filled));
            if (got <= 0) break;  // truncated meanwhile, or a disk error: use what was read
            filled += static_cast<std::size_t>(got);
        }
        Records records(std::string_view(buffer_).substr(0, filled), from == 0 ? Records::Begins::at_record : Records::Begins::anywhere);
        while (const auto record = records.next()) {
            const auto step = read_event(*record, [this](std::int64_t at, const SummaryValue& value) { curves_.add(at, value); });
            if (step) last_step_ = std::max(last_step_.value_or(*step), *step);
        }
    }

    const Clock& clock_;
    BootTime end_;
    std::string buffer_;
    Curves curves_;
    std::optional<std::int64_t> last_step_;
};

}  // namespace

Preview preview(const std::string& folder, const std::vector<std::string>& names, const Clock& clock, BootTime end) {
    std::vector<EventFile> files;
    const std::size_t left_out = names.size() > most_files ? names.size() - most_files : 0;
    for (std::size_t i = left_out; i < names.size(); ++i) {
        if (auto file = open_event_file(folder + "/" + names[i])) files.push_back(*std::move(file));
    }
    // Long files share what short ones leave.
    std::sort(files.begin(), files.end(), [](const EventFile& a, const EventFile& b) { return a.size < b.size; });
    Reading reading(clock, end);
    std::uint64_t left = most_bytes;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::uint64_t share = left / (files.size() - i);
        reading.read(files[i], share);
        left -= std::min(left, std::min(share, files[i].size));
    }
    return reading.result();
}

}  // namespace boardgate::logdirs

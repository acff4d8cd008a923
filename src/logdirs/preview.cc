// SPDX-License-Identifier: MIT
#include "src/logdirs/preview.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "src/base/fd.h"
#include "src/events/event_reader.h"

namespace boardgate::logdirs {

namespace {

/// For all files of a run together.
constexpr std::uint64_t most_bytes = 4 * 1024 * 1024;
constexpr std::uint64_t parts_of_a_long_file = 32;
/// A run that was restarted often has many files; the latest ones are enough.
constexpr std::size_t most_files = 16;

struct EventFile {
    std::string name;
    Fd fd;
    std::uint64_t size;
};

/// Opens only a regular file and never waits: the name may be another kind of file by now.
std::optional<EventFile> open_event_file(const std::string& folder, const std::string& name) {
    Fd fd(open((folder + "/" + name).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat info {};
    if (!fd || fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
    return EventFile{name, std::move(fd), static_cast<std::uint64_t>(info.st_size)};
}

/// How much of each is read: what the short ones leave is for the long ones.
std::vector<std::uint64_t> shares_of(const std::vector<EventFile>& files) {
    std::vector<std::size_t> by_size(files.size());
    std::iota(by_size.begin(), by_size.end(), std::size_t{0});
    std::sort(by_size.begin(), by_size.end(), [&](std::size_t a, std::size_t b) { return files[a].size < files[b].size; });
    std::vector<std::uint64_t> shares(files.size());
    std::uint64_t left = most_bytes;
    for (std::size_t i = 0; i < by_size.size(); ++i) {
        const std::uint64_t share = left / (by_size.size() - i);
        shares[by_size[i]] = share;
        left -= std::min(left, std::min(share, files[by_size[i]].size));
    }
    return shares;
}

class Reading {
public:
    Reading(const Clock& clock, BootTime end) : clock_(clock), end_(end) {}

    /// Reads about `share` bytes of the file, all of it where that is enough.
    void read(const EventFile& file, std::uint64_t share) {
        damaged_ = false;
        if (file.size <= share || !has_much_to_read(file, share)) return read_from(file, 0, file.size);
        const std::uint64_t length = share / parts_of_a_long_file;
        const std::uint64_t between = (file.size - length) / (parts_of_a_long_file - 1);
        for (std::uint64_t i = 0; i + 1 < parts_of_a_long_file && !damaged_; ++i) read_part(file, i * between, i * between + length);
        read_end(file, length);
    }

    [[nodiscard]] Preview result() const { return {!late_, curves_.last_step(), curves_.all(), damage_}; }

private:
    /// Of large records, such as pictures, only the beginning is read.
    [[nodiscard]] bool has_much_to_read(const EventFile& file, std::uint64_t share) {
        const std::uint64_t before = reader_.bytes_read();
        reader_.open(file.fd.get(), 0);
        while (in_time() && reader_.bytes_read() - before <= share) {
            if (reader_.next() != events::EventReader::Next::event) return false;
        }
        return true;
    }

    [[nodiscard]] bool in_time() {
        late_ = late_ || clock_.boot() >= end_;
        return !late_;
    }

    /// From where a record begins.
    void read_from(const EventFile& file, std::uint64_t from, std::uint64_t end) {
        reader_.open(file.fd.get(), from);
        read_until(file, end);
    }

    void read_part(const EventFile& file, std::uint64_t from, std::uint64_t end) {
        if (from == 0) return read_from(file, 0, end);
        if (reader_.open_part(file.fd.get(), from, end)) read_until(file, end);
    }

    /// For the last step: a last record may be longer than a part.
    void read_end(const EventFile& file, std::uint64_t length) {
        while (length < file.size && in_time() && !reader_.open_part(file.fd.get(), file.size - length, file.size)) length *= 2;
        if (!damaged_) read_part(file, file.size - std::min(length, file.size), file.size);
    }

    void read_until(const EventFile& file, std::uint64_t end) {
        while (in_time() && reader_.offset() < end) {
            const events::EventReader::Next next = reader_.next();
            damaged_ = next == events::EventReader::Next::damaged;
            if (damaged_ && !damage_) damage_ = DamagedPlace{file.name, reader_.offset()};
            if (next != events::EventReader::Next::event) return;
            const events::Event& event = reader_.event();
            // TensorBoard drops such events.
            if (std::isinf(event.wall_time)) continue;
            for (const events::Value& value : event.values) {
                if (value.form != events::Form::graph && value.form != events::Form::run_metadata)
                    curves_.add(event.step, value, reader_.loader());
            }
        }
    }

    const Clock& clock_;
    BootTime end_;
    events::EventReader reader_;
    Curves curves_;
    bool damaged_ = false;
    bool late_ = false;
    std::optional<DamagedPlace> damage_;
};

}  // namespace

Preview preview(const std::string& folder, const std::vector<std::string>& names, const Clock& clock, BootTime end) {
    std::vector<EventFile> files;
    const std::size_t left_out = names.size() > most_files ? names.size() - most_files : 0;
    for (std::size_t i = left_out; i < names.size(); ++i) {
        if (auto file = open_event_file(folder, names[i])) files.push_back(*std::move(file));
    }
    const std::vector<std::uint64_t> shares = shares_of(files);
    Reading reading(clock, end);
    for (std::size_t i = 0; i < files.size(); ++i) reading.read(files[i], shares[i]);
    return reading.result();
}

}  // namespace boardgate::logdirs

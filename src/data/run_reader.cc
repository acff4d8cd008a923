// SPDX-License-Identifier: MIT
#include "src/data/run_reader.h"

#include <fcntl.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "src/base/fd.h"
#include "src/data/state_io.h"
#include "src/events/crc32c.h"

namespace boardgate::data {

using events::EventReader;

namespace {

constexpr std::uint64_t tail_size = 256;
constexpr std::int64_t nanoseconds = 1'000'000'000;

/// How long a file may change without another time of change: the kernel's tick, or two seconds where the file system keeps
/// whole ones.
std::int64_t tick_of(std::int64_t changed) { return changed % nanoseconds == 0 ? 2 * nanoseconds : nanoseconds / 50; }

std::int64_t now_in_nanoseconds() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * nanoseconds + now.tv_nsec;
}

/// Only a regular file: what has become something else since it was found is not waited for.
Fd open_event_file(const std::string& path, FileLook& look) {
    Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat info {};
    if (!fd || fstat(fd.get(), &info) != 0) return Fd();
    if (!S_ISREG(info.st_mode)) {
        errno = EINVAL;
        return Fd();
    }
    look = look_of(info);
    return fd;
}

std::uint32_t tail_before(int fd, std::uint64_t offset) {
    std::string tail(std::min(offset, tail_size), '\0');
    tail.resize(events::read_at(fd, offset - tail.size(), tail.data(), tail.size()));
    return events::crc32c(tail);
}

/// The damage is a length of zero with a checksum of zero.
bool ends_in_zeros(int fd, std::uint64_t offset) {
    std::array<char, events::RecordWindow::header_size> bytes{};
    return events::read_at(fd, offset, bytes.data(), bytes.size()) == bytes.size() &&
           std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

bool is_same_file(const FileLook& a, const FileLook& b) { return a.device == b.device && a.inode == b.inode; }
/// Some file systems give a file another number whenever it is looked up.
bool is_unchanged(const FileLook& a, const FileLook& b) { return a.size == b.size && a.changed == b.changed; }

}  // namespace

/// Missing at two looks: a copy may put another file in its place, or a network file system hide it.
bool RunReader::any_went(const std::vector<FoundFile>& files) {
    std::size_t known = 0;
    for (const FoundFile& found : files) {
        if (const auto file = files_.find(found.path); file != files_.end()) {
            file->second.was_missing = false;
            ++known;
        }
    }
    if (known == files_.size()) return false;
    bool went = false;
    for (auto& [path, file] : files_) {
        const bool missing = std::none_of(files.begin(), files.end(), [&](const FoundFile& found) { return found.path == path; });
        went = (std::exchange(file.was_missing, missing) && missing) || went;
    }
    return went;
}

bool RunReader::has_changed(const std::vector<FoundFile>& files) {
    went_ = any_went(files);
    return went_ || !unreadable_.empty() || std::any_of(files.begin(), files.end(), [this](const FoundFile& file) {
               const auto known = files_.find(file.path);
               return known == files_.end() || known->second.was_shorter || known->second.look != file.look;
           });
}

RunReader::Change RunReader::change_of(int fd, const FileLook& now, File& file) const {
    if (!is_same_file(now, file.look) && !is_unchanged(now, file.look)) return Change::replaced;
    // A copy that begins with an empty file is under way, unless it stays so.
    const bool was_shorter = std::exchange(file.was_shorter, now.size < file.offset);
    if (file.was_shorter) return was_shorter ? Change::replaced : Change::none;
    if (tail_before(fd, file.offset) != file.tail) return Change::replaced;
    // Also behind damage: a network file system may show zeros before the data.
    return Change::more;
}

bool RunReader::was_replaced(const std::vector<FoundFile>& files) {
    if (std::exchange(went_, false)) return true;
    for (const FoundFile& found : files) {
        const auto known = files_.find(found.path);
        if (known == files_.end() || (known->second.look == found.look && !known->second.was_shorter)) continue;
        FileLook now;
        const Fd fd = open_event_file(found.path, now);
        if (fd && change_of(fd.get(), now, known->second) == Change::replaced) return true;
    }
    return false;
}

template <class Io>
void RunReader::File::fields(Io& io) {
    io.value(look.device);
    io.value(look.inode);
    io.value(look.size);
    io.value(look.changed);
    io.value(offset);
    io.value(damaged);
    io.value(tail);
    io.value(content);
}

/// The run's lock is held, or nobody else knows the run.
template <class Io>
void RunReader::fields(Io& io) {
    constexpr std::size_t least = 16;
    std::size_t count = files_.size();
    if constexpr (Io::reads) {
        count = io.size(least);
    } else {
        io.value(count);
    }
    std::vector<std::shared_ptr<const ValueFile>> values;
    auto file = files_.begin();
    for (std::size_t i = 0; i < count; ++i) {
        std::string path = Io::reads ? std::string() : file->first;
        io.text(path);
        if constexpr (Io::reads) file = files_.try_emplace(path).first;
        file->second.fields(io);
        if constexpr (Io::reads) {
            file->second.read_at = INT64_MAX;  // settled when it was kept
            file->second.values = std::make_shared<const ValueFile>(ValueFile{path, file->second.look.device, file->second.look.inode});
        }
        values.push_back(file->second.values);
        if constexpr (!Io::reads) ++file;
    }
    bool started = run_->start_time.has_value();
    double time = run_->start_time.value_or(0);
    io.value(started);
    io.value(time);
    if (started) run_->start_time = time;
    count = run_->series.size();
    if constexpr (Io::reads) {
        count = io.size(least);
        for (std::size_t i = 0; i < count; ++i) {
            std::string tag;
            io.text(tag);
            Series series({}, {});
            series.fields(io, values);
            if (!io.good() || !series.is_sound()) return io.fail();
            run_->series.emplace(std::move(tag), std::move(series));
        }
    } else {
        io.value(count);
        for (auto& [tag, series] : run_->series) {
            io.text(tag);
            series.fields(io, values);
        }
    }
}

std::uint64_t RunReader::bytes_read() const {
    std::uint64_t bytes = 0;
    for (const auto& [path, file] : files_) bytes += file.offset;
    return bytes;
}

std::optional<std::string> RunReader::state() {
    const auto is_settled = [](const auto& entry) {
        const File& file = entry.second;
        return file.look.changed + tick_of(file.look.changed) < file.read_at && !file.was_shorter && !file.was_missing;
    };
    if (!unreadable_.empty() || !std::all_of(files_.begin(), files_.end(), is_settled)) return std::nullopt;
    StateWriter out;
    const std::shared_lock lock(run_->mutex);
    fields(out);
    return out.take();
}

bool RunReader::is_still_true(const std::vector<FoundFile>& files) {
    for (auto& [path, file] : files_) {
        const bool found = std::any_of(files.begin(), files.end(), [&](const FoundFile& one) { return one.path == path; });
        FileLook now;
        const Fd fd = found ? open_event_file(path, now) : Fd();
        // Opened, and not only looked at: the right to read it may have been taken away.
        if (!fd || !is_same_file(now, file.look) || change_of(fd.get(), now, file) != Change::more) return false;
    }
    return true;
}

bool RunReader::restore(std::string_view state, const std::vector<FoundFile>& files) {
    begin_anew();  // nobody sees it yet
    StateReader in(state);
    fields(in);
    if (in.complete() && is_still_true(files)) return true;
    begin_anew();
    return false;
}

void RunReader::begin_anew() {
    files_.clear();
    known_.clear();
    last_known_ = nullptr;
    run_ = std::make_shared<Run>();
}

void RunReader::read(const std::vector<FoundFile>& files, EventReader& reader) {
    if (was_replaced(files)) begin_anew();
    unreadable_.clear();
    reader_ = &reader;
    reader.before_reading([this] { unlock_run(); });
    if (rules_.check_data) reader.check_data();
    for (const FoundFile& found : files) read_file(found);
    reader.before_reading({});
    unlock_run();
}

void RunReader::read_file(const FoundFile& found) {
    const auto known = files_.find(found.path);
    if (known != files_.end() && known->second.look == found.look) return;
    unlock_run();
    FileLook now;
    const Fd fd = open_event_file(found.path, now);
    if (!fd) {
        unreadable_.emplace(found.path, errno);
        return;
    }
    File& file = files_[found.path];
    if (known != files_.end() && (file.was_shorter || change_of(fd.get(), now, file) == Change::none)) {
        file.look = now;
        return;
    }
    if (file.values == nullptr || !is_same_file(now, file.look))
        file.values = std::make_shared<const ValueFile>(ValueFile{found.path, now.device, now.inode});
    file.look = now;
    read_events(fd.get(), file);
}

void RunReader::read_events(int fd, File& file) {
    file.read_at = now_in_nanoseconds();
    reader_->open(fd, file.offset);
    EventReader::Next next = EventReader::Next::cut;
    while ((next = reader_->next()) == EventReader::Next::event) take_event(reader_->event(), file);
    unlock_run();
    file.offset = reader_->offset();
    file.tail = tail_before(fd, file.offset);
    file.damaged = next == EventReader::Next::damaged;
    file.content = file.offset == 0                                 ? events::content_of(fd)
                   : file.damaged && ends_in_zeros(fd, file.offset) ? events::Content::zeros
                                                                    : events::Content::events;
}

void RunReader::add_notices(FileNotices& notices, const std::string& root, const std::string& name,
                            const std::vector<FoundFile>& files) const {
    const auto name_of = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
    std::set<std::string, std::less<>> names;
    bool all_empty = true;
    for (const FoundFile& found : files) {
        names.insert(name_of(found.path));
        const auto known = files_.find(found.path);
        all_empty = all_empty && known != files_.end() && known->second.content == events::Content::empty;
    }
    for (const FoundFile& found : files) {
        const auto known = files_.find(found.path);
        if (known == files_.end()) continue;
        const auto& [path, file] = *known;
        const std::string shown = name_below(root, path);
        const char* const code = events::notice_of(file.content);
        // A writer makes its file before the first event.
        if (code != nullptr && (file.content != events::Content::empty || all_empty)) {
            notices.add(code, shown);
        } else if (file.damaged) {
            notices.add("damaged_event_files", shown, " at byte " + std::to_string(file.offset));
        }
        if (events::is_copy_leftover(name_of(path), names)) notices.add("copy_leftovers", shown);
    }
    add_notices_of_points(notices, name);
}

void RunReader::add_notices_of_points(FileNotices& notices, const std::string& name) const {
    bool repeated = false;
    bool moved = false;
    for (const auto& [tag, series] : run_->series) {
        if (series.is_hidden()) notices.add("values_not_shown", name, ", tag \"" + tag + '"');
        if (!series.is_scalar() || !series.last_step()) continue;
        repeated = repeated || series.was_dropped();
        moved = moved || *series.last_step() != 0;
    }
    if (repeated && !moved) notices.add("all_at_step_zero", name);
}

void RunReader::take_event(const events::Event& event, const File& file) {
    if (std::isinf(event.wall_time)) return;
    if (!run_->start_time || event.wall_time < *run_->start_time) {
        lock_run();
        run_->start_time = event.wall_time;
    }
    for (const events::Value& value : event.values) {
        Series& series = series_of(value);
        if (series.takes_any()) put(event, value, series, file);
    }
}

/// What has to be read is read before the run is locked.
void RunReader::put(const events::Event& event, const events::Value& value, Series& series, const File& file) {
    if (series.is_scalar()) {
        const auto number = events::scalar_of(value, reader_->loader());
        lock_run();
        return series.put_scalar(event.step, event.wall_time, number);
    }
    auto item = item_of(value, series, file);
    if (item) item->wall_time = event.wall_time;
    lock_run();
    series.put_item(event.step, std::move(item));
}

Series& RunReader::series_of(const events::Value& value) {
    if (last_known_ != nullptr && last_known_->next != nullptr && last_known_->next->tag == value.tag) {
        last_known_ = last_known_->next;
        return *last_known_->series;
    }
    auto found = known_.find(value.tag);
    if (found == known_.end()) {
        events::SeriesKind kind = events::kind_of_series(value);
        Capacity capacity = rules_.samples.capacity_of(kind);
        if (rules_.last_only) capacity.points = std::min(capacity.points, 1U);
        lock_run();
        // It is there when it came from a cache.
        auto& [tag, series] = *run_->series.try_emplace(std::string(value.tag), std::move(kind), capacity).first;
        found = known_.emplace(tag, Known{tag, &series}).first;
    }
    if (last_known_ != nullptr) last_known_->next = &found->second;
    last_known_ = &found->second;
    return *last_known_->series;
}

std::optional<Item> RunReader::item_of(const events::Value& value, const Series& series, const File& file) {
    events::Blobs blobs;
    const bool shown = series.kind().data_class == events::DataClass::tensor
                           ? events::is_tensor(value, reader_->loader())
                           : events::read_blobs(value.form, value.bytes, series.kind().plugin, blobs, reader_->loader());
    if (!shown) return std::nullopt;
    Item item{.form = value.form, .parts = static_cast<std::uint32_t>(blobs.parts.size()), .size = value.bytes.size()};
    const auto place = reader_->loader() == nullptr ? std::nullopt : reader_->place_of(value.bytes);
    if (place) {
        item.file = file.values;
        item.offset = *place;
    } else {
        item.bytes = value.bytes;
    }
    return item;
}

void RunReader::lock_run() {
    if (!locked_.owns_lock()) locked_ = std::unique_lock(run_->mutex);
}

void RunReader::unlock_run() {
    if (locked_.owns_lock()) locked_.unlock();
    locked_ = {};
}

}  // namespace boardgate::data

// SPDX-License-Identifier: MIT
// Reads the event files of a run, and later what was appended. Each changed file is opened by its name and closed again, so
// a replaced file is detected; then the run is read anew while the old data is still shown.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "src/base/file_notices.h"
#include "src/data/log_walk.h"
#include "src/data/run.h"
#include "src/events/event_reader.h"
#include "src/events/file_content.h"

namespace boardgate::data {

struct ReadingRules {
    SamplesPerPlugin samples{};
    bool check_data = false;
    bool last_only = false;  ///< one point of each series is enough to say what is wrong with it
};

class RunReader {
public:
    explicit RunReader(const ReadingRules& rules) : rules_(rules), run_(std::make_shared<Run>()) {}

    /// What answers questions: another one after a file was replaced.
    [[nodiscard]] std::shared_ptr<const Run> run() const { return run_; }
    /// Is there something to read? `files` as found now, in order.
    [[nodiscard]] bool has_changed(const std::vector<FoundFile>& files);
    /// Reads it. One thread at a time; `run()` may change.
    void read(const std::vector<FoundFile>& files, events::EventReader& reader);

    /// Bytes of event files that it would take to read all this again.
    [[nodiscard]] std::uint64_t bytes_read() const;
    /// What was read, for a cache; none where a file changed so lately that its time cannot tell another change.
    [[nodiscard]] std::optional<std::string> state();
    /// Goes on from there where each file is still the same, and can be opened. Before the first reading.
    [[nodiscard]] bool restore(std::string_view state, const std::vector<FoundFile>& files);

    /// Files that cannot be read now, with errno.
    [[nodiscard]] const std::map<std::string, int>& unreadable() const { return unreadable_; }
    /// What is wrong with the files, whose names are below `root`, and with the points.
    void add_notices(FileNotices& notices, const std::string& root, const std::string& name, const std::vector<FoundFile>& files) const;

private:
    struct File {
        template <class Io>
        void fields(Io& io);
        std::int64_t read_at = 0;                           ///< in nanoseconds since 1970
        FileLook look{};                                    ///< when it was read last
        std::uint64_t offset = 0;                           ///< up to where
        bool damaged = false;                               ///< there
        bool was_shorter = false;                           ///< than what was read, at the last look
        bool was_missing = false;                           ///< at the last look
        std::uint32_t tail = 0;                             ///< CRC of the last bytes before `offset`
        events::Content content = events::Content::events;  ///< of a file that is damaged from its beginning
        std::shared_ptr<const ValueFile> values{};
    };
    enum class Change { none, more, replaced };
    /// Series come in the same order again and again.
    struct Known {
        std::string_view tag;
        Series* series;
        Known* next = nullptr;
    };

    template <class Io>
    void fields(Io& io);
    [[nodiscard]] bool is_still_true(const std::vector<FoundFile>& files);
    [[nodiscard]] Change change_of(int fd, const FileLook& now, File& file) const;
    [[nodiscard]] bool was_replaced(const std::vector<FoundFile>& files);
    [[nodiscard]] bool any_went(const std::vector<FoundFile>& files);
    void begin_anew();
    void read_file(const FoundFile& found);
    void read_events(int fd, File& file);
    void add_notices_of_points(FileNotices& notices, const std::string& name) const;
    void take_event(const events::Event& event, const File& file);
    [[nodiscard]] Series& series_of(const events::Value& value);
    void put(const events::Event& event, const events::Value& value, Series& series, const File& file);
    /// None: it cannot be shown.
    [[nodiscard]] std::optional<Item> item_of(const events::Value& value, const Series& series, const File& file);
    /// Questions wait while the run changes, and never for a disk.
    void lock_run();
    void unlock_run();

    const ReadingRules& rules_;
    std::shared_ptr<Run> run_;
    std::map<std::string, File> files_;  ///< by path
    bool went_ = false;                  ///< a file that was read is no more
    std::map<std::string, int> unreadable_;
    std::map<std::string_view, Known> known_;  ///< by tag
    Known* last_known_ = nullptr;
    // While reading.
    events::EventReader* reader_ = nullptr;
    std::unique_lock<std::shared_mutex> locked_;
};

}  // namespace boardgate::data

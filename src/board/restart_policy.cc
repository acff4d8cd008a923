// SPDX-License-Identifier: MIT
#include "src/board/restart_policy.h"

#include <charconv>
#include <utility>

namespace boardgate::board {

namespace {

/// More unexpected exits than this in the period: restarting does not help.
constexpr std::size_t most_unexpected_ends = 3;
constexpr std::chrono::minutes ends_count_for{10};
/// The least time between restarts for replaced files.
constexpr std::chrono::seconds between_restarts{60};
/// Descriptors of TensorBoard and its data server that are not event files.
constexpr std::size_t other_descriptors = 64;

constexpr std::pair<int, int> first_safe_version{2, 21};

const char* code_of(Notice notice) {
    static constexpr const char* codes[] = {
#define NOTICE(code, text) #code,
#include "src/base/notices.inc"
#undef NOTICE
    };
    return codes[static_cast<std::size_t>(notice)];
}

}  // namespace

TensorBoardInfo tensorboard_info(const std::string& answer) {
    TensorBoardInfo info;
    info.data_server = answer.find("\"data_provider\": \"GrpcDataProvider(") != std::string::npos;
    constexpr std::string_view key = "\"version\": \"";
    if (const std::size_t at = answer.find(key); at != std::string::npos) {
        std::pair<int, int> version{0, 0};
        const char* const end = answer.data() + answer.size();
        const char* const dot = std::from_chars(answer.data() + at + key.size(), end, version.first).ptr;
        if (dot != end && *dot == '.') std::from_chars(dot + 1, end, version.second);
        info.old = version < first_safe_version;
    }
    return info;
}

void RestartPolicy::set(Notice notice, bool holds) {
    if (holds) {
        notices_.insert(notice);
    } else {
        notices_.erase(notice);
    }
}

std::string RestartPolicy::status(const char* doing) const {
    std::string codes;
    for (const Notice notice : notices_) codes += (codes.empty() ? "" : " ") + std::string(code_of(notice));
    return codes.empty() ? doing : std::string(doing) + " [" + codes + "]";
}

bool RestartPolicy::count_unexpected_end() {
    const BootTime now = clock_.boot();
    while (!ends_.empty() && now - ends_.front() >= ends_count_for) ends_.pop_front();
    ends_.push_back(now);
    return ends_.size() <= most_unexpected_ends;
}

bool RestartPolicy::may_restart() {
    const BootTime now = clock_.boot();
    if (last_restart_ && now - *last_restart_ < between_restarts) return false;
    last_restart_ = now;
    return true;
}

void RestartPolicy::started(const TensorBoardInfo& info) {
    data_server_ = info.data_server;
    reloading_stopped_ = false;
    set(Notice::old_tensorboard, info.old);
    set(Notice::slow_loader_stopped, false);
}

bool RestartPolicy::data_server_ended() {
    set(Notice::data_server_restarted, true);
    if (count_unexpected_end()) return true;
    if (options_.fast_loader != FastLoader::automatic) return false;
    data_server_unfit_ = true;
    loading_ = Loading::slow;
    return true;
}

bool RestartPolicy::crashed() {
    set(Notice::tensorboard_restarted, true);
    return count_unexpected_end();
}

bool RestartPolicy::on_scan(const Scan& scan) {
    const bool unreadable = scan.unreadable > 0;
    set(Notice::logdir_gone, scan.missing);
    set(Notice::no_event_files, scan.event_files == 0 && scan.complete && !scan.missing && options_.reload_interval.count() > 0);
    set(Notice::too_many_event_files, data_server_ && scan.event_files + other_descriptors > machine_.descriptors);
    const bool for_folders = consider_folders(unreadable);
    const bool for_files = consider_files(!scan.replaced.empty(), unreadable);
    return for_folders || for_files;
}

/// The fast loader skips a folder that it cannot read. The slow loader's thread ends there, and only a restart brings it
/// back (tensorboard#1680).
bool RestartPolicy::consider_folders(bool unreadable) {
    const bool slow = !data_server_;
    set(Notice::unreadable_folder, unreadable && !slow);
    set(Notice::slow_loader_stopped, unreadable && slow);
    if (!slow || options_.reload_interval.count() == 0) return false;
    reloading_stopped_ |= unreadable;
    const bool back_to_fast = unreadable && loading_ == Loading::slow && !data_server_unfit_;
    if (!back_to_fast && !(reloading_stopped_ && !unreadable)) return false;
    if (!may_restart()) return false;
    if (back_to_fast) {
        loading_ = Loading::as_asked;
        set(Notice::replaced_files_slow_loader, false);
        set(Notice::replaced_files_restarts, true);
    }
    return true;
}

bool RestartPolicy::consider_files(bool replaced, bool unreadable) {
    // Without a data server, the slow loader runs already. It shows replaced files; with TensorFlow only if a flag said so
    // at its start.
    const bool automatic = options_.fast_loader == FastLoader::automatic;
    const bool follows = !data_server_ && !(automatic && loading_ == Loading::as_asked && machine_.tensorflow);
    if (replaced && !follows && options_.reload_interval.count() > 0) {
        if (automatic) {
            restart_due_ = true;
        } else {
            set(Notice::replaced_files_not_shown, true);
        }
    }
    if (!restart_due_) return false;
    if (!unreadable) {
        loading_ = Loading::slow;
        set(Notice::replaced_files_slow_loader, true);
        set(Notice::replaced_files_restarts, false);
        restart_due_ = false;
        return true;
    }
    // The slow loader would stop at the unreadable folder; restarting the fast loader also shows the files.
    set(Notice::replaced_files_restarts, true);
    if (!may_restart()) return false;
    restart_due_ = false;
    return true;
}

}  // namespace boardgate::board

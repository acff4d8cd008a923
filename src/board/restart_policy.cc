// SPDX-License-Identifier: MIT
#include "src/board/restart_policy.h"

#include <fmt/format.h>

#include <utility>

#include "src/base/tensorboard_version.h"

namespace boardgate::board {

namespace {

/// More unexpected exits than this in the period: restarting does not help.
constexpr std::size_t most_unexpected_ends = 3;
constexpr std::chrono::minutes ends_count_for{10};
/// The least time between restarts of the slow loader.
constexpr std::chrono::seconds between_restarts{60};
/// Descriptors of TensorBoard and its data server that are not event files.
constexpr std::size_t other_descriptors = 64;

/// At starts: a third one would only repeat the failure of the first.
constexpr unsigned most_fallbacks = 1;

/// systemd takes messages of 4096 bytes (PIPE_BUF).
constexpr std::size_t longest_status = 3600;

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
        info.old = !confines_projector(std::string_view(answer).substr(at + key.size()));
    }
    return info;
}

RestartPolicy::RestartPolicy(const Clock& clock, const Options& options, Machine machine)
    : clock_(clock), options_(options), machine_(machine), loader_(options.loader) {
    if (loader_ != Loader::automatic) return;
    loader_ = machine_.tested ? Loader::boardgate : Loader::rustboard;
    set(Notice::untested_tensorboard, !machine_.tested);
}

void RestartPolicy::set(Notice notice, bool holds) {
    if (holds) {
        notices_.insert(notice);
    } else {
        notices_.erase(notice);
    }
}

std::string RestartPolicy::status(const char* doing) const {
    std::string words;
    const auto add = [&](const std::string& word) {
        if (words.size() + word.size() < longest_status) words += (words.empty() ? "" : " ") + word;
    };
    for (const Notice notice : notices_) add(code_of(notice));
    for (const FileNotice& notice : found_) add(status_word(notice));
    return words.empty() ? doing : fmt::format("{} [{}]", doing, words);
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

void RestartPolicy::fall_back() {
    set(Notice::data_server_fallback, loader_ == Loader::boardgate);
    loader_ = loader_ == Loader::boardgate ? Loader::rustboard : Loader::boardgate;
}

bool RestartPolicy::could_not_start(int exit_status) {
    // TensorBoard's status for a data server that did not start, and for much else.
    constexpr int failed = 1;
    const bool has_another = options_.loader == Loader::automatic || options_.loader == Loader::boardgate;
    if (exit_status != failed || !has_another || fallbacks_ == most_fallbacks) return false;
    ++fallbacks_;
    fall_back();
    return true;
}

bool RestartPolicy::data_server_ended() {
    if (loader_ == Loader::boardgate) {
        fall_back();
    } else {
        set(Notice::data_server_restarted, true);
    }
    return count_unexpected_end();
}

bool RestartPolicy::crashed() {
    set(Notice::tensorboard_restarted, true);
    return count_unexpected_end();
}

bool RestartPolicy::on_scan(const Scan& scan) {
    const bool unreadable = scan.unreadable > 0;
    set(Notice::logdir_gone, scan.missing);
    set(Notice::no_event_files, scan.event_files == 0 && scan.complete && !scan.missing && options_.reload_interval.count() > 0);
    set(Notice::too_many_event_files, loader_ == Loader::rustboard && scan.event_files + other_descriptors > machine_.descriptors);
    const bool lost = !scan.replaced.empty() && !scan.followed;
    if (lost && loader_ == Loader::rustboard && options_.reload_interval.count() > 0) set(Notice::replaced_files_not_shown, true);
    set(Notice::outside_of_folder, options_.confined && scan.linked > 0);
    const bool restart = consider_folders(unreadable);
    // The links of a confined board have a notice of their own.
    if (options_.confined && scan.unreadable <= scan.linked) set(Notice::unreadable_folder, false);
    return restart;
}

void RestartPolicy::on_report(std::vector<FileNotice> found) {
    for (FileNotice& notice : found) {
        if (notice.code == code_of(Notice::profiles) && machine_.profile_plugin) notice.code = code_of(Notice::profile_plugin_blocked);
    }
    found_ = std::move(found);
}

/// A data server skips a folder that it cannot read. The slow loader's thread ends there, and only a restart brings it back
/// (tensorboard#1680).
bool RestartPolicy::consider_folders(bool unreadable) {
    const bool slow = !data_server_;
    set(Notice::unreadable_folder, unreadable && !slow);
    set(Notice::slow_loader_stopped, unreadable && slow);
    if (!slow || options_.reload_interval.count() == 0) return false;
    reloading_stopped_ |= unreadable;
    return reloading_stopped_ && !unreadable && may_restart();
}

}  // namespace boardgate::board

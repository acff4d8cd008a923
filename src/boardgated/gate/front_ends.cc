// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/front_ends.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <future>
#include <memory>
#include <optional>

#include "src/base/fd.h"

namespace boardgate::boardgated {

namespace {

/// An environment that cannot be published now may be publishable when pip has finished.
constexpr std::chrono::seconds between_requests{10};
/// The check is a few calls of stat(2), which are quick unless the file system hangs.
constexpr std::chrono::milliseconds patience{100};

/// When a file, its owner or its mode last changed, in nanoseconds since 1970; 0 for a missing file.
std::int64_t changed(const std::string& path) {
    struct stat facts {};
    if (stat(path.c_str(), &facts) != 0) return 0;
    return facts.st_ctim.tv_sec * std::int64_t{1'000'000'000} + facts.st_ctim.tv_nsec;
}

struct Published {
    std::int64_t program_changed = 0;
    std::string webfiles;
    std::int64_t webfiles_changed = 0;
    std::string version;

    [[nodiscard]] bool is_version() const { return version != "-"; }
    [[nodiscard]] bool is_current(const std::string& program, const std::string& folder) const {
        return changed(program) == program_changed && (webfiles == "-" || changed(webfiles) == webfiles_changed) &&
               (!is_version() || changed(folder + "/frontend/" + version) != 0);
    }
};

/// The line about a program in boardgate-frontend's record, a short file. Read only when a person opens a page.
std::optional<Published> published_for(const std::string& folder, const std::string& program) {
    std::ifstream lines(folder + "/environments");
    for (std::string name; std::getline(lines, name, '\t');) {
        Published found;
        std::string of_program;
        std::string of_webfiles;
        std::getline(lines, of_program, '\t');
        std::getline(lines, found.webfiles, '\t');
        std::getline(lines, of_webfiles, '\t');
        if (!std::getline(lines, found.version)) return std::nullopt;
        if (name != program) continue;
        found.program_changed = std::strtoll(of_program.c_str(), nullptr, 10);
        found.webfiles_changed = std::strtoll(of_webfiles.c_str(), nullptr, 10);
        return found;
    }
    return std::nullopt;
}

}  // namespace

std::string FrontEnds::version_for(const Board& board) { return ask(board, {}); }

std::string FrontEnds::view_version_for(const Board& board) { return ask(board, "/view/index.html"); }

/// The version, if it has the file `needed`.
std::string FrontEnds::ask(const Board& board, const std::string& needed) {
    const auto found = std::make_shared<std::promise<std::string>>();
    auto version = found->get_future();
    const bool asked = thread_.add({}, [this, found, environment = board.options.environment, since = board.facts.since, needed] {
        const std::string published = look_up(environment, since);
        const bool has_file = published.empty() || needed.empty() || changed(published_ + "/frontend/" + published + needed) != 0;
        found->set_value(has_file ? published : std::string());
    });
    // Without a version the board serves its own files, which is always correct.
    return asked && version.wait_for(patience) == std::future_status::ready ? version.get() : std::string();
}

std::string FrontEnds::look_up(const std::string& name, std::int64_t board_since) {
    const auto environment = settings_.environments.find(name);
    if (environment == settings_.environments.end()) return {};
    const auto published = published_for(published_, environment->second);
    if (!published || !published->is_current(environment->second, published_)) {
        request_publication();
        return {};
    }
    // A TensorBoard that started before the change still needs the old files.
    constexpr std::int64_t nanoseconds = 1000;
    const bool is_older = std::max(published->program_changed, published->webfiles_changed) >= board_since * nanoseconds;
    return published->is_version() && !is_older ? published->version : std::string();
}

void FrontEnds::request_publication() {
    const auto now = clock_.boot().count();
    auto next = next_request_.load();
    if (now < next || !next_request_.compare_exchange_strong(next, now + BootTime(between_requests).count())) return;
    // boardgate-frontend.path reacts when the file is closed.
    const Fd touched(open(wanted_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
}

}  // namespace boardgate::boardgated

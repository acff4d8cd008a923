// SPDX-License-Identifier: MIT
#include "src/boardgated/gate/front_ends.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <optional>

#include "src/base/fd.h"

namespace boardgate::boardgated {

namespace {

/// An environment that cannot be published now may be publishable when pip has finished.
constexpr std::chrono::seconds between_requests{10};
/// A look is a few calls of stat(2), which are quick unless the file system hangs.
constexpr std::chrono::milliseconds patience{100};
constexpr std::int64_t nanoseconds = 1000;  ///< of a microsecond

std::int64_t now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

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

std::string FrontEnds::version_for(const Board& board) { return found_for(board).version; }

std::string FrontEnds::view_version_for(const Board& board) {
    const Found found = found_for(board);
    return found.has_views ? found.version : std::string();
}

FrontEnds::Found FrontEnds::found_for(const Board& board) {
    Found found = known_for(board);
    look_soon(board.options.environment);
    return found;
}

FrontEnds::Found FrontEnds::known_for(const Board& board) const {
    const auto all = found_.read();
    const auto found = all->find(board.options.environment);
    if (found == all->end()) return {};
    const std::int64_t began = board.facts.since * nanoseconds;
    // A TensorBoard that started before the change still needs the old files.
    return found->second.changed < began && began <= found->second.looked ? found->second : Found();
}

void FrontEnds::board_is_ready(const Board& board) {
    {
        const auto all = found_.read();
        const auto found = all->find(board.options.environment);
        if (found != all->end() && board.facts.since * nanoseconds <= found->second.looked) return;
    }
    look_soon(board.options.environment);
}

void FrontEnds::look(const Board& board) {
    const std::int64_t since = now();
    const std::string& name = board.options.environment;
    if (!settings_.environments.contains(name)) return;
    look_soon(name);
    auto all = found_.lock();
    looked_.wait_for(all.lock(), patience, [&] {
        const auto found = all->find(name);
        return found != all->end() && found->second.looked >= since;
    });
}

/// When somebody looks and somebody else is about to, the latter sees what there is now.
void FrontEnds::look_soon(const std::string& name) {
    const auto environment = settings_.environments.find(name);
    if (environment == settings_.environments.end()) return;
    (void)threads_.add(name, [this, name, program = environment->second] {
        Found found = look_up(program);
        found_.lock()->insert_or_assign(name, std::move(found));
        looked_.notify_all();
    });
}

FrontEnds::Found FrontEnds::look_up(const std::string& program) {
    Found found;
    found.looked = now();
    const auto published = published_for(published_, program);
    if (!published || !published->is_current(program, published_)) {
        request_publication();
        return found;
    }
    if (!published->is_version()) return found;
    found.changed = std::max(published->program_changed, published->webfiles_changed);
    found.version = published->version;
    found.has_views = changed(published_ + "/frontend/" + found.version + "/view/index.html") != 0;
    return found;
}

void FrontEnds::request_publication() {
    const auto now = clock_.boot().count();
    auto next = next_request_.load();
    if (now < next || !next_request_.compare_exchange_strong(next, now + BootTime(between_requests).count())) return;
    // boardgate-frontend.path reacts when the file is closed.
    const Fd touched(open(wanted_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
}

}  // namespace boardgate::boardgated

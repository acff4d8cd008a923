// SPDX-License-Identifier: MIT
#include "src/logdirs/runs.h"

#include <algorithm>
#include <cmath>

#include "src/logdirs/elsewhere.h"
#include "src/logdirs/homes.h"

namespace boardgate::logdirs {

namespace {

constexpr std::chrono::milliseconds between_words{200};
/// A listing is used again without a look at the folders for this many times the time that the look took.
constexpr int rest = 10;
/// After this, and at least that many looks, folders are read again even if they seem unchanged: not all file systems keep times.
constexpr std::chrono::seconds cache_lives{120};
/// A file without a point is a version record or two.
constexpr std::uint64_t small_file = 160;
/// Writers flush every two minutes.
constexpr std::int64_t writes_within = 180;

/// A screen.
constexpr std::size_t most_early_rows = 20;

bool needs_reading(wire::RunSort sort) {
    return sort == wire::RunSort::step || sort == wire::RunSort::value || sort == wire::RunSort::greatest || sort == wire::RunSort::least;
}

void describe(wire::RunFound& message, const Preview& preview, const std::vector<std::string>& tags) {
    message.read = true;
    message.has_step = preview.last_step.has_value();
    message.step = preview.last_step.value_or(0);
    if (preview.damage) {
        message.damaged_file = shown_tag(preview.damage->file);
        message.damaged_byte = preview.damage->byte;
    }
    if (tags.empty()) {
        constexpr std::size_t most = 2;
        message.curves.assign(preview.curves.begin(),
                              preview.curves.begin() + static_cast<std::ptrdiff_t>(std::min(most, preview.curves.size())));
    }
    for (const std::string& tag : tags) {
        const auto curve =
            std::find_if(preview.curves.begin(), preview.curves.end(), [&](const wire::Curve& one) { return one.tag == tag; });
        if (curve != preview.curves.end()) message.curves.push_back(*curve);
    }
}

}  // namespace

std::shared_ptr<RunSearch::Kept> RunSearch::kept_for(const std::vector<std::string>& roots) {
    const auto all = kept_.lock();
    if (!all->contains(roots) && all->size() >= most_kept) {
        all->erase(
            std::min_element(all->begin(), all->end(), [](const auto& a, const auto& b) { return a.second->used < b.second->used; }));
    }
    std::shared_ptr<Kept>& kept = (*all)[roots];
    if (kept == nullptr) kept = std::make_shared<Kept>();
    kept->used = folders_.clock().boot();
    return kept;
}

/// Roots whose listing covers this one; empty: none.
std::vector<std::string> RunSearch::kept_above(const std::string& root) {
    const auto all = kept_.lock();
    for (const auto& [roots, kept] : *all) {
        if (std::any_of(roots.begin(), roots.end(), [&](const std::string& above) { return above != root && lies_in(root, above); }))
            return roots;
    }
    return {};
}

/// Null when nobody listens any more.
RunSearch::LookedPtr RunSearch::look_at(const std::vector<std::string>& roots, bool next_page, const LookWatcher& watcher) {
    const auto kept = kept_for(roots);
    const Clock& clock = folders_.clock();
    std::unique_lock looking(kept->looking, std::defer_lock);
    while (!looking.try_lock_for(between_words)) {
        if (!watcher.progress({0, 0, roots.front()})) return nullptr;
    }
    if (kept->last && (next_page || clock.boot() - kept->looked < rest * kept->look_took)) return kept->last;
    if (kept->cache == nullptr ||
        clock.boot() - kept->cache_since > std::max<std::chrono::nanoseconds>(cache_lives, 2 * rest * kept->look_took)) {
        kept->cache = std::make_shared<DirectoryCache>(clock);
        kept->cache_since = clock.boot();
    }
    const BootTime began = clock.boot();
    auto fresh = look_for_runs(folders_, roots, budget_.look, budget_.most_found, kept->cache, watcher, budget_.patience);
    if (fresh == nullptr) return nullptr;
    kept->looked = clock.boot();
    kept->look_took = kept->looked - began;
    // What was made of an equal listing stays: that takes as long as the look.
    if (kept->last && kept->last->listing->same_runs(*fresh))
        return kept->last = std::make_shared<const Looked>(std::move(fresh), *kept->last);
    previews_.keep_only(*fresh);
    return kept->last = std::make_shared<const Looked>(std::move(fresh));
}

/// Of a folder of a tree that is kept: without a look of its own.
RunSearch::LookedPtr RunSearch::look_below(const std::vector<std::string>& roots, bool next_page, const LookWatcher& watcher) {
    const auto above = roots.size() == 1 ? kept_above(roots.front()) : std::vector<std::string>();
    if (above.empty()) return look_at(roots, next_page, watcher);
    const auto whole = look_at(above, next_page, {watcher.progress});
    if (whole == nullptr) return nullptr;
    auto part = std::make_shared<RunListing>(*whole->listing);
    part->roots = roots;
    std::erase_if(part->runs, [&](const Run& run) { return !lies_in(run.path, roots.front()); });
    std::erase_if(part->silent, [&](const std::string& folder) { return !lies_in(folder, roots.front()); });
    for (Run& run : part->runs) run.start = 0;
    // These are not known for a part. A folder that the larger look left out is looked at by itself.
    part->copies = part->left_out = 0;
    if (part->runs.empty() || !part->complete) return look_at(roots, next_page, watcher);
    return std::make_shared<const Looked>(std::move(part));
}

/// Only small files are read to find out.
bool RunSearch::holds_points(const WholeRun& run, BootTime end) {
    std::vector<const Run*> all = run.parts;
    all.push_back(run.run);
    return std::any_of(all.begin(), all.end(), [&](const Run* one) {
        if (one->largest > small_file) return true;
        const auto preview = previews_.read(*one, end);
        // What is damaged from its first byte is no event file: a Git LFS pointer.
        return preview == nullptr || preview->last_step || (preview->damage && preview->damage->byte > 0);
    });
}

/// Newest first, as people look for these. Returns how many are read.
std::uint32_t RunSearch::read_for_sorting(const std::vector<const WholeRun*>& runs) {
    const BootTime end = folders_.clock().boot() + budget_.read_for_sorting;
    std::vector<const WholeRun*> newest_first = runs;
    std::sort(newest_first.begin(), newest_first.end(), [](const auto* a, const auto* b) { return a->newest > b->newest; });
    std::uint32_t read = 0;
    for (const WholeRun* run : newest_first) {
        if (previews_.known(*run->run) != nullptr || previews_.read(*run->run, end) != nullptr) ++read;
    }
    return read;
}

std::optional<double> RunSearch::number_of(const wire::FindRuns& request, const WholeRun& run) const {
    const auto known = previews_.known(*run.run);
    if (known == nullptr) return std::nullopt;
    if (request.sort == wire::RunSort::step) {
        return known->last_step ? std::optional<double>(static_cast<double>(*known->last_step)) : std::nullopt;
    }
    const auto found = known->values.find(request.tag);
    if (found == known->values.end()) return std::nullopt;
    const Previews::Values& values = found->second;
    const double number = request.sort == wire::RunSort::value      ? values.last
                          : request.sort == wire::RunSort::greatest ? values.greatest
                                                                    : values.least;
    return std::isnan(number) ? std::nullopt : std::optional(number);
}

std::vector<RunRow> RunSearch::rows_of(const wire::FindRuns& request, const Looked& looked, wire::RunsEnd& end) {
    const RunListing& listing = *looked.listing;
    const std::vector<std::string> words = words_of(request.query);
    const BootTime until = folders_.clock().boot() + budget_.read_for_sorting;
    std::vector<const WholeRun*> with_points;
    std::vector<const WholeRun*> without;
    for (const WholeRun& run : looked.whole) {
        const bool points = holds_points(run, until);
        if (points) ++end.all;
        if (matches(run, words)) (points ? with_points : without).push_back(&run);
    }
    end.found = end.sorted = static_cast<std::uint32_t>(with_points.size());
    end.without_points = static_cast<std::uint32_t>(without.size());
    const std::vector<const WholeRun*>& shown = request.without_points ? without : with_points;
    if (needs_reading(request.sort)) end.sorted = read_for_sorting(shown);
    const RowOrder order{request.sort, request.reversed, [&](const WholeRun& run) { return number_of(request, run); }};
    return request.folders ? tree_rows(shown, listing.roots, order) : flat_rows(shown, listing.roots, order);
}

wire::RunFound RunSearch::unread_message_of(const RunRow& row) const {
    wire::RunFound message;
    message.path = row.path;
    message.name = row.name;
    message.depth = row.depth;
    message.newest = row.newest;
    message.event_files = row.event_files;
    message.bytes = row.bytes;
    message.is_folder = row.run == nullptr;
    message.open = row.open;
    message.runs = row.runs;
    if (row.run != nullptr) message.parts = static_cast<std::uint32_t>(row.run->parts.size());
    message.writing = is_being_written(message.newest);
    return message;
}

bool RunSearch::is_being_written(std::int64_t newest) const {
    return newest + writes_within >= std::chrono::duration_cast<std::chrono::seconds>(folders_.clock().wall().time_since_epoch()).count();
}

/// Runs with nothing but a header have no row, and only reading tells them from others: small files are left out.
bool RunSearch::tell_early(const wire::FindRuns& request, const RunListing& so_far, const RunsTaker& taker) const {
    if (request.without_points || request.first > 0 || needs_reading(request.sort)) return true;
    const std::vector<std::string> words = words_of(request.query);
    const std::vector<WholeRun> whole = whole_runs(so_far.runs);
    std::vector<const WholeRun*> shown;
    for (const WholeRun& run : whole) {
        if (run.run->largest > small_file && matches(run, words)) shown.push_back(&run);
    }
    const RowOrder order{request.sort, request.reversed};
    std::vector<RunRow> rows = request.folders ? tree_rows(shown, so_far.roots, order) : flat_rows(shown, so_far.roots, order);
    rows.resize(std::min({rows.size(), most_early_rows, std::size_t{request.limit}}));
    return std::all_of(rows.begin(), rows.end(), [&](const RunRow& row) {
        wire::RunFound message = unread_message_of(row);
        message.early = true;
        return taker.found(std::move(message));
    });
}

wire::RunFound RunSearch::message_of(const RunRow& row, const wire::FindRuns& request, const RunListing& listing, BootTime end) {
    wire::RunFound message = unread_message_of(row);
    if (row.run != nullptr) {
        Run run = *row.run->run;
        // A listing that was not made just now says what was.
        if (folders_.clock().boot() - listing.looked > std::chrono::seconds(1)) {
            const auto again = patiently<std::optional<Run>>(
                run.path, [run] { return looked_at_again(run); }, budget_.patience);
            if (again && *again) {
                message.bytes += (*again)->bytes - run.bytes;
                message.event_files += (*again)->event_files - run.event_files;
                message.newest = std::max(message.newest, (*again)->newest);
                run = **again;
            }
        }
        if (const auto preview = previews_.read(run, end)) describe(message, *preview, request.tags);
    }
    message.writing = is_being_written(message.newest);
    return message;
}

/// On slow storage. False if the receiver wants no more.
bool RunSearch::read_later(const std::vector<const RunRow*>& unread, const wire::FindRuns& request, const RunListing& listing,
                           const RunsTaker& taker) {
    const Clock& clock = folders_.clock();
    const BootTime end = clock.boot() + budget_.read_later;
    for (const RunRow* row : unread) {
        if (clock.boot() >= end) break;
        wire::RunFound message = message_of(*row, request, listing, std::min<BootTime>(end, clock.boot() + budget_.read_one));
        if (message.read && !taker.found(std::move(message))) return false;
    }
    return true;
}

void RunSearch::run(const wire::FindRuns& request, const std::vector<std::string>& roots, const Account& who, const RunsTaker& taker) {
    LookWatcher watcher{taker.progress};
    if (request.early) watcher.early = [&](const RunListing& so_far) { return tell_early(request, so_far, taker); };
    const LookedPtr looked = look_below(roots, request.first > 0, watcher);
    if (looked == nullptr) return;
    const std::shared_ptr<const RunListing>& listing = looked->listing;
    wire::RunsEnd end;
    end.roots = roots;
    end.truncated = !listing->complete;
    end.looked_at = listing->looked_at;
    end.copies = listing->copies;
    end.left_out = listing->left_out;
    end.silent = listing->silent;
    end.as_of = listing->as_of;
    const std::vector<RunRow> rows = rows_of(request, *looked, end);
    const std::size_t first = std::min<std::size_t>(request.first, rows.size());
    const std::size_t last = std::min<std::size_t>(first + request.limit, rows.size());
    if (last < rows.size()) end.next = static_cast<std::uint32_t>(last);
    const BootTime until = folders_.clock().boot() + budget_.read;
    std::vector<const RunRow*> unread;
    for (std::size_t i = first; i < last; ++i) {
        wire::RunFound message = message_of(rows[i], request, *listing, until);
        if (!message.is_folder && !message.read) unread.push_back(&rows[i]);
        if (!taker.found(std::move(message))) return;
    }
    if (!read_later(unread, request, *listing, taker)) return;
    end.tags = previews_.common_tags(*listing, wire::longest::known_tags);
    if (listing->runs.empty() && request.root.empty()) end.elsewhere = runs_elsewhere(folders_, who.name, roots);
    (void)taker.end(std::move(end));
}

std::vector<std::string> expanded_roots(const std::vector<std::string>& written, const std::string& home, const std::string& user) {
    std::vector<std::string> roots;
    for (const std::string& text : written) {
        std::string root;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (i == 0 && text[i] == '~') {
                root += home;
            } else if (text[i] == '%' && i + 1 < text.size()) {
                const char letter = text[++i];
                root += letter == 'h' ? home : letter == 'u' ? user : std::string(1, letter);
            } else {
                root += text[i];
            }
        }
        root = tidy(root);
        if (std::find(roots.begin(), roots.end(), root) == roots.end() && roots.size() < wire::longest::roots) roots.push_back(root);
    }
    return roots;
}

}  // namespace boardgate::logdirs

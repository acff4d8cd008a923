// SPDX-License-Identifier: MIT
#include "src/logdirs/directory_cache.h"

namespace boardgate::logdirs {

namespace {

constexpr std::int64_t nanoseconds = 1'000'000'000;
/// Some file systems keep whole seconds.
constexpr std::int64_t settles_after = 2 * nanoseconds;
/// An entry beside its names.
constexpr std::size_t overhead = 128;

std::int64_t change_of(const struct stat& folder) { return folder.st_ctim.tv_sec * nanoseconds + folder.st_ctim.tv_nsec; }

}  // namespace

DirectoryCache::Entries DirectoryCache::find(const struct stat& folder) const {
    const auto known = known_.read();
    const auto found = known->folders.find({folder.st_dev, folder.st_ino});
    if (found == known->folders.end() || !found->second.settled || found->second.changed != change_of(folder)) return nullptr;
    return found->second.entries;
}

void DirectoryCache::keep(const struct stat& folder, std::string entries) {
    const std::int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(clock_.wall().time_since_epoch()).count();
    const std::int64_t changed = change_of(folder);
    const auto known = known_.lock();
    Contents& contents = known->folders[{folder.st_dev, folder.st_ino}];
    if (contents.entries != nullptr) known->bytes -= contents.entries->size() + overhead;
    known->bytes += entries.size() + overhead;
    contents = {std::make_shared<const std::string>(std::move(entries)), changed, changed + settles_after < now};
    if (known->bytes > most_bytes) {
        known->bytes -= contents.entries->size() + overhead;
        known->folders.erase({folder.st_dev, folder.st_ino});
    }
}

bool DirectoryCache::is_empty() const { return known_.read()->folders.empty(); }

void DirectoryCache::clear() { *known_.lock() = {}; }

}  // namespace boardgate::logdirs

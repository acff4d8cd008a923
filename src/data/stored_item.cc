// SPDX-License-Identifier: MIT
#include "src/data/stored_item.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "src/base/fd.h"
#include "src/events/series_kind.h"

namespace boardgate::data {

namespace {

Fd open_same(const ValueFile& file) {
    Fd fd(open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat info {};
    if (!fd || fstat(fd.get(), &info) != 0 || info.st_dev != file.device || info.st_ino != file.inode) return Fd();
    return fd;
}

/// The bytes of an item; those in a file are read when they are needed.
class ItemBytes {
public:
    explicit ItemBytes(const Item& item) {
        if (item.file == nullptr || item.size == 0) {
            bytes_ = item.bytes;
            return;
        }
        fd_ = open_same(*item.file);
        const auto mapped = fd_ ? record_.map(fd_.get(), item.offset, item.size) : std::nullopt;
        good_ = mapped.has_value();
        loader_ = &record_;
        bytes_ = mapped.value_or(std::string_view());
    }
    [[nodiscard]] bool good() const { return good_ && (loader_ == nullptr || record_.is_whole()); }
    [[nodiscard]] std::string_view bytes() const { return bytes_; }
    [[nodiscard]] events::Loader* loader() { return loader_; }
    void need(std::string_view bytes) {
        if (loader_ != nullptr) loader_->need(bytes);
    }

private:
    Fd fd_;
    events::LongRecord record_;
    events::Loader* loader_ = nullptr;
    bool good_ = true;
    std::string_view bytes_;
};

}  // namespace

std::optional<std::string> tensor_in(const Item& item) {
    ItemBytes from(item);
    from.need(from.bytes());
    if (!from.good()) return std::nullopt;
    // If the file was overwritten in place, these may be other bytes.
    if (item.form == events::Form::tensor && item.file != nullptr && !events::is_well_formed(from.bytes(), events::Message::Tensor))
        return std::nullopt;
    return events::tensor_of(item.form, from.bytes());
}

std::optional<std::string> blob_in(const Item& item, std::string_view plugin, std::uint64_t part) {
    ItemBytes from(item);
    events::Blobs blobs;
    if (!from.good() || !events::read_blobs(item.form, from.bytes(), plugin, blobs, from.loader()) || part >= blobs.parts.size())
        return std::nullopt;
    from.need(blobs.parts[part]);
    if (!from.good()) return std::nullopt;
    return std::string(blobs.parts[part]);
}

}  // namespace boardgate::data

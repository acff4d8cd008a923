// SPDX-License-Identifier: MIT
// The job's own folder on the node, which nobody else can enter: the board's door and its socket for sd_notify(3). It ends with the
// object.
#pragma once

#include <string>

#include "src/base/error.h"
#include "src/base/fd.h"

namespace boardgate::node {

class OwnFolder {
public:
    /// Below $TMPDIR or /tmp.
    [[nodiscard]] static Result<OwnFolder> make();
    OwnFolder(OwnFolder&& other) noexcept;
    OwnFolder& operator=(OwnFolder&&) = delete;
    ~OwnFolder();

    [[nodiscard]] const std::string& path() const { return path_; }
    /// A listening socket in it, the board's.
    [[nodiscard]] Fd take_door() { return std::move(door_); }
    [[nodiscard]] Fd connect_to_door() const;
    [[nodiscard]] const Fd& notifications() const { return notifications_; }

private:
    explicit OwnFolder(std::string path) : path_(std::move(path)) {}
    std::string path_;
    Fd door_{};
    Fd notifications_{};
};

/// Where the owner's boards on this node keep what they have read, if the node has a place for that (boardgate-node's tmpfiles);
/// empty: nowhere.
[[nodiscard]] std::string own_cache();

}  // namespace boardgate::node

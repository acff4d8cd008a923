// SPDX-License-Identifier: MIT
#include "src/node/own_folder.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>

namespace boardgate::node {

namespace {

constexpr int backlog = 512;
constexpr const char* caches = "/var/cache/boardgate-boards";

struct UnixAddress {
    sockaddr_un bytes{};
    bool fits = false;
};

UnixAddress address_of(const std::string& path) {
    UnixAddress made;
    made.bytes.sun_family = AF_UNIX;
    made.fits = path.size() < sizeof made.bytes.sun_path;
    if (made.fits) path.copy(made.bytes.sun_path, path.size());
    return made;
}

Fd bound(const std::string& path, int type) {
    const UnixAddress at = address_of(path);
    Fd socket(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const bool is_bound = at.fits && socket && bind(socket.get(), reinterpret_cast<const sockaddr*>(&at.bytes), sizeof at.bytes) == 0;
    return is_bound ? std::move(socket) : Fd();
}

}  // namespace

Result<OwnFolder> OwnFolder::make() {
    const char* tmp = secure_getenv("TMPDIR");
    std::string path = tmp != nullptr && tmp[0] == '/' ? tmp : "/tmp";
    path += "/boardgate-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) return system_error("cannot make a folder", path);
    OwnFolder folder(path);
    folder.door_ = bound(path + "/door", SOCK_STREAM);
    folder.notifications_ = bound(path + "/notify", SOCK_DGRAM);
    if (!folder.door_ || !folder.notifications_ || listen(folder.door_.get(), backlog) != 0)
        return system_error("cannot make sockets", path);
    return folder;
}

OwnFolder::OwnFolder(OwnFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), door_(std::move(other.door_)), notifications_(std::move(other.notifications_)) {}

OwnFolder::~OwnFolder() {
    if (path_.empty()) return;
    unlink((path_ + "/door").c_str());
    unlink((path_ + "/notify").c_str());
    rmdir(path_.c_str());
}

Fd OwnFolder::connect_to_door() const {
    const UnixAddress at = address_of(path_ + "/door");
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const bool connected = socket && connect(socket.get(), reinterpret_cast<const sockaddr*>(&at.bytes), sizeof at.bytes) == 0;
    return connected ? std::move(socket) : Fd();
}

std::string own_cache() {
    struct stat above {};
    if (lstat(caches, &above) != 0 || !S_ISDIR(above.st_mode) || above.st_uid != 0) return {};
    const std::string path = std::string(caches) + "/" + std::to_string(geteuid());
    (void)!mkdir(path.c_str(), 0700);
    // Somebody else may have made it.
    struct stat own {};
    const bool is_own = lstat(path.c_str(), &own) == 0 && S_ISDIR(own.st_mode) && own.st_uid == geteuid() && (own.st_mode & 0777) == 0700;
    return is_own ? path : std::string();
}

}  // namespace boardgate::node

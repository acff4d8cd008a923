// SPDX-License-Identifier: MIT
#include "src/cli/login_file.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "src/base/fd.h"
#include "src/cli/api_client.h"

namespace boardgate::cli {

namespace {

/// HOME, if it belongs to this user. After su it may be another user's: then the account's home directory.
std::string home() {
    const char* named = secure_getenv("HOME");
    struct stat about {};
    if (named != nullptr && stat(named, &about) == 0 && about.st_uid == geteuid()) return named;
    const passwd* account = getpwuid(geteuid());
    return account == nullptr ? "" : account->pw_dir;
}

std::string folder() {
    if (const char* config = secure_getenv("XDG_CONFIG_HOME"); config != nullptr && *config == '/')
        return std::string(config) + "/boardgate";
    return home() + "/.config/boardgate";
}

std::string file() { return folder() + "/login.json"; }

}  // namespace

std::optional<Login> read_login() {
    const Fd fd(open(file().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat about {};
    if (!fd || fstat(fd.get(), &about) != 0 || about.st_uid != geteuid() || (about.st_mode & 077) != 0) return std::nullopt;
    std::string text(4096, '\0');
    const ssize_t got = read(fd.get(), text.data(), text.size());
    if (got <= 0) return std::nullopt;
    text.resize(static_cast<std::size_t>(got));
    const Json::Value value = json_of(text);
    if (!value.isObject() || !value["server"].isString() || !value["token"].isString()) return std::nullopt;
    return Login{value["server"].asString(), value["token"].asString(), value["local"].isBool() && value["local"].asBool()};
}

Result<void> write_login(const Login& login) {
    std::error_code fault;
    std::filesystem::create_directories(folder(), fault);
    const std::string fresh = file() + ".new";
    unlink(fresh.c_str());
    const Fd fd(open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) return system_error("cannot save the session in", file());
    Json::Value value(Json::objectValue);
    value["server"] = login.server;
    value["token"] = login.token;
    value["local"] = login.local;
    const std::string text = text_of(value) + "\n";
    errno = ENOSPC;  // where only a part is written
    // Over a quota, a file server may refuse what write(2) took.
    if (write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd.get()) == 0 &&
        rename(fresh.c_str(), file().c_str()) == 0)
        return {};
    auto error = system_error("cannot save the session in", file());
    unlink(fresh.c_str());
    return error;
}

void remove_login() { unlink(file().c_str()); }

}  // namespace boardgate::cli

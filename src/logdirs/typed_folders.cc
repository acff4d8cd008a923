// SPDX-License-Identifier: MIT
#include "src/logdirs/typed_folders.h"

#include <glob.h>
#include <sys/stat.h>

#include "src/base/folder_names.h"

namespace boardgate::logdirs {

namespace {

using wire::NamedFolder;

bool is_folder(const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::string absolute(const std::string& text, const std::string& home) {
    if (text.starts_with('/')) return text;
    if (text == "~" || text.empty()) return home;
    return home + "/" + (text.starts_with("~/") ? text.substr(2) : text);
}

/// `name:/path` or `name:~/path`.
NamedFolder named(const std::string& text, const std::string& home) {
    const std::size_t colon = text.find(':');
    if (colon != std::string::npos && colon + 1 < text.size() && (text[colon + 1] == '/' || text[colon + 1] == '~') &&
        !is_folder(absolute(text, home))) {
        const std::string name = text.substr(0, colon);
        if (is_folder_name(name)) return {name, absolute(text.substr(colon + 1), home)};
    }
    return {{}, absolute(text, home)};
}

/// The folders that the pattern matches; the path itself if it is no pattern, or matches none.
std::vector<NamedFolder> matched(NamedFolder folder) {
    if (folder.path.find_first_of("*?[") == std::string::npos || is_folder(folder.path)) return {std::move(folder)};
    glob_t found{};
    std::vector<NamedFolder> folders;
    if (glob(folder.path.c_str(), GLOB_ONLYDIR, nullptr, &found) == 0) {
        for (std::size_t i = 0; i < found.gl_pathc; ++i) {
            if (is_folder(found.gl_pathv[i])) folders.push_back({{}, found.gl_pathv[i]});
        }
    }
    globfree(&found);
    if (folders.size() == 1) folders.front().name = folder.name;
    return folders.empty() ? std::vector<NamedFolder>{std::move(folder)} : folders;
}

std::string trimmed(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(' ');
    return begin == std::string::npos ? std::string() : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::vector<std::string> parts_of(const std::string& text, const std::string& home) {
    if (text.find(',') == std::string::npos || is_folder(absolute(text, home))) return {text};
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        if (std::string part = trimmed(text.substr(at, comma - at)); !part.empty()) parts.push_back(std::move(part));
        at = comma + 1;
    }
    return parts;
}

}  // namespace

wire::ResolvedFolders typed_folders(const std::vector<std::string>& texts, const std::string& home) {
    wire::ResolvedFolders resolved;
    for (const std::string& text : texts) {
        for (const std::string& part : parts_of(text, home)) {
            for (NamedFolder& folder : matched(named(part, home))) {
                ++resolved.found;
                if (resolved.folders.size() <= wire::longest::more_logdirs && folder.path.size() <= wire::longest::path)
                    resolved.folders.push_back(std::move(folder));
            }
        }
    }
    return resolved;
}

}  // namespace boardgate::logdirs

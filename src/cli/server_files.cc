// SPDX-License-Identifier: MIT
#include "src/cli/server_files.h"

#include <fmt/format.h>

#include <algorithm>

namespace boardgate::cli {

namespace {

/// The position of the line that starts with `begins`; npos if there is no such line.
std::size_t line_with(const std::string& text, const std::string& begins) {
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
        if (text.compare(at, begins.size(), begins) == 0) return at;
        if (text.find('\n', at) == std::string::npos) break;
    }
    return std::string::npos;
}

std::string with_line(std::string text, std::size_t at, const std::string& line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    return text.replace(at, end - at, line);
}

std::string ended(std::string text) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    return text;
}

}  // namespace

std::string with_setting(const std::string& text, const std::string& key, const std::string& value) {
    std::string whole = ended(text);
    const std::string line = (value.empty() ? "#" : "") + key + " =" + (value.empty() ? "" : " " + value);
    // Lines after the section's heading are environments.
    const std::size_t end = std::min(line_with(whole, "["), whole.size());
    for (const std::string& begins : {key + " =", key + "=", fmt::format("#{} =", key)}) {
        if (const std::size_t at = line_with(whole, begins); at < end) return with_line(std::move(whole), at, line);
    }
    return whole.insert(end, line + "\n");
}

std::string with_directive(const std::string& text, const std::string& name, const std::string& value) {
    const std::string line = fmt::format("{} {};", name, value);
    const std::string whole = ended(text);
    const std::size_t at = line_with(whole, name + " ");
    return at == std::string::npos ? whole + line + "\n" : with_line(whole, at, line);
}

std::string directive_in(const std::string& text, const std::string& name) {
    const std::size_t at = line_with(text, name + " ");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + name.size() + 1;
    return text.substr(begin, text.find(';', begin) - begin);
}

bool is_server_name(const std::string& name) {
    const auto is_alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
    if (name.empty() || name.size() > 253 || !is_alphanumeric(name.front()) || !is_alphanumeric(name.back())) return false;
    return std::all_of(name.begin(), name.end(), [&](char c) { return is_alphanumeric(c) || c == '-' || c == '.'; }) &&
           name.find("..") == std::string::npos;
}

}  // namespace boardgate::cli

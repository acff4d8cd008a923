// SPDX-License-Identifier: MIT
#include "src/data/http1.h"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "src/events/utf8.h"

namespace boardgate::data {

namespace {

constexpr std::string_view end_of_head = "\r\n\r\n";

std::string small(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// `a%20b+c`; none where it is not UTF-8.
std::optional<std::string> unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        unsigned byte = 0;
        if (i + 2 >= text.size()) return std::nullopt;
        const auto [end, status] = std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
        if (status != std::errc() || end != text.data() + i + 3) return std::nullopt;
        out += static_cast<char>(byte);
        i += 2;
    }
    if (!events::is_unicode(out)) return std::nullopt;
    return out;
}

std::optional<FormFields> url_encoded(std::string_view text) {
    FormFields fields;
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        auto name = unescaped(pair.substr(0, equals));
        auto value = unescaped(pair.substr(equals + 1));
        if (!name || !value) return std::nullopt;
        fields.emplace_back(*std::move(name), *std::move(value));
    }
    return fields;
}

/// As browsers send it: each part has one header, `Content-Disposition: form-data; name="..."`.
std::optional<FormFields> multipart(std::string_view body, std::string_view boundary) {
    constexpr std::string_view before = "Content-Disposition: form-data; name=\"", after = "\"\r\n\r\n";
    const std::string mark = "--" + std::string(boundary);
    FormFields fields;
    if (!body.starts_with(mark)) return std::nullopt;
    body.remove_prefix(mark.size());
    while (body != "--\r\n" && body != "--") {
        if (!body.starts_with("\r\n") || !body.substr(2).starts_with(before)) return std::nullopt;
        body.remove_prefix(2 + before.size());
        const std::size_t name = body.find_first_of("\"\\%\r");
        const std::size_t end = body.find("\r\n" + mark);
        if (name == std::string_view::npos || end == std::string_view::npos || !body.substr(name).starts_with(after)) return std::nullopt;
        if (end < name + after.size()) return std::nullopt;
        const std::string_view value = body.substr(name + after.size(), end - name - after.size());
        if (!events::is_unicode(value)) return std::nullopt;
        if (fields.size() == Http1Request::most_parts) return std::nullopt;
        fields.emplace_back(body.substr(0, name), value);
        body.remove_prefix(end + 2 + mark.size());
    }
    return fields;
}

/// As Python's gzip module writes it with level 3 and without a time.
std::string gzipped(const std::string& content) {
    constexpr int level = 3, memory = 8;
    constexpr std::string_view head("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);
    z_stream stream{};
    deflateInit2(&stream, level, Z_DEFLATED, -MAX_WBITS, memory, Z_DEFAULT_STRATEGY);
    std::string out(head);
    const std::size_t at = out.size();
    out.resize(at + deflateBound(&stream, content.size()) + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + at);
    stream.avail_out = static_cast<uInt>(out.size() - at);
    deflate(&stream, Z_FINISH);
    out.resize(at + stream.total_out);
    deflateEnd(&stream);
    const auto sum =
        static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
    for (const std::uint32_t number : {sum, static_cast<std::uint32_t>(content.size())}) {
        for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(number >> shift & 0xFFU);
    }
    return out;
}

}  // namespace

std::string_view Http1Request::header(std::string_view name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view() : found->second;
}

Http1Request::State Http1Request::parse(std::string_view bytes) {
    const std::size_t end = bytes.find(end_of_head);
    if (end == std::string_view::npos) return bytes.size() > longest_head ? State::not_ours : State::more;
    std::string_view head = bytes.substr(0, end);
    const auto line = [&head] {
        const std::string_view next = head.substr(0, head.find("\r\n"));
        head.remove_prefix(std::min(next.size() + 2, head.size()));
        return next;
    };
    const std::string_view first = line();
    const std::size_t space = first.find(' '), last = first.rfind(' ');
    if (space == std::string_view::npos || last == space || !first.substr(last + 1).starts_with("HTTP/1.")) return State::not_ours;
    method = first.substr(0, space);
    const std::string_view target = first.substr(space + 1, last - space - 1);
    path = target.substr(0, target.find('?'));
    query = path.size() == target.size() ? std::string_view() : target.substr(path.size() + 1);
    headers.clear();
    while (!head.empty()) {
        const std::string_view field = line();
        const std::size_t colon = field.find(':');
        // A header that is there twice could mean anything.
        if (colon == std::string_view::npos || !headers.emplace(small(field.substr(0, colon)), trimmed(field.substr(colon + 1))).second)
            return State::not_ours;
    }
    if ((method != "GET" && method != "POST") || headers.contains("transfer-encoding") || headers.contains("expect"))
        return State::not_ours;
    std::size_t length = 0;
    if (const std::string_view told = header("content-length"); !told.empty()) {
        const auto [stop, status] = std::from_chars(told.data(), told.data() + told.size(), length);
        if (status != std::errc() || stop != told.data() + told.size() || length > longest_body) return State::not_ours;
    }
    const std::string_view rest = bytes.substr(end + end_of_head.size());
    if (rest.size() > length) return State::not_ours;
    body = rest;
    return rest.size() == length ? State::whole : State::more;
}

std::optional<FormFields> Http1Request::fields() const {
    if (method == "GET") return url_encoded(query);
    if (!query.empty()) return std::nullopt;
    const std::string_view type = header("content-type");
    constexpr std::string_view parts = "multipart/form-data; boundary=";
    if (type == "application/x-www-form-urlencoded") return url_encoded(body);
    if (!type.starts_with(parts) || type.find_first_of("\";", parts.size()) != std::string_view::npos) return std::nullopt;
    return multipart(body, type.substr(parts.size()));
}

/// TensorBoard's rule: gzip, x-gzip or *, but not with q=0.
bool Http1Request::allows_gzip() const {
    std::string_view rest = header("accept-encoding");
    while (!rest.empty()) {
        const std::string_view word = rest.substr(0, rest.find_first_of(", \t"));
        if (word == "gzip" || word == "x-gzip" || word == "*") return true;
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    }
    return false;
}

std::string refusal() {
    constexpr std::string_view text = "The answer is too large: ask for fewer charts at a time.\n";
    return "HTTP/1.1 413 Content Too Large\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(text.size()) +
           "\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n" + std::string(text);
}

std::string json_answer(const Http1Request& request, const std::string& json) {
    const bool gzip = request.allows_gzip();
    const std::string body = gzip ? gzipped(json) : json;
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nX-Content-Type-Options: nosniff\r\n" + (gzip ? "Content-Encoding: gzip\r\n" : "") +
           "Expires: 0\r\nCache-Control: no-cache, must-revalidate\r\nConnection: close\r\n\r\n" + body;
}

}  // namespace boardgate::data

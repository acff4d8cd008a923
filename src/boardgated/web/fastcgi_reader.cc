// SPDX-License-Identifier: MIT
#include "src/boardgated/web/fastcgi_reader.h"

#include <algorithm>
#include <optional>

namespace boardgate::boardgated {

namespace {

// The specification's names: FCGI_VERSION_1, FCGI_BEGIN_REQUEST, ...
constexpr std::uint8_t version_1 = 1;
constexpr std::uint8_t begin_request = 1;
constexpr std::uint8_t end_request = 3;
constexpr std::uint8_t params = 4;
constexpr std::uint8_t standard_input = 5;
constexpr std::uint8_t standard_output = 6;
constexpr std::uint16_t responder = 1;
constexpr std::size_t header_size = 8;
constexpr std::size_t body_size = 8;  ///< of FCGI_BEGIN_REQUEST and FCGI_END_REQUEST
constexpr std::size_t longest_content = 65'535;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint16_t>(byte_at(bytes, at) << 8U | byte_at(bytes, at + 1));
}

/// Removes a length from the front: one byte, or four with the highest bit set.
std::optional<std::size_t> take_length(std::string_view& bytes) {
    if (bytes.empty()) return std::nullopt;
    const std::size_t first = byte_at(bytes, 0);
    if ((first & 0x80U) == 0) {
        bytes.remove_prefix(1);
        return first;
    }
    if (bytes.size() < 4) return std::nullopt;
    const std::size_t length = (first & 0x7FU) << 24U | static_cast<std::size_t>(byte_at(bytes, 1)) << 16U | number_at(bytes, 2);
    bytes.remove_prefix(4);
    return length;
}

void append_header(std::string& to, std::uint8_t type, std::uint16_t request_id, std::size_t content) {
    for (const std::size_t byte : {std::size_t{version_1}, std::size_t{type}, std::size_t{request_id} >> 8U, std::size_t{request_id},
                                   content >> 8U, content, std::size_t{0}, std::size_t{0}}) {
        to += static_cast<char>(byte & 0xFFU);
    }
}

}  // namespace

FastCgiReader::Progress FastCgiReader::take(std::string_view bytes) {
    taken_ += bytes.size();
    if (taken_ > longest_request) return Progress::malformed;
    // Usually the whole request arrives in one piece and nothing is copied here.
    const bool joined = !waiting_.empty();
    if (joined) waiting_ += bytes;
    std::string_view rest = joined ? std::string_view(waiting_) : bytes;
    Progress progress = Progress::incomplete;
    while (progress == Progress::incomplete && rest.size() >= header_size) {
        if (byte_at(rest, 0) != version_1) return Progress::malformed;
        const std::size_t content = number_at(rest, 4);
        const std::size_t whole = header_size + content + byte_at(rest, 6);
        if (rest.size() < whole) break;
        progress = take_record({byte_at(rest, 1), number_at(rest, 2), rest.substr(header_size, content)});
        rest.remove_prefix(whole);
    }
    waiting_ = std::string(rest);
    return progress;
}

FastCgiReader::Progress FastCgiReader::take_record(const Record& record) {
    if (expected_ == Expected::begin) {
        if (record.type != begin_request || record.content.size() != body_size || record.request_id == 0 ||
            number_at(record.content, 0) != responder) {
            return Progress::malformed;
        }
        request_id_ = record.request_id;
        expected_ = Expected::parameters;
        return Progress::incomplete;
    }
    if (record.request_id != request_id_) return Progress::malformed;
    if (expected_ == Expected::parameters && record.type == params) {
        if (!record.content.empty()) {
            pairs_ += record.content;
            return Progress::incomplete;
        }
        expected_ = Expected::end_of_input;
        return split_pairs() ? Progress::incomplete : Progress::malformed;
    }
    const bool ends = expected_ == Expected::end_of_input && record.type == standard_input && record.content.empty();
    expected_ = Expected::nothing;
    return ends ? Progress::complete : Progress::malformed;
}

/// A name that comes twice could be read in two ways.
bool FastCgiReader::split_pairs() {
    std::string_view rest = pairs_;
    while (!rest.empty()) {
        const auto name_length = take_length(rest);
        const auto value_length = name_length ? take_length(rest) : std::nullopt;
        if (!value_length || *name_length > rest.size() || *value_length > rest.size() - *name_length) return false;
        const std::string_view name = rest.substr(0, *name_length);
        const auto same_name = [name](const auto& pair) { return pair.first == name; };
        if (parameters_.size() == most_parameters || std::ranges::any_of(parameters_, same_name)) return false;
        parameters_.emplace_back(name, rest.substr(*name_length, *value_length));
        rest.remove_prefix(*name_length + *value_length);
    }
    return true;
}

void FastCgiReader::start_anew() {
    expected_ = Expected::begin;
    request_id_ = 0;
    taken_ = 0;
    waiting_.clear();
    pairs_.clear();
    parameters_.clear();
}

std::string_view FastCgiReader::parameter(const char* name) const {
    const auto found = std::ranges::find(parameters_, std::string_view(name), &std::pair<std::string_view, std::string_view>::first);
    return found == parameters_.end() ? std::string_view() : found->second;
}

std::string fastcgi_answer(std::uint16_t request_id, std::string_view cgi) {
    std::string records;
    records.reserve(cgi.size() + 4 * header_size);
    while (!cgi.empty()) {
        const std::string_view part = cgi.substr(0, longest_content);
        append_header(records, standard_output, request_id, part.size());
        records += part;
        cgi.remove_prefix(part.size());
    }
    append_header(records, standard_output, request_id, 0);
    append_header(records, end_request, request_id, body_size);
    records.append(body_size, '\0');  // application status 0, FCGI_REQUEST_COMPLETE
    return records;
}

}  // namespace boardgate::boardgated

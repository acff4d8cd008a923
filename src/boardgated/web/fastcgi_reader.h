// SPDX-License-Identifier: MIT
// Reads one FastCGI request (its specification, version 1) as nginx sends it: one request for each connection, as a
// responder, without a body. Everything else is malformed. Reads from untrusted bytes; fuzzed by tests/fuzz.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/boardgated/web/parameters.h"

namespace boardgate::boardgated {

class FastCgiReader : public Parameters {
public:
    enum class Progress { incomplete, complete, malformed };

    /// Bytes of a request, with record headers and parameters. nginx sends less than half of it: its own limit for all
    /// headers of a client is 4 buffers of 8 KiB.
    static constexpr std::size_t longest_request = 64 * 1024;
    static constexpr std::size_t most_parameters = 64;

    /// Adds what arrived. After `complete` or `malformed`, call start_anew() first.
    [[nodiscard]] Progress take(std::string_view bytes);
    /// Forgets the request; keeps the memory for the next one.
    void start_anew();

    /// Valid when complete.
    [[nodiscard]] std::string_view parameter(const char* name) const override;
    /// For the answer's records.
    [[nodiscard]] std::uint16_t request_id() const { return request_id_; }

private:
    enum class Expected { begin, parameters, end_of_input, nothing };
    struct Record {
        std::uint8_t type = 0;
        std::uint16_t request_id = 0;
        std::string_view content;
    };

    [[nodiscard]] Progress take_record(const Record& record);
    [[nodiscard]] bool split_pairs();

    Expected expected_ = Expected::begin;
    std::uint16_t request_id_ = 0;
    std::size_t taken_ = 0;  ///< bytes of the request so far
    std::string waiting_;    ///< a record that has not arrived whole
    std::string pairs_;      ///< the contents of all parameter records
    std::vector<std::pair<std::string_view, std::string_view>> parameters_;
};

/// The records of a whole answer: `cgi` (RFC 3875 section 6) as standard output, and the end of the request.
[[nodiscard]] std::string fastcgi_answer(std::uint16_t request_id, std::string_view cgi);

}  // namespace boardgate::boardgated

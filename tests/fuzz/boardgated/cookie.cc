// SPDX-License-Identifier: MIT
// A Cookie header: %T stands for a token.
#include "src/boardgated/web/cookie.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boardgate;
    using namespace boardgate::boardgated;
    using fuzz::require;
    static const Token token = Token::make();
    const std::string header = fuzz::replaced(fuzz::text_of(data, size), "%T", token.reveal());
    const auto found = session_token(header);
    if (!found) return 0;
    require(found->reveal().size() == Token::text_size, "a token has its length");
    require(header.find(std::string(cookie_name)) != std::string::npos, "a token comes from the cookie of the name");
    require(header.find(found->reveal()) != std::string::npos, "a token is in the header as it is written");
    require(session_token(std::string(cookie_name) + "=" + found->reveal())->hash() == found->hash(), "a token is read back");
    require(!session_token(header + "; " + std::string(cookie_name) + "=" + token.reveal()), "two cookies of the name are none");
    return 0;
}

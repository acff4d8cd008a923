// SPDX-License-Identifier: MIT
#include "src/wire/messages.h"

namespace boardgate::wire {

Result<std::vector<TokenHash>> hashes_in(std::string_view text) {
    constexpr std::size_t size = 2 * TokenHash::size;
    std::vector<TokenHash> hashes;
    for (; !text.empty(); text.remove_prefix(std::min(size, text.size()))) {
        const auto hash = TokenHash::from_hex(text.substr(0, size));
        if (!hash) return failure("a malformed message was received");
        hashes.push_back(*hash);
    }
    return hashes;
}

Result<std::vector<BoardId>> boards_in(std::string_view text) {
    std::vector<BoardId> boards;
    for (; !text.empty(); text.remove_prefix(std::min(BoardId::text_size, text.size()))) {
        const auto board = BoardId::parse(text.substr(0, BoardId::text_size));
        if (!board) return failure("a malformed message was received");
        boards.push_back(*board);
    }
    return boards;
}

}  // namespace boardgate::wire

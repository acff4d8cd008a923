// SPDX-License-Identifier: MIT
#include "src/boardgated/waker.h"

#include "src/base/log.h"

namespace boardgate::boardgated {

Answer<void> Waker::started(const BoardId& board, const Answer<std::uint16_t>& port) {
    watch_.look_again(board);
    if (!port) return tl::make_unexpected(port.error());
    if (const auto kept = registry_.set_port(board, *port); !kept) log_event(Event::request_fault, kept.error().text());
    return {};
}

Answer<void> Waker::wake(const Token& token, const BoardId& board) { return started(board, launcher_.wake(token, board)); }

Answer<void> Waker::restart(const Token& token, const BoardId& board) { return started(board, launcher_.restart(token, board)); }

}  // namespace boardgate::boardgated

// SPDX-License-Identifier: MIT
#include "src/boardgated/sharing/board_share.h"

#include <algorithm>
#include <iterator>

namespace boardgate::boardgated {

namespace {
constexpr const char* kinds[] = {"user", "group", "everybody"};  // in the order of BoardShare::Kind
}  // namespace

const char* name_of(BoardShare::Kind kind) { return kinds[static_cast<std::size_t>(kind)]; }

std::optional<BoardShare::Kind> share_kind(const std::string& name) {
    const auto* const found = std::find(std::begin(kinds), std::end(kinds), name);
    return found == std::end(kinds) ? std::nullopt : std::optional(static_cast<BoardShare::Kind>(found - kinds));
}

std::string BoardShare::with() const {
    if (kind == Kind::everybody) return kinds[static_cast<std::size_t>(kind)];
    return kind == Kind::group ? "@" + name : name;
}

BoardShare share_of_text(const std::string& with) {
    if (with == name_of(BoardShare::Kind::everybody)) return {BoardShare::Kind::everybody, {}};
    if (with.starts_with('@')) return {BoardShare::Kind::group, with.substr(1)};
    return {BoardShare::Kind::user, with};
}

}  // namespace boardgate::boardgated

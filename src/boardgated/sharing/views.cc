// SPDX-License-Identifier: MIT
#include "src/boardgated/sharing/views.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/base/log.h"
#include "src/base/sha256.h"

namespace boardgate::boardgated {

Result<void> Views::load() {
    const auto rows = store_.views();
    if (!rows) return error_of(rows);
    std::vector<std::string> dead;
    const auto entries = entries_.lock();
    for (const ViewRow& row : *rows) {
        const auto hash = TokenHash::from_hex(row.hash);
        const auto session = TokenHash::from_hex(row.session);
        const auto board = BoardId::parse(row.board);
        if (!hash || !session || !board || !sessions_.find(*session)) {
            dead.push_back(row.hash);
            continue;
        }
        auto entry = std::make_unique<Entry>(View{*session, row.uid, *board});
        entry->used = clock_.boot().count();
        entries->insert_or_assign(*hash, std::move(entry));
    }
    return store_.delete_views(dead);
}

std::string Views::beginning_of(std::uint32_t uid, const BoardId& board) const {
    return sha256(fmt::format("{} {} {}", key_.reveal(), uid, board.str())).hex().substr(0, size_of_beginning);
}

ApiResult<Token> Views::open(const Session& session, const BoardId& board) {
    Token capability = Token::make(beginning_of(session.uid, board));
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.wall()).time_since_epoch().count();
    const auto written = store_.put_view({capability.hash().hex(), session.token.hex(), session.uid, board.str(), now});
    if (!written) return storage_problem(written.error());
    auto entry = std::make_unique<Entry>(View{session.token, session.uid, board});
    entry->used = clock_.boot().count();
    std::optional<TokenHash> oldest;
    {
        const auto entries = entries_.lock();
        std::size_t own = 0;
        BootTime::rep least = entry->used;
        for (const auto& [hash, other] : *entries) {
            if (!(other->view.session == session.token)) continue;
            ++own;
            if (other->used > least) continue;
            least = other->used;
            oldest = hash;
        }
        if (own < most_of_session) oldest.reset();
        entries->insert_or_assign(capability.hash(), std::move(entry));
    }
    if (oldest) end(*oldest);
    return capability;
}

std::optional<View> Views::find(const TokenHash& hash) const {
    const auto entries = entries_.read();
    const auto found = entries->find(hash);
    if (found == entries->end()) return std::nullopt;
    if (clock_.boot() - BootTime(found->second->used.load()) >= longest_unused) return std::nullopt;
    return found->second->view;
}

void Views::touch(const TokenHash& hash) const {
    const auto entries = entries_.read();
    if (const auto found = entries->find(hash); found != entries->end()) found->second->used = clock_.boot().count();
}

template <class Which>
void Views::end_if(Which which) {
    std::vector<std::string> hashes;
    std::erase_if(*entries_.lock(), [&](const auto& each) {
        const bool ends = which(each.first, *each.second);
        if (ends) hashes.push_back(each.first.hex());
        return ends;
    });
    if (hashes.empty()) return;
    const auto ended = ended_.lock();
    ended->insert(ended->end(), hashes.begin(), hashes.end());
}

void Views::end(const TokenHash& hash) {
    end_if([&](const TokenHash& other, const Entry&) { return other == hash; });
}

void Views::end_of(const TokenHash& session, const BoardId& board) {
    end_if([&](const TokenHash&, const Entry& entry) { return entry.view.session == session && entry.view.board == board; });
}

void Views::end_of_board(const BoardId& board) {
    end_if([&](const TokenHash&, const Entry& entry) { return entry.view.board == board; });
}

void Views::sweep() {
    const BootTime now = clock_.boot();
    end_if([&](const TokenHash&, const Entry& entry) {
        return now - BootTime(entry.used.load()) >= longest_unused || !sessions_.find(entry.view.session);
    });
    std::vector<std::string> hashes;
    hashes.swap(*ended_.lock());
    if (const auto gone = store_.delete_views(hashes); !gone) {
        log_event(Event::storage_fault, gone.error().text());
        const auto ended = ended_.lock();
        ended->insert(ended->end(), hashes.begin(), hashes.end());
    }
}

}  // namespace boardgate::boardgated

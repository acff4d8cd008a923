// SPDX-License-Identifier: MIT
#include "src/boardgated/sharing/shares.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/base/log.h"
#include "src/base/peer.h"
#include "src/base/unix_time.h"

namespace boardgate::boardgated {

Result<void> Shares::load() {
    const auto rows = store_.shares();
    if (!rows) return error_of(rows);
    const auto asks = store_.asks();
    if (!asks) return error_of(asks);
    const auto people = store_.people();
    if (!people) return error_of(people);
    for (const PersonRow& row : *people) people_.lock()->insert_or_assign(row.uid, row);
    std::set<std::string> gone;
    Boards boards;
    const auto board_of = [&](const std::string& text) -> OfBoard* {
        const auto id = BoardId::parse(text);
        if (id && (registry_.find(*id) || registry_.is_hidden(*id))) return &boards[*id];
        gone.insert(text);
        return nullptr;
    };
    for (const ShareRow& row : *rows) {
        const auto kind = share_kind(row.kind);
        OfBoard* const board = board_of(row.board);
        if (!kind || board == nullptr) continue;
        BoardShare share{*kind, row.name, row.number, time_of(row.since)};
        if (row.until != 0) share.until = time_of(row.until);
        if (row.last_viewed != 0) share.last_viewed = time_of(row.last_viewed);
        share.last_viewed_by = row.last_viewed_by;
        board->shares.push_back(std::move(share));
    }
    for (const AskRow& row : *asks) {
        if (OfBoard* const board = board_of(row.board); board != nullptr) board->askers.push_back({row.uid, row.name, time_of(row.since)});
    }
    for (const std::string& board : gone) {
        if (auto forgotten = store_.delete_sharing_of(board); !forgotten) return forgotten;
    }
    std::vector<BoardId> shared;
    for (const auto& [board, of] : boards) shared.push_back(board);
    *boards_.lock() = std::move(boards);
    for (const BoardId& board : shared) summarize(board);
    return {};
}

ShareRow Shares::row_of(const BoardId& board, const BoardShare& share) {
    return {board.str(),
            name_of(share.kind),
            share.name,
            share.number,
            seconds_of(share.since),
            share.until ? seconds_of(*share.until) : 0,
            share.last_viewed ? seconds_of(*share.last_viewed) : 0,
            share.last_viewed_by};
}

std::vector<BoardShare> Shares::of_board(const BoardId& board) const {
    const auto boards = boards_.read();
    const auto found = boards->find(board);
    return found == boards->end() ? std::vector<BoardShare>() : found->second.shares;
}

/// Tells the registry, which tells the owner's pages.
void Shares::summarize(const BoardId& board) {
    SharingSummary summary;
    {
        const auto boards = boards_.read();
        if (const auto found = boards->find(board); found != boards->end()) {
            summary.shares =
                static_cast<std::size_t>(std::ranges::count_if(found->second.shares, [&](const BoardShare& s) { return counts(s); }));
            summary.askers = found->second.askers;
        }
    }
    registry_.set_sharing(board, summary);
}

ApiResult<BoardShare> Shares::planned(const BoardId& board, BoardShare share) const {
    if (!registry_.find(board)) return problem(Code::no_such_board, "board " + board.str() + " was deleted meanwhile");
    share.since = time_of(seconds_of(clock_.wall()));
    const auto present = of_board(board);
    const auto same = std::ranges::find_if(present, [&](const BoardShare& other) { return other.is_of(share); });
    if (same == present.end() && present.size() >= most_of_board) {
        return problem(Code::too_many_shares,
                       fmt::format("you show this board to {} people and groups, which is the limit; show it to a group", most_of_board));
    }
    // The same name with another number is somebody else.
    if (same != present.end() && same->number == share.number) {
        share.since = same->since;
        share.last_viewed = same->last_viewed;
        share.last_viewed_by = same->last_viewed_by;
    }
    if (settings_.longest_share.count() > 0) {
        const WallTime most = clock_.wall() + settings_.longest_share;
        share.until = std::min(share.until.value_or(most), most);
    }
    return share;
}

ApiResult<bool> Shares::put(const BoardId& board, BoardShare share) {
    bool fresh = true;
    {
        const std::lock_guard change(changes_);
        auto plan = planned(board, std::move(share));
        if (!plan) return error_of(plan);
        if (const auto written = store_.put_share(row_of(board, *plan)); !written) return storage_problem(written.error());
        const auto boards = boards_.lock();
        auto& shares = (*boards)[board].shares;
        fresh = std::erase_if(shares, [&](const BoardShare& other) { return other.is_of(*plan) && other.number == plan->number; }) == 0;
        std::erase_if(shares, [&](const BoardShare& other) { return other.is_of(*plan); });
        shares.push_back(*std::move(plan));
    }
    summarize(board);
    // Deleted meanwhile: its listener may have run before.
    if (const auto now = registry_.find(board); !now) {
        (void)remove(board, std::nullopt);
        return problem(Code::no_such_board, "board " + board.str() + " was deleted meanwhile");
    }
    return fresh;
}

ApiResult<std::vector<BoardShare>> Shares::remove(const BoardId& board, const std::optional<BoardShare>& which) {
    std::vector<BoardShare> ended;
    {
        const std::lock_guard change(changes_);
        {
            const auto boards = boards_.lock();
            const auto found = boards->find(board);
            if (found != boards->end()) {
                auto& shares = found->second.shares;
                // Memory first: a share that ends has ended, even when the disk is full.
                const auto behind = std::stable_partition(shares.begin(), shares.end(),
                                                          [&](const BoardShare& share) { return which && !share.is_of(*which); });
                ended.assign(behind, shares.end());
                shares.erase(behind, shares.end());
                if (shares.empty() && found->second.askers.empty()) boards->erase(found);
            }
        }
        // Also when memory has none: the row may be left over from an attempt that failed.
        const auto gone = which ? store_.delete_share(row_of(board, *which)) : store_.delete_shares(board.str());
        if (!gone) return storage_problem(gone.error());
    }
    summarize(board);
    return ended;
}

std::optional<WallTime> Shares::ends_at(const BoardShare& share) const {
    if (share.until || settings_.longest_share.count() == 0) return share.until;
    return share.since + settings_.longest_share;
}

/// Does the share count at this time, and by the site's settings?
bool Shares::counts(const BoardShare& share) const {
    if (settings_.sharing == setting::Sharing::off) return false;
    if (share.kind == BoardShare::Kind::everybody && settings_.sharing != setting::Sharing::everybody) return false;
    const auto end = ends_at(share);
    return !end || clock_.wall() < *end;
}

std::optional<BoardShare> Shares::fitting(const std::vector<BoardShare>& shares, std::uint32_t uid, const std::string& user, Groups groups,
                                          Asked& asked) const {
    const auto is_member = [&](const Membership& membership) {
        if (groups == Groups::known) return memberships_.is_known(membership);
        const auto [answer, fresh] = asked.try_emplace(membership, false);
        if (fresh) answer->second = memberships_.ask(membership);
        return answer->second;
    };
    for (const BoardShare& share : shares) {
        if (!counts(share)) continue;
        const Membership membership{share.name, share.number, user, uid};
        switch (share.kind) {
            case BoardShare::Kind::user:
                if (share.name == user && share.number == uid && is_proved(uid)) return share;
                break;
            case BoardShare::Kind::group:
                if (is_member(membership)) return share;
                break;
            case BoardShare::Kind::everybody:
                return share;
        }
    }
    return std::nullopt;
}

std::optional<BoardShare> Shares::fitting(const BoardId& board, std::uint32_t uid, const std::string& user) const {
    const auto boards = boards_.read();
    const auto found = boards->find(board);
    if (found == boards->end()) return std::nullopt;
    Asked none;
    return fitting(found->second.shares, uid, user, Groups::known, none);
}

std::optional<BoardShare> Shares::fitting_now(const BoardId& board, std::uint32_t uid, const std::string& user) {
    Asked asked;
    return fitting(of_board(board), uid, user, Groups::ask, asked);
}

std::vector<Shares::Shown> Shares::all() const {
    std::vector<Shown> shown;
    const auto boards = boards_.read();
    for (const auto& [board, of] : *boards) {
        for (const BoardShare& share : of.shares) shown.push_back({board, share});
    }
    return shown;
}

std::vector<Shares::Shown> Shares::shown_to(std::uint32_t uid, const std::string& user) {
    std::map<BoardId, std::vector<BoardShare>> boards;
    for (Shown& each : all()) boards[each.board].push_back(std::move(each.share));
    std::vector<Shown> shown;
    Asked asked;
    for (const auto& [board, shares] : boards) {
        if (auto share = fitting(shares, uid, user, Groups::ask, asked)) shown.push_back({board, *std::move(share)});
    }
    return shown;
}

void Shares::viewed(const BoardId& board, const BoardShare& share, const std::string& visitor) {
    registry_.visited(board, visitor);
    const WallTime now = clock_.wall();
    if (share.last_viewed_by == visitor && share.last_viewed && now - *share.last_viewed < std::chrono::seconds(1)) return;
    const auto boards = boards_.lock();
    const auto found = boards->find(board);
    if (found == boards->end()) return;
    for (BoardShare& each : found->second.shares) {
        if (!each.is_of(share)) continue;
        each.last_viewed = now;
        each.last_viewed_by = visitor;
        found->second.unsaved_views = true;
    }
}

ApiResult<void> Shares::ask(const BoardId& board, std::uint32_t uid, const std::string& user) {
    {
        const std::lock_guard change(changes_);
        if (!registry_.find(board)) return {};
        const Asker asker{uid, user, time_of(seconds_of(clock_.wall()))};
        {
            const auto boards = boards_.read();
            std::size_t asked = 0;
            for (const auto& [id, of] : *boards) {
                for (const Asker& other : of.askers) {
                    if (other.uid != uid) continue;
                    if (id == board) return {};
                    ++asked;
                }
            }
            const auto found = boards->find(board);
            if (asked >= most_asks_of_person || (found != boards->end() && found->second.askers.size() >= most_askers_of_board)) return {};
        }
        if (const auto written = store_.put_ask({board.str(), uid, user, seconds_of(asker.since)}); !written)
            return storage_problem(written.error());
        (*boards_.lock())[board].askers.push_back(asker);
    }
    summarize(board);
    return {};
}

ApiResult<void> Shares::forget_asker(const BoardId& board, const std::string& user) {
    {
        const std::lock_guard change(changes_);
        std::vector<Asker> forgotten;
        {
            const auto boards = boards_.lock();
            const auto found = boards->find(board);
            if (found == boards->end()) return {};
            std::erase_if(found->second.askers, [&](const Asker& asker) {
                const bool named = asker.name == user;
                if (named) forgotten.push_back(asker);
                return named;
            });
        }
        for (const Asker& asker : forgotten) {
            if (const auto gone = store_.delete_ask(board.str(), asker.uid); !gone) return storage_problem(gone.error());
        }
    }
    summarize(board);
    return {};
}

bool Shares::is_proved(std::uint32_t uid) const {
    const auto people = people_.read();
    const auto found = people->find(uid);
    return found == people->end() || found->second.proved;
}

Result<Shares::Arrival> Shares::person_arrives(std::uint32_t uid, const std::string& user, const std::optional<HomeMark>& home) {
    std::optional<PersonRow> before;
    if (const auto people = people_.read(); people->contains(uid)) before = people->at(uid);
    if (!before && !home) return Arrival{};
    PersonRow now{uid, user, home ? home->str() : before->home, home.has_value()};
    Arrival arrival;
    arrival.awaits_home = !home;
    const auto mark = before ? HomeMark::parse(before->home) : failure("nobody");
    arrival.another = mark && home && !mark->is_same_home(*home);
    if (arrival.another) {
        for (Shown& each : all()) {
            if (each.share.kind != BoardShare::Kind::user || each.share.number != uid) continue;
            if (const auto gone = remove(each.board, each.share); !gone) return failure("cannot end a share", gone.error().detail);
            arrival.ended.push_back(std::move(each));
        }
    }
    if (before && before->name == now.name && before->home == now.home && before->proved == now.proved) return arrival;
    people_.lock()->insert_or_assign(uid, now);
    if (auto written = store_.put_person(now); !written) return error_of(written);
    return arrival;
}

void Shares::board_changed(const Board& board, bool gone) {
    if (!gone) {
        // The registry made its entry anew: the person came back.
        const auto boards = boards_.read();
        const auto found = boards->find(board.id);
        const bool stale = found != boards->end() && board.sharing.shares == 0 && board.sharing.askers.empty();
        if (!stale) return;
    }
    if (!gone) return summarize(board.id);
    if (registry_.is_hidden(board.id)) return;  // it comes back with its shares
    const std::lock_guard change(changes_);
    if (boards_.lock()->erase(board.id) == 0) return;
    if (const auto forgotten = store_.delete_sharing_of(board.id.str()); !forgotten)
        log_event(Event::storage_fault, forgotten.error().text());
}

std::vector<Shares::Shown> Shares::end_all(const std::vector<Shown>& these) {
    std::vector<Shown> ended;
    for (const Shown& each : these) {
        const auto gone = remove(each.board, each.share);
        if (!gone) continue;
        for (const BoardShare& share : *gone) ended.push_back({each.board, share});
    }
    return ended;
}

std::vector<Shares::Shown> Shares::sweep() {
    std::vector<ShareRow> viewed;
    std::vector<Shown> over;
    {
        const WallTime now = clock_.wall();
        const auto boards = boards_.lock();
        for (auto& [board, of] : *boards) {
            const bool unsaved = std::exchange(of.unsaved_views, false);
            for (const BoardShare& share : of.shares) {
                const auto end = ends_at(share);
                if (end && *end <= now) {
                    over.push_back({board, share});
                } else if (unsaved) {
                    viewed.push_back(row_of(board, share));
                }
            }
        }
    }
    {
        const std::lock_guard change(changes_);
        for (const ShareRow& row : viewed) {
            const auto id = BoardId::parse(row.board);
            const auto kind = share_kind(row.kind);
            // It may have ended meanwhile.
            const auto present = of_board(*id);
            if (std::ranges::none_of(present, [&](const BoardShare& share) { return share.kind == *kind && share.name == row.name; }))
                continue;
            if (const auto written = store_.put_share(row); !written) log_event(Event::storage_fault, written.error().text());
        }
    }
    return end_all(over);
}

std::vector<Shares::Shown> Shares::end_gone() {
    std::vector<Shown> gone;
    std::map<std::string, BootTime> missing;
    const BootTime now = clock_.boot();
    for (Shown& each : all()) {
        const BoardShare& share = each.share;
        if (share.kind == BoardShare::Kind::everybody) continue;
        bool there = true;
        if (share.kind == BoardShare::Kind::user) {
            const auto account = account_of(share.name);
            there = account ? account->uid == share.number : account.error().sys != ENOENT;
        } else {
            const auto gid = gid_of(share.name);
            there = gid ? *gid == share.number : gid.error().sys != ENOENT;
        }
        if (there) continue;
        // A directory that is down may say that it has no such account.
        const std::string key = fmt::format("{} {}", share.with(), share.number);
        const auto before = missing_.read();
        const auto since = before->find(key);
        missing[key] = since == before->end() ? now : since->second;
        if (now - missing[key] >= patience_with_directory) gone.push_back(std::move(each));
    }
    *missing_.lock() = std::move(missing);
    return end_all(gone);
}

std::size_t Shares::count() const {
    std::size_t shares = 0;
    const auto boards = boards_.read();
    for (const auto& [board, of] : *boards) shares += of.shares.size();
    return shares;
}

}  // namespace boardgate::boardgated

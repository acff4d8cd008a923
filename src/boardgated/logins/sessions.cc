// SPDX-License-Identifier: MIT
#include "src/boardgated/logins/sessions.h"

#include <algorithm>

#include "src/base/log.h"
#include "src/base/unix_time.h"

namespace boardgate::boardgated {

bool Sessions::alive(const Entry& entry) const {
    const BootTime now = clock_.boot();
    return now < entry.ends && now - BootTime(entry.last_used.load()) < settings_.session_idle;
}

SessionRow Sessions::row_of(const Entry& entry) const {
    const auto unused = std::chrono::duration_cast<std::chrono::seconds>(clock_.boot() - BootTime(entry.last_used.load()));
    return {entry.session.token.hex(), entry.session.uid, entry.session.user, entry.created, seconds_of(clock_.wall()) - unused.count(),
            entry.expires_wall,        entry.name,        entry.address};
}

Result<void> Sessions::load() {
    const auto rows = store_.sessions();
    if (!rows) return error_of(rows);
    const std::int64_t wall = seconds_of(clock_.wall());
    Hashes ended;
    for (const SessionRow& row : *rows) {
        const auto token = TokenHash::from_hex(row.hash);
        if (!token) continue;
        auto entry = std::make_unique<Entry>();
        entry->session = {*token, row.uid, row.user};
        entry->name = row.name;
        entry->address = row.address;
        entry->created = row.created;
        entry->expires_wall = row.expires;
        entry->ends = clock_.boot() + std::chrono::seconds(row.expires - wall);
        // If the wall clock was set back, the last use is in the future: treat it as now.
        entry->last_used = (clock_.boot() - std::chrono::seconds(std::max<std::int64_t>(0, wall - row.last_used))).count();
        entry->written_use = entry->last_used;
        if (alive(*entry)) {
            entries_.lock()->emplace(*token, std::move(entry));
        } else {
            ended.push_back(*token);
        }
    }
    ended_.add(ended);
    return {};
}

Result<void> Sessions::add(const Session& session, std::chrono::sys_seconds expires, const std::string& name, const std::string& address) {
    auto entry = std::make_unique<Entry>();
    entry->session = session;
    entry->name = name;
    entry->address = address;
    entry->created = seconds_of(clock_.wall());
    entry->expires_wall = expires.time_since_epoch().count();
    entry->ends = clock_.boot() + std::chrono::seconds(entry->expires_wall - entry->created);
    entry->check = next_check();
    entry->last_used = clock_.boot().count();
    entry->written_use = entry->last_used;
    Hashes dropped;
    {
        const std::lock_guard change(store_changes_);
        if (auto written = store_.put_session(row_of(*entry)); !written) return written;
        const auto entries = entries_.lock();
        // Sessions of a deleted account whose uid was given to this one.
        dropped = extract_if(*entries,
                             [&](const Entry& other) { return other.session.uid == session.uid && other.session.user != session.user; });
        entries->insert_or_assign(session.token, std::move(entry));
        std::vector<const Entry*> others;
        for (const auto& [token, other] : *entries) {
            if (other->session.uid == session.uid && token != session.token) others.push_back(other.get());
        }
        if (static_cast<std::int64_t>(others.size()) >= settings_.sessions_per_user && !others.empty()) {
            const auto of_another = [&](const Entry* other) { return other->name != name || other->address != address; };
            const Entry* oldest = *std::ranges::min_element(
                others, {}, [&](const Entry* other) { return std::pair(of_another(other), other->last_used.load()); });
            dropped.push_back(oldest->session.token);
            entries->erase(TokenHash(oldest->session.token));
        }
    }
    ended_.add(dropped);
    return {};
}

std::optional<Session> Sessions::find(const TokenHash& token) const {
    const auto entries = entries_.read();
    const auto found = entries->find(token);
    if (found == entries->end() || !alive(*found->second)) return std::nullopt;
    return found->second->session;
}

void Sessions::touch(const TokenHash& token) {
    const auto entries = entries_.read();
    const auto found = entries->find(token);
    if (found != entries->end()) found->second->last_used = clock_.boot().count();
}

std::string session_id(const TokenHash& token) { return token.hex().substr(0, 16); }

std::vector<SessionView> Sessions::sessions_of(std::uint32_t uid) const {
    std::vector<SessionView> views;
    const auto entries = entries_.read();
    for (const auto& [token, entry] : *entries) {
        if (entry->session.uid != uid || !alive(*entry)) continue;
        const SessionRow row = row_of(*entry);
        views.push_back({session_id(token), row.name, row.address, time_of(row.created), time_of(row.last_used), time_of(row.expires)});
    }
    std::sort(views.begin(), views.end(), [](const SessionView& a, const SessionView& b) { return a.last_used > b.last_used; });
    return views;
}

std::optional<TokenHash> Sessions::find_by_id(std::uint32_t uid, std::string_view id) const {
    const auto entries = entries_.read();
    for (const auto& [token, entry] : *entries) {
        if (entry->session.uid == uid && alive(*entry) && session_id(token) == id) return token;
    }
    return std::nullopt;
}

Result<void> Sessions::rename(const TokenHash& token, const std::string& name) {
    const std::lock_guard change(store_changes_);
    if (auto written = store_.rename_session(token.hex(), name); !written) return written;
    const auto entries = entries_.lock();
    if (const auto found = entries->find(token); found != entries->end()) found->second->name = name;
    return {};
}

/// Removes the entries that `which` selects and returns their hashes, for EndedLogins.
template <class Which>
Sessions::Hashes Sessions::extract_if(Entries& entries, Which which) {
    Hashes hashes;
    for (auto at = entries.begin(); at != entries.end();) {
        if (which(*at->second)) {
            hashes.push_back(at->first);
            at = entries.erase(at);
        } else {
            ++at;
        }
    }
    return hashes;
}

template <class Which>
Sessions::Hashes Sessions::end_if(Which which) {
    Hashes ended = extract_if(*entries_.lock(), which);
    ended_.add(ended);
    return ended;
}

std::vector<std::pair<std::string, std::string>> Sessions::places() const {
    std::vector<std::pair<std::string, std::string>> all;
    const auto entries = entries_.read();
    for (const auto& [token, entry] : *entries) all.emplace_back(entry->session.user, entry->address);
    return all;
}

std::vector<TokenHash> Sessions::tokens() const {
    std::vector<std::pair<std::uint32_t, TokenHash>> all;
    {
        const auto entries = entries_.read();
        for (const auto& [token, entry] : *entries) {
            if (alive(*entry)) all.emplace_back(entry->session.uid, token);
        }
    }
    std::ranges::sort(all, {}, &std::pair<std::uint32_t, TokenHash>::first);
    std::vector<TokenHash> tokens;
    for (const auto& [uid, token] : all) tokens.push_back(token);
    return tokens;
}

std::size_t Sessions::count() const {
    const auto entries = entries_.read();
    return static_cast<std::size_t>(std::count_if(entries->begin(), entries->end(), [&](const auto& each) { return alive(*each.second); }));
}

void Sessions::end(const TokenHash& token) {
    (void)ended_.await_stored(end_if([&](const Entry& entry) { return entry.session.token == token; }));
}

void Sessions::end_all(std::uint32_t uid) {
    (void)ended_.await_stored(end_if([&](const Entry& entry) { return entry.session.uid == uid; }));
}

/// Sessions of the same five minutes are due at the same time: a process for a few accounts costs as much as one for many.
BootTime Sessions::next_check() const {
    using FiveMinutes = std::chrono::duration<std::int64_t, std::ratio<300>>;
    return std::chrono::floor<FiveMinutes>(clock_.boot() + between_checks);
}

std::vector<Sessions::AccountToCheck> Sessions::to_check() const {
    using Account = std::pair<std::uint32_t, std::string_view>;
    const BootTime now = clock_.boot();
    const auto entries = entries_.read();
    std::map<Account, BootTime> due;  // since when
    for (const auto& [token, entry] : *entries) {
        if (entry->check > now || !alive(*entry)) continue;
        const auto [known, is_new] = due.try_emplace({entry->session.uid, entry->session.user}, entry->check);
        if (!is_new) known->second = std::min(known->second, entry->check);
    }
    if (due.empty()) return {};
    std::vector<std::pair<BootTime, Account>> order;
    for (const auto& [account, since] : due) order.emplace_back(since, account);
    std::ranges::sort(order);
    order.resize(std::min(order.size(), most_checks));
    std::map<Account, std::size_t> places;
    std::vector<AccountToCheck> accounts;
    for (const auto& [since, account] : order) {
        places.emplace(account, accounts.size());
        accounts.push_back({account.first, std::string(account.second)});
    }
    for (const auto& [token, entry] : *entries) {
        const auto place = places.find({entry->session.uid, entry->session.user});
        if (place != places.end() && alive(*entry)) accounts[place->second].by_address[entry->address].push_back(token);
    }
    return accounts;
}

void Sessions::checked(const std::vector<TokenHash>& tokens) {
    const BootTime next = next_check();
    const auto entries = entries_.lock();
    for (const TokenHash& token : tokens) {
        if (const auto found = entries->find(token); found != entries->end()) found->second->check = next;
    }
}

void Sessions::sweep() {
    (void)end_if([&](const Entry& entry) { return !alive(entry); });
    write_uses();
}

void Sessions::write_uses() {
    std::vector<UseRow> uses;
    std::vector<std::pair<TokenHash, std::int64_t>> written;
    {
        const auto entries = entries_.read();
        for (const auto& [token, entry] : *entries) {
            const std::int64_t used = entry->last_used;
            if (used == entry->written_use) continue;
            uses.push_back({token.hex(), row_of(*entry).last_used});
            written.emplace_back(token, used);
        }
    }
    if (const auto kept = store_.sessions_used(uses); !kept) {
        log_event(Event::storage_fault, kept.error().text());
        return;
    }
    const auto entries = entries_.read();
    for (const auto& [token, used] : written) {
        if (const auto found = entries->find(token); found != entries->end()) found->second->written_use = used;
    }
}

}  // namespace boardgate::boardgated

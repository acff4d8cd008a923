// SPDX-License-Identifier: MIT
#include "src/boardgated/logins/account_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/base/log.h"
#include "src/wire/messages.h"

namespace boardgate::boardgated {

namespace {
/// boardgate-login ends a check earlier.
constexpr std::chrono::seconds patience{25};
/// systemd ends a process after 310 s, perhaps in the middle of an account.
constexpr std::chrono::minutes longest_use{2};
}  // namespace

bool AccountChecks::connect() {
    if (connection_ && clock_.boot() - connected_ < longest_use) return true;
    auto connection = wire::connect(path_);
    if (!connection) {
        log_event(Event::login_fault, "boardgate-login cannot check accounts: " + connection.error().text());
        return false;
    }
    connection_ = *std::move(connection);
    connected_ = clock_.boot();
    return true;
}

Result<std::vector<TokenHash>> AccountChecks::ask(const std::string& address, const std::vector<TokenHash>& tokens) const {
    std::vector<TokenHash> ended;
    for (std::size_t first = 0; first < tokens.size(); first += wire::longest::tickets) {
        wire::CheckLogins question{{}, address.substr(0, wire::longest::address)};
        const std::size_t end = std::min(tokens.size(), first + wire::longest::tickets);
        for (std::size_t i = first; i < end; ++i) question.hashes += tokens[i].hex();
        if (auto sent = wire::send(connection_.get(), question); !sent) return error_of(sent);
        const auto answer = wire::receive_one<wire::CheckedLogins>(connection_.get(), patience);
        if (!answer) return error_of(answer);
        const auto hashes = wire::hashes_in(answer->hashes);
        if (!hashes) return error_of(hashes);
        // Of those that were asked about, whatever a PAM module has written into the connection.
        for (const TokenHash& hash : *hashes) {
            if (std::ranges::find(tokens, hash) != tokens.end()) ended.push_back(hash);
        }
    }
    return ended;
}

bool AccountChecks::check(const Sessions::AccountToCheck& account) {
    for (const auto& [address, tokens] : account.by_address) {
        if (!connect()) return false;
        const auto ended = ask(address, tokens);
        if (!ended && ended.error().sys == ECANCELED) return false;  // boardgated ends
        sessions_.checked(tokens);
        if (ended) {
            for (const TokenHash& token : *ended) sessions_.end(token);
            continue;
        }
        connection_.reset();
        log_event(Event::login_fault, fmt::format("the account {} could not be checked: {}", account.user, ended.error().text()),
                  {{"USER_NAME", account.user}});
        // systemd takes no more connections (MaxConnections=).
        if (ended.error().sys == ECONNRESET || ended.error().sys == EPIPE) return false;
    }
    return true;
}

void AccountChecks::work() {
    for (const Sessions::AccountToCheck& account : sessions_.to_check()) {
        if (!check(account)) break;
    }
    connection_.reset();
}

}  // namespace boardgate::boardgated

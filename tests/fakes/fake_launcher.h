// SPDX-License-Identifier: MIT
// A launcher that records requests and updates the registry as systemd would.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "src/boardgated/boards/registry.h"
#include "src/boardgated/clients/board_launcher.h"

namespace boardgate::fakes {

class FakeLauncher final : public boardgated::BoardLauncher {
public:
    template <class T>
    using ApiResult = boardgated::ApiResult<T>;

    explicit FakeLauncher(boardgated::Registry& registry) : registry_(registry) {}

    std::vector<std::string> asked;                                                 ///< `wake abcdefgh`, ...
    std::optional<boardgated::Problem> refuse;                                      ///< the answer to every wake, once set
    std::optional<boardgated::Problem> refuse_doors;                                ///< the answer to every new door, once set
    std::optional<boardgated::Problem> refuse_shows;                                ///< the answer to every show_to, once set
    std::optional<boardgated::Problem> refuse_removals;                             ///< the answer to every removal, once set
    std::function<std::optional<boardgated::Problem>(const BoardId&)> before_wake;  ///< what it says instead, if anything
    std::optional<TokenHash> only;                                                  ///< whose ticket has not ended, once set
    std::uint16_t port = 16001;
    std::uint16_t former_port = 0;                                    ///< of the last new door
    wire::FolderReport report{wire::FolderVerdict::readable, {}, 1};  ///< of every folder
    std::map<std::string, std::string> target_of;                     ///< of a folder, in place of the report's
    wire::TicketHolder holder{1001, "alice", 1'900'000'000};

    /// Also while other threads ask.
    [[nodiscard]] bool was_asked(const std::string& what) const {
        const std::lock_guard lock(mutex_);
        return std::ranges::find(asked, what) != asked.end();
    }
    ApiResult<std::uint16_t> make_door(const Token&, const wire::DoorSpec& door, std::uint16_t former) override {
        note("make_door " + door.board);
        former_port = former;
        refuse.reset();
        if (refuse_doors) return tl::make_unexpected(*refuse_doors);
        tell(BoardId::parse(door.board).value(), "inactive");
        return port;
    }
    ApiResult<void> remove_door(const Token&, const BoardId& board) override {
        note("remove_door " + board.str());
        if (refuse_removals) return tl::make_unexpected(*refuse_removals);
        return {};
    }
    ApiResult<std::uint16_t> wake(const Token& token, const BoardId& board, const std::string&) override {
        note("wake " + board.str());
        if (refuse) return tl::make_unexpected(*refuse);
        if (only && token.hash() != *only) return boardgated::problem(boardgated::Code::unauthenticated, "the login has ended");
        if (before_wake) {
            if (auto instead = before_wake(board)) return tl::make_unexpected(*instead);
        }
        tell(board, "active");
        return port;
    }
    std::map<std::string, std::vector<wire::ShownTo>> shown;  ///< by board
    ApiResult<void> show_to(const Token&, const BoardId& board, const std::vector<wire::ShownTo>& to) override {
        note("show_to " + board.str());
        if (refuse_shows) return tl::make_unexpected(*refuse_shows);
        shown[board.str()] = to;
        return {};
    }
    ApiResult<std::uint16_t> wake_shared(const Token&, const BoardId& board, const std::string&) override {
        note("wake_shared " + board.str());
        if (refuse) return tl::make_unexpected(*refuse);
        tell(board, "active");
        return port;
    }
    ApiResult<void> sleep(const Token&, const BoardId& board) override {
        note("sleep " + board.str());
        tell(board, "inactive");
        return {};
    }
    ApiResult<std::uint16_t> restart(const Token&, const BoardId& board, const std::string&) override {
        note("restart " + board.str());
        tell(board, "active");
        return port;
    }
    ApiResult<void> reset_failed(const BoardId& board) override {
        note("reset_failed " + board.str());
        return {};
    }
    std::optional<boardgated::Problem> stopped;  ///< the answer to check_door(), once set
    ApiResult<void> reopen(const Token&, const BoardId& board) override {
        note("reopen " + board.str());
        stopped.reset();
        return {};
    }
    ApiResult<void> check_door(const BoardId& board) override {
        note("check_door " + board.str());
        if (stopped) return tl::make_unexpected(*stopped);
        return {};
    }
    std::vector<BoardId> resting;
    ApiResult<std::vector<BoardId>> resting_of(const std::vector<BoardId>& boards) override {
        std::vector<BoardId> some;
        for (const BoardId& board : boards) {
            if (std::ranges::find(resting, board) != resting.end()) some.push_back(board);
        }
        return some;
    }
    Fd reader;  ///< what open_logdirs gives
    ApiResult<Fd> open_logdirs(const Token&) override { return std::move(reader); }
    ApiResult<boardgated::InspectedFolders> inspect(const Token&, const std::vector<std::string>& folders, bool foreign) override {
        boardgated::InspectedFolders seen;
        for (const std::string& folder : folders) {
            note("inspect " + folder);
            if (!report.home_of.empty() && !foreign) {
                seen.reports.push_back({wire::FolderVerdict::foreign, fmt::format("{}'s home", report.home_of)});
                return seen;
            }
            wire::FolderReport its = report;
            if (const auto known = target_of.find(folder); known != target_of.end()) its.target = known->second;
            seen.reports.push_back(std::move(its));
        }
        seen.home = home;
        return seen;
    }

    std::optional<HomeMark> home;                   ///< what home_of gives
    std::map<std::string, wire::DoorSpec> records;  ///< of doors, by board
    std::optional<HomeMark> home_of(const Token&) override { return home; }
    ApiResult<wire::DoorSpec> read_door(const Token&, const BoardId& board) override {
        const auto found = records.find(board.str());
        if (found == records.end()) return boardgated::problem(boardgated::Code::no_such_board, "you have no such board");
        return found->second;
    }

    ApiResult<wire::TicketHolder> holder_of(const Token&) override { return holder; }

private:
    void note(const std::string& what) {
        const std::lock_guard lock(mutex_);
        asked.push_back(what);
    }
    void tell(const BoardId& board, const char* service) {
        boardgated::UnitFacts facts;
        facts.socket_active = "active";
        facts.service_active = service;
        facts.invocation = std::to_string(++runs_);
        registry_.set_facts(board, facts);
    }
    boardgated::Registry& registry_;
    mutable std::mutex mutex_;  // guards asked
    std::atomic<int> runs_ = 0;
};

}  // namespace boardgate::fakes

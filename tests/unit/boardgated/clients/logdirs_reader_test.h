// SPDX-License-Identifier: MIT
// The peer is a boardgate-logdirs that answers as the test says: correctly, wrongly, or not at all.
#pragma once

#include <gtest/gtest.h>

#include <limits>

#include "src/boardgated/clients/logdirs_client.h"

#include "tests/fakes/socket_pair.h"

namespace boardgate::boardgated {

inline const wire::FolderReport readable{wire::FolderVerdict::readable};

struct LogdirsReaderTest : testing::Test {
    fakes::SocketPair sockets;
    template <class Message>
    void answer(Message message) {
        EXPECT_TRUE(wire::send(sockets.far.get(), message));
    }
    template <class... Messages>
    void answers(Messages... messages) {
        (answer(std::move(messages)), ...);
    }
    void hang_up() { sockets.far.reset(); }

    static wire::FolderRow row(const std::string& name) { return {name, 2, 1, 1'795'000'000, true, true}; }
    static wire::FolderList end() {
        wire::FolderList list;
        list.path = "/home/alice/ru";
        list.folder = "/home/alice";
        return list;
    }
    static wire::RunsEnd runs_end() {
        wire::RunsEnd end;
        end.roots = {"/home/alice"};
        end.truncated = true;
        end.looked_at = 12;
        end.found = 2;
        return end;
    }
    static wire::RunFound run(const std::string& path) {
        wire::RunFound found;
        found.path = path;
        found.name = "runs/a";
        found.newest = 1'795'000'000;
        found.bytes = 12'345'678'901;
        found.has_step = true;
        found.step = 7;
        found.curves = {{"loss", {{0, 0.1F}, {7, std::numeric_limits<double>::quiet_NaN()}}}};
        return found;
    }
};

}  // namespace boardgate::boardgated

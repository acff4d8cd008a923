// SPDX-License-Identifier: MIT
#include "src/base/peer.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fakes/accounts.h"
#include "tests/fakes/socket_pair.h"
#include "tests/fakes/temp_folder.h"

namespace boardgate {
namespace {

TEST(Peer, OfAPairIsThisProcess) {
    const fakes::SocketPair pair;
    const Peer peer = peer_of(pair.near.get()).value();
    EXPECT_EQ(peer.uid, geteuid());
    EXPECT_EQ(peer.gid, getegid());
    EXPECT_EQ(peer.pid, getpid());
}

TEST(Peer, IsTheProcessThatConnectedAndNotTheSocketsPresentOwner) {
    if (geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
    const fakes::TempFolder folder;
    ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = folder / "s";
    path.copy(address.sun_path, path.size());
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    const Fd listening(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    ASSERT_EQ(bind(listening.get(), generic, sizeof address), 0);
    ASSERT_EQ(chmod(path.c_str(), 0666), 0);
    ASSERT_EQ(listen(listening.get(), 1), 0);
    const pid_t child = fork();
    if (child == 0) {
        const Fd connection(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
        const bool done =
            setresgid(1234, 1234, 1234) == 0 && setresuid(1234, 1234, 1234) == 0 && connect(connection.get(), generic, sizeof address) == 0;
        _exit(done ? 0 : 1);
    }
    const Fd connection(accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
    const auto peer = peer_of(connection.get());
    int status = -1;
    waitpid(child, &status, 0);
    ASSERT_EQ(status, 0);
    ASSERT_TRUE(peer);
    EXPECT_EQ(peer->uid, 1234U);
    EXPECT_EQ(peer->gid, 1234U);
    EXPECT_EQ(peer->pid, child);
}

TEST(Peer, IsAnErrorWhereThereIsNoSocket) { EXPECT_FALSE(peer_of(STDIN_FILENO + 1000)); }

TEST(Account, OfRootIsUidZero) {
    const Account root = account_of("root").value();
    EXPECT_EQ(root.uid, 0U);
    EXPECT_EQ(root.name, "root");
    EXPECT_EQ(account_of(uid_t{0})->name, "root");
}

TEST(Account, UnknownIsEnoent) {
    EXPECT_EQ(account_of("no-such-account-here").error().sys, ENOENT);
    EXPECT_EQ(account_of(uid_t{4'000'000'123}).error().sys, ENOENT);
}

TEST(Account, ADirectoryThatCannotBeAskedDoesNotMakeItUnknown) {
    fakes::Accounts directory({});
    for (const int fault : {ENOENT, EIO, ECONNREFUSED, ESRCH, EAGAIN}) {
        directory.fault = fault;
        EXPECT_NE(account_of("alice").error().sys, ENOENT) << fault;
        EXPECT_NE(account_of(uid_t{1001}).error().sys, ENOENT) << fault;
    }
}

TEST(Account, MissingSystemAccountNamesTheCure) {
    const auto uid = uid_of("no-such-account-here");
    ASSERT_FALSE(uid);
    EXPECT_EQ(uid.error().subject, "no-such-account-here");
    EXPECT_EQ(uid.error().remedy, "create it with systemd-sysusers");
}

}  // namespace
}  // namespace boardgate

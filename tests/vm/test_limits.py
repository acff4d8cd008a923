# SPDX-License-Identifier: MIT
"""Limits of boards where the kernel enforces them, and the failures that their owners read."""
import re

import pytest

from emulated import SLOW
from fixtures import changing_settings, in_state
from machine import LAB, until

DROP_IN = "/etc/systemd/system/tensorboard-.service.d/90-vm.conf"
# More threads than a board may have below.
MANY_THREADS = """#!/usr/bin/python3
import threading, time
for _ in range(200):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
"""


@pytest.fixture
def limits(lab):
    """limits("MemoryMax=40M"): what a site writes into a drop-in of all boards, until the test is over."""
    def change(*lines):
        lab.write(DROP_IN, "\n".join(["[Service]", *lines, ""]))
        lab.systemctl("daemon-reload")

    yield change
    lab.exec("rm", "-f", DROP_IN)
    lab.systemctl("daemon-reload")


@pytest.fixture(scope="module")
def environments(lab, site):
    sources = {"recording": (LAB.parent / "recording-board").read_bytes(), "threads": MANY_THREADS}
    for name, source in sources.items():
        lab.write(f"/opt/{name}/bin/tensorboard", source, mode="0755")
    with changing_settings(lab, site) as change:
        change(environments={name: f"/opt/{name}/bin/tensorboard" for name in sources})
        yield


@pytest.fixture
def python_board(environments, make_board):
    """python_board(client): a ready board whose program evaluates what the test asks (tests/lab/recording-board)."""
    return lambda client: in_state(client, make_board(client, environment="recording"), "ready", seconds=SLOW)


def value(client, board, expression):
    return client.get(f"{board['url']}value?" + re.sub(r"\W", lambda c: f"%{ord(c[0]):02x}", expression))


def test_the_kernel_counts_what_a_board_uses(lab, alice, make_board):
    assert lab.exec("stat", "--file-system", "--format", "%T", "/sys/fs/cgroup").strip() == "cgroup2fs"
    board = in_state(alice, make_board(alice), "ready", seconds=SLOW)
    counted = until("memory and processor time are counted", lambda: (now := alice.board(board["id"]))["memory"] and now["cpu_seconds"] and now)
    assert 20e6 < counted["memory"] < 1e9, counted
    group = lab.property(board["unit"], "ControlGroup")
    assert lab.read(f"/sys/fs/cgroup{group}/memory.oom.group").strip() == b"1", "a board ends whole"


def test_a_ready_board_over_its_memory_limit_ends_and_says_so(lab, alice, limits, python_board):
    limits("MemoryMax=300M", "MemorySwapMax=0")
    board = python_board(alice)
    value(alice, board, "len(b'x' * (400 << 20))")
    failure = in_state(alice, board, "failed", seconds=SLOW)["failure"]
    assert failure["code"] == "out_of_memory", failure
    assert "its limit is 315 MB (MemoryMax=)" in failure["detail"], failure
    assert re.search(r"its highest observed use is \d+ MB", failure["detail"]), failure
    assert "Memory cgroup out of memory" in lab.journalctl("-k", "-b", "-o", "cat")


def test_a_board_over_its_memory_limit_while_it_starts_says_so(lab, alice, limits, make_board):
    limits("MemoryMax=40M", "MemorySwapMax=0")
    failure = in_state(alice, make_board(alice), "failed", seconds=SLOW)["failure"]
    assert failure["code"] == "out_of_memory", failure
    assert "its limit is 42 MB (MemoryMax=)" in failure["detail"], failure
    assert re.search(r"its highest observed use is \d+ MB", failure["detail"]), failure


def test_a_board_has_no_more_threads_than_it_may(alice, limits, environments, make_board):
    limits("TasksMax=100")
    failure = in_state(alice, make_board(alice, environment="threads"), "failed", seconds=SLOW)["failure"]
    assert failure["code"] == "too_many_threads", failure
    assert any("can't start new thread" in str(line) for line in failure["log_tail"]), failure


def test_people_and_all_boards_have_the_limits_of_their_slices(lab, alice, bob, python_board):
    total = int(re.search(r"MemTotal: +(\d+) kB", lab.read("/proc/meminfo").decode())[1]) * 1024
    awake = [python_board(client) for client in (alice, bob)]
    slices = {f"tensorboard.slice/{name}" for name in lab.units("tensorboard-u*.slice")}
    assert len(slices) >= len(awake), slices
    def limit(slice_, file):
        return int(lab.read(f"/sys/fs/cgroup/{slice_}/{file}"))
    for slice_, share in {"tensorboard.slice": 0.5, **dict.fromkeys(slices, 0.25)}.items():
        assert abs(limit(slice_, "memory.max") / total - share) < 0.01, slice_
    assert {limit(slice_, "pids.max") for slice_ in slices} == {2048}
    assert limit("tensorboard.slice", "pids.max") > 0 and limit("tensorboard.slice", "cpu.weight") == 20
    for board in awake:
        assert lab.property(board["unit"], "ControlGroup").startswith("/tensorboard.slice/tensorboard-u")


def test_a_persons_boards_together_have_no_more_memory_than_their_slice(lab, alice, bob, python_board):
    other, board = python_board(bob), python_board(alice)
    slice_ = lab.property(board["unit"], "Slice")
    lab.systemctl("set-property", "--runtime", slice_, "MemoryMax=150M", "MemorySwapMax=0")
    try:
        value(alice, board, "len(b'x' * (300 << 20))")
        failure = in_state(alice, board, "failed", seconds=SLOW)["failure"]
        assert failure["code"] == "out_of_memory", failure
        assert bob.board(other["id"])["state"] == "ready"
    finally:
        lab.systemctl("revert", slice_, check=False)


def test_a_board_reaches_no_address_even_in_the_machines_network(lab, alice, limits, python_board):
    """PrivateNetwork= is the first barrier; a site has overridden it here."""
    limits("PrivateNetwork=no")
    board = python_board(alice)
    address = lab.verb("url").stdout.strip().removeprefix("https://")
    def connect(to):
        return value(alice, board, f"__import__('socket').create_connection(('{to}', 443), 5).getpeername()[1]").json
    assert connect("127.0.0.1") == 443
    assert connect(address) != 443



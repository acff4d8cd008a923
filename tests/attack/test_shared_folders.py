# SPDX-License-Identifier: MIT
"""What each of our units can write to, as the kernel sees it; and that no person writes to the machine's /run."""
import json

import pytest

from client import Client
from fixtures import in_state

# Mounts that are writable in every unit: the kernel's own and the unit's private ones. Modes of files decide in these.
EVERYWHERE = {"/proc", "/dev", "/dev/pts", "/dev/mqueue", "/dev/hugepages", "/tmp", "/var/tmp"}
# systemd-nspawn's, which no unit of the lab can change.
OF_THE_LAB = {"/run/host/incoming", "/run/host/os-release"}
# Unit: where it writes beside.
WRITES = {
    "boardgated.service": {"/var/lib/boardgate"},
    "boardgate-gate.service": set(),
    "boardgate-launcher.service": {"/var/lib/boardgate-root"},
    "a board": {"/run/board", "/dev/shm", "/var/cache/boardgate-boards/1000"},
    "a folder reader": set(),
    "the log reader": set(),
    "a login": {"/var/lib/boardgate-root", "/var/log", "/run/faillock"},
}
MOUNTS = r"""
import json, sys
writable = []
for line in open(f"/proc/{sys.argv[1]}/mountinfo"):
    before, after = line.split(" - ")
    if "rw" in before.split()[5].split(",") and "rw" in after.split()[2].split(","):
        writable.append(before.split()[4])
print(json.dumps(writable))
"""
FILL = r"""
import json, os, sys
found = []
for folder, below, _ in os.walk("/run"):
    if os.access(folder, os.W_OK):
        found.append(folder)
print(json.dumps([f for f in found if not f.startswith(("/run/user/", "/run/lock", "/run/screen"))]))
"""


def writable(lab, unit):
    pid = lab.property(unit, "MainPID")
    assert pid != "0", f"{unit} does not run"
    return set(lab.python(MOUNTS, pid))


@pytest.fixture
def running(lab, site, alice, ready_board, second_factor):
    """Name in WRITES -> unit that runs."""
    board = ready_board(alice)
    assert alice.get("/api/v1/logdirs?path=~").status == 200
    uid = lab.exec("id", "-u", "alice").strip()
    # boardgate-login runs from the first answer to the last.
    visitor = Client(*site)
    begun = visitor.post("/api/v1/login", {"user": "alice"})
    begun = visitor.post("/api/v1/login", {"conversation": begun.json["conversation"], "answers": ["alice-lab"]})
    assert begun.status == 202, begun
    with alice.stream("GET", f"/api/v1/boards/{board['id']}/log?follow=1"):
        login, = lab.units("boardgate-login@*.service")[:1] or [None]
        yield {"boardgated.service": "boardgated.service", "boardgate-gate.service": "boardgate-gate.service",
               "boardgate-launcher.service": "boardgate-launcher.service", "a board": board["unit"],
               "a folder reader": f"boardgate-logdirs@{uid}.service", "the log reader": "boardgate-journal.service", "a login": login}


def test_units_write_where_this_list_says_and_nowhere_else(lab, running):
    found = {name: sorted(writable(lab, unit) - EVERYWHERE - OF_THE_LAB - WRITES[name]) for name, unit in running.items()}
    assert found == {name: [] for name in running}, json.dumps(found, indent=1)


def test_nobody_writes_to_the_machines_run_because_of_a_board(lab, alice, ready_board):
    ready_board(alice)
    assert lab.python(FILL, user="alice") == []


def test_a_boards_own_folder_is_bounded(lab, recording_boards, alice):
    board = recording_boards[0]
    board.client = alice
    in_state(alice, {"id": board.id}, "ready", "asleep")
    assert alice.get(f"{board.url}data/environment").status == 200
    files, size = board.value("[(s.f_files, s.f_blocks * s.f_frsize) for s in [os.statvfs(os.environ['TMPDIR'])]][0]")
    assert files <= 16384 and size <= 256 << 20
    assert board.value("[s.f_blocks * s.f_frsize for s in [os.statvfs('/dev/shm')]][0]") <= 64 << 20
    # What it fills is its own: nobody outside sees it.
    assert board.value("len([os.close(os.open(f'/run/board/{i}', os.O_CREAT)) for i in range(20000)])") == "ENOSPC"
    assert not lab.succeeds("test", "-e", "/run/board")
    assert board.value("[os.unlink(e.path) for e in os.scandir('/run/board') if e.name.isdigit()] and 1") == 1


# As alice, who is in bob's group: moves bob's file from a folder of the group to the cache of boards, and gives that another group.
TAKE = r"""
import os, sys
shared, cache, group = sys.argv[1:]
os.rename(f"{shared}/private", f"{cache}/taken")
os.chown(cache, -1, int(group))
"""


def test_a_board_gives_nobody_elses_file_to_its_owner(lab, alice, ready_board):
    """systemd gives all files in a CacheDirectory= to the unit's account if the folder has another owner or group."""
    board = ready_board(alice)
    cache, shared, group = "/var/cache/boardgate-boards/1000", "/var/cache/of-a-group", lab.exec("id", "-g", "bob").strip()
    lab.exec("install", "-d", "-m", "2770", "-o", "bob", "-g", "bob", shared)
    try:
        lab.exec("runuser", "-u", "bob", "--", "sh", "-c", f"umask 077; echo of bob > {shared}/private")
        lab.exec("setpriv", "--reuid=1000", "--regid=1000", f"--groups={group}", "python3", "-c", TAKE, shared, cache, group)
        assert lab.exec("stat", "-c", "%U %a", f"{cache}/taken").strip() == "bob 600"
        assert alice.post(f"/api/v1/boards/{board['id']}/sleep", {}).status == 202
        in_state(alice, board, "asleep")
        assert alice.post(f"/api/v1/boards/{board['id']}/wake", {}).status == 202
        in_state(alice, board, "ready")
        assert lab.exec("stat", "-c", "%U %a", f"{cache}/taken").strip() == "bob 600"
        assert lab.exec("stat", "-c", "%U %a", cache).strip() == "alice 700"
    finally:
        lab.exec("rm", "-rf", shared, f"{cache}/taken")
        lab.exec("chgrp", "alice", cache)

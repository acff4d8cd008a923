# SPDX-License-Identifier: MIT
"""Event files as public reports describe them (rows `case` of tests/attack/rows): with each data server a board shows the right
last step, My runs says the same one, and the board says what is wrong with the files."""
from pathlib import Path
from urllib.parse import quote

import pytest

from machine import until

HERE = Path(__file__).parent
FOLDER = "/home/bob/reported"
# run: last step of its scalars, at first and after LATER.
STEPS = {"not-utf8": (9, 9), "replaced": (9, 19), "closed": (None, 9), "resumed": (700, 700), "copied": (48, 48), "length": (49, 49), "tag": (49, 49),
         "neighbour": (99, 99), "overflow": (-1_600_000_000, -1_600_000_000), "beyond": (2**53 + 1, 2**53 + 1), "still": (0, 0), "nfs": (49, 199),
         "picture": (58, 58), "catboost_info/learn": (99, 19), "catboost_info/test": (99, 19)}
# TensorBoard's own data server does not read again where zeros were.
LATER_WITH = {"auto": {}, "rustboard": {"nfs": 49}}
# In My runs, a last picture is a step, and runs that cannot be read are rows; a Git LFS pointer and an empty file are none.
IN_MY_RUNS = {"picture": 59, "packed": None}
NOTICES = {"unreadable_event_files": '"closed/tfevents.1"', "copy_leftovers": '"copied/tfevents.1.partial" and 1 more', "dead_links": '"wandb/tfevents.1"',
           "damaged_event_files": '"length/tfevents.1" at byte 2138 and 1 more', "all_at_step_zero": '"still"', "zeros_in_event_files": '"nfs/tfevents.1"',
           "git_lfs_pointers": '"pointer/tfevents.1"', "compressed_event_files": '"packed/tfevents.1.gz"', "empty_event_files": '"empty/tfevents.1"'}

WRITE = r"""
import os, runpy, sys
odd = runpy.run_path("/usr/local/lib/tests/write-odd-events")
event, record, scalar, summary, data, num, HEADER = (odd[n] for n in ("event", "record", "scalar", "summary", "data", "num", "HEADER"))

def points(steps, tag="loss", time=1000):
    return [record(event(step, time + n, summary(scalar(tag, step)))) for n, step in enumerate(steps)]

def file(path, *parts):
    path = os.fsencode(path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(b"".join(part if isinstance(part, bytes) else b"".join(part) for part in parts))

def bent(record):
    return record[:3] + bytes([record[3] ^ 1]) + record[4:]
os.chdir(sys.argv[1])
all = points(range(100))
"""
FIRST = WRITE + r"""
file(b"not-utf8/tfevents.\xff\xfe", HEADER, all[:10])
file("replaced/tfevents.1", HEADER, all[:10])
file("closed/tfevents.1", HEADER, all[:10])
file("resumed/tfevents.1", HEADER, points(range(0, 1001, 10)))
file("resumed/tfevents.2", HEADER, points(range(500, 701, 10), time=5000))
for name, count in ("", 100), (".partial", 49), ("~", 49):
    file("copied/tfevents.1" + name, HEADER, all[:count])
file("length/tfevents.1", HEADER, all[:50], bent(all[50]), all[51:])
file("tag/tfevents.1", HEADER, all[:50], points([50], tag=b"\xff"), all[51:])
file("neighbour/tfevents.1", HEADER, all)
file("overflow/tfevents.1", HEADER, points([2_000_000_000, -1_600_000_000]))
file("beyond/tfevents.1", HEADER, points([5, 2**53 + 1]))
file("still/tfevents.1", HEADER, points([0] * 5))
file("nfs/tfevents.1", HEADER, all[:50], bytes(4096))
large = lambda step: record(event(step, 1000 + step, summary(data(1, "picture") + data(4, num(1, 8) + num(2, 8) + num(3, 3) + data(4, b"\x89PNG" * 50_000)))))
file("picture/tfevents.1", HEADER, [one for step in range(59) for one in (large(step), all[step])], large(59))
for run in "learn", "test":
    file(f"catboost_info/{run}/events.out.tfevents", all)
os.mkdir("wandb")
os.symlink("/home/ubuntu/gone/tfevents.1", "wandb/tfevents.1")
file("pointer/tfevents.1", b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")
file("packed/tfevents.1.gz", b"\x1f\x8b\x08\0" + bytes(range(200)))
file("empty/tfevents.1")
"""
LATER = WRITE + r"""
file("replaced/new", HEADER, all[:20])
os.rename("replaced/new", "replaced/tfevents.1")
with open("nfs/tfevents.1", "r+b") as out:
    out.seek(len(HEADER) + sum(map(len, all[:50])))
    out.write(b"".join(points(range(50, 200))))
for run in "learn", "test":
    file(f"catboost_info/{run}/events.out.tfevents", all[:20])
"""


@pytest.fixture
def folder(lab):
    lab.write("/usr/local/lib/tests/write-odd-events", (HERE / "write-odd-events").read_text(), mode="0755")
    lab.exec("sh", "-euc", f"rm -rf {FOLDER}; mkdir {FOLDER}", user="bob")
    lab.exec("/usr/bin/python3", "-c", FIRST, FOLDER, user="bob")
    lab.exec("sh", "-euc", f"chown root: {FOLDER}/closed/*; chmod 600 {FOLDER}/closed/*")
    yield FOLDER
    lab.exec("rm", "-rf", FOLDER)


def last_step(client, board, run, plugin="scalars", tag="loss"):
    answer = client.get(f"{board['url']}data/plugin/{plugin}/{plugin}?run={quote(run)}&tag={tag}")
    if answer.status != 200 or not answer.json:
        return None
    last = answer.json[-1]
    return last[1] if plugin == "scalars" else last["step"]


def steps(client, board):
    return {run: last_step(client, board, run) for run in STEPS}


def rows(client):
    """{run: row} of My runs; all are read."""
    found, cursor = {}, "0"
    while cursor is not None:
        page = client.get(f"/api/v1/runs?root={FOLDER}&cursor={cursor}").json
        found |= {row["path"].removeprefix(f"{FOLDER}/"): row for row in page["runs"] if row["read"]}
        cursor = page["cursor"]
    return found


def said(client):
    return {run: int(row["step_text"] or row["step"]) if row["step"] is not None else None for run, row in rows(client).items()}


def notices(client, board):
    return {notice["code"]: notice["text"] for notice in client.board(board["id"])["notices"]}


def differ(found, expected):
    """A condition to wait for, which names the difference."""
    different = {name: found.get(name) for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)}
    assert not different, different
    return True


@pytest.mark.parametrize("loader", ["auto", "rustboard"])
def test_what_others_reported_is_shown_as_it_is(lab, bob, folder, ready_board, loader):
    board = ready_board(bob, folder, loader=loader, reload_interval=1)
    first, later = ({run: pair[n] for run, pair in STEPS.items()} for n in (0, 1))
    until("the board shows all", lambda: differ(steps(bob, board), first))
    assert last_step(bob, board, "picture", "images", "picture") == 59
    assert said(bob) == {**first, **IN_MY_RUNS}
    damaged = {run: (row["damage"]["file"], row["damage"]["byte"]) for run, row in rows(bob).items() if row["damage"]}
    assert damaged == {"length": ("tfevents.1", 2138), "tag": ("tfevents.1", 2138), "nfs": ("tfevents.1", 2138),
                       "packed": ("tfevents.1.gz", 0)}
    found = until("each fault is a notice", lambda: len(notices(bob, board)) >= len(NOTICES) and notices(bob, board))
    assert found.keys() == NOTICES.keys()
    assert {code: NOTICES[code] in text for code, text in found.items()} == dict.fromkeys(NOTICES, True), found

    lab.exec("chmod", "644", f"{FOLDER}/closed/tfevents.1")
    lab.exec("/usr/bin/python3", "-c", LATER, FOLDER, user="bob")
    until("the board follows", lambda: differ(steps(bob, board), {**later, **LATER_WITH[loader]}))
    assert said(bob) == {**later, **IN_MY_RUNS}
    gone = {"unreadable_event_files", "zeros_in_event_files"}
    until("only faults that stay are notices", lambda: differ(dict.fromkeys(notices(bob, board)), dict.fromkeys(NOTICES.keys() - gone)))


@pytest.fixture
def profile_plugin(lab):
    """All that boardgate knows of it is its folder."""
    lab.exec("mkdir", f"{lab.packages}/xprof")
    yield
    lab.exec("rmdir", f"{lab.packages}/xprof")


@pytest.fixture
def allowed_host(lab):
    """A site allows the profile plugin's host in the pages of boards."""
    def reload(change):
        lab.exec("sed", "-i", change, "/etc/nginx/sites-available/boardgate")
        workers = lab.exec("pgrep", "-f", "nginx: worker").split()
        lab.systemctl("reload", "nginx")
        until("nginx has new workers", lambda: not set(workers) & set(lab.exec("pgrep", "-f", "nginx: worker process$").split()), 60)

    lines = "/map \"\" \\$boardgate_hosts_of_boards/,/}/"
    reload(f"{lines}s|default \"\";|default \" https://www.gstatic.com\";|")
    yield "https://www.gstatic.com"
    reload(f"{lines}s|default \".*\";|default \"\";|")


def test_a_profile_plugin_that_needs_another_host_is_said_and_can_be_allowed(lab, bob, ready_board, profile_plugin, allowed_host):
    lab.exec("sh", "-euc", f"rm -rf {FOLDER}; write-events {FOLDER} --run traced --points 1; mkdir -p {FOLDER}/traced/plugins/profile/2026", user="bob")
    board = ready_board(bob, FOLDER, reload_interval=1)
    text = until("the owner is warned", lambda: notices(bob, board).get("profile_plugin_blocked"))
    assert '"traced/plugins/profile"' in text and "www.gstatic.com" in text and "$boardgate_hosts_of_boards" in text
    policy = lambda path: bob.get(path).header("Content-Security-Policy")  # noqa: E731
    assert f" {allowed_host};" in policy(f"{board['url']}data/plugin_entry.html?name=profile").partition("; connect-src")[0] + ";"
    assert allowed_host not in policy("/")

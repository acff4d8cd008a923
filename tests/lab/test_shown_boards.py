# SPDX-License-Identifier: MIT
"""Boards that their owners show to others, as root's launcher and the boards themselves see them: who may start one, and that it
reads nothing outside of its folders. The messages are sent as boardgated sends them."""
import json
import re
from urllib.parse import quote

import pytest

from fixtures import in_state
from machine import until

SHARED = "/srv/shown"
WAKE, SHARE, WAKE_SHARED, DONE, REFUSED = 18, 30, 31, 32, 33
USER, EVERYBODY = 0, 2

ASK = r"""
import json, socket, struct, sys
number, token, *texts = json.loads(sys.argv[1])
message = struct.pack("<H", number)
def text(value):
    return struct.pack("<H", len(value.encode())) + value.encode()
message += text(token)
for part in texts:
    if isinstance(part, list):
        message += struct.pack("<B", len(part))
        for kind, name, number, until in part:
            message += struct.pack("<B", kind) + text(name) + struct.pack("<IQ", number, until)
    else:
        message += text(part)
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
    s.settimeout(30)
    s.connect("/run/boardgate-root/launcher.sock")
    s.send(message)
    answer = s.recv(65536)
print(json.dumps([struct.unpack("<H", answer[:2])[0] if answer else None, answer[2:].decode("utf-8", "replace")]))
"""


def ask(lab, number, client, *parts):
    """The type of the launcher's answer to a message with this person's token."""
    answer, text = lab.python(ASK, json.dumps([number, client.cookie, *parts]), user="boardgate")
    assert answer in (DONE, REFUSED), (answer, text)
    return answer


def uid(lab, client):
    return int(lab.exec("id", "-u", client.user))


def home_of(lab, board):
    words = lab.read(f"/var/lib/boardgate-root/doors/{board['id']}.arguments").decode().split("\0")
    return next((word.removeprefix("--home=") for word in words if word.startswith("--home=")), "")


@pytest.fixture
def folder(lab):
    """A folder with one run of alice's, in which bob may write, too."""
    lab.exec("sh", "-euc", f"install -d -o alice -m 777 {SHARED} && cp -r /home/alice/runs {SHARED}/own && chown -R alice {SHARED}/own"
             " && install -d -o alice -m 700 /home/alice/private")
    lab.exec("/usr/local/bin/write-events", "/home/alice/private/secret", user="alice")
    yield SHARED
    lab.exec("rm", "-rf", SHARED, "/home/alice/private")


def runs_shown(client, board):
    return set(client.get(f"{board['url']}data/runs").json)


def plant(lab):
    """What bob can do in the folder: links to a run, and to an event file, that only alice can read."""
    secret = lab.exec("sh", "-c", "find /home/alice/private/secret -name '*tfevents*' | sort | head -n 1").strip()
    lab.exec("sh", "-euc", f"ln -s /home/alice/private {SHARED}/planted && mkdir {SHARED}/file && ln -s {secret} {SHARED}/file/events.out.tfevents.9",
             user="bob")


def test_root_starts_a_board_for_whom_its_owner_shows_it_to(lab, alice, bob, carol, make_board):
    board = make_board(alice, wake=False)
    home = home_of(lab, board)
    show = lambda *to: ask(lab, SHARE, alice, board["id"], list(to))  # noqa: E731
    wake = lambda client: ask(lab, WAKE_SHARED, client, board["id"], home)  # noqa: E731
    assert wake(bob) == REFUSED
    assert ask(lab, SHARE, bob, board["id"], [[EVERYBODY, "", 0, 0]]) == REFUSED, "only its owner shows it"
    assert show([USER, "bob", uid(lab, bob), 0]) == DONE
    assert wake(carol) == REFUSED
    assert ask(lab, WAKE, bob, board["id"], home) == REFUSED, "bob may start it as a visitor only"
    assert alice.board(board["id"])["state"] == "asleep"
    assert wake(bob) == DONE
    in_state(alice, board, "ready")
    assert bob.get(board["url"]).code == "not_your_board", "the owner's gate lets in the owner"
    assert show() == DONE
    alice.post(f"/api/v1/boards/{board['id']}/sleep")
    in_state(alice, board, "asleep")
    assert wake(bob) == REFUSED
    # By its message: the process that said it may have ended before journald asked for its unit.
    said = lab.journalctl("-b", "MESSAGE_ID=5c0d3f1e7a914c0f9d3e8b2a6f104440", "-o", "cat", "--no-pager")
    assert re.search(rf"carol asked for board {board['id']}", said), said


@pytest.mark.parametrize("loader", ["auto", "rustboard"])
def test_a_link_that_a_visitor_planted_is_not_shown(lab, alice, bob, folder, make_board, loader):
    board = make_board(alice, folder, loader=loader)
    in_state(alice, board, "ready")
    plant(lab)
    planted = {"planted/secret/train", "planted/secret/eval", "planted/secret"}
    if loader == "auto":
        # Its owner may look at it, while nobody else does.
        until("the planted run is shown", lambda: any(run.startswith("planted") for run in runs_shown(alice, board)))
        assert "file" in runs_shown(alice, board)
    assert ask(lab, SHARE, alice, board["id"], [[USER, "bob", uid(lab, bob), 0]]) == DONE
    in_state(alice, board, "ready")
    until("the own runs are shown", lambda: any(run.startswith("own") for run in runs_shown(alice, board)))
    until("the board says so", lambda: "outside_of_folder" in [n["code"] for n in alice.board(board["id"])["notices"]])
    shown = runs_shown(alice, board)
    assert not [run for run in shown if run.startswith("planted")], shown
    tags = alice.get(f"{board['url']}data/plugin/scalars/tags").json
    assert not tags.get("file") and not planted & set(tags), tags
    assert any(tags[run] for run in tags if run.startswith("own")), tags
    # The whole page goes on as before.
    assert alice.get(f"{board['url']}data/plugins_listing").status == 200
    run, names = next((run, names) for run, names in tags.items() if names)
    assert alice.get(f"{board['url']}data/plugin/scalars/scalars?run={quote(run)}&tag={quote(next(iter(names)))}").json


def test_the_slow_loader_shows_no_planted_link_either(lab, alice, bob, folder, make_board):
    board = make_board(alice, folder, loader="python", wake=False)
    plant(lab)
    assert ask(lab, SHARE, alice, board["id"], [[EVERYBODY, "", 0, 0]]) == DONE
    alice.post(f"/api/v1/boards/{board['id']}/wake")
    in_state(alice, board, "ready")
    # It stops at what it cannot read, as it does where the owner may not read a file; the owner gets the notice.
    until("the board says so", lambda: "outside_of_folder" in [n["code"] for n in alice.board(board["id"])["notices"]])
    tags = alice.get(f"{board['url']}data/plugin/scalars/tags")
    assert tags.status == 200 and "planted" not in tags.text and not tags.json.get("file"), tags


def test_a_confined_board_follows_what_its_owner_adds(lab, alice, bob, folder, make_board):
    board = make_board(alice, folder, wake=False)
    plant(lab)
    assert ask(lab, SHARE, alice, board["id"], [[EVERYBODY, "", 0, 0]]) == DONE
    changed = alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"more_logdirs": ["/home/alice/private"]})
    assert changed.status == 200, changed
    alice.post(f"/api/v1/boards/{board['id']}/wake")
    in_state(alice, board, "ready")
    until("the added folder is shown", lambda: any("secret" in run for run in runs_shown(alice, board)))


def test_a_confined_board_with_tensorboards_data_server_follows_replaced_files(lab, alice, folder, make_board):
    """Its links with new names are made inside the sandbox, and lead nowhere else."""
    plant(lab)
    lab.exec("sh", "-euc", f"for run in one two; do write-events {SHARED}/deep --run $run --points 3 --into tfevents.1; done", user="alice")
    board = make_board(alice, SHARED, loader="rustboard", reload_interval=1, wake=False)
    assert ask(lab, SHARE, alice, board["id"], [[EVERYBODY, "", 0, 0]]) == DONE
    alice.post(f"/api/v1/boards/{board['id']}/wake")
    in_state(alice, board, "ready")

    def last_step(run):
        answer = alice.get(f"{board['url']}data/plugin/scalars/scalars?run={quote(run, safe='')}&tag=loss")
        return answer.json[-1][1] if answer.status == 200 and answer.json else None
    for run in "deep/one", "deep/two":
        until(f"{run} is shown", lambda: last_step(run) == 2)
        lab.exec("sh", "-euc", f"cd {SHARED}; write-events . --run {run} --points 9 --into new.tmp; mv {run}/new.tmp {run}/tfevents.1", user="alice")
        until(f"{run} is shown anew", lambda: last_step(run) == 8)
    assert not [run for run in runs_shown(alice, board) if run.startswith("planted")]
    assert "replaced_files_not_shown" not in [notice["code"] for notice in alice.board(board["id"])["notices"]]

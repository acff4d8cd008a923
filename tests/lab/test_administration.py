# SPDX-License-Identifier: MIT
"""What administrators can see and do, and others cannot."""
import json

import pytest

from fixtures import in_state

HIDDEN = ("logdir", "title", "failure", "url", "notices")


@pytest.fixture
def admin(lab, settings, make_account):
    member = make_account()
    group = f"admins-of-{member.user}"
    lab.exec("groupadd", "--system", group)
    lab.exec("gpasswd", "--add", member.user, group)
    settings(administrators=group)
    yield member.login()
    lab.exec("groupdel", group)


def test_an_administrator_sees_what_runs_and_not_what_it_shows(admin, alice, ready_board):
    board = ready_board(alice, title="secret project")
    assert admin.get("/api/v1/session").json["administrator"] is True
    listed = admin.get("/api/v1/admin/boards").json
    row = next(b for b in listed["boards"] if b["id"] == board["id"])
    assert row["owner"] == "alice" and row["state"] == "ready" and row["unit"] == board["unit"]
    assert not set(HIDDEN) & set(row) and "secret project" not in json.dumps(listed)
    limits = listed["limits"]
    assert limits["awake"]["used"] >= 1 and limits["awake"]["most"] == 100
    assert 1 <= limits["awake_per_user"]["used"] <= limits["awake"]["used"] and limits["boards_per_user"]["most"] == 50
    # The board itself stays its owner's.
    assert admin.get(f"/b/{board['id']}/").status == 403
    assert admin.get(f"/api/v1/boards/{board['id']}/log").code == "not_your_board"
    assert admin.post(f"/api/v1/boards/{board['id']}/sleep").code == "not_your_board"


def test_an_administrator_puts_a_board_to_sleep_and_the_journal_says_who(lab, admin, alice, ready_board):
    board = ready_board(alice)
    answer = admin.post(f"/api/v1/admin/boards/{board['id']}/sleep")
    assert answer.status == 202, answer
    in_state(alice, board, "asleep")
    said = lab.journalctl("-u", "boardgated", "-o", "cat", "--since", "-1min", f"BOARD_ID={board['id']}")
    assert f"{admin.user} put to sleep board {board['id']} of alice" in said
    assert alice.visit(f"/b/{board['id']}/").status in (200, 503)  # it wakes as ever


def test_others_are_refused_also_by_the_launcher(lab, admin, alice, bob, ready_board):
    board = ready_board(alice)
    assert bob.get("/api/v1/session").json["administrator"] is False
    assert bob.get("/api/v1/admin/boards").code == "not_administrator"
    assert bob.post(f"/api/v1/admin/boards/{board['id']}/sleep").code == "not_administrator"
    # As an attacker in boardgated, with bob's token.
    refused = lab.python(SLEEP, bob.cookie, board["id"], user="boardgate")
    assert refused["refused"], refused
    assert alice.board(board["id"])["state"] == "ready"


def test_a_server_without_such_a_group_has_no_administrators(alice):
    answer = alice.get("/api/v1/admin/boards")
    assert answer.code == "not_administrator" and "boardgate.conf" in answer.problem["detail"]


SLEEP = r"""
import json, socket, struct, sys
token, board = sys.argv[1].encode(), sys.argv[2].encode()
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
    s.settimeout(10)
    s.connect("/run/boardgate-root/launcher.sock")
    s.send(struct.pack("<HH", 19, len(token)) + token + struct.pack("<H", len(board)) + board)
    answer = s.recv(65536)
print(json.dumps({"refused": bool(answer) and struct.unpack("<H", answer[:2])[0] == 33, "bytes": answer.hex()}))
"""

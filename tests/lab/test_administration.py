# SPDX-License-Identifier: MIT
"""What administrators can see and do, and others cannot."""
import json

import pytest

from fixtures import in_state
from machine import until

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


def test_a_held_board_stays_asleep_and_its_owner_reads_why(lab, admin, alice, bob, ready_board):
    board = ready_board(alice)
    hold = f"/api/v1/admin/boards/{board['id']}/hold"
    assert bob.post(hold, {"reason": "mine"}).code == "not_administrator"
    answer = admin.post(hold, {"reason": "it reads the whole archive"})
    assert answer.status == 200, answer
    in_state(alice, board, "asleep")
    assert alice.board(board["id"])["held"]["reason"] == "it reads the whole archive"
    for path in (f"/api/v1/boards/{board['id']}/wake", f"/api/v1/boards/{board['id']}/restart"):
        refused = alice.post(path)
        assert (refused.status, refused.code) == (409, "held"), refused
    page = alice.visit(board["url"])
    assert page.status == 503 and f"{admin.user} holds this board asleep" in page.text and "it reads the whole archive" in page.text
    assert alice.get(f"{board['url']}data/runs").code == "held"
    lab.systemctl("restart", "boardgated.service")
    until("boardgated is back", lambda: alice.get("/api/v1/session").status == 200)
    assert alice.post(f"/api/v1/boards/{board['id']}/wake").code == "held"
    assert admin.delete(hold).status == 204
    assert alice.post(f"/api/v1/boards/{board['id']}/wake").status == 202
    in_state(alice, board, "ready")
    said = lab.journalctl("-u", "boardgated", "-o", "cat", "--since", "-1min", f"BOARD_ID={board['id']}")
    assert f"{admin.user} holds asleep board {board['id']} of alice" in said and f"{admin.user} released board" in said


def test_a_socket_that_was_stopped_stays_closed_until_it_is_released(lab, admin, alice, ready_board):
    board = ready_board(alice)
    socket = board["unit"].replace(".service", ".socket")
    lab.systemctl("stop", socket, board["unit"])
    held = until("the page says so", lambda: alice.board(board["id"])["held"])
    assert held["by"] == "root" and "systemctl" in held["reason"]
    assert "stopped with systemctl" in alice.visit(board["url"]).text
    assert alice.post(f"/api/v1/boards/{board['id']}/wake").code == "held"
    changed = alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"priority": 7})
    assert changed.code == "held", "a change would make the door again"
    lab.systemctl("start", "boardgate-doors.service")
    assert socket not in lab.units()
    # As an attacker in boardgated, with the owner's token.
    assert lab.python(REOPEN, alice.cookie, board["id"], user="boardgate")["refused"]
    assert admin.delete(f"/api/v1/admin/boards/{board['id']}/hold").status == 204
    in_state(alice, board, "asleep")
    assert alice.get(board["url"]).status == 200
    # A board that rests is no stopped one.
    lab.systemctl("stop", board["unit"])
    in_state(alice, board, "asleep")
    assert alice.get(board["url"]).status == 200


def test_totals_and_pages_for_administrators(admin, alice, make_board):
    made = {make_board(alice, wake=False)["id"] for _ in range(3)}
    whole = admin.get("/api/v1/admin/boards").json
    mine = next(person for person in whole["people"] if person["user"] == "alice")
    assert mine["boards"] >= 3 and mine["awake"] >= 0
    seen, cursor = [], ""
    while cursor is not None:
        page = admin.get(f"/api/v1/admin/boards?limit=2&sort=newest&cursor={cursor}").json
        assert page["total"] == whole["total"] and len(page["boards"]) <= 2
        seen += [board["id"] for board in page["boards"]]
        cursor = page["cursor"]
    assert len(seen) == len(set(seen)) == whole["total"] and made <= set(seen)


def test_a_failed_board_does_not_degrade_the_server(lab, alice, ready_board):
    board = ready_board(alice)
    lab.systemctl("kill", "--signal=SEGV", board["unit"])
    failed = in_state(alice, board, "failed")
    until("the unit is reset", lambda: board["unit"] not in lab.exec("systemctl", "--failed", "--plain", "--no-legend"))
    assert alice.board(board["id"])["failure"]["code"] == failed["failure"]["code"]
    assert alice.board(board["id"])["state"] == "failed"
    lab.systemctl("restart", "boardgated.service")
    until("boardgated is back", lambda: alice.get("/api/v1/session").status == 200)
    # Which start failed is read from the unit, shortly after boardgated is ready.
    assert in_state(alice, board, "failed")["failure"]["code"] == failed["failure"]["code"]
    assert alice.post(f"/api/v1/boards/{board['id']}/wake").status == 202
    in_state(alice, board, "ready")


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
REOPEN = SLEEP.replace('"<HH", 19', '"<HH", 28')

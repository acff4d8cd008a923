# SPDX-License-Identifier: MIT
"""Audit: a journal entry for each action, with person, address and board, which `journalctl -x` explains."""
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fixtures import in_state

EVENTS = (Path(__file__).resolve().parents[2] / "src/base/events.inc").read_text()


def events(lab, user):
    """{event: [entry]} of a person, in the order in which they were written."""
    names = {m[2]: m[1] for m in re.finditer(r'EVENT\((\w+), "(\w+)"', EVENTS)}
    text = lab.journalctl("--boot", "--output=json", "--quiet", f"USER_NAME={user}")
    found = {}
    for line in text.splitlines():
        entry = json.loads(line)
        found.setdefault(names.get(entry.get("MESSAGE_ID")), []).append(entry)
    return found


def only(entries, **fields):
    assert len(entries) == 1, [e["MESSAGE"] for e in entries]
    for name, value in fields.items():
        assert entries[0].get(name) == value, entries[0]
    return entries[0]["MESSAGE"]


def test_each_act_is_one_line_with_person_address_and_board(lab, make_account):
    person = make_account().login()
    mine = next(s for s in person.get("/api/v1/sessions").json["sessions"] if s["current"])["address"]
    logdir = f"/home/{person.user}/runs"
    lab.exec("mkdir", logdir, user=person.user)
    board = person.post("/api/v1/boards", {"logdir": logdir}).json
    # They wake it together.
    with ThreadPoolExecutor(6) as visits:
        assert {answer.status for answer in visits.map(lambda _: person.get(board["url"]), range(6))} == {200}
    in_state(person, board, "ready")
    assert person.post(f"/api/v1/boards/{board['id']}/wake").status == 202, "it is awake"
    assert person.delete(f"/api/v1/boards/{board['id']}").status == 204
    assert person.delete("/api/v1/session").status == 204

    seen = events(lab, person.user)
    who = {"USER_NAME": person.user, "REMOTE_ADDR": mine}
    what = {**who, "BOARD_ID": board["id"], "UNIT": board["unit"]}
    assert only(seen["login"], **who) == f"login of {person.user} from {mine}"
    for event, did in (("board_made", "made"), ("board_viewed", "views"), ("board_woken", "woke"), ("board_deleted", "deleted")):
        assert only(seen[event], **what) == f"{person.user} {did} board {board['id']} from {mine}"
    assert only(seen["logout"], **who) == f"{person.user} logged out from {mine}"


def test_a_refused_login_is_one_line_whatever_name_was_tried(lab, stranger, make_account):
    person = make_account()
    assert person.try_login(person.user, "wrong").status == 401
    entries = events(lab, person.user)
    assert re.fullmatch(rf"login refused for {person.user} from \S+: .+", only(entries["login_refused"]))
    name = r"x\x20from\x20192.0.2.1\x3a\x20z"
    before = len(events(lab, name).get("login_refused", []))
    assert stranger.try_login("x\nlogin refused for y from 192.0.2.1: z", "x").code == "bad_field"
    assert stranger.try_login("x from 192.0.2.1: z", "x").code == "login_failed"
    refused = events(lab, name)["login_refused"]
    assert len(refused) == before + 1
    assert re.fullmatch(rf"login refused for {re.escape(name)} from \S+: boardgate takes no account .+", refused[-1]["MESSAGE"])


def test_journalctl_explains_every_event(lab):
    listed = lab.exec("journalctl", "--list-catalog")
    for message_id in re.findall(r'EVENT\(\w+, "(\w+)"', EVENTS):
        assert f"{message_id} boardgate: " in listed
    explained = lab.journalctl("--boot", "--catalog", "--lines=1", "MESSAGE_ID=5c0d3f1e7a914c0f9d3e8b2a6f10440e")
    assert "refused the connection" in explained and "Defined-By: boardgate" in explained

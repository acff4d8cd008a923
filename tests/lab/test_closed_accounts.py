# SPDX-License-Identifier: MIT
"""Accounts that are closed while they have sessions, and new accounts with the uid of a deleted one."""
import re

import pytest

from fixtures import in_state, make_again
from machine import until

DOORS = "/var/lib/boardgate-root/doors"
CLOSED = {"locked": ["usermod", "--lock"], "expired": ["usermod", "--expiredate", "2020-01-01"], "without a shell": ["usermod", "--shell", "/usr/sbin/nologin"],
          "gone": ["userdel", "--force"], "refused by PAM": ["usermod", "--append", "--groups", "games"]}
# A site may add this to allow only some people.
RULE = "account required pam_succeed_if.so quiet user notingroup games\n"


@pytest.fixture
def checked_soon(lab):
    """Logins are checked again within every hour, and all of them after a start of boardgated: 200 accounts in half a minute."""
    service = "/etc/pam.d/boardgate"
    before = lab.read(service)
    lab.write(service, RULE + before.decode())
    yield lambda: lab.systemctl("restart", "boardgated.service")
    lab.write(service, before)


def test_a_locked_account_loses_its_sessions_within_the_hour(lab, make_account, checked_soon):
    people = {how: make_account().login() for how in [*CLOSED, None]}
    for how, command in CLOSED.items():
        lab.exec(*command, people[how].user)
    checked_soon()
    # A session of an open account is checked at the same time.
    until("they are out", lambda: not any(people[how].is_logged_in() for how in CLOSED), 60)
    assert people[None].is_logged_in()
    # Whichever notices first says so: the check of the account, or that of the entry in shadow(5).
    ended = lab.journalctl("-b", "-o", "cat", "--no-pager", "-t", "boardgate-login", "-t", "boardgate-launcher")
    for how in CLOSED:
        assert re.search(f"a session of {people[how].user} from|a login of {people[how].user} has ended", ended), how
    assert people[None].user not in ended.split("has ended")[-1]


def test_nologin_ends_nobodys_login(lab, make_account, checked_soon):
    person, other = make_account().login(), make_account().login()
    lab.write("/etc/nologin", "Maintenance")
    try:
        lab.exec("userdel", "--force", other.user)
        checked_soon()
        until("logins were checked", lambda: not other.is_logged_in(), 60)
        assert person.is_logged_in()
    finally:
        lab.exec("rm", "/etc/nologin")


def test_the_doors_of_a_closed_account_are_closed_within_the_hour(lab, make_account, ready_board):
    assert lab.property("boardgate-doors.timer", "ActiveState") == "active"
    people = {}
    for how in ("locked", "gone", None):
        person = make_account().login()
        lab.exec("mkdir", f"/home/{person.user}/runs", user=person.user)
        people[how] = person, ready_board(person)
    uid = lab.exec("id", "-u", people["gone"][0].user).strip()
    for how in ("locked", "gone"):
        lab.exec(*CLOSED[how], people[how][0].user)

    def reconcile():
        lab.systemctl("start", "boardgate-doors.service")
        return {how for how, (_, board) in people.items() if [unit for unit in lab.units() if board["id"] in unit]}

    assert reconcile() == {None}
    assert in_state(people[None][0], people[None][1], "ready")
    records = lab.exec("ls", DOORS).split()
    assert people["locked"][1]["id"] in records and people["gone"][1]["id"] not in records
    lab.exec("usermod", "--unlock", people["locked"][0].user)
    assert reconcile() == {"locked", None}
    assert people["locked"][0].get(people["locked"][1]["url"]).status == 200
    make_again(lab, people["gone"][0], uid)


def test_boards_do_not_pass_to_the_next_account_with_the_same_uid(lab, make_account, make_board):
    left = make_account().login()
    lab.exec("mkdir", f"/home/{left.user}/secret plans", user=left.user)
    board = left.post("/api/v1/boards", {"logdir": f"/home/{left.user}/secret plans", "wake": True}).json
    in_state(left, board, "ready")
    uid = lab.exec("id", "-u", left.user).strip()
    lab.exec("userdel", "--force", "--remove", left.user)
    come = make_account(uid=uid).login()
    assert come.boards() == []
    for answer in (come.get(board["url"]), come.get(f"/api/v1/boards/{board['id']}"), come.get(f"/api/v1/boards/{board['id']}/log"),
                   come.post(f"/api/v1/boards/{board['id']}/wake")):
        assert (answer.status, answer.code) == (404, "no_such_board")
    assert left.get(board["url"]).status == 401
    lab.systemctl("start", "boardgate-doors.service")
    assert not [unit for unit in lab.units() if board["id"] in unit]
    assert board["id"] not in lab.exec("ls", DOORS).split()

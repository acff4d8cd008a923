# SPDX-License-Identifier: MIT
"""A program is killed at each single change of its files, in the middle of it. What was answered is kept; what was not is there whole
or not at all."""
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from client import Client
from fixtures import in_state, wait_for_gate
from machine import until

SHIM, DIE_AT = "/opt/die_at_write.so", "/opt/die_at"
TICKETS, DOORS = "/var/lib/boardgate-root/tickets", "/var/lib/boardgate-root/doors"
# Many times what an action needs: a bound, so that a test ends.
MOST_WRITES = 60


@pytest.fixture
def dying(lab, tmp_path):
    """dying(unit): the unit's program, with what kills it; deaths(action): for each change that the action makes, its result
    (None where the connection broke) while the program dies at that change."""
    source = Path(__file__).with_name("die_at_write.cc")
    subprocess.run(["g++", "-std=c++20", "-Os", "-s", "-shared", "-fPIC", "-o", tmp_path / "shim", source, "-ldl"], check=True, timeout=120)
    lab.write(SHIM, (tmp_path / "shim").read_bytes(), mode="0755")
    folders = []

    def make(unit):
        folder = f"/run/systemd/system/{unit}.d"
        lab.write(f"{folder}/die.conf", f"[Service]\nEnvironment=LD_PRELOAD={SHIM}\n")
        folders.append((unit, folder))
        restart(lab, unit)

    yield make
    lab.exec("rm", "-f", DIE_AT)
    for unit, folder in folders:
        lab.exec("rm", "-r", folder)
        restart(lab, unit)


def restart(lab, unit):
    lab.systemctl("daemon-reload")
    if "@" not in unit:
        lab.systemctl("restart", unit)
    wait_for_gate(lab)


def killed(lab, since, answer):
    """Whether the program died, or a child of it, of which systemd says nothing. The write may come behind the answer."""
    if answer is None or answer.status >= 500:
        return True
    try:
        return until("it died", lambda: "code=killed, status=9/KILL" in lab.journalctl("-b", "--since", since, "-o", "cat", "--no-pager", "_PID=1"), 2)
    except AssertionError:
        return False


@contextmanager
def death_at(lab, number):
    lab.write(DIE_AT, str(number))
    try:
        yield
    finally:
        lab.exec("rm", "-f", DIE_AT)


def deaths(lab, action, survived):
    """Kills at the first change, the second, and so on, until the action is done before; survived(answer) each time. How often."""
    for number in range(1, MOST_WRITES):
        since = lab.epoch()
        with death_at(lab, number):
            try:
                answer = action(number)
            except OSError:
                answer = None
            died = killed(lab, since, answer)
        wait_for_gate(lab)
        survived(answer)
        if not died:
            assert answer is not None and answer.status < 300, answer
            return number - 1
    raise AssertionError(f"an action makes more than {MOST_WRITES} changes")


def test_of_boardgated_while_a_board_changes(lab, alice, make_board, dying):
    board, titles = make_board(alice, title="title 0"), ["title 0"]
    dying("boardgated.service")

    def change(number):
        titles.append(f"title {number}")
        return alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"title": titles[-1]})

    def survived(answer):
        assert alice.is_logged_in(), "a session was lost"
        now = alice.board(board["id"])
        allowed = titles[-1:] if answer is not None and answer.status == 200 else titles[-2:]
        assert now["title"] in allowed, f"{now['title']} after {answer!r}"
        titles[:] = [now["title"]]

    assert deaths(lab, change, survived) >= 2


def test_of_boardgated_while_people_log_in_and_out(lab, site, make_account, dying):
    person = make_account()
    dying("boardgated.service")
    logged_in = []

    def log_in(_):
        answer = person.try_login(person.user, person.password)
        if answer.status == 200:
            client = Client(*site, user=person.user, password=person.password)
            client.cookie = answer.header("Set-Cookie").split(";")[0].split("=", 1)[1]
            logged_in.append(client)
        return answer

    def survived(_):
        assert all(client.is_logged_in() for client in logged_in), "a login that was answered is lost"
        # A person has a few sessions, so that none here is ended by a later one.
        while len(logged_in) > 2:
            assert logged_in.pop(0).delete("/api/v1/session").status == 204

    assert deaths(lab, log_in, survived) >= 2

    def log_out(_):
        return logged_in[-1].delete("/api/v1/session")

    def stays_out(answer):
        ended = not logged_in[-1].is_logged_in()
        assert ended or answer is None or answer.status != 204, "a session that was ended came back"
        if ended:
            log_in(None)

    assert deaths(lab, log_out, stays_out) >= 2


def test_of_the_launcher_while_a_board_is_made(lab, alice, dying):
    dying("boardgate-launcher.service")

    def make(number):
        return alice.post("/api/v1/boards", {"logdir": "/home/alice/runs", "title": f"board {number}"})

    def survived(_):
        for board in alice.boards():
            # What is listed works: its door is made again if need be.
            until("the board wakes", lambda b=board: alice.get(b["url"]).status == 200, 40)
            in_state(alice, board, "ready")
            assert alice.delete(f"/api/v1/boards/{board['id']}").status == 204
        until("no unit is left", lambda: [u for u in lab.units() if "alice" in u] == [])
        assert not [name for name in lab.exec("ls", DOORS).split() if len(name) == 8], "a record is left"

    assert deaths(lab, make, survived) >= 2


def test_of_a_login_while_it_writes_its_ticket(lab, make_account, dying):
    people = [make_account() for _ in range(3)]
    dying("boardgate-login@.service")
    before = set(lab.exec("ls", TICKETS).split())

    def log_in(number):
        person = people[number % 3]
        answer = person.try_login(person.user, person.password)
        if answer.status == 200:
            person.cookie = answer.header("Set-Cookie").split(";")[0].split("=", 1)[1]
        return answer

    def survived(answer):
        if answer is None or answer.status != 200:
            assert not answer or not answer.all("Set-Cookie")
        # A ticket has its name in hexadecimal; of an unfinished one nobody knows the token.
        for name in set(lab.exec("ls", TICKETS).split()) - before:
            whole = lab.exec("cat", f"{TICKETS}/{name}").endswith("\n")
            assert whole or len(name) != 64, f"half a ticket: {name}"

    assert deaths(lab, log_in, survived) >= 2

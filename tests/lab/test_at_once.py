# SPDX-License-Identifier: MIT
"""Concurrent requests: each is answered as if they came one after the other."""
from concurrent.futures import ThreadPoolExecutor

import pytest

from fixtures import in_state
from machine import until

BOARDS = "/api/v1/boards"


def at_once(*calls):
    """The answers to concurrent calls, in their order."""
    with ThreadPoolExecutor(len(calls)) as threads:
        return [answer.result() for answer in [threads.submit(call) for call in calls]]


@pytest.fixture
def person(make_account):
    return make_account().login()


def test_nobody_gets_more_boards_than_one_person_may_keep(settings, lab, person):
    settings(boards_per_user="2")
    lab.exec("mkdir", f"/home/{person.user}/runs", user=person.user)
    answers = at_once(*[lambda: person.post(BOARDS, {"logdir": f"/home/{person.user}/runs", "new": True})] * 6)
    assert sorted(answer.status for answer in answers) == [201, 201, 409, 409, 409, 409], answers
    assert {answer.code for answer in answers if answer.status == 409} == {"too_many_boards"}
    assert len(person.boards()) == 2


def test_changes_of_different_options_are_all_kept(alice, make_board):
    board = make_board(alice)
    wanted = {"title": "in one request", "priority": 7, "reload_interval": 9, "idle_sleep": 777}
    answers = at_once(*[lambda change={name: value}: alice.send("PATCH", f"{BOARDS}/{board['id']}", change)
                        for name, value in wanted.items()])
    assert {answer.status for answer in answers} == {200}, answers
    now = alice.board(board["id"])
    assert {name: now[name] for name in wanted} == wanted


def test_a_board_that_is_removed_while_it_is_used_is_gone(lab, alice, make_board):
    board = make_board(alice)
    path = f"{BOARDS}/{board['id']}"
    answers = at_once(lambda: alice.post(f"{path}/wake"), lambda: alice.delete(path), lambda: alice.get(f"{board['url']}data/environment"),
                      lambda: alice.post(f"{path}/restart"), lambda: alice.send("PATCH", path, {"title": "late"}), lambda: alice.delete(path))
    assert {answer.status for answer in answers} <= {200, 202, 204, 404}, answers
    assert alice.get(path).code == "no_such_board"
    until("unit and door are gone", lambda: board["id"] not in lab.exec("systemctl", "list-units", "--all", "--plain", "tensorboard-*"))


def test_a_board_that_is_woken_while_it_falls_asleep_wakes(alice, ready_board):
    board = ready_board(alice)
    path = f"{BOARDS}/{board['id']}"
    with alice.events() as events, ThreadPoolExecutor(1) as threads:
        events.until("the stream has begun", lambda name, _: name == "synced")
        asleep = threads.submit(alice.post, f"{path}/sleep")
        events.until("it leaves ready", lambda name, told: told.get("id") == board["id"] and told["state"] != "ready")
        assert alice.post(f"{path}/wake").status == 202
        assert asleep.result().status == 202
    in_state(alice, board, "ready")


def test_one_account_may_log_in_several_times_at_once(alice):
    answers = at_once(*[lambda: alice.try_login("carol", "carol-lab")] * 3)
    assert [answer.status for answer in answers] == [200] * 3, answers

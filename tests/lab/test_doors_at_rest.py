# SPDX-License-Identifier: MIT
"""Boards that nobody wakes give their doors back, and are woken all the same."""
import pytest

from fixtures import changing_settings, in_state, wait_for_gate
from machine import until


def sockets(lab, board):
    return [unit for unit in lab.units() if board["id"] in unit and unit.endswith(".socket")]


def test_a_board_that_nobody_wakes_has_no_door_until_its_next_visit(lab, site, alice, make_board):
    with changing_settings(lab, site) as change:
        rested, chosen, awake = make_board(alice, wake=False), make_board(alice, wake=False, port=16500), make_board(alice)
        in_state(alice, awake, "starting", "ready")
        change(door_rest="1s")
        lab.systemctl("stop", "boardgate-launcher.service")
        made = int(lab.exec("date", "+%s"))
        until("it was made longer than door_rest ago", lambda: int(lab.exec("date", "+%s")) > made + 1)
        lab.systemctl("start", "boardgate-doors.service")
        until("its door is closed", lambda: not sockets(lab, rested))
        assert sockets(lab, chosen) and sockets(lab, awake)
        in_state(alice, rested, "asleep", "off", seconds=5)
        until("it is asleep", lambda: alice.board(rested["id"])["state"] == "asleep", 10)
        lab.systemctl("start", "boardgate-doors.service")
        lab.systemctl("restart", "boardgated.service")
        until("it is asleep after a start, too", lambda: alice.board(rested["id"])["state"] == "asleep", 10)
        assert not sockets(lab, rested), "the hourly run made the door again"
        assert until("it is woken by a visit", lambda: alice.get(rested["url"]).status == 200, 30)
        assert sockets(lab, rested)


@pytest.fixture
def three_ports(lab, site):
    try:
        with changing_settings(lab, site) as change:
            change(door_ports="17000-17003")
            lab.systemctl("restart", "boardgate.target")
            wait_for_gate(lab)
            yield
    finally:
        lab.systemctl("restart", "boardgate.target")
        wait_for_gate(lab)


def test_there_may_be_more_boards_than_ports(lab, three_ports, alice, make_board):
    boards = [make_board(alice, wake=False) for _ in range(5)]
    assert sum(bool(sockets(lab, board)) for board in boards) == 3
    until("all are asleep", lambda: {alice.board(board["id"])["state"] for board in boards} == {"asleep"}, 10)
    for board in boards:
        until("a visit wakes it", lambda: alice.get(board["url"]).status == 200, 30)
        assert alice.post(f"/api/v1/boards/{board['id']}/sleep").status == 202
        until("it sleeps", lambda: alice.board(board["id"])["state"] == "asleep", 30)

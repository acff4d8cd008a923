# SPDX-License-Identifier: MIT
"""bind_all and host: a door without the gate, only if the site allows it."""
import http.client
import socket

import pytest

from fixtures import in_state
from machine import PATIENCE, until


def ask(address, port, board):
    connection = http.client.HTTPConnection(address, port, timeout=PATIENCE)
    connection.request("GET", f"/b/{board['id']}/data/environment")
    return connection.getresponse().status


def test_it_is_refused_unless_the_site_allows_it(alice):
    for option in ({"bind_all": True}, {"host": "0.0.0.0"}, {"host": "10.0.0.1"}):
        answer = alice.post("/api/v1/boards", {"logdir": "/home/alice/runs", **option})
        assert answer.status == 400 and answer.code == "bad_field" and answer.problem["field"] in option, answer


def test_without_it_a_door_is_closed_to_the_network(alice, ready_board):
    board = ready_board(alice)
    with pytest.raises(OSError):
        socket.create_connection((alice.host, board["port"]), 2)


@pytest.mark.parametrize("how", ["bind_all", "host"])
def test_the_board_is_served_to_the_network_and_says_so(lab, settings, alice, ready_board, how):
    settings(allow_bind_all="yes")
    board = ready_board(alice, **({"bind_all": True} if how == "bind_all" else {"host": alice.host}))
    assert ask(alice.host, board["port"], board) == 200
    (notice,) = [n for n in board["notices"] if n["code"] == "open_to_network"]
    assert str(board["port"]) in notice["text"]
    # Packet filter and gate still work on loopback and through nginx.
    assert not lab.succeeds("python3", "-c", f"import socket; socket.create_connection(('127.0.0.1', {board['port']}), 2)", user="bob")
    assert alice.stranger().get(f"/b/{board['id']}/").status == 401
    assert alice.get(f"/b/{board['id']}/data/environment").status == 200
    # A connection to the port also wakes a sleeping board.
    assert alice.post(f"/api/v1/boards/{board['id']}/sleep").status == 202
    in_state(alice, board, "asleep")
    # Connections during the stop are reset.
    until("its unit has ended", lambda: lab.exec("systemctl", "show", "--value", "-p", "ActiveState", board["unit"]).strip() == "inactive")
    assert ask(alice.host, board["port"], board) == 200


def test_an_address_of_another_machine_is_refused_with_the_reason(settings, alice):
    settings(allow_bind_all="yes")
    answer = alice.post("/api/v1/boards", {"logdir": "/home/alice/runs", "host": "192.0.2.1"})
    assert answer.status == 409 and answer.code == "port_taken" and "192.0.2.1" in answer.problem["detail"], answer
    assert alice.post("/api/v1/boards", {"logdir": "/home/alice/runs", "host": "example.org"}).code == "bad_field"

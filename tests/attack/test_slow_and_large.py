# SPDX-License-Identifier: MIT
"""Peers that are slow, and bodies that are announced and never come: the gate answers others, and reads nothing that it does not need."""
import socket
import time

import pytest

from pam_stack import build_module, is_in, log_in_with, stack, together

ANNOUNCED = 100 << 20


def announce(client, target, length=ANNOUNCED):
    """A POST whose body never comes: (status, seconds until the answer)."""
    began = time.monotonic()
    with client.stream("POST", target, headers={"Content-Length": str(length), "Content-Type": "application/json"}, timeout=20) as response:
        return response.status, time.monotonic() - began


def test_a_body_that_is_announced_and_never_comes_costs_the_gate_nothing(lab, alice, ready_board):
    board = ready_board(alice)
    before = int(lab.property("boardgated.service", "MemoryCurrent"))
    for target in (f"{board['url']}data/runs", f"{board['url']}", "/api/v1/boards"):
        # Refused by its length, before anybody waits for it.
        assert announce(alice, target)[0] == 413, target
    assert announce(alice.stranger(), board["url"])[0] in (401, 413)
    assert alice.get(board["url"]).status == 200
    assert int(lab.property("boardgated.service", "MemoryCurrent")) - before < 8 << 20


@pytest.fixture
def slow_logins(lab, make_account, tmp_path):
    """Logins of these people wait for a module that never answers."""
    people = [make_account() for _ in range(3)]
    module = build_module(lab, "pam_hostile", tmp_path)
    lines = [f"auth [success=ignore default=1] pam_succeed_if.so quiet user = {person.user}\nauth required {module} hang" for person in people]
    with stack(lab, lambda text: "\n".join([*lines, text])):
        yield people


def test_logins_that_hang_hold_up_no_request(alice, ready_board, slow_logins, make_account):
    board, other = ready_board(alice), make_account()

    def visit():
        return [alice.get(board["url"], timeout=10).status for _ in range(20)]

    *hung, visited, logged_in = together(*[(log_in_with, person) for person in slow_logins], (visit,), (log_in_with, other))
    assert visited == [200] * 20 and is_in(logged_in)
    assert not any(map(is_in, hung))


def test_connections_that_say_nothing_hold_up_no_request(alice, ready_board):
    board, silent = ready_board(alice), []
    try:
        for _ in range(200):
            silent.append(socket.create_connection((alice.host, alice.port), 10))
        half = [alice.connect() for _ in range(30)]
        for connection in half:
            connection.sendall(b"GET /b/")
        silent += half
        assert [alice.get(board["url"], timeout=10).status for _ in range(5)] == [200] * 5
    finally:
        for connection in silent:
            connection.close()

# SPDX-License-Identifier: MIT
"""Visitors of one board share its connections: one of them, from however many addresses, leaves some to the others and the owner."""
import json
import select
import ssl
import time
from urllib.parse import quote

import pytest

from hostile import shared_environment, shown_board, source_of
from test_sharing import FETCH, data, look, show

SLOW = "data/runs?answer=" + quote(json.dumps({"status": 200, "headers": [], "body": "[]", "seconds": 60}))
ADDRESSES, OF_EACH = 3, 180  # more than the 512 connections of a board
MOST = 128  # nginx/view.conf


@pytest.fixture(scope="module")
def slow_board(lab, site):
    """(board, place of bob's view); the board takes its time where it is asked to."""
    with shared_environment(lab, site, "recording", source_of("recording-board")), shown_board(lab, site, environment="recording") as shown:
        yield shown


def begin(visitor, place, address):
    tls = visitor.connect()
    tls.sendall(visitor.head("GET", place + SLOW, {**FETCH, "X-Forwarded-For": address}))
    tls.setblocking(False)
    return tls


def refused_of(connections, patience=10):
    """How many were answered with 429."""
    end, refused, waiting = time.monotonic() + patience, 0, set(connections)
    while waiting and time.monotonic() < end:
        for tls in select.select(list(waiting), [], [], 1)[0]:
            try:
                refused += b" 429 " in tls.recv(65536).split(b"\r\n", 1)[0]
            except ssl.SSLWantReadError:
                continue  # TLS's own
            waiting.discard(tls)
    return refused


def test_one_visitor_leaves_connections_to_the_others_and_the_owner(any_address, alice, bob, carol, slow_board):
    board, bobs = slow_board
    show(alice, board, "carol")
    carols = look(carol, board)["place"]
    another_of_bob = look(bob, board)["place"]
    held = []
    try:
        for number in range(ADDRESSES * OF_EACH):
            held.append(begin(bob, (bobs, another_of_bob)[number % 2], f"198.51.100.{1 + number % ADDRESSES}"))
        assert refused_of(held) >= len(held) - MOST
        for who, answer in {"another visitor": lambda: data(carol, carols), "the owner": lambda: alice.get(board["url"] + "data/runs", timeout=10)}.items():
            began = time.monotonic()
            assert answer().status == 200, who
            assert time.monotonic() - began < 2, who
        assert data(bob, bobs).status == 429, "from another address, too"
    finally:
        for tls in held:
            tls.close()

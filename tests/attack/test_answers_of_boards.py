# SPDX-License-Identifier: MIT
"""What an answer of a board may carry is a list; a board answers with the portal's origin."""
import secrets
import threading
import time

import pytest

from client import Client
from machine import until

# Headers that browsers know, and that no list of forbidden ones had when it was written.
KNOWN = ["Set-Login", "Sec-Session-Registration", "Secure-Session-Registration", "Use-As-Dictionary", "Document-Policy", "Integrity-Policy",
         "X-SourceMap", "Activate-Storage-Access", "Supports-Loading-Mode", "Observe-Browsing-Topics", "Attribution-Reporting-Register-Source",
         "Ad-Auction-Allowed", "Shared-Storage-Write", "Delegate-CH", "Large-Allocation", "Proxy-Status", "Server-Timing", "X-Boardgate-Port"]
# Within a minute, and what a slow machine needs.
SOON = 75


@pytest.fixture
def mine(recording_boards, alice):
    board = recording_boards[0]
    board.client = alice
    assert alice.get(f"{board.url}data/environment").status == 200
    return board


def test_a_header_that_nobody_has_heard_of_never_arrives(mine):
    invented = [f"{kind}{secrets.token_hex(4)}" for kind in ("", "X-", "Sec-", "Set-", "Content-", "Access-Control-", "Cross-Origin-", "Cache-")
                for _ in range(25)]
    assert len(invented) == 200
    for status in (200, 404):
        answer = mine.answer(status=status, headers=[[name, "hostile"] for name in invented + KNOWN] + [["ETag", '"its own"']])
        assert (answer.status, answer.text, answer.header("ETag")) == (status, "the board's own", '"its own"'), answer
        assert [name for name, value in answer.pairs if "hostile" in value] == []


def test_what_a_page_needs_does_arrive(mine):
    passed = {"Content-Type": "text/plain", "Cache-Control": "private, max-age=60", "Vary": "Accept", "ETag": '"1"', "Content-Language": "en",
              "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT", "Content-Disposition": "attachment", "Expires": "Mon, 01 Jan 2024 00:00:00 GMT"}
    answer = mine.answer(headers=list(passed.items()))
    assert {name: answer.header(name) for name in passed} == passed


def test_the_api_has_one_address(alice, mine):
    """A browser takes these for addresses of boards, to which the page of a board may connect."""
    for prefix in ("/b/..%2f", "/b/%2e%2e%2f", f"/b/{mine.id}/..%2f..%2f", "/b/x/..%2f../", "/b%2f..%2f", "/b/..%5c..%2f", "//", "/./", "/%61pi/../"):
        for path in ("api/v1/session", "api/v1/boards", "api/v1/events", "api/v1/runs?follow=1"):
            answer = alice.stream("GET", prefix + path)
            assert answer.status in (400, 401, 403, 404), (prefix + path, answer.status)
            answer.close()
        answer = alice.post(prefix + "api/v1/boards", {"logdir": "/home/alice/runs", "new": True, "wake": False})
        assert answer.status in (400, 403, 404, 405), (prefix, answer)


def test_an_upgrade_that_nobody_asked_for_never_passes(mine):
    for headers in ([], [["Upgrade", "websocket"], ["Connection", "Upgrade"]], [["Upgrade", "h2c"]]):
        answer = mine.answer(status=101, headers=headers)
        assert (answer.status, answer.code) == (503, "board_not_ready"), answer


def test_without_the_sites_word_there_are_no_websockets(mine, alice):
    answer, socket = alice.websocket(mine.url)
    assert socket is None and answer.status == 200
    assert "upgrade" not in {name.lower() for name, _ in answer.json["headers"]}


def over_soon(read):
    """Whether what `read` reads ends."""
    ended = threading.Event()

    def until_the_end():
        try:
            while read():
                pass
        except Exception:  # noqa: BLE001 (whatever a connection that was cut raises)
            pass
        ended.set()
    threading.Thread(target=until_the_end, daemon=True).start()
    return lambda left: ended.wait(left)


def test_a_logout_ends_websockets_and_downloads(websockets, site, mine):
    visitor = Client(*site, user="alice", password="alice-lab").login()
    answer, socket = visitor.websocket(mine.url, timeout=SOON * 2)
    assert answer.status == 101
    socket.say("hello")
    assert socket.hear() == "hello"
    ends = [over_soon(lambda: visitor.get(f"{mine.url}flow?{SOON * 3}", timeout=SOON * 2) and False), over_soon(socket.hear)]
    until("the download goes on", lambda: any("/flow?" in line for line in mine.seen()))
    began = time.monotonic()
    assert visitor.delete("/api/v1/session").status == 204
    for end in ends:
        assert end(max(0.0, began + SOON - time.monotonic()))

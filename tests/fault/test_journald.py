# SPDX-License-Identifier: MIT
"""A journald that hangs holds up nobody."""
import time

from client import Client
from fixtures import in_state
from machine import until

# Fills journald's queue, as it is after a while without journald.
FILL = r"""
import json, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setblocking(False)
number = 0
try:
    while number < 100000:
        s.sendto(b"MESSAGE=filler\n", "/run/systemd/journal/socket")
        number += 1
except BlockingIOError:
    pass
print(json.dumps(number))
"""
# With seconds for what each step waits for beside the journal; a login waits a second for it.
BOUND = 15


def test_a_journald_that_hangs_holds_up_nobody(lab, site, alice, make_board):
    board = make_board(alice, environment="default")
    in_state(alice, board, "ready")
    lab.systemctl("stop", board["unit"])
    in_state(alice, board, "asleep")
    began = lab.epoch()
    lab.systemctl("kill", "--signal=STOP", "systemd-journald")
    try:
        assert lab.python(FILL) < 100000, "the queue takes everything"
        start = time.monotonic()
        visitor = Client(*site, user="bob", password="bob-lab").login()
        assert visitor.get("/api/v1/boards").status == 200
        assert alice.post(f"/api/v1/boards/{board['id']}/wake").status == 202
        assert visitor.delete("/api/v1/session").status == 204
        seconds = time.monotonic() - start
    finally:
        lab.systemctl("kill", "--signal=CONT", "systemd-journald")
    assert seconds < BOUND
    until("what happened meanwhile is in the journal",
          lambda: "bob logged out" in lab.journalctl("-u", "boardgated", "-o", "cat", "--no-pager", "--since", began))
    in_state(alice, board, "ready", "starting", "asleep", "failed")

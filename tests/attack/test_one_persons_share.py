# SPDX-License-Identifier: MIT
"""What one person can take of the parts that all people share, while another one's requests are answered."""
import threading
import time

import pytest

from fixtures import in_state
from machine import until

# On a quiet machine it takes a tenth; what is shown here is that it does not take as long as the other's unit.
BOUND = 8


def timed(call):
    began = time.monotonic()
    answer = call()
    return answer, time.monotonic() - began


@pytest.fixture
def unit_that_does_not_end(lab, alice, ready_board):
    """A board of alice that systemd cannot stop for half a minute, as on a file system that does not answer."""
    board = ready_board(alice)
    folder = f"/run/systemd/system/{board['unit']}.d"
    lab.write(f"{folder}/slow.conf", "[Service]\nExecStop=/bin/sleep 30\nTimeoutStopSec=40\n")
    lab.systemctl("daemon-reload")
    yield board
    lab.exec("rm", "-r", folder)
    lab.systemctl("daemon-reload")
    lab.systemctl("kill", "--kill-whom=all", "--signal=KILL", board["unit"], check=False)


def test_a_unit_that_does_not_end_holds_up_its_owner_only(lab, alice, bob, unit_that_does_not_end, make_board):
    board, others = unit_that_does_not_end, make_board(bob)
    changes = [threading.Thread(target=alice.send, args=("PATCH", f"/api/v1/boards/{board['id']}", {"reload_interval": 10 + i}),
                                kwargs={"timeout": 60}) for i in range(6)]
    for change in changes:
        change.start()
    until("systemd stops the unit", lambda: lab.property(board["unit"], "ActiveState") == "deactivating")
    for _ in range(3):
        for call in (lambda: bob.post(f"/api/v1/boards/{others['id']}/wake"), lambda: bob.get("/api/v1/logdirs?path=~"),
                     lambda: bob.post(f"/api/v1/boards/{others['id']}/sleep")):
            answer, seconds = timed(call)
            assert answer.status < 300 and seconds < BOUND, (answer, seconds)
    assert any(change.is_alive() for change in changes), "nothing was held up: this test shows nothing"
    lab.systemctl("kill", "--kill-whom=all", "--signal=KILL", board["unit"], check=False)
    for change in changes:
        change.join()


def test_a_folder_reader_that_answers_nobody_holds_up_its_person_only(lab, alice, bob, make_board):
    others = make_board(bob)
    assert alice.get("/api/v1/logdirs?path=~").status == 200
    reader = f"boardgate-logdirs@{lab.exec('id', '-u', 'alice').strip()}.service"
    lab.systemctl("kill", "--signal=STOP", reader)
    try:
        questions = [threading.Thread(target=alice.get, args=("/api/v1/logdirs?path=~",), kwargs={"timeout": 60}) for _ in range(20)]
        for question in questions:
            question.start()
        answer, seconds = timed(lambda: bob.post(f"/api/v1/boards/{others['id']}/wake"))
        assert answer.status < 300 and seconds < BOUND, (answer, seconds)
        in_state(bob, others, "ready")
        answer, seconds = timed(lambda: bob.get("/api/v1/logdirs?path=~"))
        assert answer.status == 200 and seconds < BOUND, (answer, seconds)
    finally:
        lab.systemctl("kill", "--signal=CONT", reader)
    for question in questions:
        question.join()


SILENT = r"""
import socket, time
held = []
for i in range(100):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(2)
    try:
        s.connect("/run/boardgate-root/local.sock")
        held.append(s)
    except OSError:
        pass
print(len(held), flush=True)
time.sleep(120)
"""


def test_silent_connections_to_the_local_socket_hold_up_nobody_else(lab):
    holder = lab.start("runuser", "-u", "bob", "--", "python3", "-c", SILENT)
    try:
        assert int(holder.stdout.readline()) >= 32
        lab.exec("rm", "-rf", "/home/carol/.config/boardgate")
        said, seconds = timed(lambda: lab.exec("runuser", "-l", "carol", "-c", "boardgate ls"))
        assert seconds < BOUND, (said, seconds)
    finally:
        holder.terminate()
        holder.wait()


# Silent connections of uids that no account has, as processes in a user namespace of a person have them (subuid(5)). A closed one
# is opened again.
AS_MANY = r"""
import os, select, socket, time
held, poll, end = {}, select.poll(), time.monotonic() + 40
def connect(uid):
    os.seteuid(uid)
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        s.settimeout(0.2)
        s.connect("/run/boardgate-root/local.sock")
        held[s.fileno()] = (s, uid)
        poll.register(s, select.POLLIN)
    except OSError:
        pass
    os.seteuid(0)
for uid in range(100001, 100033):
    for i in range(8):
        connect(uid)
print(len(held), flush=True)
while time.monotonic() < end:
    for fd, happened in poll.poll(1000):
        poll.unregister(fd)
        s, uid = held.pop(fd)
        s.close()
        connect(uid)
"""


def test_uids_without_an_account_have_no_share_of_the_local_socket(lab):
    holder = lab.start("python3", "-c", AS_MANY)
    try:
        assert int(holder.stdout.readline()) >= 64
        lab.exec("rm", "-rf", "/home/carol/.config/boardgate")
        said, seconds = timed(lambda: lab.exec("runuser", "-l", "carol", "-c", "boardgate ls"))
        assert seconds < BOUND, (said, seconds)
    finally:
        holder.terminate()
        holder.wait()


SQUATTER = r"""
import socket, sys, time
held = []
for port in range(16001, 17000):
    s = socket.socket()
    try:
        s.bind(("127.0.0.1", port))
        s.listen(1)
        held.append(s)
    except OSError:
        pass
print(len(held), flush=True)
time.sleep(120)
"""


def test_ports_that_somebody_took_cost_no_time(free_ports, lab, alice, bob, make_board):
    squatter = lab.start("runuser", "-u", "bob", "--", "prlimit", "--nofile=4096", "python3", "-c", SQUATTER)
    try:
        assert int(squatter.stdout.readline()) > 900
        answer, seconds = timed(lambda: alice.post("/api/v1/boards", {"logdir": "/home/alice/runs"}))
        assert seconds < BOUND, (answer, seconds)
        # A board that was not woken for longest may give its port.
        if answer.status == 201:
            assert alice.delete(f"/api/v1/boards/{answer.json['id']}").status == 204
        else:
            assert answer.code == "ports_exhausted", answer
    finally:
        squatter.terminate()
        squatter.wait()

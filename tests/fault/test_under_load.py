# SPDX-License-Identifier: MIT
"""Faults of what boardgate stands on, while people use it."""
import queue
import threading
from itertools import repeat

import pytest

from client import Visitors, clones
from fixtures import wait_for_gate
from machine import until

# Wrong logins as nginx would pass them on, each from an address of its own, as fast as they are answered.
STORM = r"""
import json, socket, struct, sys, threading
amount, threads = int(sys.argv[1]), 48
def record(kind, content):
    return struct.pack("!BBHHBB", 1, kind, 1, len(content), 0, 0) + content
def ask(number):
    body = json.dumps({"user": f"nobody{number}", "password": "x"}).encode()
    pairs = {"REQUEST_METHOD": "POST", "DOCUMENT_URI": "/api/v1/login", "REQUEST_URI": "/api/v1/login", "BG_ROLE": "api",
             "REMOTE_ADDR": f"198.{18 + number % 2}.{number // 256 % 256}.{number % 256}", "CONTENT_TYPE": "application/json",
             "CONTENT_LENGTH": str(len(body)), "HTTP_HOST": "x", "HTTP_SEC_FETCH_SITE": "same-origin"}
    text = b"".join(bytes([len(k), len(v)]) + k.encode() + v.encode() for k, v in pairs.items())
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(60)
        s.connect("/run/boardgate/app.sock")
        s.sendall(record(1, b"\0\1\0\0\0\0\0\0") + record(4, text) + record(4, b"") + record(5, body) + record(5, b""))
        answer = b""
        while b"\r\n\r\n" not in answer and (got := s.recv(4096)):
            answer += got
    return answer.partition(b"Status: ")[2][:3].decode()
counts, lock = {}, threading.Lock()
def work(first):
    for number in range(first, amount, threads):
        try:
            status = ask(number)
        except OSError as error:
            status = type(error).__name__
        with lock:
            counts[status] = counts.get(status, 0) + 1
workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
for w in workers: w.start()
for w in workers: w.join()
print(json.dumps(counts))
"""
# More is a matter of the limiter's unit test: each that is let through costs a process.
LOGINS = 400
# The limiter keeps a bucket of about 150 bytes for each, at most 10,000; the rest is what threads and their requests take.
MOST_GROWTH = 16 << 20


def memory(lab):
    return int(lab.property("boardgated.service", "MemoryCurrent"))


def test_hundreds_of_wrong_logins_at_once_close_nothing(lab, alice, carol, ready_board):
    board = ready_board(alice)
    before, pid = memory(lab), lab.property("boardgated.service", "MainPID")
    with Visitors(clones(alice, 2), repeat(board["url"])) as visitors:
        counts = lab.python(STORM, str(LOGINS), user="www-data", seconds=300)
    assert sum(counts.values()) == LOGINS and set(counts) <= {"401", "429", "503"}, counts
    assert set(visitors.answers) == {200}, visitors.answers
    assert lab.property("boardgated.service", "MainPID") == pid
    assert memory(lab) - before < MOST_GROWTH
    until("people log in again", lambda: carol.try_login(carol.user, carol.password).status == 200, 90)


def test_twenty_reloads_of_nginx_lose_no_request(lab, alice, ready_board):
    board = ready_board(alice)
    with Visitors(clones(alice, 3), repeat(board["url"])) as visitors:
        for _ in range(20):
            before = sum(visitors.answers.values())
            lab.systemctl("reload", "nginx")
            until("requests went on", lambda b=before: sum(visitors.answers.values()) > b + 2)
    assert set(visitors.answers) == {200}, visitors.answers


@pytest.fixture
def few_descriptors(lab):
    """boardgated with a few descriptors more than it has open."""
    used = len(lab.exec("ls", f"/proc/{lab.property('boardgated.service', 'MainPID')}/fd").split())
    folder = "/run/systemd/system/boardgated.service.d"
    lab.write(f"{folder}/few.conf", f"[Service]\nLimitNOFILE={used + 8}\n")
    restart(lab)
    yield
    lab.exec("rm", "-r", folder)
    restart(lab)


def restart(lab):
    lab.systemctl("daemon-reload")
    lab.systemctl("restart", "boardgated")
    wait_for_gate(lab)


def test_without_descriptors_boardgated_stays_and_recovers(lab, alice, ready_board, few_descriptors):
    board = ready_board(alice)
    pid = lab.property("boardgated.service", "MainPID")
    # A stream keeps its connection: these take what there is.
    streams = [threading.Thread(target=stream_for_a_while, args=(client,)) for client in clones(alice, 16)]
    for stream in streams:
        stream.start()
    with Visitors(clones(alice, 3), repeat(board["url"])) as visitors:
        for stream in streams:
            stream.join()
    assert set(visitors.answers) - {200} <= {500, 502, 503, 504, "TimeoutError", "ConnectionResetError"}, visitors.answers
    until("it serves again", lambda: alice.get(board["url"]).status == 200)
    assert lab.property("boardgated.service", "MainPID") == pid, "it did not outlive a lack of descriptors"


def stream_for_a_while(client):
    try:
        with client.events() as events:
            events.arrived.get(timeout=5)
            events.arrived.get(timeout=5)
    except (OSError, AssertionError, queue.Empty):
        pass

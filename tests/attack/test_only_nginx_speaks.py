# SPDX-License-Identifier: MIT
"""boardgated believes what nginx tells it about a request, so nobody but nginx's account may tell it anything."""
import pytest

from machine import until

SOCKETS = ["/run/boardgate/gate.sock", "/run/boardgate/app.sock", "/run/boardgate/stream.sock"]
# A request as nginx sends it, with an address that its sender chose.
SPEAK = r"""
import json, os, pwd, socket, struct, sys
user, path = sys.argv[1:]
account = pwd.getpwnam(user)
os.initgroups(user, account.pw_gid); os.setgid(account.pw_gid); os.setuid(account.pw_uid)
def record(kind, content):
    return struct.pack("!BBHHBB", 1, kind, 1, len(content), 0, 0) + content
pairs = {"REQUEST_METHOD": "GET", "DOCUMENT_URI": "/api/v1/session", "REQUEST_URI": "/api/v1/session", "REMOTE_ADDR": "192.0.2.7", "BG_ROLE": "api"}
text = b"".join(bytes([len(k), len(v)]) + k.encode() + v.encode() for k, v in pairs.items())
s = socket.socket(socket.AF_UNIX)
s.settimeout(10)
try:
    s.connect(path)
    s.sendall(record(1, b"\0\1\0\0\0\0\0\0") + record(4, text) + record(4, b"") + record(5, b""))
    print(json.dumps("answered" if s.recv(10) else "closed"))
except OSError as error:
    print(json.dumps(type(error).__name__))
"""


@pytest.fixture
def member_of_nginxs_group(lab):
    lab.exec("gpasswd", "-a", "carol", "www-data")
    yield "carol"
    lab.exec("gpasswd", "-d", "carol", "www-data")


@pytest.mark.parametrize("path", SOCKETS)
def test_a_member_of_nginxs_group_cannot_connect(lab, member_of_nginxs_group, path):
    assert lab.python(SPEAK, "www-data", path) == "answered", "the question itself is wrong"
    assert lab.python(SPEAK, member_of_nginxs_group, path) == "PermissionError"


@pytest.mark.parametrize("path", SOCKETS)
def test_another_account_that_can_connect_is_not_answered(lab, path):
    """Somebody has opened the socket to everybody."""
    since = lab.epoch()
    lab.exec("chmod", "666", path)
    try:
        for user in ("alice", "boardgate", "root"):
            assert lab.python(SPEAK, user, path) in ("closed", "ConnectionResetError", "BrokenPipeError"), user
    finally:
        lab.exec("chmod", "600", path)
    until("the journal names the attempt", lambda: "somebody other than nginx" in lab.exec(
        "journalctl", "-u", "boardgated", "--since", since, "-o", "cat", "--no-pager"))


# A parameter whose length makes libfcgi abort: a name of 127 bytes and a value of 0x7fffff7f.
ABORT = r"""
import json, socket, struct
def record(kind, content):
    return struct.pack("!BBHHBB", 1, kind, 1, len(content), 0, 0) + content
with socket.socket(socket.AF_UNIX) as s:
    s.settimeout(10)
    s.connect("/run/boardgate/app.sock")
    s.sendall(record(1, b"\0\1\0\0\0\0\0\0") + record(4, bytes([127]) + struct.pack("!I", 0xffffff7f) + b"x" * 200))
    try:
        s.recv(1)
    except OSError:
        pass
print(json.dumps("sent"))
"""


def test_what_nginxs_own_account_can_break_is_back_with_every_session_and_board(lab, alice, ready_board):
    board = ready_board(alice)
    pid, unit = lab.property("boardgated.service", "MainPID"), lab.property(board["unit"], "MainPID")
    lab.python(ABORT, user="www-data")
    until("boardgated is there", lambda: alice.get(board["url"]).status == 200)
    assert alice.is_logged_in() and lab.property(board["unit"], "MainPID") == unit
    # A libfcgi that closes the connection instead is as good.
    assert lab.property("boardgated.service", "MainPID") == pid or lab.property("boardgated.service", "NRestarts") != "0"

# SPDX-License-Identifier: MIT
"""boardgate-logdirs and boardgate-board run as a person. No other process of this person can speak through them."""
import json

import pytest

TRIES = r"""
import ctypes, errno, json, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] * 4
SEIZE, DETACH, PIDFD_OPEN, PIDFD_GETFD = 0x4206, 17, 434, 438
pid = int(sys.argv[1])
if pid == 0:  # a process of our own that is nobody else's
    pid = os.fork()
    if pid == 0:
        time.sleep(10)
        os._exit(0)

def system(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result

def seize():
    system(libc.ptrace(SEIZE, pid, 0, 0))

def take_a_descriptor():
    system(libc.syscall(PIDFD_GETFD, system(libc.syscall(PIDFD_OPEN, pid, 0)), 0, 0))

def outcome(attempt):
    try:
        attempt()
        return "done"
    except OSError as error:
        return errno.errorcode[error.errno]

print(json.dumps({
    "memory": outcome(lambda: os.open(f"/proc/{pid}/mem", os.O_RDWR)),
    "environment": outcome(lambda: os.read(os.open(f"/proc/{pid}/environ", os.O_RDONLY), 1)),
    "descriptors": outcome(lambda: os.listdir(f"/proc/{pid}/fd")),
    "descriptor": outcome(take_a_descriptor),
    "trace": outcome(seize)}))
"""


def tried(lab, user, pid):
    return lab.python(TRIES, str(pid), user=user)


@pytest.fixture
def programs(lab, alice, ready_board):
    """Process ids of the programs that run as alice."""
    board = ready_board(alice)
    assert alice.get("/api/v1/logdirs?path=~").status == 200
    reader = f"boardgate-logdirs@{lab.exec('id', '-u', 'alice').strip()}.service"
    return {unit: int(lab.property(unit, "MainPID")) for unit in (reader, board["unit"])}


def test_their_owner_cannot_trace_them(lab, programs):
    allowed = tried(lab, "alice", 0)
    assert set(allowed.values()) == {"done"}, f"what is tried here works with no process: {allowed}"
    for unit, pid in programs.items():
        assert pid > 0, f"{unit} does not run"
        outcomes = tried(lab, "alice", pid)
        assert set(outcomes.values()) <= {"EPERM", "EACCES", "ENOENT", "ESRCH"}, f"{unit}: {json.dumps(outcomes)}"


def test_nobody_reads_their_files(lab):
    """What makes them private from their first instruction on (execve(2))."""
    for program in ("boardgate-logdirs", "boardgate-board"):
        path = f"/usr/lib/boardgate/{program}"
        assert lab.exec("stat", "-c", "%a %U", path).strip() == "711 root"
        assert not lab.succeeds("cat", path, user="alice")



# A process of alice's outside of boards, with a socket of hers in the host's /run, as those of containers and databases are.
OUTSIDE = r"""
import os, socket, time
listening = socket.socket(socket.AF_UNIX)
listening.bind("/run/of-alice/socket")
listening.listen()
print(os.getpid(), flush=True)
time.sleep(600)
"""
# What code in a board could try with it; {0} is its number. The last fails otherwise if it may.
REACHES = {
    "the host's files as it sees them": "os.listdir('/proc/{0}/root/run')",
    "a service of the host's": "socket.socket(socket.AF_UNIX).connect('/proc/{0}/root/run/of-alice/socket')",
    "its folder": "os.stat('/proc/{0}/cwd/.').st_ino",
    "its environment": "len(open('/proc/{0}/environ', 'rb').read())",
    "its memory": "open('/proc/{0}/mem', 'r+b').fileno()",
    "its descriptors": "os.listdir('/proc/{0}/fd')",
    "its memory by a call": "(lambda libc, v: libc.process_vm_readv({0}, ctypes.byref(v), 1, ctypes.byref(v), 1, 0) >= 0 or "
                            "os.strerror(ctypes.get_errno()))(ctypes.CDLL(None, use_errno=True), (ctypes.c_size_t * 2)(4096, 1))",
}


def test_a_board_reaches_its_owner_through_no_other_process(lab, recording_boards, alice):
    """/proc shows the owner's processes outside; through one of them a board would leave its sandbox."""
    board = recording_boards[0]
    board.client = alice
    assert alice.get(f"{board.url}data/environment").status == 200
    lab.exec("install", "-d", "-o", "alice", "/run/of-alice")
    outside = lab.start("runuser", "-u", "alice", "--", "python3", "-c", OUTSIDE)
    try:
        pid = outside.stdout.readline().strip()
        reached = {what: board.value(expression.format(pid)) for what, expression in REACHES.items()}
    finally:
        outside.terminate()
        outside.wait()
        lab.exec("rm", "-r", "/run/of-alice")
    assert [what for what, found in reached.items() if found not in ("EACCES", "EPERM", "ENOENT", "Operation not permitted")] == [], json.dumps(reached)

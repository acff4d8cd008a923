# SPDX-License-Identifier: MIT
"""The environment and the sandbox of a board's processes, checked from outside and from inside."""
import pytest

from fixtures import in_state

# No other variable may be there. (TensorBoard sets GCS_READ_CACHE_DISABLED for its data server.)
ENVIRONMENT = {"LANG", "PATH", "HOME", "USER", "LOGNAME", "SHELL", "INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID",
               "TMPDIR", "PYTHONNOUSERSITE", "CUDA_VISIBLE_DEVICES", "OPENBLAS_NUM_THREADS", "GCS_READ_CACHE_DISABLED",
               "RAYON_NUM_THREADS", "TENSORBOARD_DATA_SERVER_BINARY", "CACHE_DIRECTORY", "BOARDGATE_CACHE_MEBIBYTES", "BOARDGATE_CHARTS",
               "BOARDGATE_REPORT",
               # TensorBoard's data server has these from readline in TensorBoard's Python 3.13.
               "LINES", "COLUMNS"}


def split(processes):
    """boardgate-board, and what it has started: TensorBoard and its data server."""
    board = [p for p in processes if p["name"] == "boardgate-board"]
    started = [p for p in processes if p["name"] != "boardgate-board"]
    assert len(board) == 1 and len(started) == 2, [p["name"] for p in processes]
    return board[0], started


def environment(process):
    return dict(line.split("=", 1) for line in process["environ"])


def test_tensorboard_holds_no_descriptor_of_ours(lab, alice, ready_board):
    board, started = split(lab.processes(ready_board(alice)["unit"]))
    ours = {target for fd, target in board["fds"].items() if int(fd) > 2}
    assert any(target.startswith("socket:") for target in ours), "there is no door: this test shows nothing"
    for process in started:
        fds = process["fds"]
        # Standard output and error go to the journal; every other socket is in the board's own network.
        theirs = {target for fd, target in fds.items() if int(fd) > 2}
        assert theirs & {target for target in ours if ":[" in target and not target.startswith("anon_inode")} == set()
        assert [t for t in theirs if t.startswith("socket:") and t[8:-1] not in process["own_sockets"]] == []
        assert [t for t in theirs if t in ("anon_inode:[signalfd]", "anon_inode:[pidfd]")] == []


def test_tensorboard_is_given_nothing_secret_and_nothing_hostile(lab, alice, make_board):
    hostile = {"http_proxy": "http://evil.example", "HTTPS_PROXY": "http://evil.example", "no_proxy": "x", "PYTHONPATH": "/tmp", "PYTHONHOME": "/tmp",
               "PYTHONSTARTUP": "/tmp/x", "LD_LIBRARY_PATH": "/tmp", "TENSORBOARD_DATA_SERVER_BINARY": "/tmp/x", "grpc_proxy": "http://evil.example"}
    lab.systemctl("set-environment", *[f"{k}={v}" for k, v in hostile.items()])
    try:
        board = make_board(alice)
        in_state(alice, board, "ready")
        processes = lab.processes(board["unit"])
    finally:
        lab.systemctl("unset-environment", *hostile)
    folder = "/run/board"
    for process in split(processes)[1]:
        given = environment(process)
        assert set(given) <= ENVIRONMENT, given
        assert given["CUDA_VISIBLE_DEVICES"] == "" and given["PYTHONNOUSERSITE"] == "1"
        assert given["HOME"] == given["TMPDIR"] == folder
        assert set(given["PATH"].split(":")) <= {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}
    everything = lab.exec("sh", "-c", "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null || true")
    assert board["id"] in everything and alice.cookie not in everything


def test_what_lies_in_the_owners_home_does_not_run_in_a_board(lab, alice, ready_board):
    """This prevents accidents; a board's owner can always run other code in it."""
    site = lab.packages.replace("/opt/tensorboard", "/home/alice/.local")
    lab.exec("install", "-d", "-o", "alice", site)
    for name in ("sitecustomize.py", "usercustomize.py", "numpy.py"):
        lab.write(f"{site}/{name}", "import os; open(os.environ['TMPDIR'] + '/ran', 'w')\n")
    try:
        board = ready_board(alice)
        own = f"/proc/{lab.property(board['unit'], 'MainPID')}/root/run/board"
        assert lab.succeeds("test", "-d", own)
        assert not lab.succeeds("test", "-e", f"{own}/ran")
    finally:
        lab.exec("rm", "-r", site)


def test_no_process_of_a_board_has_a_privilege(lab, alice, ready_board):
    board = ready_board(alice)
    groups = lab.exec("id", "-G", "alice").split()
    for process in lab.processes(board["unit"]):
        assert set(process["capabilities"].values()) == {0} and process["no_new_privileges"], process
        assert process["groups"] == groups
    uid = lab.exec("id", "-u", "alice").strip()
    limits = {"MemoryMax": str(2 << 30), "TasksMax": "1024", "OOMPolicy": "kill", "LimitCORE": "0", "LimitNOFILE": "65536", "CPUWeight": "50"}
    assert {name: lab.property(board["unit"], name) for name in limits} == limits
    assert int(lab.property(f"tensorboard-u{uid}.slice", "MemoryMax")) < 1 << 60
    assert lab.property(f"tensorboard-u{uid}.slice", "TasksMax") == "2048"


def test_a_site_sets_limits_of_its_own_and_a_person_a_priority(lab, alice, make_board):
    drop_in = "/run/systemd/system/tensorboard-.service.d/50-site.conf"
    lab.write(drop_in, "[Service]\nMemoryMax=1G\n")
    lab.systemctl("daemon-reload")
    try:
        board = make_board(alice, priority=7)
        in_state(alice, board, "ready")
        assert lab.property(board["unit"], "MemoryMax") == str(1 << 30)
        assert lab.property(board["unit"], "CPUWeight") == "7"
        assert lab.property(board["unit"], "PrivateNetwork") == "yes", "a site's line took ours away"
    finally:
        lab.exec("rm", "-r", drop_in.rsplit("/", 1)[0])
        lab.systemctl("daemon-reload")


# ---- from within ----
@pytest.fixture
def inside(recording_boards, alice):
    board = recording_boards[0]
    board.client = alice
    assert alice.get(f"{board.url}data/environment").status == 200
    return board


LIBC = "(lambda call: call(ctypes.CDLL(None, use_errno=True)) == 0 or os.strerror(ctypes.get_errno()))"
EPERM = "Operation not permitted"
# An expression, and what it may be.
FORBIDDEN = {
    "write to the owner's home": ("open('/home/alice/x', 'w')", {"EROFS"}),
    "write to the log directory": ("open('/home/alice/runs/x', 'w')", {"EROFS"}),
    "write to /tmp": ("open('/tmp/x', 'w')", {"EROFS"}),
    "write to /var/tmp": ("open('/var/tmp/x', 'w')", {"EROFS"}),
    "read another's home": ("os.listdir('/home/bob')", {"EACCES"}),
    "read tickets": ("os.listdir('/var/lib/boardgate-root')", {"EACCES"}),
    "ask the gate": ("socket.socket(socket.AF_UNIX).connect('/run/boardgate/gate.sock')", {"ENOENT"}),
    "ask for a ticket": ("socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect('/run/boardgate-root/local.sock')", {"ENOENT"}),
    "ask its owner's own systemd": ("socket.socket(socket.AF_UNIX).connect('/run/user/' + str(os.getuid()) + '/bus')", {"ENOENT"}),
    "ask the system's bus": ("socket.socket(socket.AF_UNIX).connect('/run/dbus/system_bus_socket')", {"ENOENT"}),
    "ask the launcher": ("socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect('/run/boardgate-root/launcher.sock')", {"ENOENT"}),
    "talk to the kernel's network": ("socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).fileno()", {"EAFNOSUPPORT"}),
    "listen to the wire": ("socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).fileno()", {"EAFNOSUPPORT"}),
    "a namespace": (f"{LIBC}(lambda c: c.unshare(0x10000000))", {EPERM}),
    "a trace": (f"{LIBC}(lambda c: c.ptrace(0, 0, 0, 0))", {EPERM}),
    # io_uring_setup(2)
    "calls past its filter": (f"{LIBC}(lambda c: min(0, c.syscall(425, 1, ctypes.create_string_buffer(120))))", {EPERM}),
    "another personality": (f"{LIBC}(lambda c: c.personality(0x0040000))", {EPERM}),
    "read what is typed at its owner's terminals": ("os.listdir('/dev/pts')", {"EACCES"}),
    "make a terminal": ("os.openpty()", {"EACCES"}),
    "another priority": ("os.nice(1)", {"EPERM"}),
    "a program with privileges": ("(open(os.environ['TMPDIR'] + '/x', 'w').close(), os.chmod(os.environ['TMPDIR'] + '/x', 0o4755))", {"EPERM"}),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_board_cannot(inside, what):
    expression, outcomes = FORBIDDEN[what]
    assert inside.value(expression) in outcomes, expression


def test_a_board_changes_no_setting_of_the_kernel(inside):
    hidden = ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/kcore", "/proc/kmsg", "/dev/kmsg", "/dev/mem"]
    assert inside.value(f"[path for path in {hidden} if os.path.exists(path)]") == []
    mounts = inside.value("[os.statvfs(line.split()[4]).f_flag & os.ST_RDONLY for line in open('/proc/self/mountinfo') "
                          "if line.split()[4].startswith('/sys')]")
    assert len(mounts) > 1 and all(mounts), mounts
    assert inside.value("os.path.exists('/sys/devices/system/cpu')"), "programs count processors there"


def test_a_board_reaches_no_board_and_not_the_server(lab, alice, inside, recording_boards):
    other = recording_boards[1]
    for address, port in (("127.0.0.1", other.port), ("127.0.0.1", inside.port), ("127.0.0.1", 443), ("127.0.0.1", 22)):
        assert inside.value(f"socket.create_connection(({address!r}, {port}), 3).fileno()") == "ECONNREFUSED"
    assert inside.value(f"socket.create_connection(({alice.host!r}, 443), 3).fileno()") == "ENETUNREACH"
    assert inside.value("socket.if_nameindex()") in ([[1, "lo"]], "EAFNOSUPPORT", "EPERM")
    assert inside.value("[line.split(':')[0].strip() for line in open('/proc/self/net/dev')][2:]") == ["lo"]
    assert sorted(inside.value("os.listdir('/run')")) == ["board", "systemd"]


def test_a_board_sees_its_owners_processes_and_no_others(lab, inside):
    pids = [pid for pid in inside.value("os.listdir('/proc')") if pid.isdigit()]
    owners = set(lab.exec("stat", "-c", "%U", *[f"/proc/{pid}" for pid in pids if lab.succeeds("test", "-e", f"/proc/{pid}")]).split())
    assert owners == {"alice"}, owners
    assert inside.value("[name for name in os.listdir('/proc') if not name.isdigit()]") in (["self", "thread-self"], ["thread-self", "self"])


def test_a_board_has_what_it_needs(inside):
    assert sorted(inside.value("os.listdir('/home/alice/runs')")) == ["baseline", "sweep", "wide"]
    assert inside.value("open(os.environ['TMPDIR'] + '/y', 'w').write('x')") == 1
    assert inside.value("os.getcwd()") == "/"
    assert inside.value("os.umask(0o077)") == 0o077
    assert inside.value("open('/proc/self/oom_score_adj').read().strip()") == "500"
    assert inside.value("socket.getaddrinfo('localhost', 80, socket.AF_INET)[0][4]") == ["127.0.0.1", 80]


def test_the_site_says_how_often_files_are_looked_at(settings, lab, alice, ready_board):
    settings(reload_interval="30s")
    board = ready_board(alice)
    assert board["reload_interval"] == 30
    assert any("--reload_interval=30" in process["argv"] for process in lab.processes(board["unit"]))

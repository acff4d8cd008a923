# SPDX-License-Identifier: MIT
"""Provokes each failure of a board: checks what its owner reads, and that the remedy works."""
import html
import os
import re
import signal
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fixtures import changing_settings, in_state
from machine import until

HERE = Path(__file__).resolve().parent
TABLE = HERE.parents[1] / "src/boardgated/boards/failures.inc"
BROKEN = "/opt/broken"
FOLDER = "/home/carol/failing"
HOSTS = "sed -i.kept 's/ localhost//' /etc/hosts"
HOSTS_ONLY = "; sed -i.kept 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf"
# Kills each data server after it serves, until the board gives up.
KILL_DATA_SERVERS = """
serves() { systemctl show --property=StatusText --value $UNIT | grep -q ^Serving; }
while systemctl --quiet is-active $UNIT; do
    pkill -KILL -u carol -x server
    while serves; do sleep 0.1; done
    until serves || ! systemctl --quiet is-active $UNIT; do sleep 0.1; done
done"""
TINY = "mkdir -p /mnt/tiny && mount -t tmpfs -o nr_inodes={},mode=1777 tiny /mnt/tiny"
ON_TINY = "Environment=TMPDIR=/mnt/tiny\nReadWritePaths=/mnt/tiny"
MORE = "mount -o remount,nr_inodes=100 /mnt/tiny"


@dataclass
class Row:
    """One failure. `breaks`, `hits` and `repairs` are shell, run as root: before it starts again, while it serves,
    and as the remedy says. Without a `repairs`, `change` says which option the API proposes to change."""
    name: str
    code: str
    says: str                 # in summary, detail or remedy
    sign: str = ""            # which of several rules that have this code
    environment: str = ""
    options: dict = field(default_factory=dict)
    drop_in: str = ""
    breaks: str = ""
    hits: str = ""
    repairs: str = ""
    change: str = ""
    tail: str = ""            # in the last lines of the log
    status: int = None
    counted: str = ""         # only where the kernel counts the lab's memory, in this hierarchy


ROWS = [
    # -- the log directory ----------------------------------------------------------------------------------------
    Row("folder-removed", "logdir_missing", FOLDER, breaks=f"rm -r {FOLDER}", repairs=f"runuser -u carol mkdir {FOLDER}",
        tail="No such file or directory"),
    Row("folder-became-a-file", "logdir_not_a_folder", FOLDER, breaks=f"rm -r {FOLDER}; touch {FOLDER}",
        repairs=f"rm {FOLDER}; runuser -u carol mkdir {FOLDER}", tail="Not a directory"),
    Row("folder-locked", "logdir_unreadable", "Permission denied", breaks=f"chmod 0 {FOLDER}", repairs=f"chmod 755 {FOLDER}",
        tail=FOLDER),
    Row("home-not-mounted", "home_missing", "/home/carol", breaks="mv /home/carol /home/carol-away; mkdir /home/carol",
        repairs="rmdir /home/carol; mv /home/carol-away /home/carol", tail="not mounted"),
    Row("home-gone", "home_missing", "/home/carol", breaks="mv /home/carol /home/carol-away",
        repairs="mv /home/carol-away /home/carol", tail="not mounted"),
    Row("home-of-another-person", "home_replaced", "boardgate adopt",
        breaks="mv /home/carol /home/carol-away; install -d -o carol -m 700 /home/carol",
        repairs="rmdir /home/carol; mv /home/carol-away /home/carol", tail="not the home for which this board was made"),
    # The error of a home on NFS after the ticket has expired.
    Row("ticket-expired", "no_ticket", "kinit", drop_in="SystemCallFilter=~getdents64:EKEYEXPIRED", tail="Key has expired"),
    # -- the environment ------------------------------------------------------------------------------------------
    Row("program-missing", "environment_missing", "/opt/broken/absent", environment="absent", change="environment",
        tail="No such file", status=127),
    Row("interpreter-missing", "environment_missing", "first line", environment="no-interpreter", status=127),
    Row("program-not-executable", "environment_not_executable", "Permission denied", environment="not-executable",
        repairs=f"chmod 755 {BROKEN}/not-executable/bin/tensorboard", tail="not-executable", status=126),
    Row("pkg-resources", "pkg_resources_missing", "setuptools<81", environment="pkg-resources", change="environment",
        tail="import pkg_resources", status=1),
    Row("old-protobuf", "protobuf_clash", "pip install --upgrade", sign="Descriptors cannot be created directly",
        environment="old-protobuf", tail="TypeError", status=1),
    Row("new-protobuf", "protobuf_clash", "protobuf", sign="Detected incompatible Protobuf Gencode/Runtime versions",
        environment="new-protobuf", tail="VersionError", status=1),
    Row("tensorboard-not-installed", "tensorboard_not_installed", "pip install tensorboard", environment="without-tensorboard",
        tail="No module named 'tensorboard'", status=1),
    Row("module-missing", "python_module_missing", "werkzeug", environment="without-module", tail="werkzeug", status=1),
    Row("unknown-flag", "unknown_flag", "--path_prefix", environment="other-flags", tail="--load_fast", status=2),
    Row("refused-value", "bad_option", "invalid choice", environment="other-values", tail="--load_fast", status=2),
    Row("no-data-server", "data_server", "loader", sign="Option --load_fast=true not available",
        environment="without-data-server", options={"loader": "rustboard"},
        change="loader", status=1),
    Row("broken-data-server", "data_server", "data server", sign="Could not start data server", environment="bad-data-server",
        options={"loader": "rustboard"}, status=1),
    Row("data-server-again-and-again", "data_server", "again and again", sign="data server ended again and again",
        options={"loader": "rustboard"},
        hits=KILL_DATA_SERVERS, change="loader", status=1),
    Row("proxy-variables", "proxy_in_the_way", "proxy", environment="proxied", options={"loader": "rustboard"},
        change="loader", status=1),
    Row("not-tensorboard", "not_tensorboard", "Choose another environment", environment="quits", change="environment"),
    Row("never-answers", "never_answered", "never answered", sign="timeout", environment="silent", drop_in="TimeoutStartSec=1s",
        tail="waiting for a module server"),
    # -- how it ends ----------------------------------------------------------------------------------------------
    Row("ends-at-once", "tensorboard_ended", "exit status 3", environment="ends", tail="no licence for this machine", status=3),
    Row("crashes", "crashed", "SIGSEGV", sign="129-159", environment="crashes", tail="illegal instruction", status=139),
    Row("its-keeper-crashes", "crashed", "SIGSEGV", sign="core-dump", drop_in="LimitCORE=infinity\nWorkingDirectory=/run/board",
        hits="systemctl kill --kill-whom=main --signal=SEGV $UNIT", repairs="true"),
    Row("killed-by-an-administrator", "killed", "SIGKILL", sign="signal", hits="systemctl kill --signal=KILL $UNIT", repairs="true"),
    # While it serves, TensorBoard alone is started again.
    Row("killed-while-it-starts", "killed", "SIGKILL", sign="137", environment="kills-itself", tail="SIGKILL", status=137),
    Row("again-and-again", "crash_loop", "again and again", environment="short-lived", tail="enough of it", status=4),
    # -- the machine ----------------------------------------------------------------------------------------------
    Row("no-localhost", "localhost_unknown", "/etc/hosts", sign="Temporary failure in name resolution", breaks=HOSTS,
        repairs="mv /etc/hosts.kept /etc/hosts", tail="failed to lookup address information", status=1),
    Row("no-localhost-and-no-dns", "localhost_unknown", "/etc/hosts", sign="Name or service not known", breaks=HOSTS + HOSTS_ONLY,
        repairs="mv /etc/hosts.kept /etc/hosts; mv /etc/nsswitch.conf.kept /etc/nsswitch.conf", tail="failed to lookup address information", status=1),
    Row("port-6006-taken", "port_taken", "6006", drop_in="PrivateNetwork=no",
        breaks='systemd-run --unit=on-6006 python3 -m http.server --bind 127.0.0.1 6006; until ss -Htln "sport = 6006" | grep -q .; do sleep 0.05; done',
        repairs="systemctl stop on-6006", tail="already in use", status=255),
    Row("memory", "out_of_memory", "42 MB (MemoryMax=)", sign="oom-kill", drop_in="MemoryMax=40M\nMemorySwapMax=0", counted="/sys/fs/cgroup/memory.pressure",
        change="samples_per_plugin"),
    Row("memory-seen-by-the-board", "out_of_memory", "its limit is 42 MB", sign="out_of_memory", drop_in="MemoryMax=40M", counted="/sys/fs/cgroup/memory/tasks",
        change="samples_per_plugin", tail="needed more memory than the board may have", status=137),
    Row("address-space", "out_of_memory", "LimitAS", sign="failed to map segment from shared object", drop_in="LimitAS=120M",
        options={"loader": "python"}),
    Row("memory-refused-to-python", "out_of_memory", "LimitAS", sign="MemoryError", environment="greedy", status=1),
    Row("memory-refused-to-openblas", "out_of_memory", "LimitAS", sign="Memory allocation still failed",
        environment="little-memory", status=1),
    Row("disk-full", "disk_full", "No space left", breaks=TINY.format(1), drop_in=ON_TINY, options={"loader": "python"},
        repairs=MORE, tail="No space left"),
    Row("no-temporary-folder", "no_temporary_folder", "temporary", breaks=TINY.format(3), drop_in=ON_TINY, repairs=MORE, status=1),
    Row("too-many-threads", "too_many_threads", "TasksMax", sign="can't start new thread", environment="few-threads",
        options={"loader": "python"}, status=1),
    Row("too-many-threads-of-openblas", "too_many_threads", "TasksMax", sign="pthread_create failed",
        environment="few-threads-of-openblas"),
    Row("no-environment-file", "sandbox", "administrator", sign="resources", drop_in="EnvironmentFile=/nonexistent"),
    Row("no-namespace", "sandbox", "administrator", sign="200-243", drop_in="BindReadOnlyPaths=/nonexistent", status=226),
    Row("too-few-descriptors", "sandbox", "Too many open files", sign="64-78", drop_in="LimitNOFILE=8", status=70),
    Row("watchdog", "unknown", "watchdog", drop_in="WatchdogSec=1s\nWatchdogSignal=KILL"),
]


@pytest.fixture(scope="module")
def broken_environments(lab, site):
    """The environments of broken-environments, which people may name for the time of this module."""
    lab.write("/run/broken-environments", (HERE / "broken-environments").read_bytes(), mode="0755")
    lab.exec("/run/broken-environments", BROKEN)
    with changing_settings(lab, site) as change:
        change(allow_own_environments="yes")
        yield
    lab.exec("rm", "-rf", BROKEN, "/run/broken-environments")


@pytest.fixture
def drop_in(lab):
    """drop_in(text): a drop-in for all of carol's boards until the end of the test."""
    folder = "/run/systemd/system/tensorboard-carol-.service.d"

    def say(text):
        lab.write(f"{folder}/90-test.conf", f"[Service]\n{text}\n")
        lab.systemctl("daemon-reload")

    def stop():
        if lab.succeeds("test", "-e", folder):
            lab.exec("rm", "-r", folder)
            lab.systemctl("daemon-reload")

    say.stop = stop
    yield say
    stop()


@pytest.fixture
def failing(lab, drop_in, broken_environments):
    """The log directory; repaired after the test."""
    lab.exec("rm", "-rf", FOLDER)
    lab.exec("cp", "-a", "/home/carol/runs", FOLDER)
    yield FOLDER
    lab.exec("sh", "-c", "umount /mnt/tiny; systemctl stop on-6006; mv /etc/hosts.kept /etc/hosts; mv /etc/nsswitch.conf.kept /etc/nsswitch.conf; true")
    if lab.succeeds("test", "-e", "/home/carol-away"):
        lab.exec("sh", "-c", "rmdir /home/carol; mv /home/carol-away /home/carol")
    lab.exec("rm", "-rf", FOLDER)


RULES = re.findall(r'(?m)^FAILURE\((\w+), (\w+), "(.*?)",$', TABLE.read_text())


def rule_of(row):
    signs = [sign for code, _, sign in RULES if code == row.code]
    assert row.sign in signs or len(signs) == 1, f"{row.name} does not say which of {signs}"
    return row.code, row.sign or signs[0]


# boardgate-board is not dumpable, so that systemd calls its crash a signal.
CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE}


def rule_that_shows(lab, client, board):
    """(code, sign) of the first rule of the table that fits what systemd and the journal say of the board's last start.
    boardgate resets a failed unit, so that its result is in the journal only."""
    said = lab.property(board["unit"], "StatusText")
    lines = client.get(f"/api/v1/boards/{board['id']}/log?lines=200").json["lines"]
    log = "\n".join(line["text"] for line in lines if line["start"] in (lines[-1]["start"], ""))

    results = re.findall(r"Failed with result '([\w-]+)'", log)
    ends = re.findall(r"Main process exited, code=(\w+), status=(\d+)", log)
    result = results[-1] if results else ""
    code, status = ends[-1] if ends else ("", "0")
    if result == "signal" and int(status) in CRASHES:
        result = "core-dump"

    def fits(by, sign):
        first, _, last = sign.partition("-")
        return {"said": lambda: said.endswith(f" [{sign}]"), "log": lambda: sign in log, "result": lambda: sign in ("", result),
                "status": lambda: code == "exited" and int(first) <= int(status) <= int(last or first)}[by]()
    return next((code, sign) for code, by, sign in RULES if fits(by, sign))


def shell(lab, command, board):
    lab.exec("env", f"UNIT={board['unit']}", "sh", "-euc", command)


def fail(lab, carol, row, make_board, drop_in):
    """The board, failed as the row says."""
    options = dict(row.options)
    if row.environment:
        options["environment"] = f"{BROKEN}/{row.environment}/bin/tensorboard"
    if not row.breaks:
        if row.drop_in:
            drop_in(row.drop_in)
        board = make_board(carol, FOLDER, **options)
    else:
        board = make_board(carol, FOLDER, **options)
        carol.post(f"/api/v1/boards/{board['id']}/sleep")
        until("its unit has stopped", lambda: lab.property(board["unit"], "ActiveState") == "inactive")
        if row.drop_in:
            drop_in(row.drop_in)
        shell(lab, row.breaks, board)
        assert carol.post(f"/api/v1/boards/{board['id']}/wake").status == 202
    if row.hits:
        in_state(carol, board, "ready")
        shell(lab, row.hits, board)

    # The failure appears together with its reason, never before.
    now = in_state(carol, board, "failed", seconds=60)
    assert now["failure"]["code"] == row.code and now["failure"]["log_tail"], now["failure"]
    return now


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_failure_is_shown_with_cause_and_remedy(row, lab, carol, make_board, drop_in, failing, pictures):
    if row.counted and not lab.succeeds("test", "-e", row.counted):
        pytest.skip("this kernel counts memory in the other hierarchy")
    board = fail(lab, carol, row, make_board, drop_in)
    failure = board["failure"]
    told = " ".join((failure["summary"], failure["detail"], failure["remedy"]))
    assert rule_that_shows(lab, carol, board) == rule_of(row)
    assert row.says in told, told
    assert "{" not in failure["summary"] + failure["remedy"], told
    assert failure["exit_status"] == row.status or row.status is None, failure
    assert row.tail in "\n".join(failure["log_tail"]), failure["log_tail"]

    # The page shows the same, and a script gets it as a problem document.
    page = carol.visit(board["url"])
    assert page.status == 503, page
    for text in (failure["summary"], failure["detail"], failure["remedy"]):
        assert text in html.unescape(page.text), page.text
    assert carol.get(board["url"] + "data/runs").code == "board_failed"
    pictures(row.name, carol, board)

    # Door and failure survive a restart of boardgated.
    assert lab.property(board["unit"].replace(".service", ".socket"), "ActiveState") == "active"

    drop_in.stop()
    if row.repairs:
        shell(lab, row.repairs, board)
    elif row.change:
        assert list(failure["change"]) == [row.change], failure
        changed = carol.send("PATCH", f"/api/v1/boards/{board['id']}", failure["change"])
        assert changed.status == 200, changed
    else:
        return
    assert carol.post(f"/api/v1/boards/{board['id']}/wake").status == 202
    assert in_state(carol, board, "ready")["failure"] is None


# Errors before the start: option, and a part of the answer.
REFUSED = {
    "an unknown folder": ({"logdir": "/home/carol/run"}, 400, "logdir_missing", "/home/carol/runs\""),
    "a file": ({"logdir": "/etc/passwd"}, 400, "logdir_not_a_folder", "/etc/passwd"),
    "a folder that is closed": ({"logdir": "/root"}, 400, "logdir_unreadable", "Permission denied"),
    "another person's home": ({"logdir": "/home/alice/runs"}, 409, "logdir_foreign", "alice's home"),
    "a bucket": ({"logdir": "gs://bucket/runs"}, 400, "logdir_remote", "no network"),
    # TensorBoard's data server would read it as 0 and loop.
    "a reload interval below a second": ({"reload_interval": 0.5}, 400, "bad_field", "reload_interval"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_work_is_refused_before_it_starts(carol, what):
    options, status, code, says = REFUSED[what]
    answer = carol.post("/api/v1/boards", {"logdir": "/home/carol/runs", "new": True, "wake": True, **options})
    assert (answer.status, answer.code) == (status, code), answer
    assert says in answer.problem["detail"], answer.problem


def test_a_board_is_refused_when_every_port_is_taken(settings, carol, make_board):
    settings(door_ports="16000-16001")
    make_board(carol)
    answer = carol.post("/api/v1/boards", {"logdir": "/home/carol/runs", "new": True, "wake": True})
    assert (answer.status, answer.code) == (503, "ports_exhausted"), answer


def test_an_empty_folder_is_a_board_and_the_nearest_event_files_are_named(lab, carol, make_board):
    lab.exec("mkdir", "-p", "/home/carol/runs/empty", user="carol")
    board = make_board(carol, "/home/carol/runs/empty")
    notices = {notice["code"]: notice["text"] for notice in board["notices"]}
    assert '"/home/carol/runs"' in notices["event_files_nearby"], board["notices"]


# It takes a minute: a restart has as much time as the first start.
# The last one needs a kernel without Landlock.
SEEN_BY_HAND = {("never_answered", "124"), ("not_confined", "not_confined")}


def test_every_rule_is_reached_by_a_row():
    assert len(RULES) == TABLE.read_text().count("\nFAILURE(")
    here = {(code, sign) for code, _, sign in RULES if not code.startswith("slurm_")}  # those: test_cluster_failures.py
    assert here - SEEN_BY_HAND == {rule_of(row) for row in ROWS}


@pytest.fixture(scope="module")
def browser():
    """Chromium, when pictures are wanted."""
    from selenium import webdriver
    options = webdriver.ChromeOptions()
    for word in ("--headless=new", "--no-sandbox", "--ignore-certificate-errors", "--window-size=900,900", "--disable-gpu"):
        options.add_argument(word)
    driver = webdriver.Chrome(options=options)
    yield driver
    driver.quit()


@pytest.fixture
def pictures(request):
    """pictures(name, client, board): a picture of the board's page below build/results, with BOARDGATE_PICTURES=1."""
    if os.environ.get("BOARDGATE_PICTURES") != "1":
        return lambda *_: None
    driver, folder = request.getfixturevalue("browser"), HERE.parents[1] / "build/results/failures"
    folder.mkdir(parents=True, exist_ok=True)

    def take(name, client, board):
        driver.execute_cdp_cmd("Network.enable", {})
        driver.execute_cdp_cmd("Network.setCookie", {"name": "__Host-Http-boardgate", "value": client.cookie, "url": client.url + "/",
                                                     "path": "/", "secure": True, "httpOnly": True, "sameSite": "Lax"})
        driver.get(client.url + board["url"])
        driver.save_screenshot(str(folder / f"{name}.png"))
    return take

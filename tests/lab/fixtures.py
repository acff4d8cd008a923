# SPDX-License-Identifier: MIT
"""Fixtures and reports for tests/lab and tests/browser."""
import json
import os
import re
import secrets
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from boardgate_conf import with_keys
from client import Client
from machine import LAB, Lab, until

_logins = {}  # user -> cookie: one login per account and run, not per test


@pytest.fixture(scope="session")
def lab():
    """The lab named by BOARDGATE_LAB, with a number for each worker of pytest-xdist; brought up, and down again, unless it is up
    already."""
    machine = Lab(os.environ.get("BOARDGATE_LAB", "lab") + os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw"))
    was_up = machine.is_up
    if not was_up:
        machine.verb("up", seconds=900)
    yield machine
    if os.environ.get("SANITIZE"):
        assert not (reports := reports_of_sanitizers(machine)), reports
    if not was_up:
        machine.verb("down", seconds=120)


def reports_of_sanitizers(lab):
    """What the programs of a lab with sanitizers said about themselves."""
    said = lab.journalctl("-b", "-o", "cat", "--no-pager")
    return [line for line in said.splitlines() if re.search(r"ERROR: \w+Sanitizer|runtime error:|SUMMARY: \w+Sanitizer", line)]


@pytest.fixture(scope="session")
def site(lab):
    """(https address, file with the authority that signed its certificate)"""
    return lab.verb("url").stdout.strip(), lab.verb("ca").stdout.strip()


@pytest.fixture
def stranger(site):
    """A client without a session."""
    return Client(*site)


def member(site, name):
    client = Client(*site, user=name, password=f"{name}-lab")
    client.cookie = _logins.get(name)
    if not client.is_logged_in():
        client.login()
        _logins[name] = client.cookie
    return client


@pytest.fixture
def alice(site):
    return member(site, "alice")


@pytest.fixture
def bob(site):
    return member(site, "bob")


@pytest.fixture
def carol(site):
    return member(site, "carol")


def make_again(lab, person, uid):
    """Makes a removed account again, so that the fixtures can clean up. Only a new session is worth something."""
    lab.exec("useradd", "--uid", uid, person.user)
    lab.exec("sh", "-euc", 'printf "%s:%s\\n" "$1" "$2" | chpasswd', "account", person.user, person.password)
    person.login()


@pytest.fixture
def make_board():
    """make_board(client, logdir=..., option=...): a new board, awake unless wake=False, that is deleted after the test."""
    made = []

    def make(client, logdir=None, **options):
        answer = client.post("/api/v1/boards", {"logdir": logdir or f"/home/{client.user}/runs", "new": True, "wake": True, **options})
        assert answer.status == 201, answer
        made.append((client, answer.json["id"]))
        return answer.json

    yield make
    stay = []
    for client, board in made:
        try:
            if not client.is_logged_in():
                client.login()
            answer = client.delete(f"/api/v1/boards/{board}")
            assert answer.status in (204, 404), f"board {board} stays behind: {answer!r}"
        except AssertionError as error:
            stay.append(str(error))
    assert not stay, "\n".join(stay)


@contextmanager
def accounts(lab, site):
    """make(password=...): a new Unix account with a home, not logged in; deleted at the end of the block."""
    made = []

    def make(password=None, name=None, shell="/bin/bash", uid=None):
        client = Client(*site, user=name or f"t{secrets.token_hex(4)}", password=password or secrets.token_urlsafe(12))
        lab.exec("useradd", "--create-home", "--shell", shell, *(["--uid", uid] if uid else []), "--badname", client.user)
        made.append(client)
        lab.exec("sh", "-euc", 'printf "%s:%s\\n" "$1" "$2" | chpasswd', "account", client.user, client.password)
        return client

    try:
        yield make
    finally:
        for client in made:
            # A later account may get the same uid: leave nothing valid.
            if client.is_logged_in():
                for board in client.boards():
                    client.delete(f"/api/v1/boards/{board['id']}")
                client.delete("/api/v1/sessions")
            lab.exec("userdel", "--force", "--remove", client.user, check=False)


@pytest.fixture
def make_account(lab, site):
    with accounts(lab, site) as make:
        yield make


def in_state(client, board, *states, seconds=30.0):
    """Waits until the board is in one of these states, and returns it."""
    def look():
        now = client.board(board["id"])
        assert now["state"] in states, now
        return now
    return until(f"board {board['id']} is {' or '.join(states)}", look, seconds)


@pytest.fixture
def ready_board(make_board):
    """ready_board(client, option=...): a ready board."""
    return lambda client, *where, **options: in_state(client, make_board(client, *where, **options), "ready")


@contextmanager
def changing_settings(lab, site):
    """change(awake_boards="2", environments={"name": "/path"}): changes boardgate.conf until the end of the block."""
    path = "/etc/boardgate/boardgate.conf"
    before = lab.read(path).decode()

    def apply(text):
        lab.write(path, text)
        lab.systemctl("reset-failed", "boardgated.service", check=False)  # tests restart it more often than people
        lab.systemctl("restart", "boardgated.service")
        until("boardgated is back", lambda: Client(*site).get("/api/v1/session").status == 401)

    def change(environments=None, **keys):
        apply(with_keys(before, **keys) + "".join(f"{name} = {program}\n" for name, program in (environments or {}).items()))

    try:
        yield change
    finally:
        apply(before)


@pytest.fixture
def settings(lab, site):
    with changing_settings(lab, site) as change:
        yield change


@pytest.fixture
def pam(lab):
    """pam(change): the service's lines, changed, until the test is over."""
    before = lab.read("/etc/pam.d/boardgate").decode()
    yield lambda change: lab.write("/etc/pam.d/boardgate", change(before))
    lab.write("/etc/pam.d/boardgate", before)


@pytest.fixture
def second_factor(lab, pam, tmp_path):
    source = Path(__file__).resolve().parents[1] / "pam/pam_code.cc"
    subprocess.run(["g++", "-std=c++20", "-shared", "-fPIC", "-o", tmp_path / "module", source, "-lpam"], check=True, timeout=60)
    lab.write("/opt/pam_code.so", (tmp_path / "module").read_bytes())
    pam(lambda text: text.replace("@include common-auth\n", f"@include common-auth\nauth required /opt/pam_code.so\n"))


class RecordingBoard:
    """A board that runs recording-board instead of TensorBoard."""

    def __init__(self, client, board):
        self.client, self.url, self.id, self.port, self.unit = client, board["url"], board["id"], board["port"], board["unit"]

    def seen(self):
        return self.client.get(f"{self.url}seen").json

    def value(self, expression):
        """The value of a Python expression in the board's process, or the name of its OSError."""
        answer = self.client.get(f"{self.url}value?" + quote(expression))
        assert answer.status == 200, f"{expression}: {answer!r}"
        return answer.json

    def answer(self, status=200, headers=(), **more):
        """The client's view of this answer of the board."""
        return self.client.get(f"{self.url}answer?" + quote(json.dumps({"status": status, "headers": list(headers)})), **more)


@pytest.fixture
def any_address(lab):
    """This machine says from where a request comes, as another terminator does."""
    server = "/etc/boardgate/nginx-server.conf"
    before = lab.read(server).decode()
    lab.write(server, before + "set_real_ip_from 0.0.0.0/0;\nreal_ip_header X-Forwarded-For;\n")
    lab.systemctl("restart", "nginx")
    yield
    lab.write(server, before)
    lab.systemctl("restart", "nginx")


@pytest.fixture
def free_ports(lab):
    """Nothing keeps the ports of doors: any account can take them."""
    lab.systemctl("stop", "boardgate-ports.service")
    yield
    lab.systemctl("start", "boardgate-ports.service")


@pytest.fixture
def websockets(lab, site):
    """nginx passes WebSockets to boards."""
    def switch(change):
        lab.exec("sed", "-i", change, "/etc/boardgate/nginx-server.conf")
        workers = lab.exec("pgrep", "-f", "nginx: worker").split()
        lab.systemctl("reload", "nginx")
        until("nginx has new workers", lambda: not set(workers) & set(lab.exec("pgrep", "-f", "nginx: worker process$").split()), 60)

    switch("$a set $boardgate_websockets on;")
    yield
    switch("/^set .boardgate_websockets on;/d")


@pytest.fixture(scope="module")
def recording_boards(lab, site):
    """A recording board of alice and one of bob."""
    program = "/opt/recording/bin/tensorboard"
    lab.write(program, (LAB.parent / "recording-board").read_bytes(), mode="0755")
    with changing_settings(lab, site) as change:
        change(environments={"recording": program})
        boards = []
        for client in (member(site, "alice"), member(site, "bob")):
            made = client.post("/api/v1/boards", {"logdir": f"/home/{client.user}/runs", "environment": "recording", "new": True, "wake": True})
            assert made.status == 201, made
            boards.append(RecordingBoard(client, in_state(client, made.json, "ready")))
        yield boards
        for board in boards:
            board.client.login().delete(f"/api/v1/boards/{board.id}")


def wait_for_gate(lab):
    """Waits until the packet filter is in force. Asks on the server itself: others get no answer."""
    return until("the gate is in force", lambda: health(lab)["status"] == 200 and health(lab), 20)


def health(lab):
    return lab.python(HEALTH)


HEALTH = r"""
import http.client, json, ssl
unchecked = ssl.create_default_context()
unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
connection = http.client.HTTPSConnection("127.0.0.1", context=unchecked, timeout=5)
connection.request("GET", "/api/v1/health")
answer = connection.getresponse()
print(json.dumps({"status": answer.status, "body": json.loads(answer.read())}))
"""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Adds the lab's journal to the report of a failure."""
    report = (yield).get_result()
    machine = item.funcargs.get("lab") if hasattr(item, "funcargs") else None
    if report.failed and machine is not None:
        try:
            report.sections.append(("journal of the lab", machine.journal()))
        except Exception as error:  # keep the report even if adding to it fails
            report.sections.append(("journal of the lab", f"cannot be read: {error}"))
    return report

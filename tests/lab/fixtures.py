# SPDX-License-Identifier: MIT
"""Fixtures and reports of the lab's tests, for tests/lab and tests/browser alike."""
import os
import secrets

import pytest

from client import Client
from machine import Lab, until

_logins = {}  # user -> cookie, so that a run needs one login per account and not one per test


@pytest.fixture(scope="session")
def lab():
    """The lab named by BOARDGATE_LAB; brought up, and down again, when it is not up already."""
    machine = Lab(os.environ.get("BOARDGATE_LAB", "lab"))
    was_up = machine.is_up
    if not was_up:
        machine.verb("up", seconds=900)
    yield machine
    if not was_up:
        machine.verb("down", seconds=120)


@pytest.fixture(scope="session")
def site(lab):
    """(https address, file with the authority that signed its certificate)"""
    return lab.verb("url").stdout.strip(), lab.verb("ca").stdout.strip()


@pytest.fixture
def stranger(site):
    """Somebody without a session."""
    return Client(*site)


def _member(site, name):
    client = Client(*site, user=name, password=f"{name}-lab")
    client.cookie = _logins.get(name)
    if not client.is_logged_in():
        client.login()
        _logins[name] = client.cookie
    return client


@pytest.fixture
def alice(site):
    return _member(site, "alice")


@pytest.fixture
def bob(site):
    return _member(site, "bob")


@pytest.fixture
def carol(site):
    return _member(site, "carol")


@pytest.fixture
def make_board():
    """make_board(client, logdir=..., option=...): a board that is gone after the test."""
    made = []

    def make(client, logdir=None, **options):
        answer = client.post("/api/v1/boards", {"logdir": logdir or f"/home/{client.user}/runs", **options})
        assert answer.status == 201, answer
        made.append((client, answer.json["id"]))
        return answer.json

    yield make
    for client, board in made:
        if not client.is_logged_in():
            client.login()
        answer = client.delete(f"/api/v1/boards/{board}")
        assert answer.status in (204, 404), f"board {board} stays behind: {answer!r}"


@pytest.fixture
def make_account(lab, site):
    """make_account(password=...): a Unix account of the test's own, with a home, not logged in; gone after the test."""
    made = []

    def make(password=None, name=None, shell="/bin/bash"):
        client = Client(*site, user=name or f"t{secrets.token_hex(4)}", password=password or secrets.token_urlsafe(12))
        lab.exec("useradd", "--create-home", "--shell", shell, client.user)
        made.append(client)
        lab.exec("sh", "-euc", 'printf "%s:%s\\n" "$1" "$2" | chpasswd', "account", client.user, client.password)
        return client

    yield make
    for client in made:
        # A later account may get the same uid: nothing of this one may be valid then.
        if client.is_logged_in():
            for board in client.boards():
                client.delete(f"/api/v1/boards/{board['id']}")
            client.delete("/api/v1/sessions")
        lab.exec("userdel", "--force", "--remove", client.user, check=False)


@pytest.fixture
def ready(lab):
    """ready(client, board): waits until a board answers for itself; the answer."""
    def wait(client, board, seconds=30):
        return until(f"board {board['id']} is ready",
                     lambda: client.board(board["id"])["state"] == "ready" and client.board(board["id"]), seconds)
    return wait


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure in the lab is explained in the lab: its journal goes into the report."""
    report = (yield).get_result()
    machine = item.funcargs.get("lab") if hasattr(item, "funcargs") else None
    if report.failed and machine is not None:
        try:
            report.sections.append(("journal of the lab", machine.journal()))
        except Exception as error:  # the report matters more than what went wrong while adding to it
            report.sections.append(("journal of the lab", f"cannot be read: {error}"))

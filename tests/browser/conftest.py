# SPDX-License-Identifier: MIT
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab"))

from fixtures import *  # noqa: E402,F401,F403 (fixtures and hooks are found by their names in here)
from fixtures import pytest_runtest_makereport as journal_in_report  # noqa: E402

import pytest  # noqa: E402

from page import Page, open_browser  # noqa: E402


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Adds the browser's state to the report of a failure, beside the lab's journal."""
    report = yield from journal_in_report(item, call)
    if Page.opened and call.when == "call" and call.excinfo:
        report.sections.append(("browser", Page.opened.explain(item.name)))
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown():
    """Closes the page before fixtures clean up: an open page keeps sending requests for accounts that are then deleted.
    Also after a failed fixture. An exception here would prevent the clean-up of all fixtures."""
    page, Page.opened = Page.opened, None
    if page:
        page.leave()


@pytest.fixture(scope="session")
def browser(site):
    """One Chromium for all tests: starting it takes as long as most of them."""
    with open_browser(site) as driver:
        yield driver


@pytest.fixture
def page(browser, site):
    """The portal in a browser without a session."""
    page = Page(browser, *site)
    page.fresh()
    yield page
    assert page.stuck is None, f"the page could not be left: {page.stuck}"
    assert page.complaints() == [], "the page complained in the browser's console"


@pytest.fixture
def alices(page, alice):
    """The view of boards, where alice is logged in and has none."""
    for board in alice.boards():
        alice.delete(f"/api/v1/boards/{board['id']}")
    return page.enter(alice, "/boards")


@pytest.fixture
def closing_folder(lab):
    """(path, close()): a folder of alice, which close() makes unreadable for her; deleted after the test."""
    path = "/home/alice/closed"
    lab.exec("mkdir", "-p", path, user="alice")
    yield path, lambda: lab.exec("chmod", "000", path)
    lab.exec("rmdir", path)


@pytest.fixture
def stored_boards(lab):
    """stored_boards(user, count): boards in the database without doors; deleted after the test."""
    def change(source, *arguments):
        lab.systemctl("reset-failed", "boardgated.service", "boardgate-launcher.service")
        lab.python(source, *arguments, user="boardgate")
        lab.systemctl("restart", "boardgated.service")  # which reads them once, at its start

    yield lambda user, count: change(STORE, lab.exec("id", "-u", user).strip(), user, str(count))
    change(FORGET)


STORE = r"""
import json, sqlite3, sys, time
uid, user, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
letters = "abcdefghjkmnpqrstuvwxyz23456789"
with sqlite3.connect("/var/lib/boardgate/boardgate.db") as database:
    for n in range(count):
        options = json.dumps({"logdir": f"/home/{user}/runs {n}", "title": f"board {n}"})
        name = "tst" + "".join(letters[n // 31 ** k % 31] for k in range(5))
        database.execute("INSERT INTO boards (id, uid, owner, port, options, created, last_viewed) VALUES (?, ?, ?, 0, ?, ?, 0)", (name, uid, user, options, int(time.time()) - n))
print("null")
"""
FORGET = r"""
import sqlite3
with sqlite3.connect("/var/lib/boardgate/boardgate.db") as database:
    database.execute("DELETE FROM boards WHERE id LIKE 'tst%'")
print("null")
"""

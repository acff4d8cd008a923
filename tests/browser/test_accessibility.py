# SPDX-License-Identifier: MIT
"""Every view, light and dark, on a laptop and a phone, checked by axe-core: no findings."""
import subprocess
import zipfile

import pytest
from page import LAPTOP, PHONE, TOP

FOLDER = TOP / "build/axe"
# A wheel that contains axe-core.
WHEEL = "axe-playwright-python==0.1.8"
JUDGE = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ['violations']}).then(
    (found) => done(found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join('; ')}`)),
    (error) => done([String(error)]));
"""


@pytest.fixture(scope="session")
def axe():
    if not list(FOLDER.glob("*.whl")):
        subprocess.run(["/usr/bin/python3", "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check",
                        "--dest", FOLDER, WHEEL], check=True, timeout=120)
    (wheel,) = FOLDER.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.read("axe_playwright_python/axe.min.js").decode()


def judged(page, axe):
    """The findings of axe-core in all themes and sizes. It runs from outside: the page's own policy allows no script."""
    page.command("Page.setBypassCSP", enabled=True)
    found = {}
    try:
        for theme in ("light", "dark"):
            for size in (LAPTOP, PHONE):
                page.theme(theme)
                page.size(*size)
                page.command("Runtime.evaluate", expression=axe)
                if violations := page.driver.execute_async_script(JUDGE):
                    found[theme, size] = violations
    finally:
        # Other tests use the same browser, and they test the policies.
        page.command("Page.setBypassCSP", enabled=False)
    return found


VIEWS = {
    "login": ("/login", "#login-user", None),
    "my boards": ("/boards", "li.board .board-open", None),
    "a board's menu": ("/boards", "li.board .board-open", "summary.more"),
    "new board, advanced": ("/boards?new", "#new-logdir", ".new summary"),
    "new board, folders": ("/boards?new&logdir=/home/alice/", "#new-logdir", "#new-logdir"),
    "a board's options": ("/boards?edit={board}", "#board-dialog", "#board-dialog summary"),
    "my runs": ("/", "li.run", None),
    "my runs, some ticked": ("/", "li.run", "li.run[data-path$=wide] input, li.run[data-path$=baseline] input"),
    "my runs, columns": ("/", "li.run", "#columns summary"),
    "shared with me": ("/shared", "main h1", None),
    "sessions": ("/sessions", "tbody tr", None),
    "an unknown board": ("/b/zzzzzzzz/", "main h1", None),
    "nothing at all": ("/boards/no-such-thing", "main h1", None),
}


@pytest.mark.parametrize("view", VIEWS)
def test_axe_has_nothing_to_report(page, alice, axe, ready_board, view):
    path, wanted, opened = VIEWS[view]
    if view == "login":
        page.expect("401").open(path)
    else:
        board = ready_board(alice)["id"] if "board" in view else None
        page.expect("status of 404").enter(alice, path.format(board=board))
    page.shown(wanted, seconds=20)
    for selector in opened.split(", ") if opened else ():
        page.click(selector)
    if "folders" in view:
        page.shown("[role=option]")
    assert judged(page, axe) == {}


def test_nor_on_the_log_and_on_a_board_that_failed(page, alice, axe, closing_folder, make_board, ready_board):
    board = ready_board(alice)
    page.enter(alice, f"/log/{board['id']}").shown(".log .line")
    assert judged(page, axe) == {}
    path, close = closing_folder
    failed = make_board(alice, path)
    close()
    alice.post(f"/api/v1/boards/{failed['id']}/restart")
    page.expect("503").open(f"/b/{failed['id']}/").says("You cannot read")
    assert judged(page, axe) == {}


def test_nor_with_all_that_goes_wrong_on_one_page(alices, axe, lab, alice, settings, make_board):
    """A failed card with its log and remedy, a refused and an undoable deletion, a refused form, and a lost connection: all
    on one page, to check them in one run."""
    alices.expect("status of 40", "status of 50", "ERR_", "net::")
    settings(environments={"gone": "/opt/gone/bin/tensorboard"})
    failed, kept, going = (make_board(alice, title=title, **more) for title, more in
                           (("Failed", {"environment": "gone"}), ("Kept", {}), ("Going", {})))
    alices.open("/boards").shown(f"{alices.board(failed)} .board-remedy", "environment = default", seconds=30)
    alices.choose(kept, "delete").shown(".bar", "Kept is deleted")
    launcher = ("boardgate-launcher.socket", "boardgate-launcher.service")
    lab.systemctl("stop", *launcher)
    try:
        alices.click("#logout").shown(".bar", "Kept is not deleted. ")
    finally:
        lab.systemctl("start", *launcher)
    alices.click("#new-board").type("#new-logdir", "/home/alice/nowhere").shown(".advice", "does not exist")
    alices.click("#new-submit").shown("#new-error", "does not exist")
    alices.click(f"{alices.board(failed)} .failure summary").shown(f"{alices.board(failed)} pre.log")
    alices.choose(going, "delete").shown(".bar .undo", "Undo")  # the menu is above the bar
    # Returning the focus to the bar stops its timer.
    alices.run("const undo = document.querySelector('.undo'); undo.blur(); undo.focus()")
    lab.systemctl("stop", "nginx.service")
    try:
        alices.shown("#disconnected", "reconnecting", seconds=20)
        found = judged(alices, axe)
        for selector in (".failure pre.log", ".board-remedy", ".bar .undo", "#disconnected", "#new-error", "[aria-invalid]"):
            alices.shown(selector, seconds=1)  # until the end
        alices.shown(".bar", "Kept is not deleted. ", seconds=1)
    finally:
        lab.systemctl("start", "nginx.service")
    assert found == {}


def test_nor_where_pam_asks_and_where_it_says_no(page, axe):
    page.expect("status of 40").open("/login").type("#login-user", "alice").click("#login-submit").shown("#login-answer-0")
    assert judged(page, axe) == {}
    page.type("#login-answer-0", "not it").click("#login-submit").shown("#login-error", "wrong")
    assert judged(page, axe) == {}


def test_nor_for_administrators(page, alice, axe, lab, settings, make_account, ready_board):
    member = make_account()
    settings(administrators=member.user)
    ready_board(alice.login())
    page.enter(member.login(), "/administration").shown("#all-boards tbody tr", seconds=20)
    assert judged(page, axe) == {}


def test_nor_while_a_board_waits(page, alice, bob, axe, settings, make_board, ready_board):
    settings(awake_boards=1)
    ready_board(bob.login())
    board = make_board(alice.login())
    page.expect("503").enter(alice, board["url"]).shown(".board-state", "Waiting")
    page.shown("#wake")
    assert judged(page, axe) == {}


def test_nor_while_a_board_starts(page, alice, axe, lab, settings, make_board):
    lab.write("/opt/stuck/bin/tensorboard", "#!/bin/sh\necho waiting\nexec sleep 600\n", mode="0755")
    settings(environments={"stuck": "/opt/stuck/bin/tensorboard"})
    board = make_board(alice.login(), environment="stuck")
    page.expect("503").enter(alice, board["url"]).shown(".log .line", "waiting")
    assert judged(page, axe) == {}


def test_axe_is_not_blind(page, axe):
    page.expect("401").open("/login").shown("#login-user")
    page.run("document.querySelector('main').append(document.createElement('button'))")
    found = judged(page, axe)
    assert len(found) == 4 and all("button-name" in str(violations) for violations in found.values()), found

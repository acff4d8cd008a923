# SPDX-License-Identifier: MIT
"""Loading and display of the portal: fast, from this server only, light and dark, without motion, by keyboard."""
import re

import pytest

from fixtures import in_state
from machine import until
from selenium.webdriver.common.keys import Keys

MOST_BYTES = 170_000
PORTAL = r"""
import json, os
files = [os.path.join(folder, name) for folder, _, names in os.walk("/usr/share/boardgate/portal") for name in names]
print(json.dumps({path: os.path.getsize(path) for path in files}))
"""


# ---- loading ----------------------------------------------------------------------------------------------------
def test_the_whole_portal_is_small(lab):
    sizes = lab.python(PORTAL)
    assert len(sizes) > 20 and sum(sizes.values()) <= MOST_BYTES, sum(sizes.values())


def test_all_that_the_first_paint_needs_is_named_in_the_page_itself(alices, alice):
    """Then loading waits only for the page and, in parallel, its files."""
    alices.forget_files().requests()
    alices.open("/boards").shown("#new-board")
    loaded = {url for url, _, _ in alices.requests() if "/assets/" in url}
    named = {alices.url + path for path in re.findall(r'(?:href|src)="(/assets/[^"]+)"', alice.get("/").text)}
    assert len(loaded) > 20 and loaded <= named, loaded - named


def test_files_are_kept_under_a_name_of_their_content_and_not_asked_for_again(alices, alice):
    alices.open("/boards").shown("#new-board")
    for path in re.findall(r'(?:href|src)="(/assets/[^"]+)"', alice.get("/").text):
        assert re.match(r"/assets/[0-9a-f]{12}/", path)
        assert alice.get(path).header("Cache-Control") == "public, max-age=31536000, immutable", path
    alices.requests()
    alices.open("/").shown("#looking")
    moved = [(url, size) for url, _, size in alices.requests() if "/assets/" in url and size]
    assert moved == []


def test_pages_of_boardgated_use_the_same_files(page, alice):
    # The page of an unknown board looks like the page of a board that is not ready.
    answer = alice.visit("/b/zzzzzzzz/")
    portal = set(re.findall(r'"(/assets/[0-9a-f]+/)', alice.get("/").text))
    assert set(re.findall(r'"(/assets/[^/"]+/)', answer.text)) == portal and len(portal) == 1


def test_an_address_without_anything_leads_back(page, alice):
    page.expect("status of 404").enter(alice, "/boards/no-such-thing").says("There is no such address")
    assert alice.visit("/boards/no-such-thing").status == 404
    page.click("a", "Runs").shown("#runs-heading")


def test_a_server_that_does_not_answer_is_shown_and_asked_again(alices, lab):
    lab.systemctl("kill", "--signal=STOP", "boardgated.service")
    try:
        alices.open("/").says("Waiting for the server")
    finally:
        lab.systemctl("kill", "--signal=CONT", "boardgated.service")
    alices.shown("#runs-heading", seconds=20)
    sockets = [f"boardgated-{kind}.socket" for kind in ("app", "gate", "stream")]
    lab.systemctl("stop", "boardgated.service", *sockets)
    try:
        alices.expect("status of 50").open("/").shown("h1", "The server does not answer")
    finally:
        lab.systemctl("start", *sockets, "boardgated.service")
    alices.click("button", "Try again").shown("#runs-heading", seconds=20)


@pytest.mark.parametrize("path", ["/", "/boards", "/sessions", "/boards?new"])
def test_nothing_comes_from_another_host_and_no_policy_is_broken(alices, path):
    alices.requests()
    alices.open(path).shown("#links a")
    alices.shown("main h1, main h2")
    hosts = {url.split("/")[2] for url, _, _ in alices.requests() if url.startswith("http")}
    assert hosts == {alices.url.split("/")[2]}


def test_the_policy_allows_no_script_but_the_portals_files(alice):
    policy = alice.get("/").header("Content-Security-Policy")
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"):
        assert part in policy
    assert "unsafe" not in policy and "<script>" not in alice.get("/").text and "style=" not in alice.get("/").text


# ---- looks ------------------------------------------------------------------------------------------------------
LUMINANCE = """
const [r, g, b] = getComputedStyle(arguments[0] ? document.querySelector(arguments[0]) : document.body).backgroundColor.match(/[0-9.]+/g).map(Number);
return 0.2126 * r + 0.7152 * g + 0.0722 * b;
"""


def test_it_is_light_or_dark_as_the_system_is(alices):
    alices.open("/boards?new").shown("section.card")
    for theme, fits in (("light", lambda l: l > 200), ("dark", lambda l: l < 60)):
        alices.theme(theme)
        assert fits(alices.run(LUMINANCE)) and fits(alices.run(LUMINANCE, "section.card")), theme


def test_nothing_moves_with_reduced_motion(alices, alice, ready_board):
    ready_board(alice)
    alices.open("/boards").shown("li.board")
    moving = "return document.getAnimations({subtree: true}).length + [...document.querySelectorAll('*')].filter((e) => getComputedStyle(e).animationName !== 'none' || parseFloat(getComputedStyle(e).transitionDuration) > 0).length"
    alices.theme("light")
    alices.choose(alice.boards()[0], "delete").shown(".bar")
    assert alices.run(moving) == 0
    alices.click(".undo").gone(".bar")


def test_no_width_needs_sideways_scrolling(alices, alice, ready_board):
    ready_board(alice, title="A title that somebody took a long time to think of, and that nobody would like to see cut off")
    for path, wanted, opened in (("/boards", "li.board", None), ("/", "li.run", None), ("/sessions", "tbody tr", None), ("/boards?new", "li.board", ".new summary")):
        for width in (320, 390, 768, 1280, 2200):
            alices.size(width, 800)
            alices.open(path).shown(wanted, seconds=20)
            if opened:
                alices.click(opened)
            assert alices.run("return document.documentElement.scrollWidth") <= width, (path, opened, width)


# ---- the keyboard -----------------------------------------------------------------------------------------------
def tab_to(page, wanted, most=60):
    """Presses Tab until the focus is on a matching element; the focus must be visible."""
    for _ in range(most):
        page.keys(Keys.TAB)
        if page.run("return document.activeElement.matches(arguments[0])", wanted):
            outline = page.run("const s = getComputedStyle(document.activeElement); return [s.outlineStyle, parseFloat(s.outlineWidth), s.boxShadow]")
            assert (outline[0] != "none" and outline[1] >= 2) or outline[2] != "none", f"{wanted}: the focus is not seen"
            return page
    raise AssertionError(f"{most} times Tab lead nowhere near {wanted}")


def test_a_whole_day_without_a_mouse(page, make_account, lab):
    person = make_account()
    lab.exec("/usr/local/bin/write-events", f"/home/{person.user}/runs", user=person.user)
    lab.exec("mkdir", f"/home/{person.user}/results", user=person.user)  # so that what "~/ru" offers is not what "~/r" does
    page.expect("status of 401").open("/").shown("#login-user")
    page.keys(person.user, Keys.TAB, person.password, Keys.ENTER).shown("#runs-heading")
    tab_to(page, "#links a[href='/boards']").keys(Keys.ENTER).shown("#boards-heading")
    tab_to(page, "#new-board").keys(Keys.ENTER).shown("#new-logdir")
    page.keys("~/ru").reads("[role=option] .path", "runs/")
    page.keys(Keys.ARROW_DOWN, Keys.ENTER).reads("[role=option] .path", "baseline/", "sweep/", "wide/").shown(".advice", "4 runs")
    page.keys(Keys.ESCAPE).gone("[role=option]")
    tab_to(page, "#new-submit").keys(Keys.ENTER).shown("li.board")
    until("the new board has the focus", lambda: page.run("return document.activeElement.matches('.board-open')"))
    person.login()
    (board,) = person.boards()
    assert person.post(f"/api/v1/boards/{board['id']}/wake").status == 202
    in_state(person, board, "ready")
    tab_to(page, ".board-sleep").keys(Keys.ENTER).shown(".board-state", "Asleep")
    # The pressed button is gone; the focus is still in this card.
    assert page.run("return document.activeElement.closest('li.board') !== null")
    tab_to(page, "summary.more").keys(Keys.ENTER).shown(".board-edit")
    tab_to(page, ".board-edit").keys(Keys.ENTER).shown("#edit-title")
    tab_to(page, "#edit-title").keys(Keys.END, " by hand", Keys.ENTER).gone("#board-dialog")
    page.shown("li.board h3", "runs by hand")
    tab_to(page, "summary.more").keys(Keys.ENTER)
    tab_to(page, ".board-delete").keys(Keys.ENTER).shown(".bar")
    page.keys(Keys.ENTER).gone(".bar").shown("li.board h3", "runs by hand")
    tab_to(page, ".board-log").keys(Keys.ENTER).shown(".log .line")
    tab_to(page, ".log")


def test_a_key_leads_past_the_head(alices):
    alices.open("/").shown("#search")
    alices.run("document.getElementById('search').value = 'half typed'")
    alices.keys(Keys.TAB)
    assert alices.focus.text == "Skip to content"
    alices.keys(Keys.ENTER)
    assert alices.focus.get_attribute("id") == "main"
    assert alices.shown("#search").get_attribute("value") == "half typed", "the view was made anew"


def test_what_happens_is_read_out(alices, alice, ready_board):
    board = ready_board(alice, title="Heard")
    alices.shown(f"{alices.board(board)} .board-state", "Ready")
    alice.post(f"/api/v1/boards/{board['id']}/sleep")
    until("it is announced", lambda: alices.run("return document.querySelector('[role=status]#announcer').textContent") == "Heard: Asleep")
    for landmark in ("header", "nav[aria-label]", "main"):
        assert len(alices.all(landmark)) == 1, landmark

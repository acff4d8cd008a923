# SPDX-License-Identifier: MIT
"""Shared boards in Firefox: another engine's sandbox, policies and parser. Chromium tries each payload and each way on a page of
its own (test_py, test_script_in_a_view.py); here, what can share a page does. Dashboards that need WebGL are left
out: Firefox has no software renderer of its own."""
import json

import pytest

from firefox import FirefoxPage, open_firefox
from hostile import shared_environment, shown_board, source_of
from machine import until
from page import LAPTOP
from payloads import (EXECUTED, FIND, LISTINGS, MARK, PAGE_OF_DATA, PAYLOADS, listing_answers, listing_runs_nothing, no_alert,
                      markup_of_a_script_is_cleaned, odd_elements, page_of_data_runs_nothing, templates_of_data_stay_text, text_answers)
from test_dashboards import DASHBOARDS
from test_script_in_a_view import SCRIPT, WAYS
from test_shared_dashboards import board as all_dashboards, enter, sees  # noqa: F401 (the first is a fixture)

# These may leave the page.
MOVING = ("moves the top", "opens the portal", "opens a form")
DRAWN_WITHOUT_WEBGL = [name for name in DASHBOARDS if name not in ("timeseries", "mesh", "projector")]


@pytest.fixture(scope="module")
def firefox():
    with open_firefox() as driver:
        yield driver


@pytest.fixture
def page(firefox, site, bob):
    page = FirefoxPage(firefox, *site)
    page.take_session(bob)
    page.size(*LAPTOP)
    firefox.set_script_timeout(15)
    yield page
    for other in firefox.window_handles[1:]:
        firefox.switch_to.window(other)
        firefox.close()
    firefox.switch_to.window(firefox.window_handles[0])
    firefox.switch_to.default_content()
    assert page.stuck is None, page.stuck


@pytest.fixture(scope="module")
def hostile(lab, site):
    with shared_environment(lab, site, "hostile", source_of("hostile-owner")), \
            shown_board(lab, site, environment="hostile", loader="python", title="hostile") as shown:
        yield shown[0]
    lab.exec("rm", "-f", "/home/alice/runs/hostile.json")


@pytest.fixture
def send(lab):
    """send({end of a path: answer}): what alice's board answers from now on."""
    yield lambda answers: lab.write("/home/alice/runs/hostile.json", json.dumps(answers), owner="alice")
    lab.exec("rm", "-f", "/home/alice/runs/hostile.json")


@pytest.fixture(scope="module")
def boards(lab, site):
    with shown_board(lab, site, title="first") as first, shown_board(lab, site, title="second") as second:
        yield first, second


def notes():
    """An answer with each payload in a note of its own."""
    answers = text_answers("")
    texts = [{"wall_time": 1.0, "step": n, "text": f"<p>{MARK}-{n}.</p>{markup}"} for n, markup in enumerate(PAYLOADS.values())]
    return {**answers, "/data/plugin/text/text": {"body": json.dumps(texts)}}


def test_markup_of_the_owners_runs_nothing(page, hostile, send):
    send(notes())
    page.enter_view(hostile, "text")
    drawn = FIND + "const text = all.filter((e) => e.localName === 'tf-markdown-view').map((e) => (e.shadowRoot ?? e).textContent).join(' ');"
    until("every note is drawn", lambda: no_alert(page) and page.run(
        drawn + "return arguments[0].every((mark) => text.includes(mark))", [f"{MARK}-{n}." for n in range(len(PAYLOADS))]), 40)
    page.run(FIND + "all.filter((e) => e.id === 'link' && e instanceof HTMLElement).forEach((e) => e.click());")
    no_alert(page)
    assert page.run(EXECUTED) == "undefined"
    assert odd_elements(page) == []


@pytest.mark.parametrize("name", [name for name in LISTINGS if "name" not in name])
def test_a_listing_of_the_owners_runs_nothing(page, hostile, send, name):
    send(listing_answers(name))
    page.enter_view(hostile, "text")
    listing_runs_nothing(page)


def test_no_answer_of_the_owners_becomes_a_page(page, hostile, send):
    send(PAGE_OF_DATA)
    page.enter_view(hostile, "text")
    page_of_data_runs_nothing(page)


@pytest.mark.parametrize("holds", [templates_of_data_stay_text, markup_of_a_script_is_cleaned])
def test_behind_the_cleaning_of_notes(page, hostile, send, holds):
    send(text_answers(""))
    page.enter_view(hostile, "text")
    until("the note is drawn", lambda: page.run(FIND + "return all.some((e) => e.localName === 'tf-markdown-view')"), 40)
    holds(page)


def tried(page, boards, way):
    (board, _), (_, other) = boards
    ways = "const WAYS = {[WAY]: async () => {" + WAYS[way] + "}};"
    return page.driver.execute_async_script(SCRIPT.replace("WAYS[WAY]()", ways + "WAYS[WAY]()"), board["id"], other, way)


def stays(page, bob, board):
    page.driver.switch_to.default_content()
    assert page.driver.current_url.startswith(f"{page.url}/shared/{board['id']}"), page.driver.current_url
    assert bob.is_logged_in()


def nothing_is_got(page, boards):
    page.enter_view(boards[0][0])
    got = {way: tried(page, boards, way) for way in WAYS if way not in MOVING}
    assert {way: answer["got"][:300] for way, answer in got.items() if "why" not in answer} == {}


def test_script_in_a_view_gets_nothing(page, bob, boards):
    nothing_is_got(page, boards)
    stays(page, bob, boards[0][0])


@pytest.mark.parametrize("way", MOVING)
def test_script_in_a_view_leads_nowhere_when_it(page, bob, boards, way):
    page.enter_view(boards[0][0])
    got = tried(page, boards, way)
    assert "why" in got, got
    stays(page, bob, boards[0][0])


def test_what_is_the_views_own_it_gets(page, boards):
    page.enter_view(boards[0][0])
    got = page.driver.execute_async_script("const done = arguments[0]; fetch('data/runs').then((a) => a.json()).then((r) => done(r.length), (e) => done(String(e)))")
    assert isinstance(got, int) and got > 0, got


def draw_in_turn(page):
    for name in DRAWN_WITHOUT_WEBGL:
        page.run("location.hash = arguments[0]", name)
        until(f"{name} is drawn", lambda: sees(page, DASHBOARDS[name][2]), 60)


def test_in_a_view_the_dashboards_draw(page, all_dashboards):  # noqa: F811
    """One after the other in one page, as a person goes through them."""
    enter(page, all_dashboards, DRAWN_WITHOUT_WEBGL[0])
    draw_in_turn(page)

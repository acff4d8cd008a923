# SPDX-License-Identifier: MIT
"""Views of shared boards in WebKitGTK, where its driver is installed (webkit2gtk-driver, xvfb): what a payload or script of the owner's
gets, and whether the dashboards draw. What is said about the page around a view is Chromium's and Firefox's to show."""
import json

import pytest

from hostile import shared_environment, shown_board, source_of
from machine import until
from payloads import EXECUTED, FIND, MARK, PAYLOADS, no_alert, odd_elements
from test_dashboards import DASHBOARDS
from test_in_firefox import MOVING, WEBGL, notes, tried
from test_script_in_a_view import WAYS
from test_shared_dashboards import board as all_dashboards, sees  # noqa: F401 (the first is a fixture)
from webkit import DRIVER, WebKitPage, open_webkit, own_page

pytestmark = pytest.mark.skipif(not DRIVER.exists(), reason="webkit2gtk-driver is not installed")


@pytest.fixture(scope="module")
def webkit():
    with open_webkit() as driver:
        yield driver


@pytest.fixture
def page(webkit, lab, site, bob):
    with own_page(lab, bob):
        yield WebKitPage(webkit, *site, lab).take_session(bob)
        webkit.switch_to.default_content()
        webkit.get("about:blank")


def test_markup_of_the_owners_runs_nothing(page, lab, site):
    with shared_environment(lab, site, "hostile", source_of("hostile-owner")), \
            shown_board(lab, site, environment="hostile", loader="python", title="hostile") as (_, place):
        lab.write("/home/alice/runs/hostile.json", json.dumps(notes()), owner="alice")
        try:
            page.enter_view(place, "text")
            drawn = FIND + "const text = all.filter((e) => e.localName === 'tf-markdown-view').map((e) => (e.shadowRoot ?? e).textContent).join(' ');"
            until("every note is drawn", lambda: no_alert(page) and page.run(
                drawn + "return arguments[0].every((mark) => text.includes(mark))", [f"{MARK}-{n}." for n in range(len(PAYLOADS))]), 60)
            no_alert(page)
            assert page.run(EXECUTED) == "undefined"
            assert odd_elements(page) == []
        finally:
            lab.exec("rm", "-f", "/home/alice/runs/hostile.json")


def test_script_in_a_view_gets_nothing(page, lab, site, bob):
    with shown_board(lab, site, title="first") as first, shown_board(lab, site, title="second") as second:
        page.enter_view(first[1])
        got = {way: tried(page, (first, second), way) for way in WAYS if way not in MOVING}
        assert {way: answer["got"][:300] for way, answer in got.items() if "why" not in answer} == {}
        got = page.driver.execute_async_script(
            "const done = arguments[0]; fetch('data/runs').then((a) => a.json()).then((r) => done(r.length), (e) => done(String(e)))")
        assert isinstance(got, int) and got > 0, f"the view's own data: {got}"
    assert bob.is_logged_in()


def test_in_a_view_the_dashboards_draw(page, bob, all_dashboards):  # noqa: F811
    names = [name for name in DASHBOARDS if name not in WEBGL]
    page.enter_view(bob.post(f"/api/v1/boards/{all_dashboards['id']}/views", {}).json["place"], names[0])
    for name in names:
        page.run("location.hash = arguments[0]", name)
        until(f"{name} is drawn", lambda: sees(page, DASHBOARDS[name][2]), 60)

# SPDX-License-Identifier: MIT
"""Views of shared boards in WebKitGTK, where its driver is installed (webkit2gtk-driver, xvfb): Firefox's tests of what a payload or
script of the owner's gets, and whether the dashboards draw. What is said about the page around a view is Chromium's and Firefox's
to show."""
import pytest

from test_in_firefox import (DRAWN_WITHOUT_WEBGL, boards, draw_in_turn, hostile, nothing_is_got, send,  # noqa: F401 (fixtures, and tests for
                             test_markup_of_the_owners_runs_nothing, test_what_is_the_views_own_it_gets)  # this module's page)
from test_shared_dashboards import board as all_dashboards  # noqa: F401 (a fixture)
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


def test_script_in_a_view_gets_nothing(page, bob, boards):  # noqa: F811
    nothing_is_got(page, boards)
    assert bob.is_logged_in()


def test_in_a_view_the_dashboards_draw(page, all_dashboards):  # noqa: F811
    page.enter_view(all_dashboards, DRAWN_WITHOUT_WEBGL[0])
    draw_in_turn(page)

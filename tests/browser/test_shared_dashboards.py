# SPDX-License-Identifier: MIT
"""TensorBoard's dashboards as a visitor sees them: in a sandboxed frame below the portal's line. Each draws what it draws for
the owner, and the console has no complaint that the owner's has not."""
import re

import pytest

from fixtures import in_state, member
from machine import LAB, until
from page import LAPTOP, RESULTS, Page
from test_dashboards import DASHBOARDS, DRESSED, FOLDER, LOOK, QUERIES, WINDOWS, has_everything

# Chromium's words about the frame itself.
OF_THE_FRAME = ("Blocked autofocusing",)
ADDRESS = re.compile(r"https?://[\w.:]+(?:/b/[a-z0-9]+|/v/[\w-]{43}|/frontend/[0-9a-f]+(?:/view)?)?(/[^\s?#]*)\S*")


@pytest.fixture(scope="module")
def board(lab, site):
    """alice's board with all dashboards, which she shows to bob."""
    lab.write("/usr/local/bin/write-dashboards", (LAB.parent / "write-dashboards").read_bytes(), mode="0755")
    alice = member(site, "alice")
    for program in ("write-events", "write-dashboards"):
        lab.exec(f"/usr/local/bin/{program}", FOLDER, user="alice")
    made = alice.post("/api/v1/boards", {"logdir": FOLDER, "title": "all dashboards", "new": True, "wake": True}).json
    try:
        in_state(alice, made, "ready")
        until("the board has everything", lambda: has_everything(alice.get(f"{made['url']}data/plugins_listing").json), 30)
        assert alice.post(f"/api/v1/boards/{made['id']}/shares", {"with": "bob"}).status == 201
        bob = member(site, "bob")
        until("its pages are published", lambda: bob.post(f"/api/v1/boards/{made['id']}/views", {}).status == 201, 30)
        yield made
    finally:
        alice.delete(f"/api/v1/boards/{made['id']}")
        lab.exec("rm", "-rf", FOLDER)


@pytest.fixture
def page(browser, site, bob):
    page = Page(browser, *site)
    page.driver.get("about:blank")
    page.command("Network.enable")
    page.take_session(bob)
    yield page.expect("GL Driver Message")
    page.driver.switch_to.default_content()


def complaints(page):
    lines = [line for line in page.complaints() if not any(words in line for words in OF_THE_FRAME)]
    return {re.sub(r" (?:[\d:]+|-) ", " ", ADDRESS.sub(r"\1", line), count=1) for line in lines}


def enter(page, board, name, frames=1):
    """Opens the visitor's page and goes into its frame, or further in."""
    page.driver.get("about:blank")
    page.complaints()
    page.size(*WINDOWS.get(name, LAPTOP))
    page.driver.get(f"{page.url}/shared/{board['id']}{QUERIES.get(name, '')}#{name}")
    for depth in range(frames):
        def go():
            page.driver.switch_to.default_content()
            for at in range(depth + 1):
                found = page.driver.execute_script("""const below = (root) => [...root.querySelectorAll('*')].flatMap((e) => [e, ...(e.shadowRoot ? below(e.shadowRoot) : [])]);
                    return below(document).find((e) => e.matches('iframe')) ?? null;""")
                assert found is not None, f"there is no frame {at}"
                page.driver.switch_to.frame(found)
            return page.driver.execute_script("return self.origin") == "null"
        until(f"frame {depth} is there", go, 30)


def sees(page, condition):
    return page.driver.execute_script(LOOK.replace("CONDITION", condition))


@pytest.mark.parametrize("name", DASHBOARDS)
def test_in_a_view_it_draws(page, board, name):
    enter(page, board, name, 3 if name == "projector" else 1)
    until(f"{name} is drawn", lambda: sees(page, DASHBOARDS[name][2]), 40)
    if name != "projector":
        until("letters and icons are there", lambda: sees(page, DRESSED))
    page.driver.switch_to.default_content()
    page.picture(RESULTS / f"shared-{name}.png")
    assert page.driver.execute_script("return document.querySelector('.visit-owner').textContent").startswith("alice’s board")
    framed = complaints(page)
    page.take_session(member((page.url, page.authority), "alice"))
    page.driver.get(f"{page.url}{board['url']}{QUERIES.get(name, '')}#{name}")
    until(f"{name} is drawn for its owner", lambda: sees(page, DASHBOARDS[name][2]), 40)
    assert framed - complaints(page) == set()


def test_another_plugin_says_that_it_is_not_shown(page, board):
    enter(page, board, "scalars")
    text = page.driver.execute_async_script("""const done = arguments[0], frame = document.createElement('iframe');
        frame.src = 'data/plugin_entry.html?name=profile'; frame.onload = () => setTimeout(done, 300); document.body.append(frame);""")
    assert text is None
    page.driver.switch_to.frame(page.driver.find_elements("css selector", "iframe")[-1])
    assert "is not part of a shared board" in page.driver.execute_script("return document.body.textContent")
    page.driver.switch_to.default_content()
    page.complaints()


def test_the_place_in_the_board_is_in_the_address_of_the_page(page, board):
    enter(page, board, "scalars")
    until("it is drawn", lambda: sees(page, DASHBOARDS["scalars"][2]), 40)
    page.driver.execute_script("location.hash = 'text'")
    page.driver.switch_to.default_content()
    until("the address follows", lambda: page.driver.execute_script("return location.hash") == "#text")
    # A place that TensorBoard would never have is not believed.
    page.driver.switch_to.frame(page.driver.find_elements("css selector", "iframe")[0])
    for moved in ({"search": "?edit=x&tagFilter=a", "hash": "#images"}, {"search": "", "hash": "#<b>"}, {"search": "x" * 9000, "hash": ""}, {"search": 1, "hash": None}, "x", None):
        page.driver.execute_script("window.top.postMessage({moved: arguments[0]}, '*')", moved)
    page.driver.switch_to.default_content()
    until("the address follows", lambda: page.driver.execute_script("return location.hash") == "#images")
    assert page.driver.execute_script("return location.search") == "?tagFilter=a"


def test_an_ended_share_replaces_the_open_page(page, board, alice):
    enter(page, board, "scalars")
    until("it is drawn", lambda: sees(page, DASHBOARDS["scalars"][2]), 40)
    assert alice.delete(f"/api/v1/boards/{board['id']}/shares?with=bob").status == 204
    try:
        # TensorBoard's own reload button.
        page.driver.execute_script("""const below = (root) => [...root.querySelectorAll('*')].flatMap((e) => [e, ...(e.shadowRoot ? below(e.shadowRoot) : [])]);
            below(document).find((e) => e.matches('.reload-button, [data-name=reload], button[title*=eload]'))?.click();
            fetch('data/runs').catch(() => {});""")
        page.driver.switch_to.default_content()
        until("the page says so", lambda: "alice shows this board to you no longer." in page.text, 20)
        assert not page.driver.find_elements("css selector", "iframe")
    finally:
        assert alice.post(f"/api/v1/boards/{board['id']}/shares", {"with": "bob"}).status == 201
    page.complaints()

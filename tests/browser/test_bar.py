# SPDX-License-Identifier: MIT
"""The thin bar on TensorBoard's page: back to boardgate, title, owner, state; it covers nothing of TensorBoard's."""
import pytest

from machine import until
from page import LAPTOP, PHONE, TOP

BAR = "const bar = document.querySelector('body > div').shadowRoot.querySelector('nav'); "


@pytest.fixture
def inside(page, alice, ready_board):
    """TensorBoard's page of alice's board."""
    board = ready_board(alice, title="A title <b>of</b> hers, which is longer than a phone is wide")
    page.expect("/frontend/", "/b/").enter(alice, board["url"]).says("TIME SERIES", seconds=40)
    until("the bar knows the board", lambda: "hers, which" in page.run(BAR + "return bar.textContent"))
    page.of_board = board
    return page


def test_it_names_the_board_and_leads_back(inside):
    assert "A title <b>of</b> hers" in inside.run(BAR + "return bar.textContent") and "by alice" in inside.run(BAR + "return bar.textContent")
    inside.run(BAR + "bar.querySelector('a').click()")
    inside.shown("#runs-heading", seconds=20)


@pytest.mark.parametrize("size", [LAPTOP, PHONE])
def test_it_covers_nothing_and_needs_no_scrolling(inside, size):
    inside.size(*size)
    bar, page, inner = inside.run(BAR + """const box = bar.getBoundingClientRect(), app = document.querySelector('tb-webapp').getBoundingClientRect();
        return [[box.top, box.bottom, box.width], [app.top, app.bottom], [innerWidth, innerHeight]]""")
    assert bar[0] == 0 and bar[1] == page[0] == 28 and page[1] == inner[1] and bar[2] == inner[0]
    assert inside.run("return document.documentElement.scrollHeight") <= inner[1]


def test_it_is_small_and_the_boards_sleep_is_said(inside, alice):
    source = (TOP / "nginx/portal/assets/bar.js").stat().st_size
    assert source < 3000
    alice.post(f"/api/v1/boards/{inside.of_board['id']}/sleep")
    # It asks every 20 seconds.
    until("it says that the board sleeps", lambda: inside.run(BAR + "return bar.textContent.includes('asleep')"), 40)
    assert alice.board(inside.of_board["id"])["state"] == "asleep", "the bar woke the board"


def test_a_board_is_described_to_its_owner_only(alice, bob, stranger, ready_board):
    board = ready_board(alice, title="Mine")
    address = f"{board['url']}_boardgate"
    assert alice.get(address).json == {"title": "Mine", "owner": "alice", "state": "ready"}
    assert bob.get(address).status == 403 and stranger.get(address).status == 401
    assert alice.get(f"{board['url']}_boardgate/x").status == 404  # TensorBoard's own answer

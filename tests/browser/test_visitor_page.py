# SPDX-License-Identifier: MIT
"""The page at the address of somebody else's board."""
import pytest

from machine import until

TEAM = "/srv/open-to-all"


@pytest.fixture
def group_folder(lab):
    lab.exec("sh", "-euc", f"install -d -o alice -m 755 {TEAM} && cp -r /home/alice/runs {TEAM}/ && chown -R alice {TEAM} && chmod -R a+rX {TEAM}")
    yield f"{TEAM}/runs"
    lab.exec("rm", "-r", TEAM)


@pytest.fixture
def tidy_bob(bob):
    before = {board["id"] for board in bob.boards()}
    yield bob
    for board in bob.boards():
        if board["id"] not in before:
            bob.delete(f"/api/v1/boards/{board['id']}")


def test_one_click_from_the_address_of_another_to_a_board_of_ones_own(page, alice, tidy_bob, group_folder, make_board):
    board = make_board(alice, group_folder, title="sweep 3", wake=False)
    page.expect("status of 403").enter(tidy_bob, f"{board['url']}?tagFilter=accuracy#timeseries")
    page.says("Not your board", "It is alice’s", group_folder, "which you can read too")
    page.click("#open-as-yourself", "Open it as yourself")
    until("the browser is at bob's board", lambda: page.path.startswith("/b/") and board["id"] not in page.path)
    assert page.path.endswith("/?tagFilter=accuracy#timeseries"), page.path
    page.says("TIME SERIES", seconds=40)
    page.expect("/frontend/", "/b/")  # TensorBoard's own messages
    page.enter(tidy_bob, board["url"]).says("You have a board on this folder.")
    page.click("#open-as-yourself", "Open mine")
    page.says("TIME SERIES", seconds=40)


def test_a_folder_in_a_home_asks_twice(page, lab, alice, tidy_bob, make_board):
    board = make_board(alice, title="sweep 3", wake=False)
    lab.exec("chmod", "711", "/home/alice")
    try:
        page.expect("status of 403").enter(tidy_bob, board["url"])
        page.click("#open-as-yourself", "Open it as yourself").shown("#in-a-home", "TensorBoard reads it as you")
        assert page.path == board["url"]
        page.click("#open-as-yourself", "Open it all the same")
        page.says("TIME SERIES", seconds=40)
        page.expect("/frontend/", "/b/")
    finally:
        lab.exec("chmod", "700", "/home/alice")


def test_the_form_of_a_new_board_asks_twice_too(page, lab, tidy_bob):
    lab.exec("chmod", "711", "/home/alice")
    try:
        page.expect("status of 409").enter(tidy_bob, "/boards?new&logdir=/home/alice/runs").shown("#new-logdir")
        page.click("#new-submit", "Make board").shown("#new-error", "in somebody else\u2019s home")
        page.type("#new-title", "of alice").shown("#new-submit", "Make board")
        page.click("#new-submit").shown("#new-submit", "Make board all the same")
        page.click("#new-submit", "Make board all the same").shown("li.board", "of alice")
    finally:
        lab.exec("chmod", "700", "/home/alice")


def test_who_may_not_read_it_learns_nothing(page, alice, carol, make_board):
    board = make_board(alice, title="sweep 3", wake=False)
    page.expect("status of 403").enter(carol, board["url"])
    page.says("Not your board", "a folder that you cannot read")
    assert not page.all("#open-as-yourself")
    for known in ("alice", "sweep", "/home"):
        assert known not in page.run("return document.querySelector('main').innerText")

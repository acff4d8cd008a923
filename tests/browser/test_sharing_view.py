# SPDX-License-Identifier: MIT
"""The dialog in which an owner shows a board, "Shared with me", and the pages of those who may and may not look; a day with three
people."""
import pytest

from machine import until
from test_accessibility import axe, judged  # noqa: F401 (a fixture)

ENTER = "\ue007"


@pytest.fixture
def board(alices, alice, ready_board):
    return ready_board(alice, title="sweep 3")


def with_keyboard(page, board, name):
    page.choose(board, "share")
    page.shown("#share-dialog", "Nobody but you sees it.")
    page.type("#share-with", name)
    page.keys(ENTER)
    page.shown(f"#share-dialog li[data-with='{name}']", "no end")


def test_an_owner_shows_a_board_and_ends_it(page, alices, alice, board):
    with_keyboard(page, board, "bob")
    assert alice.board(board["id"])["shares"] == 1
    page.says("They see its dashboards as they are, and change nothing.")
    page.click("#share-dialog button", "Close")
    page.shown(page.board(board), "Shared with 1")
    page.click(f"{page.board(board)} .board-shared")
    page.click("#share-dialog li[data-with=bob] button")
    page.shown("#share-dialog", "Nobody but you sees it.")
    assert alice.board(board["id"])["shares"] == 0


def test_a_name_that_does_not_exist_is_said_at_the_field(page, alices, board):
    page.expect("status of 400")
    page.choose(board, "share")
    page.type("#share-with", "mallory")
    page.keys(ENTER)
    page.shown("#share-error", 'There is no user "mallory" on this server.')


def test_the_dialog_has_no_findings(page, alices, board, axe):
    with_keyboard(page, board, "bob")
    assert judged(page, axe) == {}


def test_a_day_with_three_people(page, lab, alice, bob, carol, alices, board):
    """A student shows a board to her supervisor; a colleague asks to see it; both look; it ends."""
    with_keyboard(page, board, "bob")
    page.enter(bob, "/")
    page.click("#links a", "Shared with me")
    page.shown(page.board(board), "alice’s board")
    page.open(f"/shared/{board['id']}")
    page.shown(".visit-bar", "alice’s board; you can look and change nothing", seconds=20)
    page.shown("iframe.visit-frame")

    page.expect("status of 403")
    page.enter(carol, f"/shared/{board['id']}")
    page.shown("main h1", "Not your board")
    assert "sweep" not in page.text and "alice" not in page.text
    page.click("#ask-owner")
    page.says("Its owner is asked.")

    page.enter(alice, "/boards")
    page.shown(page.board(board), "carol asks to see this board.")
    page.click(f"{page.board(board)} .board-show-to", "Show it to carol")
    page.shown(page.board(board), "Shared with 2")
    until("nobody asks any more", lambda: "carol asks" not in page.text)

    page.enter(carol, f"/shared/{board['id']}")
    page.shown(".visit-bar", "sweep 3", seconds=20)
    assert alice.delete(f"/api/v1/boards/{board['id']}/shares").status == 204
    page.shown("main", "alice shows this board to you no longer.", seconds=40)


def test_the_owner_sees_it_as_they_do(page, alices, alice, board):
    with_keyboard(page, board, "bob")
    page.click("#share-dialog a", "See it as they do")
    page.shown(".visit-bar", "your board, as others see it", seconds=20)


def test_a_visitor_wakes_a_sleeping_board(page, alice, bob, alices, board):
    with_keyboard(page, board, "bob")
    alice.post(f"/api/v1/boards/{board['id']}/sleep")
    page.enter(bob, f"/shared/{board['id']}")
    page.shown("iframe.visit-frame", seconds=30)


def test_at_the_boards_own_address_a_visitor_sees_it_too(page, bob, alices, board):
    page.expect("status of 403")
    with_keyboard(page, board, "bob")
    page.enter(bob, board["url"])
    page.shown(".visit-bar", "alice’s board; you can look and change nothing", seconds=30)

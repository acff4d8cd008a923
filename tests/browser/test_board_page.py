# SPDX-License-Identifier: MIT
"""The page of a board that is not ready: its texts, its log, and its actions."""
import pytest

from fixtures import in_state
from machine import until

# Prints colours, and serves after go().
SLOW = r"""#!/bin/sh
printf '\033[32mloading module\033[0m cuda\n'
echo 'WARNING: the scratch disk is slow'
echo 'ERROR: this is only a drill'
until [ -e /opt/slow/go ]; do sleep 0.05; done
exec /opt/tensorboard/bin/tensorboard "$@"
"""


@pytest.fixture
def slow(lab, settings):
    """go(): lets the environment `slow` start TensorBoard."""
    lab.write("/opt/slow/bin/tensorboard", SLOW, mode="0755")
    lab.exec("rm", "-f", "/opt/slow/go")
    settings(environments={"slow": "/opt/slow/bin/tensorboard"})
    yield lambda: lab.exec("touch", "/opt/slow/go")
    lab.exec("rm", "-rf", "/opt/slow")


@pytest.fixture
def starting(page, alice, slow, make_board):
    """The page of a board that is starting."""
    board = make_board(alice.login(), environment="slow", title="Slow one")
    page.expect("status of 503").enter(alice, board["url"]).shown(".board-state", "Starting")
    return page


def test_it_turns_into_the_board_by_itself(starting, slow):
    starting.says("Slow one", "/home/alice/runs", "TensorBoard is starting")
    slow()
    starting.says("TIME SERIES", seconds=40)
    starting.expect("/frontend/", "/b/")  # TensorBoard's own messages


def test_the_log_comes_in_colour_while_one_waits(starting, slow):
    starting.shown(".log .line", "loading module cuda")
    colour = starting.run("return getComputedStyle(document.querySelector('.log .ink2')).color")
    assert colour != starting.run("return getComputedStyle(document.querySelector('.log')).color")
    assert "scratch disk" in starting.shown(".log .level-warning").text and "drill" in starting.shown(".log .level-error").text
    starting.type(".log-search", "drill").shown(".log mark", "drill")
    starting.gone(".log .ink2")
    starting.click(".log-pause").shown(".log-pause[aria-pressed=true]", "Continue")


def test_it_has_the_portals_look_and_the_way_back(starting):
    head = starting.run("""const {backgroundColor, fontFamily} = getComputedStyle(document.querySelector('header.top'));
                           return [backgroundColor, fontFamily, getComputedStyle(document.body).backgroundColor]""")
    starting.click("header a", "Boards").shown("#boards-heading")
    assert head == starting.run("""const {backgroundColor, fontFamily} = getComputedStyle(document.querySelector('header.top'));
                           return [backgroundColor, fontFamily, getComputedStyle(document.body).backgroundColor]""")


def test_it_says_what_a_board_waits_for_and_starts_it_when_there_is_room(page, alice, bob, settings, make_board, ready_board):
    settings(awake_boards=1)
    others = ready_board(bob)
    board = make_board(alice.login())
    page.expect("status of 503").enter(alice, board["url"]).shown(".board-state", "Waiting")
    page.says("This server has 1 boards awake")
    page.click("#sleep").shown(".board-state", "Asleep")
    page.click("#wake").shown(".board-state", "Waiting")
    bob.post(f"/api/v1/boards/{others['id']}/sleep")
    page.says("TIME SERIES", seconds=40)
    page.expect("/frontend/", "/b/")


def test_a_waiting_board_takes_the_place_of_an_idle_one_of_the_same_person(page, alice, slow, settings, make_board, ready_board):
    settings(awake_boards_per_user=1, environments={"slow": "/opt/slow/bin/tensorboard"})
    first = make_board(alice.login(), environment="slow", title="First")
    in_state(alice, first, "starting")  # a starting board keeps its place
    second = make_board(alice)
    page.expect("status of 503").enter(alice, second["url"]).shown(".board-state", "Waiting")
    slow()
    in_state(alice, first, "ready")
    page.open(second["url"]).says("TIME SERIES", seconds=40)
    page.expect("/frontend/", "/b/")
    page.open("/boards").shown(page.board(first), "It made room for runs")


def test_a_start_that_takes_too_long_can_be_given_up(starting, alice):
    starting.click("#sleep").shown(".board-state", "Asleep", seconds=20)
    starting.says("You put it to sleep")
    starting.shown("#wake")


def test_a_board_that_failed_says_why_and_wakes_with_what_helps(page, alice, settings, make_board):
    settings(environments={"gone": "/opt/gone/bin/tensorboard"})
    board = make_board(alice.login(), environment="gone")
    failure = in_state(alice, board, "failed")["failure"]
    page.expect("status of 503").enter(alice, board["url"]).shown(".board-state", "Failed")
    page.says(failure["summary"], failure["remedy"])
    page.shown(".log .line", "/opt/gone/bin/tensorboard")
    page.click("#wake-changed", "environment = default")
    page.says("TIME SERIES", seconds=40)
    assert alice.board(board["id"])["environment"] == "default"
    page.expect("/frontend/", "/b/")


def test_from_a_board_that_failed_one_press_leads_to_its_options(page, alice, settings, make_board):
    settings(environments={"gone": "/opt/gone/bin/tensorboard"})
    board = make_board(alice.login(), environment="gone")
    in_state(alice, board, "failed")
    page.expect("status of 503").enter(alice, board["url"]).click(".buttons a", "Edit")
    assert page.shown("#edit-logdir").get_attribute("value") == board["logdir"]
    until("the address is the view's", lambda: page.path == "/boards")


def test_what_is_deleted_meanwhile_leads_back_to_the_boards(starting, alice):
    (board,) = alice.boards()
    alice.delete(f"/api/v1/boards/{board['id']}")
    starting.shown("#boards-heading")


def test_after_a_logout_a_login_leads_back_to_the_board(starting, alice, slow):
    address = starting.path
    alice.delete("/api/v1/sessions")
    starting.expect("status of 401").shown("#login-user", seconds=20)
    assert starting.path == f"/login?board={address.split('/')[2]}"
    alice.login()


def test_a_missing_board_has_a_page_of_the_same_look(page, alice):
    page.expect("status of 404").enter(alice, "/b/zzzzzzzz/").says("There is no such board")
    page.click("a", "All my boards").shown("#boards-heading")


def test_the_page_of_a_board_has_the_head_of_every_page(page, alice, settings, make_board):
    settings(environments={"gone": "/opt/gone/bin/tensorboard"})
    board = make_board(alice.login(), environment="gone")
    in_state(alice, board, "failed")
    page.expect("status of 503", "status of 401").enter(alice, board["url"])
    for selector, text in (("#account .user", "alice"), ("#logout", "Log out"), ("#links a", "Sessions")):
        page.shown(selector, text)
    page.click("#logout").shown("form")
    until("it is the login", lambda: page.path == "/login")
    alice.login()

# SPDX-License-Identifier: MIT
"""Boards: all actions of a card."""
import time

import pytest

from fixtures import in_state
from machine import until
from selenium.webdriver.common.keys import Keys


def test_a_card_lives_without_a_reload(alices, alice, ready_board):
    board = ready_board(alice)
    alices.shown(f"{alices.board(board)} .board-state", "Ready")
    alice.post(f"/api/v1/boards/{board['id']}/sleep")
    alices.shown(f"{alices.board(board)} .board-state", "Asleep")
    alices.click(f"{alices.board(board)} .board-wake")
    alices.shown(f"{alices.board(board)} .board-state", "Ready", seconds=30)
    alices.click(f"{alices.board(board)} .board-sleep")
    alices.shown(f"{alices.board(board)} .board-state", "Asleep")
    alices.shown(alices.board(board), "You put it to sleep")


def test_a_card_says_what_there_is_to_know(alices, alice, ready_board):
    board = ready_board(alice, title="Facts")
    alices.open("/boards")
    card = alices.board(board)
    for part in ("Facts", "/home/alice/runs", f"{alices.url}{board['url']}", "Sleeps in", "Not viewed yet"):
        alices.shown(card, part)
    alices.shown(card, "newest event file", seconds=20)
    assert alice.visit(board["url"]).status == 200
    assert "by alice" not in alices.shown(card, "Viewed").text


def test_a_compact_list_leaves_room_for_many(alices, alice, make_board):
    board = make_board(alice, title="Narrow")
    card = alices.board(board)
    height = "return document.querySelector(arguments[0]).getBoundingClientRect().height"
    alices.open("/boards").shown(card, "4 runs", seconds=20)
    whole = alices.run(height, card)
    alices.click("#compact").shown("#compact[aria-pressed=true]")
    alices.gone(f"{card} .address")
    alices.shown(card, "Narrow")
    assert alices.run(height, card) < whole / 2
    alices.open("/boards").shown("#compact[aria-pressed=true]")
    alices.click("#compact").shown(f"{card} .address")


def test_changed_options_are_kept(alices, alice, ready_board):
    board = ready_board(alice, idle_sleep=100)  # which the form shows as 1.7 minutes
    alices.choose(board, "edit").type("#edit-title", "Renamed").click("#board-dialog summary", "Advanced")
    alices.type("#edit-reload-interval", "60").click("#edit-submit")
    alices.shown(f"{alices.board(board)} h3", "Renamed")
    now = alice.board(board["id"])
    assert (now["title"], now["reload_interval"], now["logdir"]) == ("Renamed", 60, board["logdir"])
    assert (now["port"], now["idle_sleep"]) == (board["port"], 100), "what nobody touched has changed"


def test_a_card_tells_of_its_new_folder(alices, alice, make_board):
    board = make_board(alice)
    alices.shown(alices.board(board), "4 runs", seconds=20)
    assert alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"logdir": "/home/alice/runs/wide"}).status == 200
    alices.shown(alices.board(board), "1 run,", seconds=20)


def test_a_refused_change_names_the_field_and_stays_open(alices, alice, make_board):
    board = make_board(alice)
    alices.expect("status of 400").choose(board, "edit").type("#edit-logdir", "/home/alice/nowhere")
    alices.shown("#edit-logdir-advice", "does not exist")  # after which nothing moves below the pointer
    alices.click("#edit-submit")
    assert "nowhere" in alices.shown("#edit-error", "does not exist").text
    assert alices.focus.get_attribute("id") == "edit-logdir"
    alices.keys(Keys.ESCAPE).gone("#board-dialog")


def test_a_duplicate_takes_the_options_along(alices, alice, make_board):
    board = make_board(alice, title="First", reload_interval=30)
    alices.choose(board, "duplicate").click("#edit-submit")
    alices.gone("#board-dialog").shown("h3", "First (copy)")
    copy = next(other for other in alice.boards() if other["id"] != board["id"])
    assert (copy["reload_interval"], copy["logdir"]) == (30, board["logdir"]) and copy["port"] != board["port"]
    alice.delete(f"/api/v1/boards/{copy['id']}")


def test_a_deleted_board_comes_back_by_undo(alices, alice, make_board):
    board = make_board(alice, title="Precious")
    alices.choose(board, "delete").gone(alices.board(board))
    until("the way back has the focus", lambda: alices.run("return document.activeElement.matches('.bar .undo')"))
    alices.keys(Keys.ENTER).shown(alices.board(board))
    assert alice.board(board["id"])["url"] == board["url"]


def test_a_deleted_board_is_gone_when_the_page_is_left(alices, alice, make_board):
    board = make_board(alice)
    alices.choose(board, "delete").gone(alices.board(board))
    alices.open("/").open("/boards")
    alices.says("You have no boards yet")
    assert alice.get(f"/api/v1/boards/{board['id']}").status == 404


def test_a_deleted_board_is_gone_when_the_patience_ends(alices, alice, make_board):
    board = make_board(alice, title="Had its day")
    alices.shown(alices.board(board))
    alices.choose(board, "delete").gone(alices.board(board)).shown(".bar", "Had its day is deleted")
    assert alices.run("return document.activeElement.textContent") == "Undo", "it stays while the focus is on it"
    began = time.monotonic()
    alices.run("document.activeElement.blur()")
    assert alice.board(board["id"])["title"] == "Had its day", "nothing is left to undo"
    until("the server has deleted it", lambda: alice.get(f"/api/v1/boards/{board['id']}").status == 404, 40)
    assert time.monotonic() - began > 10, "Undo was announced for 10 seconds"
    alices.gone(".bar").says("You have no boards yet")


def test_a_refused_deletion_is_shown_and_the_board_is_back(alices, lab, alice, make_board):
    board = make_board(alice, title="Stubborn")
    alices.expect("status of 50").choose(board, "delete").gone(alices.board(board))
    launcher = ("boardgate-launcher.socket", "boardgate-launcher.service")
    lab.systemctl("stop", *launcher)
    try:
        alices.click("#logout").shown(".bar", "Stubborn is not deleted. ")  # which does not wait until the patience ends
    finally:
        lab.systemctl("start", *launcher)
    alices.shown(alices.board(board), "Stubborn")
    assert alices.shown("#logout") and alice.board(board["id"])["url"] == board["url"]
    alices.click(".bar button", "Close").gone(".bar")
    alices.choose(board, "delete").gone(alices.board(board)).click(".undo").shown(alices.board(board))


def test_undo_works_from_another_view_and_back(alices, alice, make_board):
    board = make_board(alice, title="Precious")
    alices.choose(board, "delete").gone(alices.board(board))
    alices.click("#links a", "Runs").shown("#runs-heading")
    alices.click("#links a", "Boards").shown("#no-boards")
    alices.click(".undo").shown(alices.board(board), "Precious")
    assert alice.board(board["id"])["title"] == "Precious"


def test_a_logout_leaves_no_half_deleted_board_and_no_name_behind(page, make_account, make_board, lab):
    person = make_account().login()
    lab.exec("mkdir", "-p", f"/home/{person.user}/runs", user=person.user)
    board = make_board(person, title="Secret name")
    page.enter(person, "/boards").choose(board, "delete").shown(".bar", "Secret name")
    page.expect("status of 401").click("#links a", "Sessions").click("#logout-everywhere").says("You are logged out")
    assert "Secret name" not in page.text
    assert person.login().boards() == []


def test_a_dialog_that_is_closed_gives_the_focus_back(alices, alice, make_board):
    board = make_board(alice)
    alices.choose(board, "edit").shown("#board-dialog")
    alices.keys(Keys.ESCAPE).gone("#board-dialog")
    assert alices.run("return document.activeElement.matches(arguments[0])", f"{alices.board(board)} summary.more")


def test_hundreds_are_searched_sorted_and_filtered(alices, alice, ready_board, stored_boards):
    awake = ready_board(alice, title="Awake")
    alices.expect("503", "502")  # boardgated is restarted meanwhile
    stored_boards("alice", 300)
    count = "#boards-heading .count"
    alices.open("/boards").reads(count, "301", seconds=20)
    alices.type("#search", "board 17").reads(count, "13 of 301")
    alices.type("#search", "runs 299").reads(count, "1 of 301")
    alices.type("#search", "nothing like it").says("No board matches")
    alices.run("const s = document.getElementById('search'); s.value = ''; s.dispatchEvent(new Event('input'))")
    alices.run("const s = document.getElementById('sort'); s.value = 'title'; s.dispatchEvent(new Event('change'))")
    alices.reads(count, "301")
    assert alices.texts("li.board h3")[:4] == ["Awake", "board 0", "board 1", "board 2"]
    alices.click(".filter[data-state=ready]").reads(count, "1 of 301").reads("li.board h3", "Awake")
    alices.click(".filter", "300").reads(count, "301")  # either of the two states
    alices.click(".filter[data-state=ready]").reads(count, "300 of 301").gone(alices.board(awake))
    alices.click(".filter[aria-pressed=true]").reads(count, "301")


def test_the_address_is_copied(alices, alice, make_board):
    board = make_board(alice)
    alices.command("Browser.grantPermissions", origin=alices.url, permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    alices.click(f"{alices.board(board)} .board-copy").shown(f"{alices.board(board)} .board-copy", "Copied")
    assert alices.run("return navigator.clipboard.readText()") == alices.url + board["url"]


def test_a_failed_board_says_why_and_what_to_do(alices, alice, closing_folder, make_board):
    path, close = closing_folder
    board = make_board(alice, path)
    close()
    alice.post(f"/api/v1/boards/{board['id']}/restart")
    in_state(alice, board, "failed")
    alices.shown(alices.board(board), "You cannot read the log directory")
    alices.shown(alices.board(board), "chmod u+rx")


def test_logins_are_listed_and_ended(alices, alice):
    other = alice.stranger()
    other.user, other.password = "alice", "alice-lab"
    other.login(name="A forgotten laptop")
    alices.open("/sessions").click("tr button[aria-label='Log out A forgotten laptop']").gone("tr button[aria-label='Log out A forgotten laptop']")
    assert not other.is_logged_in() and alice.is_logged_in()


def test_a_board_that_failed_wakes_with_what_helps(alices, alice, settings, make_board):
    alices.expect("status of 50")  # boardgated is restarted meanwhile
    settings(environments={"gone": "/opt/gone/bin/tensorboard"})
    board = make_board(alice, environment="gone")
    alices.click(f"{alices.board(board)} .board-remedy", "environment = default", seconds=30)
    alices.shown(f"{alices.board(board)} .board-state", "Ready", seconds=30)
    alices.gone(f"{alices.board(board)} .failure")


# Where a hierarchy is there for each controller, a lab may write into those that count for it (tests/lab/lab).
COUNTS = """if [ -e /sys/fs/cgroup/cgroup.controllers ]; then grep -qw memory /sys/fs/cgroup/cgroup.controllers
            else test -w /sys/fs/cgroup/memory/cgroup.procs && test -w /sys/fs/cgroup/cpuacct/cgroup.procs; fi"""


def test_memory_and_processor_time_are_drawn_while_a_board_is_ready(alices, lab, alice, ready_board):
    if not lab.succeeds("sh", "-euc", COUNTS):
        pytest.skip("this kernel does not count memory for a lab")
    board = ready_board(alice)
    until("boardgated has asked systemd what it uses", lambda: alice.board(board["id"])["memory"], 15)
    card = alices.board(board)
    alices.shown(f"{card} .usage", "MB", seconds=15)
    points = "return [...document.querySelectorAll(arguments[0])].map((line) => line.getAttribute('points').split(',').length - 1)"
    until("there are curves", lambda: all(count > 1 for count in alices.run(points, f"{card} .usage polyline") or [0]), 30)
    alices.shown(f"{card} .usage", "%")
    alice.post(f"/api/v1/boards/{board['id']}/sleep")
    alices.gone(f"{card} .usage")


def test_nothing_is_asked_again_and_again(alices, alice, ready_board):
    board = ready_board(alice)
    alices.open("/boards").shown(f"{alices.board(board)} .board-state", "Ready")
    alices.shown(alices.board(board), "newest event file", seconds=20)
    alices.requests()
    alice.post(f"/api/v1/boards/{board['id']}/sleep")
    alices.shown(f"{alices.board(board)} .board-state", "Asleep")
    alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"title": "Another name"})
    alices.shown(f"{alices.board(board)} h3", "Another name")
    assert [url for url, _, _ in alices.requests()] == [], "the event stream was there already"


def test_after_a_break_the_page_connects_again_and_is_true(alices, lab, alice, make_board):
    stays, goes = make_board(alice, title="Stays"), make_board(alice, title="Goes")
    alices.expect("status of 50", "ERR_", "net::").shown(alices.board(goes), "Goes")
    lab.systemctl("stop", "nginx.service")
    try:
        alices.shown("#disconnected", "reconnecting", seconds=20)
    finally:
        lab.systemctl("start", "nginx.service")
    alice.delete(f"/api/v1/boards/{goes['id']}")
    made = make_board(alice, title="Made meanwhile")
    alices.gone("#disconnected", seconds=40).gone(alices.board(goes)).shown(alices.board(made), "Made meanwhile")
    alices.shown(alices.board(stays))


def test_a_board_opens_in_a_tab_of_its_own_where_one_wants_it(alices, alice, make_board):
    board = make_board(alice)
    link = alices.shown(f"{alices.board(board)} .board-open")
    assert link.tag_name == "a" and link.get_attribute("href") == alices.url + board["url"]


def test_a_deleted_board_is_restored_with_its_address(alices, alice, make_board):
    board = make_board(alice, title="In a paper", wake=False)
    alices.shown(alices.board(board))
    assert alice.delete(f"/api/v1/boards/{board['id']}").status == 204
    alices.gone(alices.board(board)).click("#deleted-boards summary")
    alices.click(f"#deleted li[data-id='{board['id']}'] .restore").shown(alices.board(board), "In a paper")
    assert alice.board(board["id"])["url"] == board["url"]
    alices.gone(f"#deleted li[data-id='{board['id']}']")


def test_the_button_says_whether_a_change_restarts(alices, alice, ready_board):
    board = ready_board(alice)
    alices.choose(board, "edit").shown("#edit-submit", "Save")
    alices.type("#edit-title", "Renamed")
    alices.click("#board-dialog details summary").type("#edit-priority", "70").type("#edit-idle-sleep", "90")
    assert alices.run("return document.getElementById('edit-submit').textContent") == "Save"
    alices.type("#edit-reload-interval", "17").shown("#edit-submit", "Save and restart")
    alices.click("#board-dialog .buttons button", "Cancel")


def test_a_folder_with_a_board_is_opened_and_not_made_again(alices, alice, make_board):
    board = make_board(alice, title="My own title", wake=False)
    alices.shown(alices.board(board))
    alices.click("#new-board").type("#new-logdir", board["logdir"]).click("#new-submit")
    until("the page says so", lambda: "shows this folder already" in alices.run("return document.getElementById('announcer').textContent"))
    assert [each["title"] for each in alice.boards()] == ["My own title"], "its title stays"


def test_the_curves_of_a_board_are_one_press_away(page, alice, make_board):
    board = make_board(alice, wake=False)
    page.enter(alice, "/boards").click(f"{page.board(board)} summary.more")
    page.shown(f"{page.board(board)} .board-curves", "Curves as a file")
    link = page.run("const link = document.querySelector(arguments[0]); return [link.getAttribute('href'), link.hasAttribute('download')]",
                    f"{page.board(board)} .board-curves")
    assert link == [f"/api/v1/boards/{board['id']}/curves", True]

# SPDX-License-Identifier: MIT
"""My boards: everything a person does with a card."""
from fixtures import in_state
from selenium.webdriver.common.keys import Keys


def test_a_board_is_made_from_the_form_and_opens(alices, alice):
    alices.type("#new-logdir", "/home/alice/runs").click("#new-submit")
    card = alices.shown("li.board")
    assert "runs" in card.text and "/home/alice/runs" in card.text
    alices.shown("li.board .board-state", "Ready", seconds=30)
    alices.click("li.board .board-open")
    alices.says("TIME SERIES", seconds=30)
    alices.expect("/frontend/", "/b/")  # TensorBoard's own words


def test_a_card_lives_without_a_reload(alices, alice, ready_board):
    board = ready_board(alice)
    alices.shown(f"{alices.board(board)} .board-state", "Ready")
    alice.post(f"/api/v1/boards/{board['id']}/sleep")
    alices.shown(f"{alices.board(board)} .board-state", "Asleep", seconds=5)
    alices.click(f"{alices.board(board)} .board-wake")
    alices.shown(f"{alices.board(board)} .board-state", "Ready", seconds=30)
    alices.click(f"{alices.board(board)} .board-sleep")
    alices.shown(f"{alices.board(board)} .board-state", "Asleep")


def test_a_card_says_what_there_is_to_know(alices, alice, ready_board):
    board = ready_board(alice, title="Facts")
    alices.open("/")
    card = alices.board(board)
    for part in ("Facts", "/home/alice/runs", f"{alices.url}{board['url']}", "Sleeps in", "Not viewed yet"):
        alices.shown(card, part)
    alices.shown(card, "newest event file", seconds=20)
    if alice.board(board["id"])["memory"] is not None:  # where the lab's kernel counts it
        alices.shown(f"{card} .usage", "Memory", seconds=20)
    assert alice.visit(board["url"]).status == 200
    alices.shown(card, "by alice")


def test_changed_options_are_kept(alices, alice, ready_board):
    board = ready_board(alice)
    alices.choose(board, "edit").type("#edit-title", "Renamed").click("#board-dialog summary", "Advanced")
    alices.type("#edit-reload-interval", "60").click("#edit-submit")
    alices.shown(f"{alices.board(board)} h3", "Renamed")
    now = alice.board(board["id"])
    assert (now["title"], now["reload_interval"], now["logdir"]) == ("Renamed", 60, board["logdir"])
    assert now["port"] == board["port"]


def test_a_refused_change_names_the_field_and_stays_open(alices, alice, make_board):
    board = make_board(alice)
    alices.expect("status of 400").choose(board, "edit").type("#edit-logdir", "/home/alice/nowhere\t").click("#edit-submit")
    assert "nowhere" in alices.shown("#edit-error", "not there").text
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
    assert alices.focus.text == "Undo"
    alices.keys(Keys.ENTER).shown(alices.board(board))
    assert alice.board(board["id"])["url"] == board["url"]


def test_a_deleted_board_is_gone_when_the_page_is_left(alices, alice, make_board):
    board = make_board(alice)
    alices.choose(board, "delete").gone(alices.board(board))
    alices.open("/runs").open("/")
    alices.says("No boards yet")
    assert alice.get(f"/api/v1/boards/{board['id']}").status == 404


def test_hundreds_are_searched_sorted_and_filtered(alices, alice, stored_boards):
    alices.expect("503", "502")  # boardgated is stopped meanwhile
    stored_boards("alice", 300)
    alices.open("/").shown("#boards-heading", "300", seconds=20)
    alices.type("#search", "board 17").shown("#boards-heading", "13 of 300")
    alices.type("#search", "runs 299").shown("#boards-heading", "1 of 300")
    alices.type("#search", "nothing like it").says("No board fits")
    alices.run("const s = document.getElementById('search'); s.value = ''; s.dispatchEvent(new Event('input'))")
    alices.run("const s = document.getElementById('sort'); s.value = 'title'; s.dispatchEvent(new Event('change'))")
    assert [card.text.split("\n")[0] for card in alices.all("li.board")[:3]] == ["board 0", "board 1", "board 2"]
    alices.shown(".filter[data-state=off], .filter[data-state=asleep]").click()
    alices.shown("#boards-heading", "300")


def test_the_address_is_copied(alices, alice, make_board):
    board = make_board(alice)
    alices.command("Browser.grantPermissions", origin=alices.url, permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    alices.click(f"{alices.board(board)} .board-copy").shown(f"{alices.board(board)} .board-copy", "Copied")
    assert alices.run("return navigator.clipboard.readText()") == alices.url + board["url"]


def test_a_failed_board_says_why_and_what_to_do(alices, alice, lab, make_board):
    lab.exec("mkdir", "-p", "/home/alice/closed", user="alice")
    board = make_board(alice, "/home/alice/closed")
    lab.exec("chmod", "000", "/home/alice/closed")
    alice.post(f"/api/v1/boards/{board['id']}/restart")
    in_state(alice, board, "failed")
    alices.shown(alices.board(board), "cannot be read by you")
    alices.shown(alices.board(board), "chmod u+rx")
    lab.exec("rmdir", "/home/alice/closed")


def test_the_new_board_form_comes_filled_in_by_a_link(page, alice, lab):
    page.enter(alice, "/?new&logdir=/home/alice/runs/sweep&title=Both%20rates")
    assert page.shown("#new-logdir").get_attribute("value") == "/home/alice/runs/sweep"
    assert page.shown("#new-title").get_attribute("value") == "Both rates"


def test_the_picker_completes_and_warns(alices, lab):
    lab.exec("mkdir", "-p", "/home/alice/projects/empty", user="alice")
    alices.type("#new-logdir", "/home/alice/pro").shown("[role=option]", "projects")
    alices.keys(Keys.ARROW_DOWN, Keys.ENTER)
    assert alices.shown("#new-logdir").get_attribute("value").rstrip("/") == "/home/alice/projects"
    alices.type("#new-logdir", "/home/alice/projects/empty\t").says("No event files here")
    lab.exec("rm", "-r", "/home/alice/projects")


def test_my_runs_show_curves_and_several_become_one_board(alices, alice):
    alices.open("/runs").shown("li.run svg", seconds=20)
    alices.says("Below /home/alice", "loss")
    rows = [row.get_attribute("data-path") for row in alices.all("li.run")]
    assert len(rows) >= 4
    for path in rows[:2]:
        alices.click(f"li.run[data-path='{path}'] input")
    alices.click("#compare")
    alices.says("TIME SERIES", seconds=40)
    (board,) = alice.boards()
    assert {board["logdir"], *board["more_logdirs"]} == set(rows[:2])
    alices.open("/")
    alice.delete(f"/api/v1/boards/{board['id']}")
    alices.expect("/frontend/", "/b/")


def test_a_log_is_followed_paused_and_searched(alices, alice, ready_board):
    board = ready_board(alice)
    alices.click(f"{alices.board(board)} .board-log, {alices.board(board)} a[href='/log/{board['id']}']")
    alices.says("TensorBoard 2.")
    assert alices.path == f"/log/{board['id']}"


def test_logins_are_listed_and_ended(alices, alice):
    other = alice.stranger()
    other.user, other.password = "alice", "alice-lab"
    other.login(name="A forgotten laptop")
    alices.open("/sessions").click("tr button[aria-label='Log out A forgotten laptop']").gone("tr button[aria-label='Log out A forgotten laptop']")
    assert not other.is_logged_in() and alice.is_logged_in()

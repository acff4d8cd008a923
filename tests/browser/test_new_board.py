# SPDX-License-Identifier: MIT
"""The form of a new board: its advice before the start, and the options that it remembers."""
import pytest

from machine import until
from selenium.webdriver.common.keys import Keys


@pytest.fixture
def alices(alices):
    alices.click("#new-board").shown("#new-logdir")
    return alices


def name_folder(page, path="/home/alice/runs", advice="4 runs"):
    """Types a path and waits for the page's advice: after that its list is complete and nothing moves."""
    page.type("#new-logdir", path).shown("#new-logdir-advice", advice)
    return page.keys(Keys.TAB)


def opened(page):
    """The rare options of the form."""
    return page.click(".new summary", "Advanced")


def offers(page, *folders):
    """Waits for exactly these rows: an incomplete path has another list."""
    return page.reads("[role=option] .path", *folders)


def submitted(page):
    """Submits the form and waits until it is closed: the event stream brings the card before the answer."""
    page.click("#new-submit").shown("li.board")
    return page.gone("#new-submit")


def made(alice):
    (board,) = alice.boards()
    return board


def test_a_board_is_made_from_the_form_and_opens(alices):
    card = submitted(name_folder(alices)).shown("li.board")
    assert "runs" in card.text and "/home/alice/runs" in card.text
    alices.shown("li.board .board-state", "Asleep")
    alices.click("li.board .board-open")
    alices.says("TIME SERIES", seconds=30)
    alices.expect("/frontend/", "/b/")  # TensorBoard's own words


def test_two_quick_presses_make_one_board(alices, alice):
    alices.type("#new-logdir", "~/runs\t")
    alices.run("const form = document.querySelector('.new form'); form.requestSubmit(); form.requestSubmit()")
    alices.shown("li.board")
    alices.gone("#new-submit")
    assert len(alice.boards()) == 1


def test_a_link_opens_the_form_filled_in(page, alice):
    page.enter(alice, "/boards?new&logdir=/home/alice/runs/sweep&title=Both%20rates")
    assert (page.value("#new-logdir"), page.value("#new-title")) == ("/home/alice/runs/sweep", "Both rates")
    assert page.focus.get_attribute("id") == "new-submit", "one key away from the board"


def test_the_title_follows_the_folder_until_somebody_chooses_one(alices):
    alices.type("#new-logdir", "/home/alice/runs/sweep")
    assert alices.value("#new-title") == "sweep"
    alices.type("#new-title", "Mine").type("#new-logdir", "/home/alice/runs/wide")
    assert alices.value("#new-title") == "Mine"
    alices.type("#new-title", "").type("#new-logdir", "/home/alice/runs/baseline")
    assert alices.value("#new-title") == "baseline"


# ---- the folder picker ------------------------------------------------------------------------------------------
def test_the_picker_completes_while_one_types(alices):
    offers(alices.type("#new-logdir", "/home/alice/runs/s"), "sweep/").shown("[role=option]", "2 runs")
    alices.keys(Keys.ARROW_DOWN)
    assert alices.focus.get_attribute("aria-activedescendant") == alices.shown("[role=option][aria-selected=true]").get_attribute("id")
    alices.keys(Keys.ENTER)
    assert alices.value("#new-logdir") == "/home/alice/runs/sweep/"
    offers(alices, "lr-0.01/", "lr-0.1/").keys(Keys.ESCAPE).gone("[role=option]")
    assert alices.shown("#new-logdir").get_attribute("aria-expanded") == "false"


def test_the_picker_takes_the_only_folder_with_tab_as_a_shell_does(alices):
    offers(alices.type("#new-logdir", "~/runs/ba"), "baseline/").keys(Keys.TAB)
    assert alices.value("#new-logdir") == "/home/alice/runs/baseline/"


def test_a_folder_is_picked_with_the_mouse(alices):
    alices.type("#new-logdir", "/home/alice/runs/").click("[role=option]", "wide/")
    assert alices.value("#new-logdir") == "/home/alice/runs/wide/" and alices.value("#new-title") == "wide"


def test_the_form_shows_what_a_folder_has_before_the_board_is_made(alices, lab):
    alices.expect("status of 400")
    lab.exec("mkdir", "-p", "/home/alice/projects/empty", user="alice")
    try:
        name_folder(alices)
        name_folder(alices, "/home/alice/projects/empty", "No event files here")
        name_folder(alices, "/home/alice/nowhere", 'nowhere/" does not exist')
        alices.type("#new-logdir", "/root\t").shown(".advice", "cannot read")
    finally:
        lab.exec("rm", "-r", "/home/alice/projects")


def test_the_folder_that_was_meant_is_one_press_away(alices, lab):
    lab.exec("sh", "-euc", "mkdir -p ~/studies/first && cp -r ~/runs/* ~/studies/first", user="alice")
    try:
        name_folder(alices, "/home/alice/studies", "one level down")
        alices.click(".advice .use")
        assert alices.value("#new-logdir") == "/home/alice/studies/first"
        alices.shown(".advice", "4 runs")
        alices.gone(".advice .use")
    finally:
        lab.exec("rm", "-r", "/home/alice/studies")


# ---- options ----------------------------------------------------------------------------------------------------
def test_rare_options_are_below_advanced_and_get_to_the_board(alices, alice):
    opened(name_folder(alices).gone(".new details[open]"))
    alices.type("#new-reload-interval", "60").type("#new-priority", "70").type("#new-idle-sleep", "90")
    alices.type("#new-samples-per-plugin", "scalars=500").click("#new-reload-multifile")
    alices.run("const s = document.getElementById('new-loader'); s.value = 'python'; s.dispatchEvent(new Event('input', {bubbles: true}))")
    summary = alices.shown(".new summary", "changed:").text
    assert all(name in summary for name in ("Loader", "Look for new data", "Samples per plugin", "Sleep after", "Priority", "Watch every event file")), summary
    submitted(alices)
    board = made(alice)
    assert {name: board[name] for name in ("reload_interval", "priority", "idle_sleep", "samples_per_plugin", "reload_multifile", "loader")} == {
        "reload_interval": 60, "priority": 70, "idle_sleep": 5400, "samples_per_plugin": "scalars=500", "reload_multifile": True, "loader": "python"}


def test_the_next_form_begins_with_what_was_chosen_last_and_can_be_reset(alices, alice):
    opened(name_folder(alices)).click("#new-reset")
    # On this page and on a later one.
    assert opened(submitted(alices.type("#new-reload-interval", "45")).click("#new-board")).value("#new-reload-interval") == "45"
    assert opened(alices.open("/boards?new")).value("#new-reload-interval") == "45"
    assert alices.click("#new-reset").value("#new-reload-interval") == "5"
    alices.gone(".new summary .count:not(:empty)")


def test_options_are_kept_under_a_name_used_again_and_deleted(alices, alice):
    opened(alices).click("#new-reset").type("#new-reload-interval", "33")
    alices.type("#new-preset-name", "for the big ones").keys(Keys.ENTER).gone("#new-error")
    until("the preset is kept", lambda: "for the big ones" in alice.get("/api/v1/options").text)
    submitted(name_folder(alices))
    assert "for the big ones" in alices.run("return document.getElementById('new-preset').textContent"), "the next form does not offer it"
    opened(alices.open("/boards?new")).click("#new-reset")
    alices.run("const s = document.getElementById('new-preset'); s.value = '=for the big ones'; s.dispatchEvent(new Event('change'))")
    assert alices.value("#new-reload-interval") == "33"
    alices.click("button", "Delete preset")
    until("the preset is deleted", lambda: "for the big ones" not in alice.get("/api/v1/options").text)


def test_a_board_of_several_folders(alices, alice):
    opened(name_folder(alices, "/home/alice/runs/wide", "1 run")).click("#new-add-folder")
    assert alices.focus.get_attribute("id") == "new-more-logdir-1"
    alices.focus.send_keys("~/runs/ba")
    offers(alices, "baseline/").keys(Keys.TAB).shown("#new-more-logdir-1-advice", "1 run")
    alices.click("#new-add-folder").click(".more-folders .field:nth-child(2) button", "Remove")
    submitted(alices.keys(Keys.ESCAPE)).shown("li.board", "/home/alice/runs/baseline")
    board = made(alice)
    assert (board["logdir"], board["more_logdirs"]) == ("/home/alice/runs/wide", ["/home/alice/runs/baseline"])
    alices.choose(board, "edit").click("#board-dialog .more-folders button", "Remove").click("#edit-submit").gone("#board-dialog")
    assert made(alice)["more_logdirs"] == []


def test_a_further_folder_that_is_not_there_is_named(alices):
    opened(name_folder(alices.expect("status of 400"))).click("#new-add-folder")
    alices.focus.send_keys("/home/alice/nowhere")
    alices.shown("#new-more-logdir-1-advice", 'nowhere/" does not exist')
    alices.click("#new-submit").shown("#new-error", "nowhere")
    assert alices.focus.get_attribute("id") == "new-more-logdir-1"


def test_an_open_port_is_offered_where_the_site_allows_it(alices, alice, settings):
    opened(alices).gone("#new-bind-all")
    alices.expect("status of 50")  # boardgated is restarted meanwhile
    settings(allow_bind_all="yes")
    opened(name_folder(alices.open("/boards?new"))).shown("#new-host")
    submitted(alices.click("#new-bind-all")).shown("li.board .notice", "without a login")
    assert made(alice)["bind_all"] is True
    alice.delete(f"/api/v1/boards/{made(alice)['id']}")


def test_a_refused_option_is_named_at_its_field(alices):
    alices.expect("status of 400")
    opened(name_folder(alices)).type("#new-samples-per-plugin", "lots")
    alices.click("#new-submit").shown("#new-error", "Samples per plugin must have a form like")
    field = alices.shown("#new-samples-per-plugin")
    assert field.get_attribute("aria-invalid") == "true" and alices.focus == field
    alices.type("#new-samples-per-plugin", "scalars=5").type("#new-priority", "200").click("#new-submit")
    alices.shown("#new-error", "Priority: ")
    assert alices.focus.get_attribute("id") == "new-priority"


def test_a_missing_folder_is_shown_with_the_nearest_one(alices):
    name_folder(alices.expect("status of 400"), "/home/alice/rnus", 'rnus/" does not exist').click("#new-submit")
    alices.shown("#new-error", "does not exist")
    assert alices.focus.get_attribute("id") == "new-logdir"

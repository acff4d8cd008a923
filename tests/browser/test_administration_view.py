# SPDX-License-Identifier: MIT
"""Administration: all boards for administrators, and never their content."""
import pytest

from selenium.webdriver.common.action_chains import ActionChains

from fixtures import in_state, until


@pytest.fixture
def admins(lab, settings, make_account, page, alice, ready_board):
    """(the view, a board of alice's in it)"""
    member = make_account()
    group = f"admins-of-{member.user}"
    lab.exec("groupadd", "--system", group)
    lab.exec("gpasswd", "--add", member.user, group)
    settings(administrators=group)
    board = ready_board(alice.login(), title="Unpublished")
    alice.visit(board["url"])
    page.enter(member.login()).click("#links a", "Administration").shown("#all-boards")
    page.shown(row_of(board), seconds=20)
    yield page, board
    lab.exec("groupdel", group)


def row_of(board):
    return f"#all-boards tr[data-id='{board['id']}']"


def test_it_shows_whose_and_how_each_board_is_and_not_what_is_on_it(admins):
    page, board = admins
    row = page.shown(row_of(board), "alice")
    for part in (board["id"], "Ready", "alice"):
        assert part in row.text, row.text
    assert "Unpublished" not in page.driver.page_source and "/home/alice" not in page.driver.page_source


def test_it_says_what_each_limit_is_and_how_full(admins):
    page, _ = admins
    page.shown(".limits", "of 100")
    page.says("Awake boards", "Ports", "busiest person (alice)")
    for meter in page.all(".limits meter"):
        assert float(meter.get_attribute("max")) >= float(meter.get_attribute("value")) >= 0


def test_a_board_is_put_to_sleep(admins, alice):
    page, board = admins
    page.click(f"{row_of(board)} .board-sleep").shown(f"{row_of(board)} .board-state", "Asleep")
    in_state(alice, board, "asleep")
    with alice.events() as events:
        events.until("why it sleeps", lambda name, data: name == "board" and data["id"] == board["id"] and data["asleep_because"] == "an administrator put it to sleep")
    page.gone(f"{row_of(board)} .board-sleep")
    page.type("#search", "zzz").gone("#all-boards").says("No board matches")


def test_no_row_moves_under_the_pointer(admins, alice, ready_board):
    page, board = admins
    other = ready_board(alice.login())
    alice.visit(other["url"])
    page.shown(f"{row_of(other)} td time", "ago")
    page.run("const sort = document.getElementById('sort'); sort.value = 'viewed'; sort.dispatchEvent(new Event('change'))")

    def order():
        ids = page.run("return [...document.querySelectorAll('#all-boards tbody tr')].map((row) => row.dataset.id)")
        return [name for name in ids if name in (board["id"], other["id"])]

    def viewed():
        return page.run("return document.querySelector(arguments[0])?.dateTime", f"{row_of(board)} time")
    assert order() == [other["id"], board["id"]]
    ActionChains(page.driver).move_to_element(page.shown(f"{row_of(board)} .board-sleep")).perform()
    before = viewed()
    alice.visit(board["url"])
    until("the row says so", lambda: viewed() != before, seconds=15)
    assert order() == [other["id"], board["id"]]
    ActionChains(page.driver).move_to_element(page.shown("h1")).perform()
    until("it is in its place", lambda: order() == [board["id"], other["id"]], seconds=15)


@pytest.mark.parametrize("command", ["systemctl status", "journalctl -u"])
def test_the_command_to_look_closer_is_copied(admins, command):
    page, board = admins
    page.command("Browser.grantPermissions", origin=page.url, permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    page.click(f"{row_of(board)} button", command.split()[0]).shown(f"{row_of(board)} button", "Copied")
    assert page.run("return navigator.clipboard.readText()") == f"{command} '{board['unit']}'"


def test_others_have_no_such_view(page, bob):
    page.enter(bob, "/administration").shown("#runs-heading")
    assert page.path == "/" and "Administration" not in [link.text for link in page.all("#links a")]


def test_a_board_is_held_and_released_and_its_owner_reads_why(admins, alice):
    page, board = admins
    page.click(f"{row_of(board)} .board-hold").type("#hold-reason", "it reads the archive").click("#hold-dialog button.primary")
    page.shown(f"{row_of(board)} .board-state", "Held")
    page.shown(f"{row_of(board)} .board-hold", "Release")
    assert alice.board(board["id"])["held"]["reason"] == "it reads the archive"
    page.click(f"{row_of(board)} .board-hold").shown(f"{row_of(board)} .board-hold", "Hold")
    assert alice.board(board["id"])["held"] is None


def test_it_has_totals_for_each_person(admins):
    page, _ = admins
    page.shown("#people tbody th", "alice")

# SPDX-License-Identifier: MIT
"""My runs: the runs that the server finds in the roots, and the boards made from them."""
import pytest

from machine import until


@pytest.fixture
def runs(alices, alice):
    """The view after a search; the boards that it makes are deleted after the test."""
    alices.open("/runs").shown("li.run", seconds=20)
    alices.says("Below /home/alice", seconds=20)
    yield alices
    for board in alice.boards():
        alice.delete(f"/api/v1/boards/{board['id']}")


def names(page):
    return page.run("return [...document.querySelectorAll('li.run')].filter((e) => e.checkVisibility()).map((e) => e.dataset.path)")


def test_they_are_listed_newest_first_with_curves_of_their_scalars(runs, lab):
    lab.exec("/usr/local/bin/write-events", "/home/alice/fresh", "--run", "only", "--points", "40", user="alice")
    try:
        runs.click("button", "Search again").shown("li.run[data-path='/home/alice/fresh/only']", seconds=20)
        assert names(runs)[0] == "/home/alice/fresh/only"
    finally:
        lab.exec("rm", "-r", "/home/alice/fresh")
    row = runs.shown("li.run[data-path='/home/alice/runs/wide']")
    for part in ("step 299", "kB", "loss", "ago"):
        assert part in row.text, row.text
    assert all(line.get_attribute("points").count(",") > 10 for line in row.find_elements("css selector", "polyline"))


# Each link at the end is a walk of 45,000 steps for the kernel, on any machine: with 800 of them a look takes a second or more.
SLOW_TREE = """
mkdir -p /srv/many; mount -t tmpfs tmpfs /srv/many; cd /srv/many
here=$(printf './%.0s' $(seq 1500))
ln -s "${here}nowhere" hop0
for n in $(seq 30); do ln -s "${here}hop$((n - 1))" hop$n; done
mkdir 1; for n in $(seq 20); do ln -s ../hop30 1/$n; done
for n in $(seq 2 40); do cp -a 1 $n; done
"""


def test_it_says_how_far_the_look_has_come(runs, lab):
    lab.exec("sh", "-euc", SLOW_TREE)
    try:
        runs.run("""window.told = []; const at = document.getElementById('looking');
                    new MutationObserver(() => told.push(at.textContent)).observe(at, {childList: true, characterData: true, subtree: true})""")
        runs.type("#root", "/srv/many\n").says("No runs below /srv/many", seconds=60)
        told = runs.run("return told")
        assert any("folders" in text and "so far" in text for text in told), told
    finally:
        lab.exec("sh", "-euc", "umount --lazy /srv/many; rmdir /srv/many")


def test_one_press_makes_a_board_and_the_next_one_opens_the_same(runs, alice):
    runs.click("li.run[data-path='/home/alice/runs/wide'] .run-open").says("TIME SERIES", seconds=40)
    (board,) = alice.boards()
    assert board["logdir"] == "/home/alice/runs/wide" and runs.path.startswith(board["url"])
    runs.open("/runs").click("li.run[data-path='/home/alice/runs/wide'] .run-open", seconds=20).says("TIME SERIES", seconds=40)
    assert [other["id"] for other in alice.boards()] == [board["id"]]
    runs.expect("/frontend/", "/b/")


def test_two_quick_presses_make_one_board(runs, alice):
    runs.run("const b = document.querySelector('li.run .run-open'); b.click(); b.click()")
    runs.says("TIME SERIES", seconds=40)
    (board,) = alice.boards()
    runs.expect("/frontend/", "/b/")


def test_a_board_that_is_being_deleted_is_not_the_one_that_opens(runs, alice, make_board):
    going = make_board(alice, "/home/alice/runs/wide")
    runs.click("#links a", "My boards").choose(going, "delete").shown(".bar", "is deleted")
    runs.click("#links a", "My runs").click("li.run[data-path='/home/alice/runs/wide'] .run-open", seconds=20).says("TIME SERIES", seconds=40)
    (board,) = alice.boards()
    assert board["id"] != going["id"] and board["logdir"] == going["logdir"]
    runs.expect("/frontend/", "/b/")


def test_looking_again_forgets_what_was_ticked(runs):
    for row in runs.all("li.run input")[:2]:
        row.click()
    runs.shown(".compare", "2 runs")
    runs.click("button", "Search again").gone(".compare").says("Below /home/alice", seconds=20)


def test_a_loss_that_became_no_number_is_told_as_that(runs, lab):
    lab.exec("sh", "-euc", "write-events ~/diverged --run r --points 5 --value 1; write-events ~/diverged --run r --first 5 --points 1 --value nan", user="alice")
    try:
        runs.click("button", "Search again").shown("li.run[data-path='/home/alice/diverged/r']", "no number", seconds=20)
    finally:
        lab.exec("rm", "-r", "/home/alice/diverged")


def test_several_that_are_ticked_become_one_board(runs, alice):
    wanted = ["/home/alice/runs/baseline", "/home/alice/runs/sweep/lr-0.1"]
    runs.gone("#compare")
    for path in wanted:
        runs.click(f"li.run[data-path='{path}'] input")
    runs.shown(".compare", "2 runs")
    runs.click("#compare").says("TIME SERIES", seconds=40)
    (board,) = alice.boards()
    assert {board["logdir"], *board["more_logdirs"]} == set(wanted)
    runs.says("baseline", "lr-0.1", seconds=20)
    runs.expect("/frontend/", "/b/")
    # The same runs open the same board.
    runs.open("/runs").shown("li.run", seconds=20)
    for path in reversed(wanted):
        runs.click(f"li.run[data-path='{path}'] input", seconds=20)
    runs.click("#compare").says("TIME SERIES", seconds=40)
    assert [other["id"] for other in alice.boards()] == [board["id"]]


def test_the_search_narrows_and_what_is_ticked_stays(runs):
    runs.click("li.run[data-path='/home/alice/runs/wide'] input").type("#search", "sweep")
    assert sorted(names(runs)) == ["/home/alice/runs/sweep/lr-0.01", "/home/alice/runs/sweep/lr-0.1", "/home/alice/runs/wide"]
    runs.reads("#runs-heading .count", "3 of 4")


def test_a_folder_can_be_named_below_which_to_look(runs):
    runs.type("#root", "/home/alice/runs/sweep\n").says("Below /home/alice/runs/sweep", seconds=20)
    assert sorted(names(runs)) == ["/home/alice/runs/sweep/lr-0.01", "/home/alice/runs/sweep/lr-0.1"]
    runs.expect("status of 400").type("#root", "/home/alice/nowhere\n").shown("#runs-error", "does not exist")


def test_from_the_login_to_a_board_of_ones_newest_run_in_three_clicks(page, lab, make_account):
    person = make_account()
    lab.exec("/usr/local/bin/write-events", f"/home/{person.user}/runs", user=person.user)
    lab.exec("find", f"/home/{person.user}/runs", "-type", "f", "-exec", "touch", "-d", "1 hour ago", "{}", "+")
    lab.exec("/usr/local/bin/write-events", f"/home/{person.user}/runs", "--run", "tonight", "--points", "50", user=person.user)
    page.expect("status of 401").open("/").type("#login-user", person.user).type("#login-password", person.password)
    page.click("#login-submit")
    page.click("#links a", "My runs")
    until("the newest run comes first", lambda: (names(page) or [""])[0].endswith("/tonight"), 20)
    page.click("li.run[data-path$='/tonight'] .run-open")
    page.says("TIME SERIES", "loss", seconds=40)
    (board,) = person.login().boards()
    assert board["logdir"].endswith("/tonight")
    page.expect("/frontend/", "/b/")

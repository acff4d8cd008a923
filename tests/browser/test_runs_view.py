# SPDX-License-Identifier: MIT
"""Runs, the first view: what the server finds in the roots, as a tree, searched and sorted there, live, and the boards made
from it."""
import pytest

from machine import until


@pytest.fixture
def runs(alices, alice):
    """The view after a search; the boards that it makes are deleted after the test."""
    alices.open("/").shown("li.run", seconds=20)
    alices.says("Below /home/alice", seconds=20)
    yield alices
    for board in alice.boards():
        alice.delete(f"/api/v1/boards/{board['id']}")


@pytest.fixture
def sweep(lab):
    """A sweep of 250 runs of alice, newer than her others; deleted after the test."""
    lab.exec("sh", "-euc", """mkdir ~/sweep; for i in $(seq 250); do mkdir ~/sweep/lr-$i; cp ~/runs/baseline/* ~/sweep/lr-$i; done""", user="alice")
    yield "/home/alice/sweep"
    lab.exec("rm", "-r", "/home/alice/sweep")


def names(page):
    return page.run("return [...document.querySelectorAll('li.run')].filter((e) => e.checkVisibility()).map((e) => e.dataset.path)")


def test_a_sweep_is_one_row_that_opens_and_hides_nothing(runs, sweep):
    runs.open("/?sort=name").shown("li.folder[data-path='/home/alice/sweep']", "250 runs", seconds=20)
    assert names(runs) and not any("/home/alice/sweep" in path for path in names(runs))
    runs.reads("#runs-heading .count", "254")
    runs.click("li.folder[data-path='/home/alice/sweep'] .fold").shown("li.run[data-path='/home/alice/sweep/lr-7']", "step 299")
    runs.shown("li.folder a", "All 250 runs in sweep")
    runs.click("li.folder[data-path='/home/alice/sweep'] .fold").gone("li.run[data-path='/home/alice/sweep/lr-7']")


def test_a_search_covers_all_runs_and_is_in_the_address(runs, sweep):
    runs.type("#search", "lr-249").reads("#runs-heading .count", "1 of 254", seconds=20)
    assert names(runs) == ["/home/alice/sweep/lr-249"] and runs.path == "/?query=lr-249"
    runs.open("/?query=lr-13&flat=1&sort=name").reads("#runs-heading .count", "11 of 254", seconds=20)
    assert names(runs)[:2] == ["/home/alice/sweep/lr-13", "/home/alice/sweep/lr-130"] and runs.value("#search") == "lr-13"
    runs.type("#search", "nothing like it").says("None of 254 runs below /home/alice matches")


def test_more_come_by_scrolling(runs, sweep):
    runs.open("/?flat=1").shown("li.run", seconds=20)
    def bottom():
        runs.run("window.scrollTo(0, document.body.scrollHeight)")
        return len(names(runs)) == 254
    until("all are there", bottom, 30)
    assert len(set(names(runs))) == 254


def test_a_run_that_is_being_written_moves_without_a_reload(runs, lab):
    lab.exec("write-events", "/home/alice/live", "--run", "a", "--points", "5", "--into", "tfevents", user="alice")
    try:
        runs.click("button", "Refresh").shown("li.run[data-path='/home/alice/live/a'] .writing", "Being written", seconds=20)
        lab.exec("write-events", "/home/alice/live", "--run", "a", "--first", "5", "--points", "72", "--into", "tfevents", user="alice")
        runs.shown("li.run[data-path='/home/alice/live/a']", "step 76", seconds=30)
        lab.exec("write-events", "/home/alice/live", "--run", "b", "--points", "3", user="alice")
        runs.shown("li.run[data-path='/home/alice/live/b']", seconds=30)
    finally:
        lab.exec("rm", "-r", "/home/alice/live")
    runs.gone("li.run[data-path='/home/alice/live/b']", seconds=30)


def test_columns_are_chosen_sorted_and_kept(runs, lab):
    lab.exec("sh", "-euc", "for v in 1 3 2; do write-events ~/columns --run r$v --points 2 --tag f1 --value $v; done", user="alice")
    try:
        runs.click("button", "Refresh").shown("li.run[data-path='/home/alice/columns/r3']", seconds=20)
        runs.click("#columns summary").click("#columns input[value=f1]").shown("li.run[data-path='/home/alice/columns/r3'] .curve[data-tag=f1] .value", "3", seconds=20)
        runs.run("const s = document.getElementById('sort'); s.value = 'value:f1'; s.dispatchEvent(new Event('change'))")
        until("the highest comes first", lambda: [path[-2:] for path in names(runs)[:3]] == ["r3", "r2", "r1"])
        assert runs.path == "/?sort=value%3Af1"
        runs.open("/?sort=-value%3Af1").shown("li.run .curve[data-tag=f1] .value", "1", seconds=20)
        # Rows come while the search goes on.
        until("the lowest comes first", lambda: [path[-2:] for path in names(runs)[:3]] == ["r1", "r2", "r3"])
    finally:
        lab.exec("rm", "-r", "/home/alice/columns")


def test_headings_sort_by_the_last_and_the_best_value(runs, lab):
    lab.exec("sh", "-euc", """w() { write-events ~/heads --run $1 --first $2 --points 1 --tag f1 --value $3 --into tfevents; }
        w fell 0 9; w fell 1 1; w flat 0 5; w flat 1 5""", user="alice")
    head = lambda sort: f".heads [data-tag=f1] button[data-sort='{sort}']"
    first = lambda: [path.rpartition("/")[2] for path in names(runs) if "/heads/" in path]
    cell = "li.run[data-path='/home/alice/heads/fell'] .curve[data-tag=f1] .value"
    try:
        runs.click("button", "Refresh").shown("li.run[data-path='/home/alice/heads/fell']", seconds=20)
        runs.click("#columns summary").click("#columns input[value=f1]").shown(cell, "1 best 9", seconds=20)
        runs.click("#columns summary").click(head("value:f1"))
        until("the highest last value comes first", lambda: first() == ["flat", "fell"])
        runs.click(head("max:f1"))
        until("the highest value comes first", lambda: first() == ["fell", "flat"])
        assert runs.path == "/?sort=max%3Af1"
        # Pressed again, the lowest value is the best one, and stays it.
        runs.click(head("max:f1")).shown(cell, "1 best 1")
        runs.open("/?sort=newest").shown(cell, "1 best 1", seconds=20)
        runs.shown(head("-min:f1"))
        runs.click(".heads button", "Name")
        until("they are sorted by name", lambda: runs.path == "/?sort=name")
        runs.click(".heads button", "Name ▴")
        until("and the other way round", lambda: runs.path == "/?sort=-name")
    finally:
        lab.exec("rm", "-r", "/home/alice/heads")


def test_several_that_are_ticked_are_drawn_together(runs):
    for path in ("/home/alice/runs/baseline", "/home/alice/runs/wide"):
        runs.click(f"li.run[data-path='{path}'] input")
    plot = runs.shown(".plot")
    assert len(plot.find_elements("css selector", "polyline")) == 2 and "baseline" in plot.text and "wide" in plot.text
    assert runs.texts("#metric option") or runs.value("#metric") == "alice/loss"


def test_what_is_hidden_stays_hidden_until_it_is_shown_again(runs):
    wide = "li.run[data-path='/home/alice/runs/wide']"
    runs.click(f"{wide} input").shown("#copy-paths")
    runs.click("#hide").gone(wide).shown("#show-hidden", "1 hidden run")
    runs.open("/").shown("#show-hidden", seconds=20)
    runs.gone(wide).click("#show-hidden").shown(wide)


def test_a_note_on_a_run_is_kept_by_the_server_and_shown_on_its_row(runs, alice):
    wide, baseline = (f"li.run[data-path='/home/alice/runs/{name}']" for name in ("wide", "baseline"))
    try:
        runs.click(f"{wide} input").type("#note", "<b>too wide</b> \N{EN DASH} learning rate 0.1").click("#save-note").shown(f"{wide} .note", "<b>too wide</b> \N{EN DASH} learning rate 0.1")
        runs.click(f"{baseline} input").gone("#note")
        runs.click(f"{wide} input").shown("#note")
        assert runs.value("#note") == ""
        # Another browser of hers has it as well.
        runs.run("localStorage.clear()")
        runs.open("/").shown(f"{wide} .note", "too wide", seconds=20)
        assert alice.get("/api/v1/notes").json == {"notes": [{"path": "/home/alice/runs/wide", "text": "<b>too wide</b> \N{EN DASH} learning rate 0.1"}]}
        runs.click(f"{wide} input", seconds=20).type("#note", "").click("#save-note").gone(f"{wide} .note")
        assert alice.get("/api/v1/notes").json == {"notes": []}
    finally:
        alice.send("PUT", "/api/v1/notes", {"path": "/home/alice/runs/wide", "text": ""})


def test_what_is_not_a_row_is_counted_and_said(runs, lab):
    lab.exec("sh", "-euc", """mkdir -p ~/odd/header ~/odd/.ipynb_checkpoints "$(printf '/home/alice/odd/a\tb')"; head -c 40 ~/runs/wide/* >~/odd/header/tfevents
        cp ~/runs/wide/* ~/odd/.ipynb_checkpoints; cp ~/runs/wide/* "$(printf '/home/alice/odd/a\tb')" """, user="alice")
    try:
        runs.click("button", "Refresh").shown("#pointless", "1 run without a point", seconds=20)
        runs.says("1 more run in .ipynb_checkpoints or .snapshot", "1 run not shown: a path with a tab")
        runs.click("#pointless").says("/home/alice/odd/header")
    finally:
        lab.exec("rm", "-r", "/home/alice/odd")


def test_an_empty_page_says_where_else_to_look(page, lab, make_account):
    person = make_account().login()
    lab.exec("sh", "-euc", 'install -d -o "$1" /data/$1; su "$1" -c "write-events /data/$1 --run far --points 2"', "data", person.user)
    try:
        page.enter(person).says(f"There is 1 run in /data/{person.user}", "No runs below", seconds=20)
        page.click("a", f"Look in /data/{person.user}").shown("li.run", "far", seconds=20)
        page.open("/").click("#rest a", "New board", seconds=20).shown("#new-logdir")
    finally:
        lab.exec("rm", "-r", "/data")


def test_pinned_boards_are_on_top(runs, alice, make_board):
    board = make_board(alice, "/home/alice/runs/wide", title="Always here")
    make_board(alice, "/home/alice/runs/baseline", title="Newer")
    runs.open("/boards").choose(board, "pin").shown("#boards > li:first-child", "Always here")
    runs.open("/").shown(".pinned a", "Always here", seconds=20)
    runs.open("/boards").choose(board, "pin").open("/").shown("li.run", seconds=20)
    runs.gone(".pinned")


def test_a_folder_and_its_board(runs, alice):
    runs.click("li.folder[data-path='/home/alice/runs/sweep'] .run-open").says("TIME SERIES", seconds=40)
    (board,) = alice.boards()
    assert board["logdir"] == "/home/alice/runs/sweep"
    runs.open("/").click("li.folder[data-path='/home/alice/runs/sweep'] .run-open[title='A board shows it']", seconds=20).says("TIME SERIES", seconds=40)
    assert [other["id"] for other in alice.boards()] == [board["id"]]
    runs.expect("/frontend/", "/b/")


def test_they_are_listed_newest_first_with_curves_of_their_scalars(runs, lab):
    lab.exec("/usr/local/bin/write-events", "/home/alice/fresh", "--run", "only", "--points", "40", user="alice")
    try:
        runs.click("button", "Refresh").shown("li.run[data-path='/home/alice/fresh/only']", seconds=20)
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


def test_the_first_rows_come_while_the_search_goes_on(runs, lab):
    # Another folder: a look that took long is used again for a while.
    lab.exec("sh", "-euc", SLOW_TREE.replace("many", "early") + "mkdir 0; cp ~alice/runs/wide/* 0; chmod -R a+rX 0")
    try:
        runs.run("""window.told = []; const list = document.getElementById('runs'), at = document.getElementById('looking');
                    new MutationObserver(() => { if (list.firstElementChild) told.push([list.firstElementChild.dataset.path, at.textContent]); })
                        .observe(list, {childList: true})""")
        runs.type("#root", "/srv/early\n").says("Below /srv/early", seconds=60)
        told = runs.run("return told")
        assert any(path == "/srv/early/0" and "Searching" in text for path, text in told), told
        assert names(runs) == ["/srv/early/0"] and "step 299" in runs.shown("li.run").text
    finally:
        lab.exec("sh", "-euc", "umount --lazy /srv/early; rmdir /srv/early")


def test_one_press_makes_a_board_and_the_next_one_opens_the_same(runs, alice):
    runs.click("li.run[data-path='/home/alice/runs/wide'] .run-open").says("TIME SERIES", seconds=40)
    (board,) = alice.boards()
    assert board["logdir"] == "/home/alice/runs/wide" and runs.path.startswith(board["url"])
    runs.open("/").click("li.run[data-path='/home/alice/runs/wide'] .run-open", seconds=20).says("TIME SERIES", seconds=40)
    assert [other["id"] for other in alice.boards()] == [board["id"]]
    runs.expect("/frontend/", "/b/")


def test_two_quick_presses_make_one_board(runs, alice):
    runs.run("const b = document.querySelector('li.run .run-open'); b.click(); b.click()")
    runs.says("TIME SERIES", seconds=40)
    (board,) = alice.boards()
    runs.expect("/frontend/", "/b/")


def test_opening_a_board_that_is_being_deleted_keeps_it(runs, alice, make_board):
    going = make_board(alice, "/home/alice/runs/wide")
    runs.click("#links a", "Boards").choose(going, "delete").shown(".bar", "is deleted")
    runs.click("#links a", "Runs").click("li.run[data-path='/home/alice/runs/wide'] .run-open", seconds=20).says("TIME SERIES", seconds=40)
    assert [board["id"] for board in alice.boards()] == [going["id"]]
    runs.expect("/frontend/", "/b/")


def test_looking_again_forgets_what_was_ticked(runs):
    for row in runs.all("li.run input")[:2]:
        row.click()
    runs.shown(".compare", "2 runs")
    runs.click("button", "Refresh").gone(".compare").says("Below /home/alice", seconds=20)


def test_a_loss_that_became_nan_is_shown_as_that(runs, lab):
    lab.exec("sh", "-euc", "write-events ~/diverged --run r --points 5 --value 1; write-events ~/diverged --run r --first 5 --points 1 --value nan", user="alice")
    try:
        runs.click("button", "Refresh").shown("li.run[data-path='/home/alice/diverged/r']", "no number", seconds=20)
    finally:
        lab.exec("rm", "-r", "/home/alice/diverged")


def test_a_step_that_a_browsers_number_cannot_hold_is_exact(runs, lab):
    lab.exec("write-events", "/home/alice/far", "--run", "r", "--first", str(2**53 + 1), "--points", "1", user="alice")
    try:
        runs.click("button", "Refresh").shown("li.run[data-path='/home/alice/far/r']", "step 9,007,199,254,740,993", seconds=20)
    finally:
        lab.exec("rm", "-r", "/home/alice/far")


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
    runs.open("/").shown("li.run", seconds=20)
    for path in reversed(wanted):
        runs.click(f"li.run[data-path='{path}'] input", seconds=20)
    runs.click("#compare").says("TIME SERIES", seconds=40)
    assert [other["id"] for other in alice.boards()] == [board["id"]]


def test_a_folder_can_be_named_below_which_to_look(runs):
    runs.type("#root", "/home/alice/runs/sweep\n").says("Below /home/alice/runs/sweep", seconds=20)
    assert sorted(names(runs)) == ["/home/alice/runs/sweep/lr-0.01", "/home/alice/runs/sweep/lr-0.1"]
    runs.expect("status of 400").type("#root", "/home/alice/nowhere\n").shown("#runs-error", "does not exist")


def test_from_the_login_to_a_board_of_ones_newest_run_in_two_clicks(page, lab, make_account):
    person = make_account()
    lab.exec("/usr/local/bin/write-events", f"/home/{person.user}/runs", user=person.user)
    lab.exec("find", f"/home/{person.user}/runs", "-type", "f", "-exec", "touch", "-d", "1 hour ago", "{}", "+")
    lab.exec("/usr/local/bin/write-events", f"/home/{person.user}/runs", "--run", "tonight", "--points", "50", user=person.user)
    page.expect("status of 401").open("/").type("#login-user", person.user).type("#login-password", person.password)
    page.click("#login-submit")
    until("the newest run comes first", lambda: (names(page) or [""])[0].endswith("/tonight"), 20)
    page.click("li.run[data-path$='/tonight'] .run-open")
    page.says("TIME SERIES", "loss", seconds=40)
    (board,) = person.login().boards()
    assert board["logdir"].endswith("/tonight")
    page.expect("/frontend/", "/b/")

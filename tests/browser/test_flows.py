# SPDX-License-Identifier: MIT
"""What people do most, counted in clicks; docs/flows.md has the table."""
import re
import time

import pytest

from machine import until
from page import TOP

TABLE = dict(re.findall(r"^\| ([^|]+) \| (\d+) \|", (TOP / "docs/flows.md").read_text(), re.M))
# Hard links, made by one process: a home of 5,000 runs is there in a second.
HOME = """
write-events . --run first --points 30
python3 - first/events* <<'runs'
import os, sys
for run in [f"sweep/lr-{i}" for i in range(2000)] + [f"archive/night-{i}" for i in range(3000)]:
    os.makedirs(run)
    for file in sys.argv[1:]:
        os.link(file, os.path.join(run, os.path.basename(file)))
runs
rm -r first; touch -d '2 days ago' sweep/lr-0/*
mkdir now; for n in 1 2 3; do write-events now --run run$n --points 50; done; write-events now --run newest --points 50
"""


@pytest.fixture(scope="module")
def person(lab, site):
    """Somebody with 5,004 runs."""
    from fixtures import accounts
    with accounts(lab, site) as make:
        one = make()
        lab.exec("sh", "-euc", f"cd /home/{one.user}; {HOME}", user=one.user)
        yield one


class Counted:
    """Clicks, and the time from the first of them."""
    def __init__(self, page):
        self.page, self.clicks, self.began = page, 0, time.monotonic()

    def click(self, *arguments, **more):
        self.page.click(*arguments, **more)
        self.clicks += 1
        return self

    def log_in(self, person):
        self.page.type("#login-user", person.user).type("#login-password", person.password)
        return self.click("#login-submit")

    def ends(self, what, record_property):
        record_property("seconds", round(time.monotonic() - self.began, 1))
        assert str(self.clicks) == TABLE[what], (what, self.clicks)


@pytest.fixture
def counted(page):
    page.expect("status of 401", "/frontend/", "/b/").open("/")
    return Counted(page)


def only_board(person):
    person.login()
    (board,) = person.boards()
    person.delete(f"/api/v1/boards/{board['id']}")
    return board


def test_newest_run_to_tensorboard(counted, person, record_property):
    counted.log_in(person).click("li.run[data-path$='/now/newest'] .run-open", seconds=40)
    counted.page.says("TIME SERIES", seconds=40)
    counted.ends("newest run to TensorBoard", record_property)
    assert only_board(person)["logdir"].endswith("/now/newest")


def test_a_sweep_as_one_board(counted, person, record_property):
    counted.log_in(person).click("li.folder[data-path$='/sweep'] .run-open", seconds=40)
    counted.page.says("TIME SERIES", seconds=40)
    counted.ends("a sweep of 2,000 runs as one board", record_property)
    assert only_board(person)["logdir"].endswith("/sweep")


def test_three_runs_compared(page, person, record_property):
    page.enter(person.login()).expect("/frontend/", "/b/").shown("li.run", seconds=40)
    counted = Counted(page)
    for n in (1, 2, 3):
        counted.click(f"li.run[data-path$='/now/run{n}'] input")
    page.shown(".plot")
    counted.click("#compare").page.says("TIME SERIES", seconds=40)
    counted.ends("compare three runs", record_property)
    assert len(only_board(person)["more_logdirs"]) == 2


def test_an_old_run_is_found_by_name(page, person, record_property):
    page.enter(person.login()).expect("/frontend/", "/b/").shown("li.run", seconds=40)
    counted = Counted(page).click("#search")
    page.keys("night-2987").reads("#runs-heading .count", "1 of 5,004", seconds=20)
    counted.click("li.run[data-path$='/night-2987'] .run-open").page.says("TIME SERIES", seconds=40)
    counted.ends("find an old run by name among 5,000", record_property)
    assert only_board(person)["logdir"].endswith("/archive/night-2987")


def test_training_has_stopped(counted, lab, person, record_property):
    lab.exec("sh", "-euc", f"touch -d '20 minutes ago' /home/{person.user}/now/run1/*", user=person.user)
    row = counted.log_in(person).page.shown("li.run[data-path$='/now/run1']", "20 minutes ago", seconds=40)
    counted.ends("see that training has stopped", record_property)
    assert "Being written" not in row.text
    assert "Being written" in counted.page.shown("li.run[data-path$='/now/newest']").text
    person.login()


def test_the_session_ends_inside_tensorboard(page, person, record_property):
    person.login()
    board = person.post("/api/v1/boards", {"logdir": f"/home/{person.user}/now"}).json
    page.expect("status of 401", "/frontend/", "/b/").enter(person, f"{board['url']}?smoothing=0.3#timeseries").says("TIME SERIES", seconds=40)
    place = until("TensorBoard has its place", lambda: "smoothing=0.3" in page.path and page.path)
    person.delete("/api/v1/sessions")
    in_bar = "return document.querySelector('div').shadowRoot.querySelector(arguments[0])"
    page.run("document.dispatchEvent(new Event('visibilitychange'))")
    link = until("the bar says so", lambda: page.run(in_bar, ".ended span a"), 30)
    counted = Counted(page)
    link.click()
    counted.clicks += 1
    counted.log_in(person)

    def back():
        assert page.path == place, (page.path, place)
        return True
    until("back at the same place", back, 30)
    page.says("TIME SERIES", seconds=40)
    counted.ends("continue after the session ended inside TensorBoard", record_property)
    only_board(person)

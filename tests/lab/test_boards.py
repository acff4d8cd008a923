# SPDX-License-Identifier: MIT
"""A board from its start to its deletion: its content, its units, sleeping and waking."""
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from client import NAVIGATION
from fixtures import in_state
from machine import PATIENCE, until

RUNS = ["baseline", "sweep/lr-0.01", "sweep/lr-0.1", "wide"]
SCALARS = ["accuracy", "learning_rate", "loss"]


def door_of(board):
    return board["unit"].replace(".service", ".socket")


def wait_for_state(events, board, *states, seconds=PATIENCE):
    return events.until(f"board {board['id']} is {' or '.join(states)}",
                        lambda name, data: name == "board" and data["id"] == board["id"] and data["state"] in states,
                        seconds)[1]


def page_of(client, board):
    """The board's page after waking; until then the state page."""
    return until("the board's page is there", lambda: (a := client.visit(board["url"])).status == 200 and a.text, 30)


def scalar_tags(client, board):
    """As soon as TensorBoard has read the event files, which it does after it has begun to answer."""
    def look():
        answer = client.get(f"{board['url']}data/plugin/scalars/tags")
        assert answer.status == 200, answer
        return answer.json
    return until("the tags are there", look)


def test_a_board_shows_tensorboards_own_page_and_the_real_tags(lab, alice, ready_board):
    board = ready_board(alice)
    assert re.fullmatch(r"/b/[a-hj-km-np-z2-9]{8}/", board["url"])
    page = alice.visit(board["url"])
    assert page.status == 200 and page.header("Content-Type").startswith("text/html"), page
    # Its script comes from the shared front end.
    script = re.search(r'<script[^>]* src="(/[^"]*index\.js[^"]*)"', page.text)
    assert script and "<title>TensorBoard</title>" in page.text, page
    assert len(alice.get(script[1]).body) > 1_000_000
    assert scalar_tags(alice, board) == {run: {f"alice/{tag}": {"displayName": "", "description": ""} for tag in SCALARS}
                                         for run in RUNS}
    # The scalars dashboard posts; the answer has the written points.
    series = alice.get(f"{board['url']}data/plugin/scalars/scalars?run=baseline&tag=alice%2Flearning_rate").json
    assert [point[1] for point in series] == list(range(300)) and series[0][2] == pytest.approx(1e-3)


def test_systemd_shows_unit_and_door_and_every_process_is_the_owners(lab, alice, ready_board):
    board = ready_board(alice)
    uid = alice.get("/api/v1/session").json["uid"]
    status = lab.systemctl("status", "--no-pager", "--full", "tensorboard-alice-*")
    assert re.search(rf"● {board['unit']} - .*alice\n(.*\n)*? +Active: active \(running\)", status), status
    assert re.search(rf"● {door_of(board)} - .*alice.*\n(.*\n)*? +Active: active \(running\)", status), status
    assert f"Listen: 127.0.0.1:{board['port']} (Stream)" in status
    assert lab.property(board["unit"], "Slice") == f"tensorboard-u{uid}.slice"
    assert lab.property(board["unit"], "ControlGroup") == f"/tensorboard.slice/tensorboard-u{uid}.slice/{board['unit']}"
    found = lab.processes(board["unit"])
    assert {p["name"] for p in found} >= {"boardgate-board", "tensorboard"}, found
    assert [p for p in found if set(p["uids"]) != {uid}] == []
    # No TensorBoard runs outside of a unit.
    everywhere = {int(pid) for pid in lab.exec("pgrep", "-f", "tensorboard.*--path_prefix").split()}
    assert everywhere <= {p["pid"] for p in found}


def test_what_an_administrator_stops_is_seen_at_once_and_the_address_alone_wakes_it(lab, alice, ready_board):
    board = ready_board(alice)
    with alice.events() as events:
        events.until("all boards were sent", lambda name, _: name == "synced")
        lab.systemctl("stop", board["unit"])
        asleep = wait_for_state(events, board, "asleep")
        assert asleep["failure"] is None and asleep["port"] == board["port"]
        assert lab.property(door_of(board), "ActiveState") == "active", "the door went with the unit"
        # As a bookmark does.
        assert "<title>TensorBoard</title>" in page_of(alice, board)
        wait_for_state(events, board, "ready")
        # As a page that is still open does.
        lab.systemctl("stop", board["unit"])
        wait_for_state(events, board, "asleep")
        assert alice.get(f"{board['url']}data/environment").status == 200
    assert scalar_tags(alice, board).keys() == set(RUNS)


def test_concurrent_requests_to_a_waking_board_are_all_served(alice, ready_board):
    board = ready_board(alice)
    assert alice.post(f"/api/v1/boards/{board['id']}/sleep").status == 202
    in_state(alice, board, "asleep")
    paths = [f"{board['url']}data/environment", f"{board['url']}data/runs", f"{board['url']}data/plugins_listing"] * 4
    with ThreadPoolExecutor(len(paths)) as pool:
        assert [a.status for a in pool.map(alice.get, paths)] == [200] * len(paths)


def test_sleep_wake_and_restart(alice, ready_board):
    board = ready_board(alice)
    with alice.events() as events:
        answer = alice.post(f"/api/v1/boards/{board['id']}/sleep")
        assert answer.status == 202 and answer.json["state"] == "asleep", answer
        assert alice.post(f"/api/v1/boards/{board['id']}/wake").json["state"] in ("starting", "ready")
        awake = wait_for_state(events, board, "ready")
        answer = alice.post(f"/api/v1/boards/{board['id']}/restart")
        assert answer.status == 202
        again = events.until("it is ready anew", lambda _, data: data.get("id") == board["id"] and data["state"] == "ready"
                             and data["state_since"] > awake["state_since"])[1]
    assert again["port"] == board["port"] and again["created"] == board["created"]


def test_a_wake_while_a_board_falls_asleep_reports_the_start(alice, ready_board):
    """One run ends and the next starts immediately, and boardgated reads systemd in between."""
    board = ready_board(alice)
    for _ in range(5):
        alice.post(f"/api/v1/boards/{board['id']}/sleep")
        assert alice.post(f"/api/v1/boards/{board['id']}/wake").json["state"] in ("starting", "ready")
        in_state(alice, board, "ready")


def test_nothing_of_a_removed_board_stays_behind(lab, alice, ready_board):
    board = ready_board(alice)
    uid = alice.get("/api/v1/session").json["uid"]
    traces = f"ls -d /var/lib/boardgate-root/doors/*{board['id']}* 2>&1 | grep -v '^ls:' || true"
    assert len(lab.exec("sh", "-c", traces).split()) == 3, "the test looks in the wrong places"
    assert lab.connects("www-data", "127.0.0.1", board["port"]) == "connected"
    with alice.events() as events:
        events.until("all boards were sent", lambda name, _: name == "synced")
        assert alice.delete(f"/api/v1/boards/{board['id']}").status == 204
        events.until("the removal is sent", lambda name, data: name == "removed" and data == {"id": board["id"]})
    assert lab.units(f"tensorboard-alice-{board['id']}*") == []
    # The reader of folders shares its slice, and ends by itself when nobody has asked it for a while.
    lab.systemctl("stop", f"boardgate-logdirs@{uid}.service")
    until("its owner's slice is gone as well", lambda: lab.property(f"tensorboard-u{uid}.slice", "ActiveState") == "inactive")
    assert lab.exec("sh", "-c", traces) == ""
    assert lab.connects("www-data", "127.0.0.1", board["port"]) == "ECONNREFUSED"
    # Also after a restart of boardgated.
    lab.systemctl("restart", "boardgated.service")
    assert until("boardgated is back", lambda: alice.get(f"/api/v1/boards/{board['id']}")).code == "no_such_board"
    assert board["id"] not in [b["id"] for b in alice.boards()]
    assert alice.get(board["url"]).code == "no_such_board"
    assert alice.delete(f"/api/v1/boards/{board['id']}").code == "no_such_board"


def test_a_chosen_port_is_given_and_a_taken_one_is_refused_before_anything_runs(free_ports, lab, alice, bob, make_board):
    board = make_board(alice, port=16321)
    assert board["port"] == 16321
    # By another board.
    before = [b["id"] for b in bob.boards()]
    answer = bob.post("/api/v1/boards", {"logdir": "/home/bob/runs", "port": 16321, "new": True})
    assert (answer.status, answer.code) == (409, "port_taken"), answer
    assert "16321" in answer.problem["detail"] and answer.problem["field"] == "port"
    assert "another person's board" in answer.problem["detail"] and board["id"] not in answer.problem["detail"]
    mine = alice.post("/api/v1/boards", {"logdir": "/home/alice/runs", "port": 16321, "new": True})
    assert mine.code == "port_taken" and f"your board {board['id']}" in mine.problem["detail"], mine
    # By another program.
    with lab.start("runuser", "-u", "carol", "--", "/usr/bin/python3", "-I", "-m", "http.server", "--bind", "127.0.0.1", "16322") as squatter:
        try:
            until("the port is taken", lambda: "16322" in lab.exec("ss", "-tlnH"))
            answer = bob.post("/api/v1/boards", {"logdir": "/home/bob/runs", "port": 16322, "new": True})
        finally:
            squatter.terminate()
    assert (answer.status, answer.code) == (409, "port_taken"), answer
    assert re.search(r"python3\S* \(process \d+, \S+\) of carol listens there", answer.problem["detail"]), answer
    assert [b["id"] for b in bob.boards()] == before
    assert [u for u in lab.units("tensorboard-bob-*") if not any(i in u for i in before)] == []
    assert alice.board(board["id"])["port"] == 16321


def test_ports_are_given_from_the_range_and_never_twice(alice, bob, make_board):
    boards = [make_board(alice), make_board(bob), make_board(alice)]
    ports = [b["port"] for b in boards]
    assert len(set(ports)) == 3 and all(16001 <= p <= 16999 for p in ports)


@pytest.mark.parametrize("title, shown", [
    ("Sweep of May", "Sweep of May"), ("", "runs"), ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("größer 100% $HOME ${PATH} %h \\x41 \"q\" 'q' $$", "größer 100% $HOME ${PATH} %h \\x41 \"q\" 'q' $$"),
], ids=["words", "none", "markup", "what systemd would expand"])
def test_a_title_arrives_as_it_was_written(alice, make_board, title, shown):
    board = make_board(alice, title=title, wake=False)
    assert board["title"] == shown
    assert alice.board(board["id"])["title"] == shown


@pytest.mark.parametrize("name", ["a-b.c_d", "é--", "u$(id)%h", "a\\x2db", "tensorboard-"])
def test_an_accounts_name_is_whole_in_its_units(lab, make_account, ready_board, name):
    person = make_account(name=name).login()
    board = ready_board(person, "/tmp")
    assert person.get(f"{board['url']}data/environment").status == 200
    assert lab.property(board["unit"], "User") == lab.exec("id", "-u", name).strip()
    until("the log has a line", lambda: person.get(f"/api/v1/boards/{board['id']}/log?lines=1").json["lines"])
    assert person.delete(f"/api/v1/boards/{board['id']}").status == 204
    assert not [unit for unit in lab.units() if board["id"] in unit]


def test_the_log_is_tensorboards_own(alice, ready_board):
    board = ready_board(alice)
    ready_line = "Press CTRL+C to quit"
    lines = until("TensorBoard's words are in the journal", lambda: [
        line["text"] for line in alice.get(f"/api/v1/boards/{board['id']}/log?lines=50").json["lines"] if ready_line in line["text"]])
    assert len(lines) == 1
    with alice.events(f"/api/v1/boards/{board['id']}/log?follow=1") as events:
        events.until("what was said before comes first", lambda _, data: ready_line in data["text"])


def test_a_log_is_read_on_behind_the_last_line_that_was_read(alice, ready_board):
    board = ready_board(alice)
    log = f"/api/v1/boards/{board['id']}/log"
    lines = until("TensorBoard and systemd have said that it is ready", lambda: all(
        any(words in line["text"] for line in alice.get(log).json["lines"]) for words in ("Started", "Press CTRL+C")) and alice.get(log).json["lines"])

    def told(count, query="", **headers):
        with alice.events(f"{log}?follow=1{query}", headers=headers) as events:
            events.until("as many lines", lambda *_: len(events.seen) == count)
            assert all(data["cursor"] == cursor for _, data, cursor in events.seen)
            return [data for _, data, _ in events.seen]
    assert told(len(lines)) == lines
    assert told(2, "&lines=2") == lines[-2:]
    assert told(len(lines) - 3, **{"Last-Event-ID": lines[2]["cursor"]}) == lines[3:]
    # A reader gets the header immediately, even without new lines (a comment every 20 s keeps an idle stream alive).
    with alice.stream("GET", f"{log}?follow=1", headers={"Last-Event-ID": lines[-1]["cursor"]}, timeout=10) as answer:
        assert answer.status == 200


def test_one_process_serves_all_readers_of_logs(lab, alice, ready_board):
    board = ready_board(alice)
    with ExitStack() as opened:
        readers = [opened.enter_context(alice.events(f"/api/v1/boards/{board['id']}/log?follow=1&lines=1")) for _ in range(12)]
        for reader in readers:
            reader.until("a line of the past", lambda _, data: data["text"])
        assert alice.post(f"/api/v1/boards/{board['id']}/sleep").status == 202
        for reader in readers:
            reader.until("a line of systemd's about the end", lambda _, data: data["text"].startswith("Stopped "))
        assert lab.exec("pgrep", "-c", "-u", "boardgate-journal").strip() == "1"
        lines = [[cursor for _, _, cursor in reader.seen] for reader in readers]
    assert all(len(set(seen)) == len(seen) for seen in lines), f"a line came twice: {lines}"
    assert all(seen == lines[0] for seen in lines), f"not every reader got the same lines: {lines}"


def test_boards_survive_boardgated_and_wait_for_nobody(lab, alice, ready_board):
    board = ready_board(alice)
    lab.systemctl("kill", "--kill-whom=main", "--signal=KILL", "boardgated.service")
    answer = until("the board answers again", lambda: (a := alice.get(f"{board['url']}data/environment", headers=NAVIGATION)).status == 200 and a)
    assert answer.json["version"]
    assert alice.board(board["id"])["state_since"] == board["state_since"], "it was started anew"

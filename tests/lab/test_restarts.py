# SPDX-License-Identifier: MIT
"""Restarts of our programs, nginx, the bus, process 1 and the machine. Sessions, boards and open doors survive, without
duplicates."""
import time

import pytest

from client import Client
from fixtures import in_state, make_again, wait_for_gate
from machine import until

DATABASE = "/var/lib/boardgate/boardgate.db"
CONFIGURATION = "/etc/boardgate/boardgate.conf"
STARTING = "7d4958e842da4a758f6c1cdc7b36dcc5"  # systemd's message: a unit starts
DOORS = "/var/lib/boardgate-root/doors"
# Events on a server; boards and doors survive each.
EVENTS = {
    "boardgated is killed": "systemctl kill --kill-whom=main --signal=KILL boardgated",
    "boardgated is restarted": "systemctl restart boardgated",
    "the launcher is killed": "systemctl kill --signal=KILL boardgate-launcher",
    "the launcher is restarted": "systemctl restart boardgate-launcher",
    "all of it is stopped and started": "systemctl stop 'boardgate*'; systemctl start boardgate.target",
    "nginx is killed": "systemctl kill --kill-whom=all --signal=KILL nginx; systemctl restart nginx",
    "nginx is restarted": "systemctl restart nginx",
    "the bus is restarted": "systemctl restart dbus",
    "process 1 is executed anew": "systemctl daemon-reexec",
    "process 1 reads its units anew": "systemctl daemon-reload",
}
COUNTED = ("memory", "cpu_seconds", "last_viewed", "last_viewed_by", "sleeps_at")


def lasting(board):
    """The facts of a board that must not change. (While a board falls asleep, either state may be reported.)"""
    left_out = COUNTED if board["state"] == "ready" else (*COUNTED, "state_since")
    return {key: value for key, value in board.items() if key not in left_out}


def main_pid(lab, board):
    return int(lab.property(board["unit"], "MainPID"))


def board_units(lab):
    """systemd's units and doors, with their properties."""
    lines = lab.systemctl("list-units", "--all", "--plain", "--no-legend", "--full", "tensorboard-*.service", "tensorboard-*.socket").splitlines()
    return sorted(tuple(line.split()[:4]) for line in lines)


@pytest.mark.parametrize("event", EVENTS)
def test_nobody_loses_anything(lab, alice, ready_board, event):
    awake, asleep = ready_board(alice), ready_board(alice, title="asleep")
    alice.post(f"/api/v1/boards/{asleep['id']}/sleep")
    until("its unit has stopped", lambda: lab.property(asleep["unit"], "ActiveState") == "inactive")
    boards, pid, units = [lasting(board) for board in alice.boards()], main_pid(lab, awake), board_units(lab)

    lab.exec("sh", "-c", EVENTS[event])
    wait_for_gate(lab)
    answer = until("the board answers", lambda: (a := alice.get(awake["url"] + "data/environment")).status == 200 and a)
    assert main_pid(lab, awake) == pid, "it was started anew"
    assert [lasting(board) for board in alice.boards()] == boards
    assert board_units(lab) == units

    # The bus connection works in both directions.
    with alice.events() as events:
        events.until("what there is", lambda name, _: name == "synced")
        assert alice.get(asleep["url"]).status == 200
        events.until("the other one is ready", lambda name, data: name == "board" and data["id"] == asleep["id"] and data["state"] == "ready")
        lab.systemctl("stop", awake["unit"])
        events.until("it is asleep", lambda name, data: name == "board" and data["id"] == awake["id"] and data["state"] == "asleep")


def test_an_event_stream_goes_on_when_the_bus_is_restarted(lab, alice, ready_board):
    board = ready_board(alice)
    with alice.events() as events:
        events.until("what there is", lambda name, _: name == "synced")
        lab.systemctl("restart", "dbus")
        lab.systemctl("stop", board["unit"])
        events.until("it is asleep", lambda name, data: name == "board" and data["id"] == board["id"] and data["state"] == "asleep")


def test_what_failed_is_still_explained_by_a_later_boardgated(lab, alice, ready_board):
    board = ready_board(alice)
    lab.systemctl("kill", "--signal=KILL", board["unit"])
    failed = until("the log was read", lambda: (b := alice.board(board["id"]))["failure"] and b["failure"]["log_tail"] and b)
    lab.systemctl("restart", "boardgated")
    again = until("the log was read again", lambda: (b := alice.board(board["id"]))["failure"] and b["failure"]["log_tail"] and b)
    assert again["failure"] == failed["failure"]


def sql(lab, statement):
    lab.python("import json, sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as db: db.execute(sys.argv[2])\nprint(json.dumps(None))", DATABASE, statement)


def said_since(lab, began, words):
    return lambda: words in lab.journalctl("-b", "--since", began, "-o", "cat", "--no-pager", "-u", "boardgate*")


def test_a_board_that_the_database_lost_is_rebuilt_when_its_owner_logs_in(lab, alice, ready_board):
    board, began = ready_board(alice), lab.epoch()
    lab.systemctl("stop", "boardgated.service", "boardgated-gate.socket", "boardgated-app.socket", "boardgated-stream.socket")
    sql(lab, f"DELETE FROM boards WHERE id = '{board['id']}'")
    lab.systemctl("start", "boardgate.target", "boardgated.service")
    until("it is said in the journal", said_since(lab, began, f"{board['unit']} belongs to no known board"))
    wait_for_gate(lab)
    assert "1 boards have doors and are not in the database" in lab.verb("exec", "boardgate", "doctor", check=False).stdout
    assert alice.get(board["url"]).status == 404
    Client(alice.url, alice.ca, "bob", "bob-lab").login()
    assert alice.get(board["url"]).status == 404
    alice.login()
    again = alice.board(board["id"])
    kept = ("port", "url", "title", "logdir", "reload_interval", "samples_per_plugin", "loader", "environment", "idle_sleep", "priority")
    assert {key: again[key] for key in kept} == {key: board[key] for key in kept}
    assert in_state(alice, board, "ready")


def test_an_unwritable_state_folder_is_reported_and_closes_the_site(lab, site, alice):
    began, folder = lab.epoch(), "/var/lib/boardgate"
    lab.exec("mount", "--bind", folder, folder)
    lab.exec("mount", "-o", "remount,ro,bind", folder)
    try:
        assert not lab.succeeds("systemctl", "restart", "boardgated")
        until("requests are answered immediately", lambda: lab.property("boardgated-app.socket", "ActiveState") == "inactive")
        assert Client(*site).get("/api/v1/session").status == 503
        until("it is said in the journal", said_since(lab, began, "the user boardgate must be able to write"))
        assert "boardgated.service cannot start" in lab.verb("exec", "boardgate", "doctor", check=False).stdout
    finally:
        lab.exec("umount", folder)
        lab.systemctl("restart", "boardgate.target", "boardgated")
    wait_for_gate(lab)
    assert alice.is_logged_in()


def test_units_without_board_and_record_go_when_their_owner_logs_in(lab, alice, ready_board):
    board, began = ready_board(alice), lab.epoch()
    lab.systemctl("stop", "boardgated.service", "boardgated-gate.socket", "boardgated-app.socket", "boardgated-stream.socket")
    sql(lab, f"DELETE FROM boards WHERE id = '{board['id']}'")
    lab.exec("rm", f"{DOORS}/{board['id']}")
    lab.systemctl("start", "boardgate.target", "boardgated.service")
    until("it is said in the journal", said_since(lab, began, f"{board['unit']} belongs to no known board"))
    wait_for_gate(lab)
    Client(alice.url, alice.ca, "bob", "bob-lab").login()
    assert board["unit"] in lab.units(), "somebody else's login removed it"
    alice.login()
    until("its units are gone", lambda: not [unit for unit in lab.units() if board["id"] in unit])


def test_a_board_whose_door_was_lost_gets_it_again(lab, alice, ready_board):
    board, began = ready_board(alice), lab.epoch()
    socket = board["unit"].replace(".service", ".socket")
    lab.exec("rm", f"{DOORS}/{board['id']}")  # first: otherwise it is a door that somebody stopped
    lab.systemctl("stop", socket, board["unit"])
    assert in_state(alice, board, "off")["port"] == board["port"]
    assert alice.get(board["url"]).status == 200
    until("it is said in the journal", said_since(lab, began, "boardgate makes it again"))
    assert alice.board(board["id"])["port"] == board["port"]


def test_a_mistake_in_the_configuration_is_one_failed_start(lab, site, alice):
    lab.exec("sed", "-i.kept", "1i idle_slep = 5min", CONFIGURATION)
    try:
        began = lab.epoch()
        assert not lab.succeeds("systemctl", "restart", "boardgated")
        until("requests are answered immediately", lambda: lab.property("boardgated-app.socket", "ActiveState") == "inactive")
        assert [Client(*site).get(path).status for path in ("/api/v1/session", "/b/abcdefgh/", "/")] == [503, 503, 200]
        assert len(lab.journalctl("-u", "boardgated", "-o", "cat", "--since", began, "MESSAGE_ID=" + STARTING).split("\n")) <= 4
        lab.systemctl("restart", "boardgate.target")
        assert [lab.property("boardgate-gate.service", name) for name in ("ActiveState", "NRestarts")] == ["inactive", "0"]
        told = lab.verb("exec", "/usr/lib/boardgate/boardgate-launcher", "--check-config", check=False)
        assert (told.returncode, told.stderr) == (78, f"{CONFIGURATION}:1: idle_slep: there is no such key; see boardgate.conf(5)\n")
    finally:
        lab.exec("mv", f"{CONFIGURATION}.kept", CONFIGURATION)
        lab.systemctl("restart", "boardgated")
    wait_for_gate(lab)
    assert alice.is_logged_in()
    assert lab.property("boardgated-metrics.socket", "ActiveState") == "active"


def in_database(lab, sql):
    """Runs SQL on the database while boardgated is stopped, and returns the first row."""
    return lab.exec("python3", "-c", f"import sqlite3; d = sqlite3.connect({DATABASE!r}); print(*next(d.execute({sql!r}), [])); d.commit()").strip()


def test_a_database_of_a_newer_boardgate_is_left_alone_and_said_once(lab, site, alice):
    lab.systemctl("stop", "boardgated")
    today = in_database(lab, "PRAGMA user_version")
    in_database(lab, "PRAGMA user_version=1000")
    try:
        began = lab.epoch()
        assert not lab.succeeds("systemctl", "start", "boardgated")
        until("requests are answered immediately", lambda: lab.property("boardgated-app.socket", "ActiveState") == "inactive")
        assert [Client(*site).get(path).status for path in ("/api/v1/session", "/b/abcdefgh/", "/")] == [503, 503, 200]
        said = lab.journalctl("-t", "boardgated", "-o", "cat", "--since", began)
        assert said.count("written by a newer boardgate") <= 2 and "install that boardgate again" in said, said
    finally:
        in_database(lab, f"PRAGMA user_version={today}")
        lab.systemctl("restart", "boardgated")
    wait_for_gate(lab)
    assert alice.is_logged_in()


def test_a_database_of_an_older_boardgate_keeps_boards_and_logins(lab, alice, ready_board):
    board = ready_board(alice)
    lab.systemctl("stop", "boardgated")
    for sql in ("DELETE FROM boards WHERE deleted <> 0", "ALTER TABLE sessions DROP COLUMN name", "ALTER TABLE sessions DROP COLUMN address", "DROP TABLE presets", "DROP TABLE revocations", "DROP INDEX boards_by_paths",
                "DROP INDEX boards_by_folders", *(f"ALTER TABLE boards DROP COLUMN {name}" for name in ("paths", "folders", "deleted")),
                *(f"DROP TABLE {name}" for name in ("made_boards", "holds", "failures")), "PRAGMA user_version=1"):
        in_database(lab, sql)
    lab.systemctl("start", "boardgated")
    wait_for_gate(lab)
    assert alice.is_logged_in()
    assert in_state(alice, board, "ready")["url"] == board["url"]
    lab.exec("rm", f"{DATABASE}.version-1")


def test_a_full_disk_refuses_what_would_be_kept_and_closes_nothing_that_is_open(lab, alice, ready_board):
    board, folder = ready_board(alice), DATABASE.rsplit("/", 1)[0]
    lab.systemctl("stop", "boardgated")
    lab.exec("sh", "-c", f"cp -rp {folder} /tmp/kept && mount -t tmpfs -o size=1M,mode=700,uid=boardgate,gid=boardgate none {folder} "
                         f"&& mv /tmp/kept/* {folder} && rmdir /tmp/kept")
    try:
        lab.systemctl("start", "boardgated")
        wait_for_gate(lab)
        lab.exec("sh", "-c", f"cat /dev/zero > {folder}/filler || true")
        began = lab.epoch()
        refused = alice.post("/api/v1/boards", {"logdir": "/home/alice/runs", "new": True})
        assert (refused.status, refused.code) == (507, "storage_full"), refused
        assert Client(alice.url, alice.ca, "bob", "bob-lab").post("/api/v1/login", {"user": "bob", "password": "bob-lab"}).code == "storage_full"
        assert alice.get(board["url"]).status == 200 and len(alice.boards()) == 1
        assert "free some space on the disk of " + DATABASE in lab.journalctl("-t", "boardgated", "-o", "cat", "--since", began)
        lab.exec("rm", f"{folder}/filler")
        assert alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"title": "again"}).status == 200
    finally:
        lab.systemctl("stop", "boardgated")
        lab.exec("umount", folder)
        lab.systemctl("restart", "boardgated")
        wait_for_gate(lab)


CLOSED = {"locked": ["usermod", "--lock"], "expired": ["usermod", "--expiredate", "2020-01-01"], "removed": ["userdel", "--force"]}


def test_a_reboot(lab, alice, site, make_account, ready_board):
    """A single test, since a reboot takes long."""
    before = ready_board(alice, title="before the reboot")
    failed = ready_board(alice, title="failed")
    lab.systemctl("kill", "--signal=KILL", failed["unit"])
    closed = {}
    for how in CLOSED:
        person = make_account().login()
        lab.exec("mkdir", f"/home/{person.user}/runs", user=person.user)
        closed[how] = (person, ready_board(person))
    uid = lab.exec("id", "-u", closed["removed"][0].user).strip()
    for how, (person, _) in closed.items():
        lab.exec(*CLOSED[how], person.user)
    stopped = ready_board(alice, title="its socket is stopped")
    lab.systemctl("stop", stopped["unit"].replace(".service", ".socket"), stopped["unit"])
    until("the page says so", lambda: alice.board(stopped["id"])["held"])
    doors = {board["id"]: board["port"] for board in alice.boards()}

    lab.verb("reboot", seconds=120)
    wait_for_gate(lab)
    until("all doors were looked at", lambda: lab.property("boardgate-doors.service", "ExecMainExitTimestampMonotonic") != "0")
    assert alice.is_logged_in(), "the reboot ended a session"
    asleep = lambda: all(board["state"] == "asleep" for board in alice.boards() if board["id"] != stopped["id"])  # noqa: E731
    until("boardgated has seen all doors", asleep)
    after = {board["id"]: board for board in alice.boards()}
    assert {board_id: board["port"] for board_id, board in after.items()} == doors
    assert after[stopped["id"]]["state"] == "off" and after[stopped["id"]]["held"]["by"] == "root"
    assert alice.post(f"/api/v1/boards/{stopped['id']}/wake").code == "held"
    assert after[before["id"]]["url"] == before["url"] and after[before["id"]]["created"] == before["created"]

    journal = lab.journalctl("-b", "-o", "cat", "--no-pager", "-u", "boardgate-doors.service")
    for how, (_, board) in closed.items():
        assert not [unit for unit in lab.units() if board["id"] in unit], f"a door for an account that was {how}"
    assert f"the door of board {closed['removed'][1]['id']} was removed" in journal
    # Only its owner is affected, and only for a moment.
    person, board = closed["locked"]
    refused = person.post(f"/api/v1/boards/{board['id']}/wake")
    assert refused.status == 503 and "locked" in refused.problem["detail"], refused
    lab.exec("usermod", "--unlock", person.user)
    assert person.login().get(board["url"]).status == 200
    assert person.board(board["id"])["port"] == board["port"]
    # So that the fixtures can clean up.
    lab.exec("usermod", "--expiredate", "", closed["expired"][0].user)
    make_again(lab, closed["removed"][0], uid)

    began = time.monotonic()
    assert alice.get(before["url"]).status == 200, "its address does not wake it"
    assert time.monotonic() - began < 10

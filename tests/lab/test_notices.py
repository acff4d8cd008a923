# SPDX-License-Identifier: MIT
"""Notices to the owner of a working board, and faults that the board repairs by itself. (Replaced event files:
test_replaced_files.py.)"""
import pytest

from fixtures import in_state
from machine import PATIENCE, until

FOLDER = "/home/bob/notices"


@pytest.fixture
def folder(lab):
    """An empty folder of bob's."""
    lab.exec("rm", "-rf", FOLDER)
    lab.exec("mkdir", FOLDER, user="bob")
    yield FOLDER
    lab.exec("rm", "-rf", FOLDER)


def write(lab, run):
    lab.exec("write-events", FOLDER, "--run", run, "--points", "3", user="bob")


def runs(client, board):
    answer = client.get(board["url"] + "data/runs")
    assert answer.status == 200, answer
    return sorted(answer.json)


def told(client, board, *codes, seconds=PATIENCE):
    """Waits until the board has exactly these notices."""
    def look():
        now = client.board(board["id"])
        assert now["state"] == "ready" and [notice["code"] for notice in now["notices"]] == list(codes), now
        assert all(notice["text"].endswith(".") for notice in now["notices"]), now
        return now
    return until(f"the notices are {codes}", look, seconds)


def process(lab, board, program):
    """Pid of the board's process that runs this program."""
    return next(p["pid"] for p in lab.processes(board["unit"]) if any(word.endswith(program) for word in p["argv"][:2]))


def test_a_folder_without_event_files_waits_for_the_first(lab, bob, folder, ready_board):
    board = ready_board(bob, folder, reload_interval=1)
    with bob.events() as events:
        told(bob, board, "no_event_files")
        write(lab, "first")
        events.until("the notice goes by itself", lambda name, data: name == "board" and data["id"] == board["id"] and not data["notices"])
    until("the run is shown", lambda: runs(bob, board) == ["first"])


def test_a_folder_that_goes_and_comes_back(lab, bob, folder, ready_board):
    write(lab, "kept")
    board = ready_board(bob, folder, reload_interval=1)
    told(bob, board)
    lab.exec("mv", FOLDER, FOLDER + "-away")
    try:
        told(bob, board, "logdir_gone")
    finally:
        lab.exec("mv", FOLDER + "-away", FOLDER)
    told(bob, board)
    until("the run is back", lambda: runs(bob, board) == ["kept"])


def test_a_data_server_leaves_out_what_it_cannot_read(lab, bob, folder, ready_board):
    write(lab, "open")
    write(lab, "closed")
    lab.exec("chmod", "0", f"{FOLDER}/closed")
    board = ready_board(bob, folder, reload_interval=1)
    told(bob, board, "unreadable_folder")
    until("the run is shown", lambda: runs(bob, board) == ["open"])
    lab.exec("chmod", "755", f"{FOLDER}/closed")
    told(bob, board)
    until("the other run is shown, too", lambda: runs(bob, board) == ["closed", "open"])


@pytest.mark.parametrize("loader,code", [("auto", "unreadable_folder"), ("python", "slow_loader_stopped")])
def test_unreadable_files_are_shown_before_the_board_is_ready(lab, bob, folder, make_board, loader, code):
    write(lab, "open")
    lab.exec("mkdir", f"{FOLDER}/closed", user="bob")
    lab.exec("chmod", "0", f"{FOLDER}/closed")
    notices = make_board(bob, folder, loader=loader)["notices"]
    assert [notice["code"] for notice in notices] == [code] and f'"{FOLDER}/closed"' in notices[0]["text"], notices


@pytest.mark.parametrize("when", ["before", "while running"])
def test_the_slow_loader_stops_at_what_it_cannot_read_and_goes_on_afterwards(lab, bob, folder, ready_board, when):
    write(lab, "open")
    lab.exec("mkdir", f"{FOLDER}/closed", user="bob")
    close = lambda: lab.exec("chmod", "0", f"{FOLDER}/closed")  # noqa: E731
    if when == "before":
        close()
    board = ready_board(bob, folder, reload_interval=1, loader="python")
    if when != "before":
        until("the run is shown", lambda: runs(bob, board) == ["open"])
        close()
    told(bob, board, "slow_loader_stopped")
    write(lab, "later")
    lab.exec("chmod", "755", f"{FOLDER}/closed")
    told(bob, board)
    until("all runs are shown", lambda: runs(bob, board) == ["later", "open"])


def test_tensorboards_own_data_server_that_ended_is_replaced(lab, bob, ready_board):
    board = ready_board(bob, loader="rustboard")
    before = until("the runs are shown", lambda: runs(bob, board))
    server = process(lab, board, "tensorboard_data_server/bin/server")
    lab.exec("kill", "-KILL", str(server))
    assert bob.get(board["url"] + "data/runs").status == 500, "TensorBoard repairs it by itself, so boardgate need not"
    told(bob, board, "data_server_restarted", seconds=15)
    until("the data is back", lambda: runs(bob, board) == before)
    assert process(lab, board, "tensorboard_data_server/bin/server") != server


def test_a_tensorboard_that_ended_is_started_again(lab, bob, ready_board):
    board = ready_board(bob)
    before, ended = until("the runs are shown", lambda: runs(bob, board)), process(lab, board, "/bin/tensorboard")
    lab.exec("kill", "-KILL", str(ended))
    told(bob, board, "tensorboard_restarted")
    # Requests wait meanwhile.
    assert bob.get(board["url"] + "data/environment").status == 200
    until("the runs are shown again", lambda: runs(bob, board) == before)
    assert process(lab, board, "/bin/tensorboard") != ended
    until("the log says why", lambda: "ended by signal SIGKILL" in bob.get(f"/api/v1/boards/{board['id']}/log?lines=20").text)


def test_a_tensorboard_that_was_asked_to_end_lets_the_board_sleep(lab, bob, ready_board):
    board = ready_board(bob)
    lab.exec("kill", "-TERM", str(process(lab, board, "/bin/tensorboard")))
    assert in_state(bob, board, "asleep")["failure"] is None


def test_more_event_files_than_the_data_server_may_open(lab, bob, folder, ready_board):
    write(lab, "run")
    lab.exec("sh", "-euc", f"cd {FOLDER}/run; one=$(ls); for i in $(seq 60); do cp $one $one.$i; done", user="bob")
    drop_in = "/run/systemd/system/tensorboard-bob-.service.d"
    lab.write(f"{drop_in}/90-test.conf", "[Service]\nLimitNOFILE=100\n")
    lab.systemctl("daemon-reload")
    try:
        told(bob, ready_board(bob, folder, loader="rustboard"), "too_many_event_files")
        told(bob, ready_board(bob, folder, loader="boardgate"))
    finally:
        lab.exec("rm", "-r", drop_in)
        lab.systemctl("daemon-reload")


OLDER = """#!/opt/tensorboard/bin/python
from tensorboard import version
version.VERSION = "2.20.0"
from tensorboard.main import run_main
run_main()
"""


def test_an_older_tensorboard_reads_more_than_it_should(settings, lab, bob, ready_board):
    lab.write("/opt/older/bin/tensorboard", OLDER, mode="0755")
    settings(environments={"older": "/opt/older/bin/tensorboard"})
    try:
        board = told(bob, ready_board(bob, environment="older"), "untested_tensorboard", "old_tensorboard")
        assert "2.21" in board["notices"][1]["text"]
    finally:
        lab.exec("rm", "-r", "/opt/older")


def test_proxy_variables_of_the_machine_do_not_come_between_tensorboard_and_its_data_server(lab, bob, ready_board):
    proxy = [f"{name}=http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "grpc_proxy", "ALL_PROXY")]
    lab.systemctl("set-environment", *proxy)
    try:
        board = ready_board(bob, loader="rustboard")
        until("the runs are shown", lambda: runs(bob, board))
        told(bob, board)
        for one in lab.processes(board["unit"]):
            assert not [word for word in one["environ"] if "proxy" in word.lower()], one["argv"]
    finally:
        lab.systemctl("unset-environment", *(word.split("=")[0] for word in proxy))

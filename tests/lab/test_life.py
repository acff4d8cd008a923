# SPDX-License-Identifier: MIT
"""The states of a board: asleep, waiting, starting, ready and asleep again; limits; and the notices to its owner."""
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fixtures import changing_settings, in_state
from machine import until

HERE = Path(__file__).resolve().parent
# Programs that replace `tensorboard`: one is slow, one never answers.
PROGRAMS = {
    "recording": (HERE / "recording-board").read_bytes(),
    "slow": b'#!/bin/sh\nsleep 4\nexec /opt/life/recording/tensorboard "$@"\n',
    "stuck": b"#!/bin/sh\nexec sleep 600\n",
}


@pytest.fixture(scope="module", autouse=True)
def programs(lab, site):
    paths = {name: f"/opt/life/{name}/tensorboard" for name in PROGRAMS}
    for name, text in PROGRAMS.items():
        lab.write(paths[name], text, mode="0755")
    with changing_settings(lab, site) as change:
        change(environments=paths)
        yield
    lab.exec("rm", "-r", "/opt/life")


def states(client, *boards):
    return [client.board(board["id"])["state"] for board in boards]


def sleeping(client, board):
    client.post(f"/api/v1/boards/{board['id']}/sleep")
    return in_state(client, board, "asleep")


# ---- asleep and awake ------------------------------------------------------------------------------------------------
def test_a_board_that_nobody_looks_at_sleeps_and_that_is_no_failure(lab, alice, ready_board):
    board = ready_board(alice, idle_sleep=2)
    asleep = in_state(alice, board, "asleep")
    assert asleep["failure"] is None and asleep["sleeps_at"] is None
    assert lab.property(board["unit"], "Result") == "success"
    assert not lab.succeeds("systemctl", "is-failed", board["unit"])
    assert alice.get(board["url"]).status == 200
    assert alice.board(board["id"])["last_viewed"]


def test_the_api_says_when_it_was_viewed_and_when_it_will_sleep(alice, ready_board):
    board = ready_board(alice, idle_sleep=600)
    alice.get(board["url"])
    now = alice.board(board["id"])
    times = {name: datetime.fromisoformat(now[name].replace("Z", "+00:00")) for name in ("last_viewed", "sleeps_at")}
    assert 590 <= (times["sleeps_at"] - times["last_viewed"]).total_seconds() <= 600, now


def test_a_board_sleeps_after_the_longest_time_awake_even_when_it_is_used(settings, lab, alice, ready_board):
    settings(longest_awake="5")
    board = ready_board(alice, idle_sleep=600)
    times = {name: datetime.fromisoformat(board[name].replace("Z", "+00:00")) for name in ("state_since", "sleeps_at")}
    assert 4 <= (times["sleeps_at"] - times["state_since"]).total_seconds() <= 6, board

    # A later request would wake it again.
    until("its time is nearly over", lambda: alice.get(board["url"] + "data/environment").status == 200
          and datetime.now(times["sleeps_at"].tzinfo) > times["sleeps_at"] - timedelta(seconds=1))
    in_state(alice, board, "asleep")
    assert lab.property(board["unit"], "Result") == "success"


def test_what_flows_keeps_a_board_awake_and_is_not_cut(websockets, alice, ready_board):
    board = ready_board(alice, environment="recording", idle_sleep=2)
    with ThreadPoolExecutor() as beside:
        flowing = beside.submit(alice.get, board["url"] + "flow?3")
        _, socket = alice.websocket(board["url"] + "live")
        for number in range(5):
            time.sleep(0.8)
            socket.say(f"still there {number}")
            assert socket.hear() == f"still there {number}"
        assert len(flowing.result().body) >= 10
    assert states(alice, board) == ["ready"]
    # An idle connection does not keep a board awake.
    in_state(alice, board, "asleep")
    socket.close()


@pytest.mark.parametrize("command, state", [("stop", "asleep"), ("start", "ready"), ("kill --signal=KILL", "failed")])
def test_the_event_stream_reports_what_systemctl_does(lab, alice, ready_board, command, state):
    board = ready_board(alice, environment="recording")
    if command == "start":
        sleeping(alice, board)
    with alice.events() as events:
        events.until("what there is", lambda name, _: name == "synced")
        lab.systemctl(*command.split(), board["unit"])
        events.until(f"it is {state}", lambda name, data: name == "board" and data["id"] == board["id"] and data["state"] == state)
    assert states(alice, board) == [state]


# ---- who comes while it starts ----------------------------------------------------------------------------------------
def test_a_visitor_of_a_slow_board_gets_a_page_and_a_script_waits(alice, make_board):
    board = make_board(alice, environment="slow")
    page = alice.visit(board["url"])
    assert page.status == 503 and page.header("Retry-After") == "1", page
    assert 'data-state="starting"' in page.text and f'data-board="{board["id"]}"' in page.text
    assert alice.get(board["url"] + "data/plain").status == 200
    # By now the page would have loaded the board.
    assert alice.visit(board["url"]).status == 200


def test_a_script_gets_retry_after_within_ten_seconds(alice, make_board):
    board = make_board(alice, environment="stuck")
    came = time.monotonic()
    answer = alice.get(board["url"] + "data/runs")
    assert 9.0 < time.monotonic() - came < 19.0
    assert (answer.status, answer.code, answer.header("Retry-After")) == (503, "board_not_ready", "1")


def test_options_can_be_changed_at_the_very_moment_of_a_failure(lab, alice, make_board):
    board = make_board(alice, environment="recording")
    for interval in range(10, 14):
        # It may be between two starts.
        lab.succeeds("systemctl", "kill", "--kill-whom=main", "--signal=SEGV", board["unit"])
        changed = alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"reload_interval": interval})
        assert changed.status == 200, changed
        alice.post(f"/api/v1/boards/{board['id']}/wake")
        assert in_state(alice, board, "ready")["reload_interval"] == interval


# ---- limits -----------------------------------------------------------------------------------------------------------
def test_the_longest_idle_board_sleeps_before_another_one_of_the_same_person_waits(settings, alice, make_board):
    settings(awake_boards_per_user=2)
    alice.login()
    first, second = (in_state(alice, make_board(alice, environment="recording"), "ready") for _ in range(2))
    time.sleep(1)  # times are in seconds
    alice.get(first["url"])
    third = make_board(alice, environment="recording")
    in_state(alice, third, "ready")
    assert states(alice, first, second) == ["ready", "asleep"]


def test_beyond_the_limit_of_all_boards_they_wait_by_priority_and_then_by_time(settings, lab, alice, bob, make_board):
    settings(awake_boards=1)
    running = in_state(bob, make_board(bob, environment="recording"), "ready")
    waiting = [make_board(alice, environment="recording", priority=priority) for priority in (10, 50, 50)]
    for board in waiting:
        now = in_state(alice, board, "waiting")
        assert "1 boards awake" in now["waiting_for"] and lab.property(board["unit"], "ActiveState") == "inactive"
    page = alice.visit(waiting[0]["url"])
    assert page.status == 503 and 'data-state="waiting"' in page.text, page
    assert alice.get(waiting[0]["url"] + "data").code == "board_not_ready"
    assert states(bob, running) == ["ready"], "another person's board was put to sleep"

    sleeping(bob, running)
    in_state(alice, waiting[1], "ready")
    assert states(alice, waiting[0], waiting[2]) == ["waiting", "waiting"]
    alice.delete(f"/api/v1/boards/{waiting[1]['id']}")
    in_state(alice, waiting[2], "ready")
    assert states(alice, waiting[0]) == ["waiting"]
    # Sleep ends the waiting.
    assert alice.post(f"/api/v1/boards/{waiting[0]['id']}/sleep").status == 202
    sleeping(alice, waiting[2])
    assert states(alice, waiting[0]) == ["asleep"]


# ---- notices to its owner --------------------------------------------------------------------------------------------
SENDMAIL = b"""#!/bin/sh
{ echo "arguments: $*"; cat; } >/run/mail/new
mv /run/mail/new /run/mail/came
"""


@pytest.mark.parametrize("notify", ["mail", "off"])
def test_a_failure_is_mailed_where_the_site_wants_it(settings, lab, alice, ready_board, notify):
    settings(notify=notify)
    lab.write("/usr/sbin/sendmail", SENDMAIL, mode="0755")
    lab.exec("mkdir", "-m", "777", "/run/mail")
    try:
        board = ready_board(alice, environment="recording")
        lab.systemctl("kill", "--signal=KILL", board["unit"])
        in_state(alice, board, "failed")
        if notify == "off":
            until("the mailer was looked at", lambda: "boardgate-notify@" in lab.journalctl("-b", "-n", "50", "-u", "boardgate-notify@*"))
            assert not lab.succeeds("test", "-e", "/run/mail/came")
            return
        mail = until("mail is sent", lambda: lab.verb("exec", "cat", "/run/mail/came", check=False).stdout)
        assert "arguments: -oi -- alice" in mail and "\nTo: alice\n" in mail
        assert f"/b/{board['id']}/" in mail and "Failed with result 'signal'" in mail
    finally:
        lab.exec("rm", "-rf", "/usr/sbin/sendmail", "/run/mail")


def test_a_flood_in_the_log_is_cut_and_the_log_says_so(lab, alice, make_board, programs):
    folder = "/run/systemd/system/tensorboard-alice-.service.d"
    lab.write(f"{folder}/90-test.conf", "[Service]\nLogRateLimitIntervalSec=1s\nLogRateLimitBurst=10\n")
    lab.write("/opt/life/stuck/tensorboard", "#!/bin/sh\nseq -f 'step %g' 5000\nsleep 1.5\necho after the flood\nexec sleep 600\n", mode="0755")
    lab.systemctl("daemon-reload")
    try:
        board = make_board(alice, environment="stuck")

        def lines():
            said = alice.get(f"/api/v1/boards/{board['id']}/log?lines=500").json["lines"]
            text = "\n".join(line["text"] for line in said)
            assert "after the flood" in text and "Suppressed" in text, text[-500:]
            return said
        said = until("the log goes on, and says what is missing", lines)
        assert len([line for line in said if line["text"].startswith("step ")]) < 1000
        assert {line["start"] for line in said if "Suppressed" in line["text"]} == {""}, "that is journald's start"
        assert len({line["start"] for line in said} - {""}) == 1
    finally:
        lab.exec("rm", "-r", folder)
        lab.systemctl("daemon-reload")

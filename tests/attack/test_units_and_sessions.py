# SPDX-License-Identifier: MIT
"""Only the launcher's unit has a board's name and gets its requests; a login is no session of the server."""
from machine import until
from pam_stack import is_in, log_in_with, stack


def test_no_other_unit_takes_a_boards_name_while_its_door_is_open(lab, alice, ready_board):
    board = ready_board(alice)
    alice.post(f"/api/v1/boards/{board['id']}/sleep")
    until("it is asleep", lambda: lab.property(board["unit"], "ActiveState") == "inactive")
    tried = lab.verb("exec", "systemd-run", f"--unit={board['unit']}", "--property=Type=exec", "/bin/sleep", "600", check=False)
    assert tried.returncode != 0, "systemd started another unit of a board's name"
    assert lab.property(board["unit"], "ExecStart").count("boardgate-board") > 0
    until("its own wakes", lambda: alice.get(board["url"]).status == 200, 40)
    assert "sleep 600" not in lab.exec("systemctl", "status", "--no-pager", board["unit"])


def test_a_stray_unit_of_a_boards_name_gets_no_request(lab, alice, ready_board):
    """Root stops door and unit, and starts something else of that name."""
    board = ready_board(alice)
    lab.systemctl("stop", board["unit"].replace(".service", ".socket"), board["unit"])
    lab.verb("exec", "systemd-run", "--no-block", f"--unit={board['unit']}", "--collect", "--uid=bob", "/usr/bin/python3", "-m", "http.server",
             "--bind", "127.0.0.1", str(board["port"]), check=False)
    try:
        for _ in range(5):
            answer = alice.get(board["url"], timeout=30)
            assert "Directory listing" not in answer.text, "a stray unit answered a request"
    finally:
        lab.systemctl("stop", board["unit"], check=False)
        lab.systemctl("reset-failed", board["unit"], check=False)


def test_a_login_opens_no_session_of_pam(lab, make_account, make_board):
    """Each would start a manager for the person, and set the audit's session of a process of ours."""
    person = make_account()
    with stack(lab, lambda text: text + "session required pam_exec.so /usr/bin/touch /run/session-was-opened\nsession required pam_systemd.so\n"):
        assert is_in(log_in_with(person))
        lab.exec("install", "-d", "-o", person.user, f"/home/{person.user}/runs")
        make_board(person)
    assert not lab.succeeds("test", "-e", "/run/session-was-opened")
    uid = lab.exec("id", "-u", person.user).strip()
    assert lab.property(f"user@{uid}.service", "ActiveState") == "inactive"

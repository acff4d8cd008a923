# SPDX-License-Identifier: MIT
"""A machine that boots: its units, its doors, its security module."""
import re

from emulated import SLOW
from fixtures import in_state
from machine import until


def test_it_boots_without_a_failed_unit(lab):
    until("it is done with booting", lambda: lab.systemctl("is-system-running", check=False).strip() != "starting", SLOW)
    assert not lab.systemctl("--failed", "--plain", "--no-legend").split()
    assert "WRONG" not in lab.exec("boardgate", "doctor", check=False, seconds=120)


def test_doors_are_back_before_anybody_logs_in(lab, alice, bob, make_board):
    boards = [(client, make_board(client, wake=False)) for client in (alice, bob, alice)]
    lab.verb("reboot", seconds=1200)
    doors = lab.systemctl("list-units", "--plain", "--no-legend", "--state=listening", "tensorboard-*.socket").split()
    for client, board in boards:
        assert board["unit"].replace(".service", ".socket") in doors, board
    client, board = boards[0]
    assert client.board(board["id"])["port"] == board["port"], "people are logged out, or doors moved"
    assert client.get(board["url"]).status == 200
    in_state(client, board, "ready", seconds=SLOW)


def test_apparmor_is_on_and_denied_boardgate_nothing(lab):
    """Neither in what other tests did."""
    assert lab.read("/sys/module/apparmor/parameters/enabled").strip() == b"Y"
    assert lab.read("/sys/kernel/security/apparmor/profiles").strip(), "no profile is loaded"
    assert not re.findall(r'.*apparmor="DENIED".*', lab.journalctl("-k", "-o", "cat"))

# SPDX-License-Identifier: MIT
"""`make activate` on a running installation, and `make deactivate`: what continues, and what is removed."""
import subprocess

import pytest

from fixtures import in_state, wait_for_gate
from machine import LAB

TOP = LAB.parents[2]


@pytest.fixture
def make(lab):
    """make(target): its commands, inside."""
    def run(target, check=True):
        commands = subprocess.run(["make", "-C", TOP, "--no-print-directory", "-n", target], check=True, capture_output=True, text=True).stdout
        assert "systemctl" in commands
        return lab.verb("exec", "sh", "-euc", commands, check=check)

    yield run
    run("activate")
    wait_for_gate(lab)


def test_an_upgrade_leaves_boards_awake_and_people_logged_in(lab, alice, ready_board, make):
    board = ready_board(alice)
    pid = lab.property(board["unit"], "MainPID")
    make("activate")
    wait_for_gate(lab)
    assert alice.get(board["url"]).status == 200
    assert lab.property(board["unit"], "MainPID") == pid


def test_without_boardgate_nothing_of_it_is_left_and_nginx_serves_the_rest(lab, alice, ready_board, make):
    board = ready_board(alice)
    make("deactivate")
    assert lab.units("boardgate*") == lab.units("tensorboard-*") == []
    assert "boardgate" not in lab.exec("nft", "list", "tables")
    lab.exec("nginx", "-q", "-t")
    make("activate")
    wait_for_gate(lab)
    assert alice.get(board["url"]).status == 200, "its address does not work again"
    assert in_state(alice, board, "ready")["port"] == board["port"]


def test_a_site_that_nginx_refuses_is_not_left_to_it(lab, make):
    make("deactivate")
    lab.exec("mv", "/etc/boardgate/tls.crt", "/etc/boardgate/kept")
    try:
        refused = make("activate", check=False)
        assert refused.returncode != 0 and "tls.crt" in refused.stderr, refused
        lab.exec("nginx", "-q", "-t")
    finally:
        lab.exec("mv", "/etc/boardgate/kept", "/etc/boardgate/tls.crt")

# SPDX-License-Identifier: MIT
"""The commands in the documents work."""
import re
import shlex
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
# They open an editor, do not end, or need a program that the lab does not have.
# Administrators log in for `boardgate hold`; test_administration.py has it.
LEFT_OUT = r" edit | -f\b|^curl |^boardgate hold "


def day_to_day():
    section = (TOP / "README.md").read_text().split("## Day to day")[1].split("##")[0]
    return [line.split(" #")[0].strip() for line in section.splitlines() if line.startswith("    ")]


def administration():
    page = (TOP / "man/boardgate.7").read_text().split(".Sh ADMINISTRATION")[1].split(".El")[0]
    return re.findall(r"(?m)^\.It Ic (.*)$", page)


def edits():
    texts = [(TOP / "README.md").read_text(), *[path.read_text() for folder in ("man", "systemd", "systemd/*.d") for path in TOP.glob(f"{folder}/*.*") if path.is_file()]]
    return sorted({found.strip() for text in texts for found in re.findall(r"systemctl edit(?: --force)? tensorboard[\w.-]*?\.(?:service|slice)", text)})


# An administrator at a terminal: systemctl opens an editor there and nowhere else.
AT_A_TERMINAL = """
import os, pty, sys
command, unit, section = sys.argv[1:]
open("/tmp/editor", "w").write(f"#!/bin/sh\\nprintf '[{section}]\\\\nTasksMax=99\\\\n' >$1\\n")
os.chmod("/tmp/editor", 0o755)
os.environ["SYSTEMD_EDITOR"] = "/tmp/editor"
sys.exit(os.waitstatus_to_exitcode(pty.spawn(command.split())))
"""

COMMANDS = sorted({c for c in [*day_to_day(), *administration()] if not re.search(LEFT_OUT, c) and c != "boardgate doctor"})


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_that_doctor_prints_work(lab, alice, ready_board, command):
    board = ready_board(alice)
    done = lab.verb("exec", "sh", "-c", f"{command} </dev/null", check=False)
    assert done.returncode == 0 and done.stdout.strip(), done
    if "tensorboard-" in command:
        assert board["id"] in done.stdout or shlex.split(command)[0] == "journalctl", done.stdout


def test_each_question_of_an_administrator_has_a_command():
    """What runs, what one person runs, whether the gate is open, what was logged. LEFT_OUT has the others."""
    questions = ("systemctl list-units 'tensorboard-", "systemctl status 'tensorboard-alice-", "systemctl status boardgate-gate", "journalctl -x ")
    assert [sum(c.startswith(q) for c in COMMANDS) for q in questions] == [1, 1, 1, 1], COMMANDS


@pytest.mark.parametrize("command", edits())
def test_limits_change_as_the_manual_says(lab, alice, ready_board, command):
    unit = command.split()[-1]
    kind = unit.rsplit(".")[-1].capitalize()
    changed = {"tensorboard.slice": unit, "tensorboard-.slice": "tensorboard-u1000.slice"}.get(unit)
    try:
        lab.exec("/usr/bin/python3", "-I", "-c", AT_A_TERMINAL, command, unit, kind)
        board = ready_board(alice)
        assert lab.property(changed or board["unit"], "TasksMax") == "99"
    finally:
        lab.exec("sh", "-c", f"rm -r /etc/systemd/system/{unit}.d; systemctl daemon-reload")


def test_every_such_limit_is_shown():
    assert {command.split()[-1] for command in edits()} == {"tensorboard.slice", "tensorboard-.slice", "tensorboard-.service"}

# SPDX-License-Identifier: MIT
"""What the documents tell an administrator to type does what they say."""
import re
import shlex
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
# They open an editor, do not end, or need a program that the lab does not have.
LEFT_OUT = r" edit | -f\b|^curl "


def day_to_day():
    section = (TOP / "README.md").read_text().split("## Day to day")[1].split("##")[0]
    return [line.split(" #")[0].strip() for line in section.splitlines() if line.startswith("    ")]


def administration():
    page = (TOP / "man/boardgate.7").read_text().split(".Sh ADMINISTRATION")[1].split(".El")[0]
    return re.findall(r"(?m)^\.It Ic (.*)$", page)


COMMANDS = sorted({c for c in [*day_to_day(), *administration()] if not re.search(LEFT_OUT, c) and c != "boardgate doctor"})


@pytest.mark.parametrize("command", COMMANDS)
def test_what_an_administrator_is_told_to_type_works(lab, alice, ready_board, command):
    board = ready_board(alice)
    done = lab.verb("exec", "sh", "-c", f"{command} </dev/null", check=False)
    assert done.returncode == 0 and done.stdout.strip(), done
    if "tensorboard-" in command:
        assert board["id"] in done.stdout or shlex.split(command)[0] == "journalctl", done.stdout


def test_there_are_such_commands():
    assert len(COMMANDS) >= 5, COMMANDS

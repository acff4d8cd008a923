# SPDX-License-Identifier: MIT
"""What needs a kernel of its own: the fixtures of tests/lab, with a virtual machine as the lab."""
import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lab")]

from fixtures import *  # noqa: E402,F401,F403 (fixtures and hooks are found by their names in here)
from fixtures import pytest_runtest_makereport  # noqa: E402,F401
from machine import Lab, program  # noqa: E402

PROGRAM = program(HERE / "vm")


class Machine(Lab):
    """The virtual machine of this name."""

    def command(self, verb, *words):
        if verb != "exec":
            return [str(HERE / "vm"), verb, *words], self.env
        return PROGRAM.Vm(self.name).inside(*words), os.environ


@pytest.fixture(scope="session")
def lab():
    """The virtual machine named by BOARDGATE_LAB; brought up, and down again, unless it is up already."""
    machine = Machine(os.environ.get("BOARDGATE_LAB", "vm"))
    was_up = machine.is_up
    if not was_up:
        machine.verb("up", seconds=1800)
    yield machine
    if not was_up:
        machine.verb("down", seconds=120)

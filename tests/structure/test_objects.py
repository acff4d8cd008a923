# SPDX-License-Identifier: MIT
"""No goal of make changes how another one's objects are made: else two of them would compile everything anew in turn."""
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]


def recorded_for(goal, *variables):
    """The commands that would record how objects are made."""
    done = subprocess.run(["make", "-n", *variables, goal], cwd=TOP, capture_output=True, text=True, timeout=120, check=True)
    return {line for line in done.stdout.splitlines() if "build/how/compile" in line and "cmp" in line}


@pytest.mark.parametrize("goal", ["build/obj/tests/unit/base/secret_test.o", "build/obj/src/boardgated/main.o",
                                  "build/obj/src/boardgated/gate/portal_page.o", "unit-tests"])
def test_one_way_to_make_objects(goal):
    assert recorded_for(goal) == recorded_for("all")


def test_sanitized_tests_make_ordinary_objects_the_ordinary_way():
    assert recorded_for("all") <= recorded_for("build/address-undefined/tests/base_test", "SANITIZE=address,undefined")

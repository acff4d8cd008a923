# SPDX-License-Identifier: MIT
"""The order of test files: the longest first, so that labs side by side are done at about the same time."""
import math
from pathlib import Path

HERE = Path(__file__).resolve().parent


def durations():
    """{path: seconds} of the last measured lab stage."""
    rows = (line.split() for line in (HERE / "durations").read_text().splitlines() if not line.startswith("#"))
    return {HERE / file: float(seconds) for seconds, file in rows}


def pytest_collection_modifyitems(items):
    known = durations()
    items.sort(key=lambda item: -known.get(item.path, math.inf))

# SPDX-License-Identifier: MIT
"""What breaks by itself: deaths in the middle of a write, full tables, services that do not answer. The lab is that of tests/lab."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab"))

from fixtures import *  # noqa: E402,F401,F403 (fixtures and hooks are found by their names in here)
from fixtures import pytest_runtest_makereport  # noqa: E402,F401

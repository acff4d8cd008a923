# SPDX-License-Identifier: MIT
from fixtures import *  # noqa: F401,F403 (fixtures and hooks are found by their names in here)
from fixtures import pytest_runtest_makereport  # noqa: F401

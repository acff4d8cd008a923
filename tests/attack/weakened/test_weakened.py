# SPDX-License-Identifier: MIT
"""Each defence that is one line has a test that fails without it. `make check` tries the first row of each table, `make weakened`
all."""
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fixtures import wait_for_gate  # noqa: E402
from weakened import (TABLES, chosen, in_lab, is_compiled, must_notice, weakened_copy, weakened_lab,  # noqa: E402
                      weakened_program)

ROWS = [row for table in TABLES for row in chosen(table)]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_without_this_line_its_tests_fail(lab, row, record_property):
    in_the_lab = any(map(in_lab, row.tests))
    if in_the_lab and not is_compiled(row):
        with weakened_lab(lab, row):
            for test in row.tests:
                must_notice(row, test, lab)
    else:
        with weakened_copy(row) as folder, weakened_program(lab, row, folder) if in_the_lab else nullcontext():
            for test in row.tests:
                must_notice(row, test, lab, folder)
    for change in row.changes:
        record_property("gone", str(change))
    for test in row.tests:
        record_property("noticed by", test)
    wait_for_gate(lab)

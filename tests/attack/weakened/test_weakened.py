# SPDX-License-Identifier: MIT
"""Each defence that is one line has a test that fails without it. `make check` tries the first row of each table, `make weakened`
all."""
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fixtures import wait_for_gate  # noqa: E402
from weakened import TABLES, chosen, is_compiled, must_notice, weakened_copy, weakened_lab, weakened_program  # noqa: E402

ROWS = [row for table in TABLES for row in chosen(table)]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_without_this_line_its_test_fails(lab, row):
    in_lab = row.test.startswith(("tests/lab", "tests/attack", "tests/fault", "tests/browser"))
    if in_lab and not is_compiled(row):
        with weakened_lab(lab, row):
            must_notice(row, lab)
        wait_for_gate(lab)
        return
    with weakened_copy(row) as folder, weakened_program(lab, row, folder) if in_lab else nullcontext():
        must_notice(row, lab, folder)
    wait_for_gate(lab)

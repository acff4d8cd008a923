# SPDX-License-Identifier: MIT
"""The table of arrows works: it finds each kind of broken arrow in a copy of the tree."""
import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
BROKEN = {
    "a room uses one above it": ("src/boardgated/boards/board.h", '"src/boardgated/units/unit_watch.h"', "the room boards must not use units"),
    "a library comes in indirectly": ("src/boardgated/clients/journal_client.h", '"src/boardgated/web/request.h"', "draws in <fcgiapp.h>"),
    "a process uses another one's folder": ("src/journal/unit_log.h", '"src/launcher/doors.h"', "src/journal must not use src/launcher"),
    "a library is used past its wrapper": ("src/boardgated/api/router.cc", "<sqlite3.h>", "<sqlite3.h> belongs to"),
    "a room talks to systemd about itself": ("src/boardgated/gate/gate.cc", '"src/base/service.h"', "only main talks to systemd"),
}


@pytest.fixture
def copy(tmp_path):
    for part in ("src", "tests/structure"):
        shutil.copytree(TOP / part, tmp_path / part)
    shutil.copy(TOP / "Makefile", tmp_path)
    return tmp_path


def arrows(tree):
    return subprocess.run([tree / "tests/structure/arrows"], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("file, target, complaint", BROKEN.values(), ids=BROKEN)
def test_a_broken_arrow_is_found(copy, file, target, complaint):
    assert arrows(copy).returncode == 0
    path = copy / file
    path.write_text(path.read_text() + f"\n#include {target}\n")
    broken = arrows(copy)
    assert broken.returncode == 1
    assert complaint in broken.stdout, broken.stdout


def test_a_file_outside_of_all_rooms_is_found(copy):
    (copy / "src/boardgated/stray.h").write_text("#pragma once\n")
    assert "src/boardgated/stray.h: is in no room" in arrows(copy).stdout


def test_the_rooms_are_drawn():
    drawn = subprocess.run([TOP / "tests/structure/arrows", "--draw"], capture_output=True, text=True, timeout=60, check=True).stdout
    assert "units    -> boards, clients, common" in drawn
    assert "does not" not in drawn, drawn

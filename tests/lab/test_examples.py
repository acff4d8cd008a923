# SPDX-License-Identifier: MIT
"""The examples for training scripts that need no framework, and the command that they use."""
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def run(lab, make_account):
    """run(word, ...): a command in a new person's home; (status, what it printed)."""
    person = make_account().login()
    home = f"/home/{person.user}"
    lab.exec("mkdir", "-p", f"{home}/runs/night", user=person.user)
    lab.write(f"{home}/plain.py", (EXAMPLES / "plain.py").read_text(), owner=person.user)

    def call(*words):
        done = lab.verb("exec", "runuser", "-u", person.user, "--", "env", "-i", "-C", home, f"HOME={home}", "PATH=/usr/bin:/bin", *words,
                        check=False)
        return done.returncode, done.stdout.strip()

    call.home = home
    return call


def test_a_script_prints_the_address_of_the_board_that_shows_its_folder(run):
    assert run("boardgate", "url", "runs") == (1, "")
    assert run("python3", "plain.py", "runs/night") == (0, "curves: runs/night")
    status, address = run("boardgate", "start", "--no-wait", "runs")
    assert status == 0 and "/b/" in address
    for folder in ("runs", "runs/", "runs/night", f"{run.home}/runs/../runs/night", "runs/not-there-yet"):
        assert run("boardgate", "url", folder) == (0, address), folder
    assert run("python3", "plain.py", "runs/night") == (0, f"curves: {address}")
    assert run("boardgate", "url") == (1, "")
    status, nearer = run("boardgate", "start", "--no-wait", "runs/night")
    assert run("boardgate", "url", "runs/night") == (0, nearer) and nearer != address


def test_the_examples_can_be_read_by_python():
    for path in EXAMPLES.glob("*.py"):
        compile(path.read_text(), path.name, "exec")

# SPDX-License-Identifier: MIT
"""What the tests of the cluster share: its fixtures, jobs that fill it, and what Slurm says about a board's job."""
import re
from contextlib import contextmanager

import pytest

from fixtures import in_state
from machine import until

NODES = ("n1", "n2")


@pytest.fixture(scope="module", autouse=True)
def cluster(lab):
    if not lab.has_nodes:
        pytest.skip("the lab has no cluster: BOARDGATE_NODES=2 tests/lab/lab up")


@pytest.fixture
def on_cluster(make_board):
    """on_cluster(client, option=...): a board that Slurm runs, awake unless wake=False."""
    return lambda client, *where, **options: make_board(client, *where, engine="slurm", **options)


@pytest.fixture
def ready_on_cluster(on_cluster):
    """The same, once it is ready."""
    return lambda client, *where, **options: in_state(client, on_cluster(client, *where, **options), "ready", seconds=60)


def stem(board):
    """The name of a board's job."""
    return board["unit"].removesuffix(".service")


def jobs(lab, board, fields="%i %T %N"):
    """What squeue says about a board's job: a row for each, without those that have ended."""
    rows = lab.exec("squeue", "--noheader", "--name", stem(board), "--format", fields).splitlines()
    return [row.split() for row in rows]


def has_no_job(lab, board, seconds=20):
    until(f"board {board['id']} has no job", lambda: not jobs(lab, board), seconds)


@contextmanager
def full(lab, user="bob", partition="boards"):
    """Both nodes are taken by a job of somebody else."""
    said = lab.exec("sbatch", "--parsable", "--nodes=2", "--exclusive", f"--partition={partition}", "--job-name=full", "--chdir=/", "--output=/dev/null",
                    "--wrap=sleep 600", user=user)
    job = re.match(r"\d+", said)[0]
    try:
        # The job of a unit that a test killed stays for a minute.
        until("the nodes are taken", lambda: lab.exec("squeue", "--noheader", "--jobs", job, "--format", "%T").strip() == "RUNNING", 100)
        yield job
    finally:
        lab.exec("scancel", job, check=False)
        until("the nodes are free", lambda: not lab.exec("squeue", "--noheader", "--name=full"))


def why_asleep(client, board):
    """What the page says about a board that fell asleep by itself (the event stream has it)."""
    with client.events() as events:
        _, now, _ = events.until("the board", lambda event, data: event == "board" and data["id"] == board["id"])
    return now["asleep_because"]


def reads(client, board):
    """TensorBoard's answer through the board's address."""
    answer = client.get(f"{board['url']}data/runs")
    assert answer.status == 200, answer
    return answer.json

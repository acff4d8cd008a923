# SPDX-License-Identifier: MIT
"""Provokes what can fail of a board on the cluster: its owner reads what happened and what to do, and that repairs it."""
import re
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixtures import in_state
from machine import until
from slurm_lab import NODES, cluster, full, has_no_job, jobs, on_cluster, reads, ready_on_cluster  # noqa: F401 (fixtures)
from test_doctor import findings


HERE = Path(__file__).resolve().parent
# Slurm refuses these only with an accounting database, and the last takes a minute: tests/unit/far provokes them with a fake Slurm.
WITH_A_FAKE = {"slurm_limit", "slurm_never", "slurm_account", "slurm_qos", "slurm_queue_too_long"}


def test_every_failure_of_the_cluster_is_provoked():
    table = (HERE.parents[1] / "src/boardgated/boards/failures.inc").read_text()
    codes = set(re.findall(r"(?m)^FAILURE\((slurm_\w+),", table))
    assert codes - WITH_A_FAKE == set(re.findall(r'"(slurm_[a-z_]+)"(?!: )', Path(__file__).read_text())) - WITH_A_FAKE


@contextmanager
def slurm_settings(lab, **keys):
    """boardgate.conf with these keys; the launcher reads it when it starts."""
    path = "/etc/boardgate/boardgate.conf"
    before = lab.read(path).decode()
    lines = before.splitlines()
    for key, value in keys.items():
        [at] = [i for i, line in enumerate(lines) if line.lstrip("#").startswith(f"{key} =")]
        lines[at] = f"{key} = {value}"

    def apply(text):
        lab.write(path, text)
        lab.systemctl("reset-failed", "boardgated.service", "boardgate-launcher.service", check=False)
        lab.systemctl("restart", "boardgate-launcher.service", "boardgated.service")

    apply("\n".join(lines) + "\n")
    try:
        yield
    finally:
        apply(before)


def fails(client, board, code, seconds=60):
    failure = in_state(client, board, "failed", seconds=seconds)["failure"]
    assert failure["code"] == code and failure["summary"] and failure["remedy"], failure
    return failure


# A partition that does not exist, more than a node has, a reservation that Slurm does not know.
REFUSED = [("slurm_partition", {"slurm_partition": "nowhere"}, "partition"), ("slurm_too_big", {"slurm_memory": "900G"}, "as much"),
           ("slurm_refused", {"slurm_options": "--reservation=nobodys"}, "reservation")]


@pytest.mark.parametrize("code, keys, says", REFUSED, ids=[code for code, _, _ in REFUSED])
def test_a_refusal_has_slurms_own_words(lab, alice, on_cluster, code, keys, says):
    with slurm_settings(lab, **keys):
        # The unit of a door has the words of the settings with which it was made.
        board = on_cluster(alice)
        assert says in fails(alice, board, code)["detail"].lower()
        assert not jobs(lab, board)


def test_a_drained_partition_takes_none(lab, alice, on_cluster):
    board = on_cluster(alice, wake=False)
    lab.exec("scontrol", "update", "PartitionName=boards", "State=DRAIN")
    try:
        alice.post(f"/api/v1/boards/{board['id']}/wake")
        fails(alice, board, "slurm_drained")
    finally:
        lab.exec("scontrol", "update", "PartitionName=boards", "State=UP")
    alice.post(f"/api/v1/boards/{board['id']}/wake")
    in_state(alice, board, "ready", seconds=60)


def test_without_the_scheduler_ready_boards_stay_and_no_other_wakes(lab, alice, bob, ready_on_cluster, on_cluster):
    ready, sleeps = ready_on_cluster(alice), on_cluster(bob, wake=False)
    lab.systemctl("stop", "slurmctld.service")
    try:
        bob.post(f"/api/v1/boards/{sleeps['id']}/wake")
        wrong = findings(lab)[1]
        assert [f for f in wrong if "scheduler does not answer" in f["what"] and "slurmctld" in f["remedy"]], wrong
        fails(bob, sleeps, "slurm_away")
        assert in_state(alice, ready, "ready")["job"] == ready["job"] and reads(alice, ready)
    finally:
        lab.systemctl("start", "slurmctld.service")
    until("slurmctld answers", lambda: lab.succeeds("sinfo"))
    bob.post(f"/api/v1/boards/{sleeps['id']}/wake")
    in_state(bob, sleeps, "ready", seconds=60)


def test_a_job_that_an_administrator_holds_is_a_failure(lab, alice, on_cluster):
    with full(lab):
        board = on_cluster(alice)
        job = in_state(alice, board, "queued")["job"]
        lab.exec("scontrol", "hold", job)
        assert "holds" in fails(alice, board, "slurm_refused")["detail"]
        has_no_job(lab, board)


def test_a_node_without_namespaces_refuses_boards(lab, alice, on_cluster):
    node = lab.node("n1")
    lab.exec("scontrol", "update", "NodeName=n2", "State=DRAIN", "Reason=test")
    node.write("/etc/systemd/system/slurmd.service.d/test.conf", "[Service]\nRestrictNamespaces=yes\n")
    restart = ("sh", "-euc", "systemctl daemon-reload; systemctl restart slurmd")
    try:
        node.exec(*restart)
        board = on_cluster(alice)
        assert "namespaces" in fails(alice, board, "slurm_namespaces")["remedy"]
    finally:
        node.exec("rm", "/etc/systemd/system/slurmd.service.d/test.conf")
        node.exec(*restart)
        lab.exec("scontrol", "update", "NodeName=n2", "State=RESUME")
    alice.post(f"/api/v1/boards/{board['id']}/wake")
    in_state(alice, board, "ready", seconds=60)


def test_what_a_board_on_a_node_says_is_known_as_on_the_server(lab, alice, on_cluster):
    lab.exec("mkdir", "/home/alice/goes", user="alice")
    board = on_cluster(alice, logdir="/home/alice/goes", wake=False)
    lab.exec("rmdir", "/home/alice/goes", user="alice")
    alice.post(f"/api/v1/boards/{board['id']}/wake")
    assert "/home/alice/goes" in fails(alice, board, "logdir_missing")["detail"]


def test_a_lost_node_and_a_killed_unit(lab, alice, bob, ready_on_cluster):
    """The two waits, for Slurm's and for the node's own patience, overlap."""
    lost, killed = ready_on_cluster(alice), ready_on_cluster(bob)
    node = lab.node(lost["node"])
    lab.systemctl("kill", "--signal=KILL", killed["unit"])
    fails(bob, killed, "killed")
    try:
        node.kill()
        failure = fails(alice, lost, "slurm_node_lost", seconds=100)
        assert lost["node"] in failure["detail"] + failure["summary"], failure
        alice.post(f"/api/v1/boards/{lost['id']}/wake")
        again = in_state(alice, lost, "ready", seconds=60)
        assert again["node"] in NODES and again["node"] != lost["node"] and reads(alice, lost)
        # Without its unit, the job ends by itself: the node gives up.
        has_no_job(lab, killed, seconds=100)
    finally:
        node.boot()

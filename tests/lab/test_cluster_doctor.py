# SPDX-License-Identifier: MIT
"""boardgate doctor on a cluster: each broken piece is named. (The scheduler that is away: test_cluster_failures.py, where it is
already.)"""
from contextlib import contextmanager

import pytest

from machine import until
from slurm_lab import cluster  # noqa: F401 (fixture)
from test_doctor import findings

PARTITION = "scontrol update PartitionName=boards State="
CONF = "/etc/boardgate/boardgate.conf"


def with_setting(key, value):
    return f"cp {CONF} /root/kept; sed -i 's|^#*{key} =.*|{key} = {value}|' {CONF}", f"mv /root/kept {CONF}"


# what breaks it, what repairs it, what doctor says, a word of the remedy
BROKEN = {
    "partition-down": (PARTITION + "DOWN", PARTITION + "UP", "boards is DOWN", "State=UP"),
    "partition-missing": (*with_setting("slurm_partition", "nowhere"), "no partition nowhere", "slurm_partition"),
    "commands": (*with_setting("slurm_commands", "/opt/slurm/bin"), "/opt/slurm/bin/sbatch does not exist", "slurm_commands"),
    "address": (*with_setting("link_address", "192.0.2.1"), "192.0.2.1 is not an address of this server", "link_address"),
    "time": (f"cp {CONF} /root/kept; sed -i 's|^#slurm_time =.*|slurm_time = 1h|; s|^#slurm_partition =.*|slurm_partition = minute|' {CONF}", f"mv /root/kept {CONF}",
             "slurm_time is 1 hour", "slurm_time"),
    "delay": ("cp /etc/slurm/slurm.conf /root/kept; sed -i s/batch_sched_delay=0/batch_sched_delay=20/ /etc/slurm/slurm.conf; scontrol reconfigure",
              "cp /root/kept /etc/slurm/slurm.conf; scontrol reconfigure", "after 20 seconds", "batch_sched_delay=1"),
}


@contextmanager
def broken(machine, breaks, repairs):
    machine.exec("sh", "-euc", breaks)
    try:
        yield
    finally:
        machine.exec("sh", "-euc", repairs)


def test_a_good_cluster_has_no_findings(lab):
    fine, wrong = findings(lab)
    assert not wrong and any("Slurm 22" in f["what"] for f in fine), (fine, wrong)
    fine, wrong = findings(lab, "alice")
    assert any("would take a board's job" in f["what"] for f in fine), (fine, wrong)


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_of_the_cluster_is_named(lab, name):
    breaks, repairs, says, remedy = BROKEN[name]
    with broken(lab, breaks, repairs):
        wrong = findings(lab)[1]
        assert [f for f in wrong if says in f["what"] and remedy in f["remedy"]], wrong
    until("slurmctld answers", lambda: lab.succeeds("sinfo"))


def on_a_node(lab, *words, user=None):
    done = lab.verb("exec", *(("runuser", "-u", user, "--") if user else ()), "boardgate", "doctor", "--node", *words, check=False, seconds=150)
    return done.stdout + done.stderr


def test_a_node_is_checked_by_a_job_of_the_caller(lab):
    said = on_a_node(lab, user="alice")
    assert "WRONG" not in said and "namespaces" in said and "uid" in said, said
    assert "name an account" in on_a_node(lab)
    assert "WRONG" not in on_a_node(lab, "--user", "bob")
    assert "only root" in on_a_node(lab, "--user", "bob", user="alice")


RESTRICT = "/etc/systemd/system/slurmd.service.d/test.conf"
BROKEN_NODE = {
    "namespaces": (f"mkdir -p {RESTRICT[:-10]}; printf '[Service]\\nRestrictNamespaces=yes\\n' >{RESTRICT}; systemctl daemon-reload; systemctl restart slurmd",
                   f"rm {RESTRICT}; systemctl daemon-reload; systemctl restart slurmd", "namespaces"),
    "program": ("mv /usr/lib/boardgate/boardgate-node /root/", "mv /root/boardgate-node /usr/lib/boardgate/", "boardgate-node"),
    "environment": ("mv /opt/tensorboard/bin/tensorboard /root/", "mv /root/tensorboard /opt/tensorboard/bin/", "/opt/tensorboard"),
}


@pytest.mark.parametrize("name", BROKEN_NODE)
def test_what_is_broken_of_a_node_is_named(lab, name):
    breaks, repairs, says = BROKEN_NODE[name]
    lab.exec("scontrol", "update", "NodeName=n2", "State=DRAIN", "Reason=test")
    try:
        with broken(lab.node("n1"), breaks, repairs):
            said = on_a_node(lab, "--user", "alice")
            assert any("WRONG" in line and says in line for line in said.splitlines()), said
    finally:
        lab.exec("scontrol", "update", "NodeName=n2", "State=RESUME")
    until("n1 is up", lambda: "n1" in lab.exec("sinfo", "--noheader", "--states=idle", "--Node", "--format", "%N"))

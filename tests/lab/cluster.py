# SPDX-License-Identifier: MIT
"""The cluster of a lab: nodes beside its server, and Slurm on all of them.

The server is the head: it runs slurmctld and has Slurm's commands. A node runs slurmd, and has the head's accounts and homes. All are on a bridge in a
network namespace of its own."""
import os
import re
from pathlib import Path

from boardgate_conf import with_keys
from bounded import BOOT_SECONDS, Failure, run, until
from container import Container
from trees import make_install, make_root

# The addresses of one cluster's machines; no other cluster and not this machine sees them.
HEAD, NODE, PREFIX = "10.214.{}.1", "10.214.{}.{}", 24
MOST_NODES = 9
# Slurm counts what jobs ask for, and these are more than this machine has: the tests' jobs wait more than they work.
CPUS, MEGABYTES = 16, 16384
SLURM_CONF = """
ClusterName=lab
SlurmctldHost={head}({address})
AuthType=auth/munge
SlurmUser=slurm
StateSaveLocation=/var/lib/slurm/slurmctld
SlurmdSpoolDir=/var/lib/slurm/slurmd
SlurmctldPidFile=/run/slurmctld.pid
SlurmdPidFile=/run/slurmd.pid
SlurmctldLogFile=/var/log/slurm/slurmctld.log
SlurmdLogFile=/var/log/slurm/slurmd.log
MpiDefault=none
ReturnToService=2

# What a cluster without accounting and without cgroups has: both are the site's choice.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none

# As docs/slurm.md advises.
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=batch_sched_delay=0
EnforcePartLimits=ANY
PreemptType=preempt/partition_prio
PreemptMode=CANCEL

# Short, for the tests.
SlurmdTimeout=20
KillWait=3
# Else a node with more processors than this machine is refused.
SlurmdParameters=config_overrides

{nodes}
PartitionName=boards Nodes=ALL Default=YES MaxTime=UNLIMITED State=UP
PartitionName=urgent Nodes=ALL MaxTime=UNLIMITED State=UP PriorityTier=10 PreemptMode=OFF
PartitionName=minute Nodes=ALL MaxTime=1 State=UP
"""
NODE_LINE = "NodeName={name} NodeAddr={address} CPUs={cpus} RealMemory={megabytes} State=UNKNOWN\n"


def asked_nodes():
    """BOARDGATE_NODES: how many nodes a lab gets that is brought up now."""
    number = os.environ.get("BOARDGATE_NODES") or "0"
    if not re.fullmatch(rf"[0-{MOST_NODES}]", number):
        raise Failure(f"BOARDGATE_NODES={number}: a lab has at most {MOST_NODES} nodes")
    return int(number)


class Node(Container):
    """A node: what a server needs that only runs boards, from the head's tree of packages."""

    def __init__(self, lab, name):
        super().__init__(f"{lab.name}.{name}", name, lab.state_file.with_name(name))
        self.lab, self.node = lab, name
        self.folder = lab.folder / name

    @property
    def address(self):
        return NODE.format(self.lab.state["number"], 10 + int(self.node[1:]))

    def make(self, layers):
        make_root(self.folder, layers)
        self.in_tree("systemctl", "--quiet", "mask", "nginx.service")
        self.in_tree("systemctl", "--quiet", "enable", "munge.service", "slurmd.service")
        make_install(self.root, "install-node")

    def cut_off(self):
        """As a power failure: nothing of it is heard any more, also not that its programs end."""
        run("ip", "-n", self.netns, "link", "set", "cluster0", "down")
        self.end()

    def boot(self):
        run("ip", "-n", self.netns, "link", "set", "cluster0", "up")
        self.start(f"--bind={self.lab.root}/home:/home")

    def takes_jobs(self):
        # Slurm notices late that a node was away, and may have started a job already when it knows that it is back.
        if self.exec("systemctl", "is-active", "slurmd.service", check=False).returncode != 0:
            return False
        said = self.lab.exec("sinfo", "--noheader", "--nodes", self.node, "--format", "%T", check=False).stdout
        return set(said.split()) in ({"idle"}, {"mixed"}, {"allocated"})


class Cluster:
    """The nodes of a lab, and the network to them. What is there follows from this machine, not from a file of ours."""

    def __init__(self, lab):
        self.lab, self.netns = lab, f"boardgate-{lab.name}.net"

    @property
    def nodes(self):
        return [Node(self.lab, f"n{i}") for i in range(1, self.lab.state.get("nodes", 0) + 1)]

    def node(self, name):
        found = [node for node in self.nodes if node.node == name]
        if not found:
            raise Failure(f"lab {self.lab.name!r} has no node {name!r}")
        return found[0]

    # -- up -----------------------------------------------------------------------------------------------------
    def make(self, layers):
        """The nodes' trees, and what makes the head one."""
        number = self.lab.state["number"]
        head = HEAD.format(number)
        lines = "".join(NODE_LINE.format(name=n.node, address=n.address, cpus=CPUS, megabytes=MEGABYTES) for n in self.nodes)
        conf = SLURM_CONF.format(head=self.lab.hostname, address=head, nodes=lines)
        hosts = "".join(f"{n.address} {n.node}\n" for n in self.nodes) + f"{head} {self.lab.hostname}\n"
        for node in self.nodes:
            node.make(layers)
        for root in [self.lab.root, *(node.root for node in self.nodes)]:
            (root / "etc/slurm/slurm.conf").write_text(conf.lstrip())
            with open(root / "etc/hosts", "a") as file:
                file.write(hosts)
        for node in self.nodes:
            (node.root / "etc/hostname").write_text(f"{node.node}\n")
        self.lab.in_tree("systemctl", "--quiet", "enable", "munge.service", "slurmctld.service")

    def settings(self, text):
        """boardgate.conf with both engines, as docs/slurm.md says."""
        return with_keys(text, engine="systemd slurm", link_address=HEAD.format(self.lab.state["number"]))

    def make_network(self):
        run("ip", "netns", "add", self.netns)
        inside = ("ip", "-n", self.netns, "link")
        run(*inside, "add", "cluster", "type", "bridge")
        run(*inside, "set", "cluster", "up")
        run(*inside, "set", "lo", "up")
        for node in self.nodes:
            run("ip", "netns", "add", node.netns)
            run("ip", "-n", node.netns, "link", "set", "lo", "up")
        for port, netns, address in [("head", self.lab.netns, HEAD.format(self.lab.state["number"])),
                                     *((node.node, node.netns, node.address) for node in self.nodes)]:
            run(*inside, "add", port, "type", "veth", "peer", "name", "cluster0", "netns", netns)
            run(*inside, "set", port, "master", "cluster", "up")
            run("ip", "-n", netns, "address", "add", f"{address}/{PREFIX}", "dev", "cluster0")
            run("ip", "-n", netns, "link", "set", "cluster0", "up")

    def boot(self):
        for node in self.nodes:
            node.boot()

    def boot_again(self, name):
        node = self.node(name)
        if node.leader():
            return
        node.boot()
        self.wait([node])

    def install(self):
        for node in self.nodes:
            make_install(node.root, "install-node")

    def wait(self, nodes=None):
        """Until Slurm would start a job on the nodes."""
        waiting = self.nodes if nodes is None else nodes
        for node in waiting:
            node.wait_until_it_starts()
        for node in waiting:
            try:
                until(f"node {node.node} takes jobs", node.takes_jobs, 2 * BOOT_SECONDS)
            except Failure as failure:
                raise Failure(f"{failure}\n{self.story(node)}") from None

    def story(self, node):
        parts = [(node.folder / "console").read_text(errors="replace")[-2000:]]
        for machine, command in ((self.lab, ("scontrol", "show", "node", node.node)), (self.lab, ("tail", "-n", "30", "/var/log/slurm/slurmctld.log")),
                                 (node, ("tail", "-n", "30", "/var/log/slurm/slurmd.log")), (node, ("systemctl", "--failed", "--no-legend"))):
            try:
                parts.append(machine.exec(*command, check=False).stdout)
            except Failure as failure:
                parts.append(str(failure))
        return "\n".join(parts)

    # -- down ---------------------------------------------------------------------------------------------------
    def end(self):
        # Also those that the lab's lost state file had.
        for node in (Node(self.lab, f"n{i}") for i in range(1, MOST_NODES + 1)):
            if any(cgroup.exists() for cgroup in node.cgroups()):
                node.end()

    def drop_network(self):
        for netns in Path("/run/netns").glob(f"boardgate-{self.lab.name}.*"):
            run("ip", "netns", "delete", netns.name, check=False)

# SPDX-License-Identifier: MIT
"""What one head carries: held jobs for numbers in Slurm's queue, and boards whose nodes' ends of links are one program (link_peers.py)
for numbers of awake boards. A line through what was measured goes to 10,000."""
import json
import os
import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

from head import AROUND, Requests, cost_of, memory, of_kernel, spent
from link_peers import link_peers
from load import LARGE, Load
from plot import fitted, number, panel, write
from population import used
from rounds import create, until

AWAKE = [int(word) for word in os.environ.get("BENCH_AWAKE", "10 50 200").split()]
JOBS = [int(word) for word in os.environ.get("BENCH_JOBS", "10 100 1000 3000").split()]
FAR, MORE_NODES, REST, ROUNDS, WOKEN, ASKED = 10_000, 98, 30, 5, 10, 20

# Submits this many jobs that are held, two at a time.
HOLD = 'seq "$1" | xargs -P 2 -n 1 sh -c \'sbatch --quiet --hold --job-name=held --output=/dev/null --wrap=true >/dev/null\''

# [ms of processor time of the commands, of slurmctld, ms until the answer], each for one of this many times. The clock of another
# process: clock_getcpuclockid(3).
ASK = r"""
import json, os, resource, subprocess, sys, time
times, commands = int(sys.argv[1]), json.loads(sys.argv[2])
pid = int(subprocess.run(["pidof", "slurmctld"], capture_output=True, text=True, check=True).stdout)
def now():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime, time.clock_gettime((~pid << 3) | 2), time.monotonic()
before = now()
for _ in range(times):
    said = ""
    for words in commands:
        said = subprocess.run([word.replace("@said@", said) for word in words], capture_output=True, text=True, check=True).stdout.strip()
print(json.dumps([1000 * (b - a) / times for a, b in zip(before, now())]))
"""


def keep(figures, kind, count, what, value, form=".2f"):
    figures[f"{kind}, {count}: {what}"] = value
    print(f"cluster: {count} {kind}: {what}: {value:{form}}", flush=True)


def points(figures, kind, what):
    """[(count, value)] of what was kept."""
    found = ((re.fullmatch(rf"{kind}, (\d+): {re.escape(what)}", key), value) for key, value in figures.items())
    return sorted((int(match[1]), value) for match, value in found if match)


def ask(machine, figures, kind, count, job):
    """What boardgate-far asks of Slurm."""
    for what, commands in {
        "squeue of one job": [["squeue", "--noheader", "--states=all", f"--jobs={job}", "--format=%T|%r|%N"]],
        "scancel by a name": [["scancel", "--quiet", "--user=alice", "--name=tensorboard.slurm-alice-abcdefgh"]],
        "sbatch, and scancel of that job": [["sbatch", "--parsable", "--hold", "--job-name=other", "--output=/dev/null", "--wrap=true"], ["scancel", "--quiet", "@said@"]],
    }.items():
        command, controller, took = machine.python(ASK, str(ASKED), json.dumps(commands), user="alice", seconds=300)
        keep(figures, kind, count, f"{what}, processor time, ms", command + controller)
        keep(figures, kind, count, f"{what}, of that slurmctld's, ms", controller)
        keep(figures, kind, count, f"{what}, ms until the answer", took)
    keep(figures, kind, count, "memory of slurmctld, MB", memory(machine)[0]["slurmctld"], ".1f")


@contextmanager
def held_jobs(machine):
    """more(count): as many jobs are in the queue, and never run; their numbers."""
    def more(count):
        held = machine.exec("squeue", "--noheader", "--name=held", "--format=%i").split()
        machine.exec("sh", "-euc", HOLD, "hold", str(count - len(held)), user="alice", seconds=600)
        held = machine.exec("squeue", "--noheader", "--name=held", "--format=%i").split()
        assert len(held) == count, f"{len(held)} of {count} jobs are held"
        return held

    try:
        yield more
    finally:
        machine.exec("scancel", "--user=alice", check=False)
        until("no job is held", lambda: not machine.exec("squeue", "--noheader", "--user=alice").strip(), 120)


def jobs(machine, figures):
    """Slurm's commands with many jobs in the queue."""
    with held_jobs(machine) as more:
        for count in JOBS:
            ask(machine, figures, "jobs", count, more(count)[0])


@contextmanager
def more_nodes(machine, count):
    """Further slurmds on n1, each a node for Slurm."""
    path, machines = "/etc/slurm/slurm.conf", [machine, machine.node("n1"), machine.node("n2")]
    before = machine.read(path).decode()
    address = re.search(r"NodeName=n1 NodeAddr=(\S+)", before)[1]
    text = re.sub(r"(?m)^(SlurmdSpoolDir|SlurmdPidFile|SlurmdLogFile)=(.*/slurmd)", r"\1=\2-%n", before)
    text += f"NodeName=s[1-{count}] NodeHostname=n1 NodeAddr={address} Port=[17001-{17000 + count}] CPUs=16 RealMemory=16384\n"

    def apply(conf):
        for each in machines:
            each.write(path, conf)
        machine.systemctl("restart", "slurmctld")
        for each in machines[1:]:
            each.systemctl("restart", "slurmd")

    def all_idle(number):
        until(f"{number} nodes are idle", lambda: len(machine.exec("sinfo", "--noheader", "--states=idle", "--Node", "--format=%N", "--partition=boards").split()) == number, 120)

    apply(text)
    try:
        machines[1].exec("sh", "-euc", 'for i in $(seq "$1"); do slurmd -N "s$i" </dev/null >/dev/null 2>&1; done', "slurmds", str(count))
        all_idle(count + 2)
        yield
    finally:
        machines[1].exec("sh", "-c", "kill $(cat /run/slurmd-s*.pid)", check=False)
        apply(before)
        all_idle(2)


def nodes(machine, figures):
    """The same, and slurmctld at rest, with 2 nodes and with 100."""
    for more in (0, MORE_NODES):
        with more_nodes(machine, more) if more else nullcontext(), held_jobs(machine) as hold:
            ask(machine, figures, "nodes", more + 2, hold(JOBS[0])[0])
            before = used(machine)
            time.sleep(REST)
            keep(figures, "nodes", more + 2, "slurmctld at rest, percent of a core", spent(machine, before, ("slurmctld",)) / REST / 10, ".3f")


def listening(machine):
    return len(machine.exec("ss", "--listening", "--tcp", "--numeric", "--no-header").splitlines())


def all_in_state(client, ids, state, seconds=300):
    until(f"{len(ids)} boards are {state}", lambda: {board["state"] for board in client.boards() if board["id"] in ids} == {state}, seconds)


def boards(machine, figures):
    """What boardgate-far, systemd, nginx and boardgated cost with many boards awake."""
    ids = []
    with link_peers(machine) as client, ThreadPoolExecutor(4) as pool:
        def each(act, some):
            return list(pool.map(act, some))

        def wake(id):
            assert client.post(f"/api/v1/boards/{id}/wake").status in (200, 202)

        def sleep(id):
            assert client.post(f"/api/v1/boards/{id}/sleep").status in (200, 202)

        try:
            time.sleep(5)
            programs, kernel, ports = sum(memory(machine)[0].values()), of_kernel(machine), listening(machine)
            for count in AWAKE:
                ids += [answer.json["id"] for answer in each(lambda _: create(client, wake=True, engine="slurm", title="bench"), range(count - len(ids)))]
                all_in_state(client, ids, "ready")
                measure_requests(machine, client, ids, figures)
                # What requests needed is given back at the next ping.
                time.sleep(15)
                sizes, far = memory(machine)
                assert len(far) == count, f"{len(far)} of {count} are awake"
                keep(figures, "boards", count, "memory of all boardgate-far, MB", sum(row[0] for row in far) / 1024, ".1f")
                keep(figures, "boards", count, "memory of process 1, MB", sizes["systemd"], ".1f")
                more = sum(sizes.values()) - programs
                keep(figures, "boards", count, "memory that all programs have more than without them, MB", more, ".1f")
                if kernel is not None:
                    keep(figures, "boards", count, "memory on the head because of them, MB", more + of_kernel(machine) - kernel, ".1f")
                keep(figures, "boards", count, "listening ports of each", (listening(machine) - ports) / count)
                before = used(machine)
                time.sleep(REST)
                keep(figures, "boards", count, "boardgate-far at rest, percent of a core", spent(machine, before, ("boardgate-far",)) / REST / 10, ".3f")
                keep(figures, "boards", count, "all at rest, percent of a core", spent(machine, before) / REST / 10, ".3f")
                reloads = [cost_of(machine, lambda: machine.systemctl("daemon-reload"), ("systemd",)) for _ in range(3)]
                keep(figures, "boards", count, "daemon-reload, processor time of process 1, ms", statistics.median(reloads), ".0f")
                some = ids[:WOKEN]
                each(sleep, some)
                all_in_state(client, some, "asleep")
                before = used(machine)
                each(wake, some)
                all_in_state(client, some, "ready")
                keep(figures, "boards", count, "waking one without Slurm's commands, processor time, ms", spent(machine, before, AROUND) / len(some), ".0f")
        finally:
            each(lambda id: client.delete(f"/api/v1/boards/{id}"), ids)


def measure_requests(machine, client, ids, figures):
    """16 connections, and each request to the next board."""
    any_of_them = SimpleNamespace(client=client, target="/")
    requests = Requests(*(Load(machine, any_of_them, client.port, targets=[f"/b/{id}/{path}" for id in ids]) for path in ("data/environment", LARGE)))
    for _ in range(ROUNDS):
        requests.measure()
    for what, values, form in (("request, us", requests.of_request, ".0f"), ("MB, ms", requests.of_megabyte, ".2f")):
        keep(figures, "boards", len(ids), f"processor time of a {what}", statistics.median(values()), form)
        keep(figures, "boards", len(ids), f"of that boardgate-far's, of a {what}", statistics.median(values("far")), form)


# (title, what x counts, {name: figure}, is y logarithmic?)
PANELS = [
    ("Memory on the head, MB", "boards", {"with the kernel's": "memory on the head because of them, MB", "boardgate-far": "memory of all boardgate-far, MB"}, True),
    ("At rest, percent of a core", "boards", {"all": "all at rest, percent of a core", "boardgate-far": "boardgate-far at rest, percent of a core"}, True),
    ("A request on the head, us", "boards", {"all": "processor time of a request, us", "boardgate-far": "of that boardgate-far's, of a request, us"}, False),
    ("A MB on the head, ms", "boards", {"all": "processor time of a MB, ms", "boardgate-far": "of that boardgate-far's, of a MB, ms"}, False),
    ("Waking one, and daemon-reload, ms", "boards", {"waking one": "waking one without Slurm's commands, processor time, ms",
                                                     "daemon-reload": "daemon-reload, processor time of process 1, ms"}, True),
    ("Slurm's commands on the head, ms", "jobs", {"squeue of one job": "squeue of one job, processor time, ms",
                                                  "scancel by a name": "scancel by a name, processor time, ms"}, True),
]
# Each board has processes of its own, and Slurm finds a job by its number: what these cost does not grow with the others.
LEVEL = ("A request", "A MB", "squeue", "waking")
COUNTED = {"boards": "awake boards", "jobs": "jobs in Slurm's queue"}


def picture(path, figures):
    """Says the line through each row of figures, and draws them, when all are there."""
    panels = []
    for title, kind, names, logarithmic in PANELS:
        lines = {name: found for name, what in names.items() if len(found := points(figures, kind, what)) > 1}
        if not lines:
            return
        beyond = {}
        for name, line in lines.items():
            level = title.startswith(LEVEL) or name.startswith(LEVEL)
            a, b = (statistics.mean(y for _, y in line), 0) if level else fitted(line)
            beyond[name] = lambda x, a=a, b=b: a + b * x
            print(f"cluster: line: {title}, {name}: {a:.3g} + {b:.3g} for each of {COUNTED[kind]}; at {FAR:,}: {number(a + b * FAR)}")
        panels.append(panel(title, f"{COUNTED[kind]}; dots are measured, dashes are the line", lines, beyond, FAR, logarithmic))
    write(path, panels, columns=2)

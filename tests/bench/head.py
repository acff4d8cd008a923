# SPDX-License-Identifier: MIT
"""What the head of a cluster spends on boards of its nodes."""
import re
import statistics
from pathlib import Path

from population import since, used
from rounds import until

# Proportional set size in MB of every program, the sizes of each boardgate-far in kB (PSS, and what is its alone), and what systemd
# counts for its unit (with what the kernel needs for it).
MEMORY = r"""
import json, os, re, subprocess
sizes, far = {}, []
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        name = open(f"/proc/{pid}/comm").read().strip()
        rollup = open(f"/proc/{pid}/smaps_rollup").read()
        cgroup = open(f"/proc/{pid}/cgroup").read()
    except OSError:
        continue
    row = {key: int(value) for key, value in re.findall(r"(?m)^(Pss|Private_Clean|Private_Dirty):\s+(\d+)", rollup)}
    if not row:
        continue
    sizes[name] = sizes.get(name, 0) + row["Pss"] / 1024
    if name == "boardgate-far":
        unit = re.search(r"tensorboard\.slurm-[^/\n]*\.service", cgroup)[0]
        counted = subprocess.run(["systemctl", "show", "--property=MemoryCurrent", "--value", unit], capture_output=True, text=True).stdout.strip()
        far.append([row["Pss"], row["Private_Clean"] + row["Private_Dirty"], int(counted) // 1024 if counted.isdigit() else None])
print(json.dumps([sizes, far]))
"""
# Programs of the head whose work is because of boards, beside what a request passes.
AROUND = ("systemd", "ended", "dbus-daemon", "dbus-broker", "boardgated", "boardgate-launc", "boardgate-far", "boardgate-journ", "systemd-journal")


def memory(machine):
    """(MB by program, [(PSS, own, counted by systemd) in kB of each boardgate-far])."""
    return machine.python(MEMORY)


def of_kernel(machine):
    """MB that the kernel itself needs for the head: sockets, page tables, mounts. None where there is no such count."""
    count = Path(f"/sys/fs/cgroup/memory/boardgate-lab-{machine.name}/memory.kmem.usage_in_bytes")
    return int(count.read_text()) / 2**20 if count.exists() else None


def spent(machine, before, names=AROUND):
    """Milliseconds of processor time since then."""
    now = since(machine, before)
    return sum(now.get(name, 0) for name in names)


def cost_of(machine, what, names=AROUND):
    before = used(machine)
    what()
    return spent(machine, before, names)


def has_no_job(machine, name):
    until("its job has ended", lambda: not machine.exec("squeue", "--noheader", "--name", name).strip(), 60)


class Requests:
    """Loads for small answers and for answers of 1 MB, through the same boards; `rounds`: what each round cost, in us by program."""

    PROGRAMS = ("nginx", "boardgated", "far", "board")

    def __init__(self, small, large):
        self.loads, self.rounds = {"small": small, "large": large}, []

    def measure(self):
        row = {}
        for name, load in self.loads.items():
            load()
            row[name] = {program: load.last[program] for program in self.PROGRAMS}
        self.rounds.append(row)

    def of_request(self, *programs):
        """Microseconds of a request, in each round."""
        return [sum(row["small"][program] for program in programs or self.PROGRAMS) for row in self.rounds]

    def of_megabyte(self, *programs):
        """Milliseconds of a MB, beyond what any request costs."""
        return [sum(row["large"][program] - row["small"][program] for program in programs or self.PROGRAMS) / 1000 for row in self.rounds]

    def parts(self, of_what):
        """The median by program, as text."""
        values = {program: statistics.median(of_what(program)) for program in self.PROGRAMS}
        names = {"far": "boardgate-far", "board": "boardgate-board"}
        return ", ".join(f"{names.get(program, program)} {value:.{0 if of_what == self.of_request else 2}f}" for program, value in values.items() if round(value, 2))


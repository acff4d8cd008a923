# SPDX-License-Identifier: MIT
"""A machine of a lab: a tree that systemd-nspawn boots, with its own process 1, network namespace and cgroups."""
import json
import os
import re
import signal
import subprocess
from pathlib import Path

from bounded import BOOT_SECONDS, END_SECONDS, Failure, run, until
from trees import INSIDE

CGROUPS = Path("/sys/fs/cgroup")
# Process 1 starts as this. If the kernel has a hierarchy for each controller, nspawn lets a container only read them;
# ours may count and limit what is below its own folder. systemd takes `cpu` and `cpuacct` for one,
# and of the two it is the latter that counts.
BEGIN = """
for controller; do mount -o remount,rw,bind /sys/fs/cgroup/$controller; done
case " $* " in *" cpuacct "*) mount --bind /sys/fs/cgroup/cpuacct /sys/fs/cgroup/cpu ;; esac
exec /usr/lib/systemd/systemd
"""


def controllers():
    """The controllers with a hierarchy of their own here."""
    return [c for c in ("memory", "pids", "cpuacct") if os.access(CGROUPS / c / "cgroup.procs", os.W_OK)]


def start_time(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return None


class Container:
    """A machine by name: what it takes on this machine follows from the name. The rest is in its state file."""

    def __init__(self, name, hostname, state_file):
        self.name, self.hostname, self.state_file = name, hostname, state_file
        self.netns = f"boardgate-{name}"
        try:
            self.state = json.loads(self.state_file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            self.state = {}

    def remember(self, **facts):
        self.state.update(facts)
        self.state_file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.state_file.with_suffix(".new")
        fresh.write_text(json.dumps(self.state))
        fresh.rename(self.state_file)

    @property
    def root(self):
        return self.folder / "root"

    # -- processes ----------------------------------------------------------------------------------------------
    def cgroups(self):
        """Our folder in each hierarchy in which systemd keeps units (without it labs would share units) or that counts."""
        tops = [CGROUPS] if (CGROUPS / "cgroup.procs").exists() else [CGROUPS / t for t in ("systemd", "unified", *controllers())]
        return [t / f"boardgate-lab-{self.name}" for t in tops if (t / "cgroup.procs").exists()]

    def processes(self):
        found = set()
        for cgroup in self.cgroups():
            for folder, _, _ in os.walk(cgroup):
                try:
                    found |= {int(p) for p in Path(folder, "cgroup.procs").read_text().split()}
                except OSError:
                    pass  # went while we looked
        return found - {0}

    def leader(self):
        """Its process 1, if it runs. (The start time distinguishes it from a later process with the same pid.)"""
        pid, started = self.state.get("leader", (0, ""))
        return pid if pid and start_time(pid) == started else None

    def find_leader(self):
        for pid in self.processes():
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            if re.search(r"^NSpid:\t\d+\t1$", status, re.M) and re.search(r"^Name:\tsystemd$", status, re.M):
                self.remember(leader=(pid, start_time(pid)))
                return pid
        return None

    def inside(self, *command):
        """The command line that runs a command inside; the command ends when its caller does."""
        if not (pid := self.leader()):
            raise Failure(f"lab {self.name!r} is not up; start it with: tests/lab/lab up")
        return ["nsenter", "-t", str(pid), "-m", "-u", "-i", "-n", "-p", "-C", "--",
                "setpriv", "--pdeathsig", "TERM", "--", *command]

    def exec(self, *command, **more):
        return run(*self.inside(*command), env=INSIDE, **more)

    def in_tree(self, *command):
        return run("chroot", self.root, *command, env=INSIDE)

    # -- up and down --------------------------------------------------------------------------------------------
    def start(self, *more):
        """Boots the tree, with these further words for systemd-nspawn; returns immediately."""
        command = ["systemd-nspawn", f"--directory={self.root}", f"--machine={self.netns}",
                   f"--hostname={self.hostname}", "--register=no", "--keep-unit", "--settings=no", "--console=pipe",
                   f"--network-namespace-path=/run/netns/{self.netns}", "--capability=CAP_NET_ADMIN",
                   "--link-journal=no", "--resolv-conf=off", "--timezone=off", "--quiet",
                   "--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self", *more,
                   "/bin/sh", "-c", BEGIN, "begin", *controllers()]
        for cgroup in self.cgroups():
            cgroup.mkdir(exist_ok=True)

        def join():
            for cgroup in self.cgroups():
                (cgroup / "cgroup.procs").write_text("0")

        with open(self.folder / "console", "w") as console:
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT,
                             start_new_session=True, preexec_fn=join, cwd="/", env=INSIDE)

    def wait_until_it_starts(self):
        until("systemd starts", lambda: self.leader() or self.find_leader() or not self.processes(), BOOT_SECONDS)

    def wait_until_it_runs(self):
        self.wait_until_it_starts()
        until("everything started", lambda: self.leader() and self.exec("systemctl", "is-system-running", check=False).stdout.strip()
              in ("running", "degraded"), BOOT_SECONDS)

    def end_processes(self):
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return not self.processes()

    def end(self):
        """Ends it as a power failure would."""
        until("the lab's processes end", self.end_processes, END_SECONDS)
        for cgroup in self.cgroups():
            for part in [*sorted(cgroup.glob("**/"), reverse=True), cgroup]:
                if part.is_dir():
                    part.rmdir()
        run("rm", "-rf", f"/run/systemd/nspawn/propagate/{self.netns}")

# SPDX-License-Identifier: MIT
"""The lab for tests: commands inside it, through `tests/lab/lab`, and waiting for conditions."""
import base64
import importlib.machinery
import importlib.util
import json
import os
import shlex
import subprocess
import time
from functools import cached_property
from pathlib import Path

LAB = Path(__file__).resolve().parent / "lab"
PATIENCE = 20.0  # seconds: enough even on a busy machine


def program(path):
    """tests/lab/lab or tests/vm/vm as a module."""
    loader = importlib.machinery.SourceFileLoader(f"{path.name}_program", str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


PROGRAM = program(LAB)


def until(what, probe, seconds=PATIENCE):
    """The first true result of `probe`. The intervals grow, since each attempt takes processor time from what is awaited.
    After a timeout it fails with the last result and the number of attempts."""
    deadline, seen, every = time.monotonic() + seconds, [], 0.02
    while True:
        try:
            value = probe()
        except (OSError, AssertionError) as error:
            value, shown = None, f"{type(error).__name__}: {error}"
        else:
            shown = repr(value)
        if value:
            return value
        if not seen or seen[-1][0] != shown:
            seen.append([shown, 0])
        seen[-1][1] += 1
        if time.monotonic() > deadline:
            story = "\n  ".join(f"{n} x {s[:600]}" for s, n in seen[-6:])
            raise AssertionError(f"not within {seconds} s: {what}; saw, last ones at the end:\n  {story}")
        time.sleep(every)
        every = min(1.3 * every, 0.2)


class Lab:
    """The lab of this name."""

    def __init__(self, name):
        self.name = name
        self.env = {**os.environ, "BOARDGATE_LAB": name}

    def command(self, verb, *words):
        """(command line, environment) of a verb. Tests run thousands of commands inside: `exec` goes there directly, without
        a Python of its own for each."""
        if verb != "exec":
            return [str(LAB), verb, *words], self.env
        return PROGRAM.Lab(self.name).inside(*map(str, words)), PROGRAM.INSIDE

    def verb(self, *words, seconds=60, check=True, text=True):
        command, env = self.command(*words)
        done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=text, timeout=seconds)
        if check and done.returncode != 0:
            raise AssertionError(f"lab {shlex.join(words)[:400]}: status {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def node(self, name):
        """A node of the lab's cluster."""
        return Node(self.name, name)

    @property
    def has_nodes(self):
        return bool(PROGRAM.Lab(self.name).cluster.nodes)

    @property
    def is_up(self):
        return self.verb("status", check=False).returncode == 0

    # -- inside ---------------------------------------------------------------------------------------------------
    def exec(self, *argv, user=None, **more):
        """Runs a command inside, as root or a user, and returns its output."""
        if user:
            argv = ("runuser", "-u", user, "--", *argv)
        return self.verb("exec", *argv, **more).stdout

    def succeeds(self, *argv, user=None, seconds=60):
        argv = ("runuser", "-u", user, "--", *argv) if user else argv
        return self.verb("exec", *argv, check=False, seconds=seconds).returncode == 0

    def python(self, source, *arguments, user=None, seconds=60):
        """Runs a Python script inside, which prints its result as a JSON document."""
        output = self.exec("/usr/bin/python3", "-I", "-c", source, *arguments, user=user, seconds=seconds)
        return json.loads(output)

    def start(self, *argv):
        """A command that runs inside in the background."""
        command, env = self.command("exec", *argv)
        return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def write(self, path, content, mode="0644", owner="root"):
        content = content if isinstance(content, bytes) else content.encode()
        self.exec("sh", "-euc", 'mkdir -p "$(dirname "$2")"; printf %s "$1" | base64 -d >"$2"; chmod "$3" "$2"; chown "$4:" "$2"',
                  "write", base64.b64encode(content).decode(), path, mode, owner)

    def read(self, path):
        return self.verb("exec", "cat", path, text=False).stdout

    @cached_property
    def packages(self):
        """The packages of the lab's TensorBoard; Python's version is in the path."""
        return self.exec("sh", "-c", "echo /opt/tensorboard/lib/python3*/site-packages").strip()

    # -- systemd --------------------------------------------------------------------------------------------------
    def systemctl(self, *words, **more):
        return self.exec("systemctl", *words, **more)

    def property(self, unit, name):
        return self.systemctl("show", "--property", name, "--value", unit).strip()

    def units(self, pattern="tensorboard-*"):
        """Names of the loaded units, including inactive ones."""
        lines = self.systemctl("list-units", "--all", "--plain", "--no-legend", "--full", pattern).splitlines()
        return sorted(line.split()[0] for line in lines if line.strip())

    def processes(self, unit):
        """Every process of a unit: pid, the four uids, the arguments, and descriptors with their targets."""
        return self.python(PROCESSES, self.property(unit, "ControlGroup"))

    def journal(self, lines=80):
        return self.exec("journalctl", "-b", "-n", str(lines), "--no-pager", "-o", "short-precise", "-u", "boardgate*",
                         "-u", "tensorboard-*", "-u", "tensorboard.slurm-*", "-u", "nginx.service", check=False)

    def journalctl(self, *words):
        """The output of journalctl, after journald has written everything logged so far."""
        self.exec("journalctl", "--sync")
        return self.exec("journalctl", *words)

    def epoch(self):
        """The lab's clock in microseconds, in the format of journalctl --since."""
        return self.exec("date", "+%Y-%m-%d %H:%M:%S.%6N").strip()

    # -- who reaches what -----------------------------------------------------------------------------------------
    def attempts(self, *attempts):
        """The results of connection attempts inside: `connected`, or the name of the error. An attempt is
        (user, address, port, source port or 0) or (user, path, "stream" or "seqpacket")."""
        return self.python(ATTEMPTS, json.dumps(attempts))

    def connects(self, user, address, port, source_port=0):
        return self.attempts((user, address, port, source_port))[0]

    def reaches(self, user, path, kind="stream"):
        return self.attempts((user, path, kind))[0]


class Node(Lab):
    """A node of a lab's cluster: commands inside it, and its power."""

    def __init__(self, lab, node):
        super().__init__(lab)
        self.node = node

    def command(self, verb, *words):
        assert verb == "exec", verb
        return PROGRAM.Lab(self.name).cluster.node(self.node).inside(*map(str, words)), PROGRAM.INSIDE

    def kill(self):
        """As a power failure would end it."""
        PROGRAM.Lab(self.name).cluster.node(self.node).cut_off()

    def boot(self):
        """Returns when Slurm would start a job there; does nothing when it runs."""
        PROGRAM.Lab(self.name).cluster.boot_again(self.node)


PROCESSES = r"""
import glob, json, os, sys
cgroup = sys.argv[1].lstrip("/")
pids = set()
# One hierarchy or several: the unit's folder is below one of the mounts.
for mount in ("/sys/fs/cgroup", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"):
    for folder, _, files in os.walk(f"{mount}/{cgroup}"):
        if cgroup and "cgroup.procs" in files:
            pids |= {int(p) for p in open(f"{folder}/cgroup.procs").read().split()}
found = []
for pid in sorted(pids):
    try:
        status = dict(l.split(":", 1) for l in open(f"/proc/{pid}/status") if ":" in l)
        fds = {}  # by number, as text
        for fd in os.listdir(f"/proc/{pid}/fd"):
            try:
                fds[fd] = os.readlink(f"/proc/{pid}/fd/{fd}")
            except OSError:
                pass
        own = set()
        for table in ("tcp", "tcp6", "udp", "udp6", "unix", "netlink", "raw"):
            try:
                for line in open(f"/proc/{pid}/net/{table}"):
                    own.update(line.split())
            except OSError:
                pass
        sockets = [t[8:-1] for t in fds.values() if t.startswith("socket:[")]
        found.append({
            "pid": pid, "uids": [int(u) for u in status["Uid"].split()], "name": status["Name"].strip(),
            "groups": status["Groups"].split(), "no_new_privileges": status["NoNewPrivs"].strip() == "1",
            "capabilities": {k: int(status[k], 16) for k in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")},
            "argv": [a.decode("utf-8", "surrogateescape") for a in open(f"/proc/{pid}/cmdline", "rb").read().split(b"\0")[:-1]],
            "environ": [a.decode("utf-8", "surrogateescape") for a in open(f"/proc/{pid}/environ", "rb").read().split(b"\0")[:-1]],
            "fds": fds, "netns": os.readlink(f"/proc/{pid}/ns/net"),
            "own_sockets": [s for s in sockets if s in own]})
    except (FileNotFoundError, ProcessLookupError):
        pass
print(json.dumps(found))
"""

ATTEMPTS = r"""
import errno, json, os, pwd, socket, sys

def tcp(address, port, source):
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    if source:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", source))
    return s, (address, port)

def unix(path, kind):
    return socket.socket(socket.AF_UNIX, {"stream": socket.SOCK_STREAM, "seqpacket": socket.SOCK_SEQPACKET}[kind]), path

def outcome(user, *how):
    account = pwd.getpwnam(user)
    os.initgroups(user, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    s, address = (unix if len(how) == 2 else tcp)(*how)
    with s:
        s.settimeout(5)
        try:
            s.connect(address)
            return "connected"
        except OSError as e:
            return errno.errorcode.get(e.errno, str(e))

outcomes = []
for attempt in json.loads(sys.argv[1]):
    mine, its = os.pipe()
    if os.fork() == 0:
        os.write(its, outcome(*attempt).encode())
        os._exit(0)
    os.close(its)
    outcomes.append(os.read(mine, 100).decode())
    os.wait()
print(json.dumps(outcomes))
"""

# SPDX-License-Identifier: MIT
"""Boards of engine slurm without jobs, for the head's part of many: in place of Slurm's commands are scripts that give a job's script
to link_peers.cc on a node, which is the other end of all links. All else is real: doors, units, boardgate-far, nginx, the gate."""
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from rounds import logged_in, until, with_keys

TOP = Path(__file__).resolve().parents[2]
PORT = 7070
COMMANDS, PROGRAM = "/opt/bench-slurm", "/srv/link-peers"
FAKES = {
    "sbatch": f"#!/bin/bash\nexec 3<>/dev/tcp/@node@/{PORT}\ncat >&3\nread -r job <&3\necho \"$job\"\n",
    "squeue": "#!/bin/sh\necho 'RUNNING|None|n1'\n",
    "scancel": "#!/bin/sh\n",
}
# As many awake boards of one person as the bench wants.
LIMITS = {"awake_boards": 2000, "awake_boards_per_user": 2000, "boards_per_user": 2000}


def compiled():
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "link-peers"
        libraries = subprocess.run(["pkg-config", "--libs", "openssl", "libsystemd", "fmt"], capture_output=True, text=True, check=True).stdout.split()
        subprocess.run(["g++", "-std=c++20", "-O2", "-ffunction-sections", f"-I{TOP}", "-o", program, TOP / "tests/bench/link_peers.cc",
                        *(TOP / f"build/lib/{archive}.a" for archive in ("link", "base")), "-Wl,--gc-sections", "-Wl,--as-needed", *libraries], check=True)
        return program.read_bytes()


def restart(machine):
    machine.systemctl("reset-failed", "boardgated.service", "boardgate-launcher.service", check=False)
    machine.systemctl("restart", "boardgate-launcher.service", "boardgated.service")


@contextmanager
def with_settings(machine, **keys):
    """boardgate.conf with these keys."""
    path = "/etc/boardgate/boardgate.conf"
    before = machine.read(path).decode()
    machine.write(path, with_keys(before, **keys))
    restart(machine)
    try:
        yield
    finally:
        machine.write(path, before)
        restart(machine)


@contextmanager
def link_peers(machine):
    """Boards that are made in this block have the other ends of their links on n1; yields alice's client."""
    node = machine.node("n1")
    command, env = node.command("exec", "sh", "-euc", f"cat >{PROGRAM}; chmod 755 {PROGRAM}")
    subprocess.run(command, env=env, input=compiled(), check=True, timeout=60)
    address = machine.exec("sh", "-c", "getent ahostsv4 n1 | head -n 1 | cut -d ' ' -f 1").strip()
    for name, text in FAKES.items():
        machine.write(f"{COMMANDS}/{name}", text.replace("@node@", address), mode="0755")
    process = node.start(PROGRAM, str(PORT))
    try:
        until("the other ends are ready", lambda: machine.connects("root", address, PORT) == "connected")
        with with_settings(machine, slurm_commands=COMMANDS, **LIMITS):
            yield until("boardgated serves", lambda: logged_in(machine, "alice"))[0]
    finally:
        process.terminate()
        process.wait(10)

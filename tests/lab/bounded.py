# SPDX-License-Identifier: MIT
"""Commands and waits of tests/lab/lab, each with a bound: nothing may hang the machine that runs the tests."""
import fcntl
import subprocess
import sys
import time
from contextlib import contextmanager

# Each is many times the usual time.
BASE_SECONDS, BUILD_SECONDS, BOOT_SECONDS, END_SECONDS, POLL = 600, 1200, 60, 20, 0.02


class Failure(Exception):
    """An error for the person at the terminal."""


def say(text):
    print(f"lab: {text}", file=sys.stderr, flush=True)


def run(*command, seconds=60, check=True, **more):
    """Runs a command without standard input; prints its output only on failure."""
    more = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **more}
    try:
        done = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, text=True, timeout=seconds, **more)
    except subprocess.TimeoutExpired:
        raise Failure(f"{command[0]} was not done after {seconds} s") from None
    if check and done.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))[:300]}: status {done.returncode}\n{done.stdout or ''}".rstrip())
    return done


@contextmanager
def locked(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def until(what, probe, seconds):
    deadline = time.monotonic() + seconds
    while not (value := probe()):
        if time.monotonic() > deadline:
            raise Failure(f"not within {seconds} s: {what}")
        time.sleep(POLL)
    return value

# SPDX-License-Identifier: MIT
"""Shared parts of the benchmarks: the lab, a session, alternating rounds, and the output of figures."""
import os
import platform
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab"))
from boardgate_conf import with_keys  # noqa: E402,F401
from client import Client  # noqa: E402
from machine import Lab, until  # noqa: E402,F401


def lab(name=None):
    machine = Lab(name or os.environ.get("BOARDGATE_LAB") or "lab")
    if not machine.is_up:
        sys.exit(f"lab {machine.name!r} is not up; start it with: tests/lab/lab up")
    return machine


def subjects():
    """What is compared, by name: the tree of `make bench BASE=COMMIT` if there is one, and this tree."""
    base = os.environ.get("BOARDGATE_LAB_BASE")
    return {**({"before": lab(base)} if base else {}), "now": lab()}


def logged_in(machine, *users):
    url, authority = (machine.verb(word).stdout.strip() for word in ("url", "ca"))
    return [Client(url, authority, user=user, password=f"{user}-lab").login() for user in users]


def people(machine, count):
    """Sessions of as many accounts, which the lab keeps."""
    users = [f"person{number}" for number in range(count)]
    for user in users:
        machine.exec("sh", "-euc", 'id -u "$1" >/dev/null 2>&1 || { useradd --create-home "$1"; echo "$1:$1-lab" | chpasswd; install -d -o "$1" "/home/$1/runs"; }',
                     "person", user)
    return logged_in(machine, *users)


def create(client, wake=False, **options):
    """The answer that makes a board. An older boardgate makes one for each request, and wakes it."""
    wanted = {"logdir": f"/home/{client.user}/runs", **options}
    answer = client.post("/api/v1/boards", {**wanted, "new": True, "wake": wake})
    if answer.status == 400:
        answer = client.post("/api/v1/boards", wanted)
    assert answer.status == 201, answer
    return answer


class Board:
    """A board that is deleted after the block; `born` is the time of the request."""

    def __init__(self, client, **options):
        self.client, self.born = client, time.monotonic()
        answer = create(client, wake=True, **options)
        self.id, self.port = answer.json["id"], answer.json["port"]
        self.target = f"/b/{self.id}/data/environment"

    def wait_until_it_answers(self, seconds=30):
        """Requests repeatedly without a pause, as a script would; returns the time of the first 200."""
        deadline = time.monotonic() + seconds
        while (answer := self.client.get(self.target)).status != 200:
            assert time.monotonic() < deadline, answer
            time.sleep(0.01)
        return time.monotonic()

    def state(self):
        return self.client.board(self.id)["state"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        answer = self.client.delete(f"/api/v1/boards/{self.id}")
        assert answer.status == 204, answer


def alternate(rounds, **measures):
    """Each measure once in each round, every second round backwards, so that a busy machine affects all equally."""
    seen = {name: [] for name in measures}
    for turn in range(rounds):
        for name in list(measures)[:: -1 if turn % 2 else 1]:
            seen[name].append(measures[name]())
    return seen


def ratio(seen, ours, theirs):
    """The median of the ratios of the rounds: a slow round does not count."""
    return statistics.median(a / b for a, b in zip(seen[ours], seen[theirs]))


def spread(values, form):
    """The median and the range."""
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def say_where():
    print(f"on {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
          f"load before {os.getloadavg()[0]:.1f}", flush=True)

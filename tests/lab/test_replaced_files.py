# SPDX-License-Identifier: MIT
"""Event files that are replaced rather than appended to: the behaviour of TensorBoard, and of a board."""
import json
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest

from machine import PATIENCE, until

TABLE = Path(__file__).with_name("ways-to-copy")
LOADERS = {"boardgate": ["--load_fast=true"], "rustboard": ["--load_fast=true"], "python": ["--load_fast=false"],
           "python, multifile": ["--load_fast=false", "--reload_multifile=true"]}


class Way(NamedTuple):
    name: str
    shown: dict  # loader -> whether TensorBoard shows the new points with it
    command: str


def read_table():
    rows = [line.split("|", 5) for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return [Way(name, dict(zip(LOADERS, (word == "yes" for word in shown))), command) for name, *shown, command in rows]


WAYS = read_table()


def test_what_tensorboard_shows_with_each_loader_is_what_the_table_says(lab):
    expected = {way.name: way.shown for way in WAYS}
    commands = {way.name: way.command for way in WAYS}
    seen = lab.exec("unshare", "--net", "/opt/tensorboard/bin/python", "-c", STOCK, json.dumps(LOADERS), json.dumps(commands),
                    json.dumps(expected), seconds=120)
    assert json.loads(seen) == expected


# A TensorBoard for each loader on the same log directory, which has a run for each way of copying. New points arrive
# twice: some loaders notice only the first change.
STOCK = r"""
import json, os, shutil, subprocess, sys, tempfile, time, urllib.request
loaders, commands, expected = (json.loads(a) for a in sys.argv[1:])
top = tempfile.mkdtemp()
os.environ["TMPDIR"] = top
file = "events.out.tfevents.1"

def write(folder, *options):
    subprocess.run(["write-events", f"{top}/{folder}", "--run", ".", "--into", file, *map(str, options)], check=True)

write("new0", "--points", 3)
for generation in (1, 2):
    shutil.copytree(f"{top}/new{generation - 1}", f"{top}/new{generation}")
    write(f"new{generation}", "--first", 1 + 2 * generation, "--points", 2)
write("anew", "--points", 2, "--value", 100)
write("other", "--points", 2, "--tag", "other")
for way, command in commands.items():
    here = f"{top}/logs/{way}"
    if "ln -s" in command:
        os.symlink(f"{top}/new0", here)
    else:
        shutil.copytree(f"{top}/new0", here)

subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
running = {}
for port, (loader, flags) in enumerate(loaders.items(), 6006):
    running[loader] = port, subprocess.Popen(["/opt/tensorboard/bin/tensorboard", f"--logdir={top}/logs", "--host=127.0.0.1", f"--port={port}",
                                              "--reload_interval=1", *flags], stderr=subprocess.DEVNULL,
                                             env={**os.environ, **({"TENSORBOARD_DATA_SERVER_BINARY": "/usr/lib/boardgate/boardgate-data"} if loader == "boardgate" else {})})

def points(loader, way):
    try:
        address = f"http://127.0.0.1:{running[loader][0]}/data/plugin/scalars/scalars?tag=loss&run={urllib.parse.quote(way)}"
        return [(step, value) for _, step, value in json.load(urllib.request.urlopen(address))]
    except OSError:
        return []

def shown(generation):
    whole = [(step, step) for step in range(3 + 2 * generation)]
    anew = [(0, 100), (1, 100)] if generation else whole
    return {way: {loader: points(loader, way) == (anew if "$anew" in commands[way] else whole) for loader in loaders} for way in commands}

def wait_for(wanted, generation, seconds=20):
    deadline, late = time.monotonic() + seconds, True
    while late and time.monotonic() < deadline:
        time.sleep(0.1)
        seen = shown(generation)
        late = [way for way in commands for loader in loaders if wanted[way][loader] and not seen[way][loader]]
    time.sleep(2.5)  # two intervals, to see that no points appear

try:
    wait_for({way: dict.fromkeys(loaders, True) for way in commands}, 0)
    for generation in (1, 2):
        for way, command in commands.items():
            quoted = {"new": f"{top}/new{generation}", "here": f"{top}/logs/{way}", "file": file, "anew": f"{top}/anew/{file}", "other": f"{top}/other/{file}"}
            subprocess.run(["sh", "-euc", command.replace("$here", '"$here"')], check=True, env={**os.environ, **quoted})
        wait_for(expected, generation)
    print(json.dumps(shown(2)))
finally:
    for _, process in running.values():
        process.terminate()
        process.wait()
    shutil.rmtree(top)
"""

# -- what a board does ----------------------------------------------------------------------------------------------
INTERVAL = 3  # seconds; a board needs two intervals including a restart, and more on a busy machine
NEW, LOGS, FILE = "/home/bob/new", "/home/bob/logs", "events.out.tfevents.1"


class Copies:
    """States 0, 1, 2 of one event file, below NEW, and bob who copies them."""

    def __init__(self, lab):
        self.lab = lab
        self.shell(f"""
            rm -rf {NEW} {LOGS}; mkdir -p {NEW} {LOGS}
            write() {{ run=$1; shift; write-events {NEW} --run $run --into {FILE} "$@"; }}
            write 0 --points 3
            cp -r {NEW}/0 {NEW}/1; write 1 --first 3 --points 2
            cp -r {NEW}/1 {NEW}/2; write 2 --first 5 --points 2
            write anew --points 2 --value 100""")

    def shell(self, script, *arguments):
        self.lab.exec("sh", "-euc", script, "copy", *arguments, user="bob")

    def begin(self, *ways):
        """A log directory with the first state in a run for each."""
        self.shell(f"rm -rf {LOGS}; mkdir {LOGS}")
        for way in ways:
            self.shell(f"ln -s {NEW}/0 \"$1\"" if "ln -s" in way.command else f"cp -r {NEW}/0 \"$1\"", f"{LOGS}/{way.name}")

    def copy(self, way, generation):
        self.shell(f'new=$1 here=$2 file={FILE} anew={NEW}/anew/{FILE}; ' + way.command.replace("$here", '"$here"'),
                   f"{NEW}/{generation}", f"{LOGS}/{way.name}")


@pytest.fixture(scope="module")
def copies(lab):
    yield Copies(lab)
    lab.exec("rm", "-rf", NEW, LOGS)


def steps(client, board, run):
    answer = client.get(f"{board['url']}data/plugin/scalars/scalars?tag=loss&run={quote(run)}")
    assert answer.status in (200, 404), answer
    return [step for _, step, _ in answer.json] if answer.status == 200 else []


def wait_for_steps(client, board, run, count, seconds=PATIENCE):
    until(f"{run} has {count} steps", lambda: len(steps(client, board, run)) == count, seconds)


def codes(client, board):
    return [notice["code"] for notice in client.board(board["id"])["notices"]]


def tensorboard(lab, board):
    """Pid and arguments; None during a restart."""
    running = [(p["pid"], p["argv"]) for p in lab.processes(board["unit"]) if "/opt/tensorboard/bin/tensorboard" in p["argv"][1:2]]
    return running[0] if running else (None, [])


BY_NAME = {way.name: way for way in WAYS}
FOLLOWED = [way for way in WAYS if way.shown["rustboard"] and "$other" not in way.command]
REPLACED = [way for way in WAYS if not way.shown["rustboard"] and "$anew" not in way.command]


def test_files_that_are_appended_to_leave_the_board_alone(lab, bob, copies, ready_board):
    copies.begin(*FOLLOWED)
    board = ready_board(bob, LOGS, reload_interval=INTERVAL)
    before = tensorboard(lab, board)
    for generation in (1, 2):
        for way in FOLLOWED:
            copies.copy(way, generation)
        for way in FOLLOWED:
            wait_for_steps(bob, board, way.name, 3 + 2 * generation)
    assert codes(bob, board) == []
    assert tensorboard(lab, board) == before


@pytest.mark.parametrize("loader", ["auto", "rustboard"])
@pytest.mark.parametrize("way", REPLACED, ids=lambda way: way.name)
def test_files_that_are_replaced_are_shown(lab, bob, copies, ready_board, way, loader):
    """With TensorBoard's own data server, which shows none of them by itself (table), by links with new names."""
    copies.begin(way)
    board = ready_board(bob, LOGS, reload_interval=INTERVAL, loader=loader)
    wait_for_steps(bob, board, way.name, 3)
    before, _ = tensorboard(lab, board)
    copies.copy(way, 1)
    wait_for_steps(bob, board, way.name, 5)
    copies.copy(way, 2)
    wait_for_steps(bob, board, way.name, 7)
    assert tensorboard(lab, board)[0] == before, "nothing is restarted"
    assert codes(bob, board) == []


DAYS_AGO = """
import runpy, time
now = time.time
time.time = lambda: now() - 3 * 86400
runpy.run_path("/usr/local/bin/write-events", run_name="__main__")
"""


def test_an_old_run_is_followed_when_it_is_taken_up_again(lab, bob, copies, ready_board):
    way = BY_NAME["rsync -a"]
    copies.shell(f"rm -rf {LOGS} {NEW}/old*; mkdir {LOGS}")
    write = ("write-events", NEW, "--into", FILE, "--points", "2")
    old = ("/opt/tensorboard/bin/python", "-c", DAYS_AGO, *write[1:])
    lab.exec(*old, "--run", "old0", user="bob")
    copies.shell(f"cp -r {NEW}/old0 {NEW}/old1; cp -r {NEW}/old0 '{LOGS}/{way.name}'")
    lab.exec(*old, "--run", "old1", "--first", "2", user="bob")
    copies.shell(f"cp -r {NEW}/old1 {NEW}/old2")
    lab.exec(*write, "--run", "old2", "--first", "4", user="bob")
    board = ready_board(bob, LOGS, reload_interval=INTERVAL)
    for generation in ("old0", "old1", "old2"):
        copies.copy(way, generation)
        wait_for_steps(bob, board, way.name, 2 + 2 * int(generation[-1]))


def test_a_log_directory_that_is_a_switched_link(bob, copies, ready_board):
    copies.shell(f"rm -rf {LOGS}; mkdir {NEW}/v0 {NEW}/v1; cp -r {NEW}/0 {NEW}/v0/run; cp -r {NEW}/1 {NEW}/v1/run; ln -s {NEW}/v0 {LOGS}")
    board = ready_board(bob, LOGS, reload_interval=INTERVAL)
    wait_for_steps(bob, board, "run", 3)
    copies.shell(f"ln -s {NEW}/v1 {LOGS}-next; mv -T {LOGS}-next {LOGS}")
    wait_for_steps(bob, board, "run", 5)
    assert codes(bob, board) == []


@pytest.mark.parametrize("loader", ["auto", "rustboard"])
def test_a_file_that_is_begun_anew_is_shown_as_it_is(bob, copies, ready_board, loader):
    way = BY_NAME["started anew, same name, shorter"]
    copies.begin(way)
    board = ready_board(bob, LOGS, reload_interval=INTERVAL, loader=loader)
    wait_for_steps(bob, board, way.name, 3)
    copies.copy(way, 1)
    # cp(1) also truncates a file for a moment, so the board waits for one more scan.
    wait_for_steps(bob, board, way.name, 2)


def test_other_runs_stay_as_they_are_and_no_run_is_absent_while_one_is_read_anew(lab, bob, copies, ready_board):
    ways = BY_NAME["rsync -a"], BY_NAME["cp"]
    copies.begin(*ways)
    copies.shell(f"mkdir {LOGS}/below; cp -r {NEW}/0 {LOGS}/below/deep; cp -r {NEW}/0 {LOGS}/z; ln -s .. {LOGS}/below/up")
    board = ready_board(bob, LOGS, reload_interval=1, loader="rustboard")
    names = sorted([*(way.name for way in ways), "below/deep", "z"])
    shown = lambda: sorted(bob.get(f"{board['url']}data/runs").json)  # noqa: E731
    until("all runs are there", lambda: shown() == names)
    before = tensorboard(lab, board)
    for generation in (1, 2):
        copies.copy(ways[0], generation)

        def followed():
            assert shown() == names
            return len(steps(bob, board, ways[0].name)) == 3 + 2 * generation
        until("the replaced file is shown", followed)
    copies.copy(ways[1], 1)
    copies.shell(f"cp -r {NEW}/0 {LOGS}/later")
    wait_for_steps(bob, board, ways[1].name, 5)
    wait_for_steps(bob, board, "later", 3)
    assert shown() == sorted([*names, "later"]) and len(steps(bob, board, "below/deep")) == 3
    assert tensorboard(lab, board) == before and codes(bob, board) == []


@pytest.mark.parametrize("option", [{"loader": "python"}, {"fast_loader": "off"}], ids=str)
def test_the_slow_loader_needs_no_help(lab, bob, copies, ready_board, option):
    way = BY_NAME["rsync -a"]
    copies.begin(way)
    board = ready_board(bob, LOGS, reload_interval=1, **option)
    wait_for_steps(bob, board, way.name, 3)
    before = tensorboard(lab, board)
    assert "--load_fast=false" in before[1]
    copies.copy(way, 1)
    wait_for_steps(bob, board, way.name, 5)
    assert tensorboard(lab, board) == before and codes(bob, board) == []


def test_replaced_files_are_shown_beside_a_folder_that_cannot_be_read(lab, bob, copies, ready_board):
    way = BY_NAME["rsync -a"]
    copies.begin(way)
    copies.shell(f"mkdir -m 0 {LOGS}/closed")
    board = ready_board(bob, LOGS, reload_interval=1)
    wait_for_steps(bob, board, way.name, 3)
    copies.copy(way, 1)
    wait_for_steps(bob, board, way.name, 5)
    assert codes(bob, board) == ["unreadable_folder"]

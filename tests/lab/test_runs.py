# SPDX-License-Identifier: MIT
"""Completion of folders, and the runs of a home with their curves: with the person's permissions, and bounded for any
content."""
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from machine import until

# What TensorBoard's own reader finds in a run: {tag: [[step, value], ...]}.
TENSORBOARDS_READER = """
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
run = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0}).Reload()
print(json.dumps({tag: [[p.step, p.value] for p in run.Scalars(tag)] for tag in run.Tags()["scalars"]}))
"""


@pytest.fixture
def person(make_account):
    """A person with an empty home."""
    return make_account().login()


@pytest.fixture
def does(lab, person):
    """Runs a shell command as that person, at home."""
    return lambda command, **more: lab.exec("sh", "-euc", f"cd /home/{person.user}; {command}", user=person.user, **more)


def folders(client, path=None, **more):
    answer = client.get("/api/v1/logdirs?" + urlencode({**({} if path is None else {"path": path}), **more}))
    assert answer.status == 200, answer
    return answer.json


def runs(client, **query):
    answer = client.get("/api/v1/runs?" + urlencode(query))
    assert answer.status == 200, answer
    return answer.json


def names(found):
    return [run["name"] for run in found["runs"]]


def look(client, **query):
    """The same as a stream: all events as (name, data)."""
    with client.events("/api/v1/runs?" + urlencode({"follow": 1, **query})) as events:
        events.until("the look is over", lambda name, _: name in ("end", "problem"), 20)
        return [(name, data) for name, data, _ in events.seen]


def test_a_curve_is_what_tensorboards_own_reader_finds(lab, alice):
    for run in runs(alice)["runs"]:
        real = lab.exec("/opt/tensorboard/bin/python", "-c", TENSORBOARDS_READER, run["path"], user="alice")
        real = {tag: dict(map(tuple, points)) for tag, points in json.loads(real).items()}
        assert [curve["tag"] for curve in run["curves"]] == ["alice/loss", "alice/accuracy"]
        assert run["step"] == 299
        for curve in run["curves"]:
            steps = [step for step, _ in curve["points"]]
            assert len(steps) == 64 and steps == sorted(set(steps)) and (steps[0], steps[-1]) == (0, 299)
            for step, value in curve["points"]:
                assert value == pytest.approx(real[curve["tag"]][step], rel=1e-6)


def test_runs_of_a_home_are_there_newest_first(alice, person, does):
    found = runs(alice)
    assert sorted(names(found)) == ["runs/baseline", "runs/sweep/lr-0.01", "runs/sweep/lr-0.1", "runs/wide"]
    assert found["roots"] == ["/home/alice"] and found["found"] == 4 and not found["truncated"]
    for run, days in (("old", 30), ("new", 1), ("middle", 7)):
        does(f"write-events . --run {run} --points 3; touch -d '{days} days ago' {run}/*")
    found = runs(person)
    assert names(found) == ["new", "middle", "old"]
    assert names(runs(person, limit=1)) == ["new"] and runs(person, limit=1)["found"] == 3
    assert names(runs(person, root=f"/home/{person.user}/old")) == ["old"]


def test_a_run_that_goes_on_shows_its_new_step(person, does):
    does("write-events . --run r --points 5 --into events.out.tfevents.1; printf half >>r/events.out.tfevents.1")
    assert runs(person)["runs"][0]["step"] == 4
    does("truncate -s -4 r/events.out.tfevents.1; write-events . --run r --first 5 --points 3 --into events.out.tfevents.1")
    run, = runs(person)["runs"]
    assert run["step"] == 7 and run["curves"][0]["points"] == [[step, step] for step in range(8)]


def test_a_stream_tells_the_runs_in_the_same_order_and_ends(alice):
    events = look(alice)
    whole = runs(alice)
    assert [data for name, data in events if name == "run"] == whole["runs"]
    end = {key: value for key, value in whole.items() if key not in ("runs", "as_of")}
    assert events[-1][0] == "end" and end.items() <= events[-1][1].items()
    # A refusal is a problem document, not a stream.
    assert alice.get("/api/v1/runs?follow=1&root=/home/bob").code == "logdir_foreign"


def test_the_folders_in_a_folder_are_there_with_what_they_hold(alice):
    for path in ("/home/alice", "/home/alice/", "~", "~/"):
        listed = folders(alice, path)
        assert (listed["path"].rstrip("/"), listed["folder"], listed["parent"]) == ("/home/alice", "/home/alice", "/home"), path
        assert [(f["name"], f["path"], f["event_files"]) for f in listed["folders"]] == [("runs", "/home/alice/runs", 4)], path
    assert [f["name"] for f in folders(alice, "/home/alice/runs")["folders"]] == ["baseline", "sweep", "wide"]
    assert all(f["newest"] and f["readable"] and f["complete"] for f in folders(alice, "/home/alice/runs")["folders"])
    assert folders(alice, "/home/alice/runs/wide")["folders"] == []


def test_what_is_half_typed_is_completed(person, does):
    does("mkdir -p runs/a Runs-old rust data .hidden; write-events runs --run a --points 2; touch rum")
    home = f"/home/{person.user}"
    at_home = folders(person)
    assert (at_home["path"], at_home["folder"], at_home["parent"]) == (f"{home}/", home, "/home")
    assert [f["name"] for f in at_home["folders"]] == ["Runs-old", "data", "runs", "rust"]
    assert [f["name"] for f in folders(person, f"{home}/ru", complete=1)["folders"]] == ["Runs-old", "runs", "rust"]
    assert ".hidden" in [f["name"] for f in folders(person, "~/.", complete=1)["folders"]]
    assert folders(person, f"{home}/xyz", complete=1)["folders"] == []
    shown = folders(person, f"{home}/runs", complete=1)
    assert shown["here"]["runs"] == 1 and shown["here"]["event_files"] == 0
    row, = [f for f in shown["folders"] if f["name"] == "runs"]
    assert row["path"] == f"{home}/runs" and row["event_files"] == row["runs"] == 1 and row["newest"]


def test_a_folder_without_event_files_leads_to_one_with_some(alice, person, does):
    assert folders(alice, "/home/alice/")["suggestion"] == {
        "path": "/home/alice/runs", "runs": 4, "why": "no event files here; 4 runs one level down"}
    assert folders(alice, "/home/alice/runs/")["suggestion"] is None
    home = f"/home/{person.user}"
    does("mkdir -p project/runs project/code; write-events project/runs --run a --points 2; write-events project/runs --run b --points 2")
    assert folders(person, f"{home}/project/code/")["suggestion"]["path"] == f"{home}/project/runs"


def test_anothers_home_is_refused_and_not_looked_into(alice, person, does):
    for path in ("/home/bob/", "/home/bob/runs/", "/home/alice/../bob/"):
        assert alice.get(f"/api/v1/logdirs?path={path}").code == "logdir_foreign", path
    assert alice.get("/api/v1/runs?root=/home/bob").code == "logdir_foreign"
    bob, = [f for f in folders(alice, "/home/bo", complete=1)["folders"]]
    assert bob == {"name": "bob", "path": "/home/bob", "event_files": 0, "runs": 0, "newest": None, "readable": False, "complete": True}
    # Also if its owner allows others, and through a link.
    does("write-events runs --run a --points 2; chmod -R o+rX /home/$(id -un)")
    home = f"/home/{person.user}"
    assert alice.get(f"/api/v1/logdirs?path={home}/").code == "logdir_foreign"
    row, = folders(alice, home, complete=1)["folders"]
    assert not row["readable"] and row["runs"] == 0
    assert f"{home}/runs/a" not in [run["path"] for run in runs(alice, root="/home")["runs"]]


def test_a_link_into_anothers_home_is_not_listed(lab, alice, person, does):
    does("write-events runs --run own --points 2; ln -s /home/carol theirs; ln -s / everything; ln -s . self; ln -s runs again")
    lab.exec("chmod", "755", "/home/carol")
    try:
        assert names(runs(person)) == ["runs/own"]
        assert [f["readable"] for f in folders(person, "~/th", complete=1)["folders"]] == [False]
    finally:
        lab.exec("chmod", "700", "/home/carol")


def test_names_that_somebody_chose_do_no_harm(person, does):
    markup = "<img src=x onerror=alert(1)>&%41 äöü"
    does(f"""write-events . --run '{markup}' --points 2 --into tfevents
             for name in 'line\\nbreak' 'not\\377utf8' 'escape\\033[2J'; do cp -r '{markup}' "$(printf "$name")"; done""")
    listed = folders(person)
    assert [f["name"] for f in listed["folders"]] == [markup] and listed["left_out"] == 3
    found = runs(person)
    assert names(found) == [markup] and found["left_out"] == 3
    assert listed["folders"][0]["path"] == runs(person)["runs"][0]["path"] == f"/home/{person.user}/{markup}"


def test_a_tag_may_hold_anything(person, does):
    does("write-events . --run r --points 2 --tag \"$(printf '<script>loss\\n\\033[31m%0300d' 7)\"")
    curve, = runs(person)["runs"][0]["curves"]
    assert curve["tag"].startswith("<script>loss??[31m000") and len(curve["tag"]) == 200


def test_what_only_looks_like_an_event_file_holds_nobody_up(person, does):
    does("""write-events . --run r --points 3
            cd r; mkfifo events.out.tfevents.0.pipe; mkdir events.out.tfevents.9.folder; ln -s /dev/zero events.out.tfevents.5.device
            ln -s loop.tfevents loop.tfevents; head -c 100000 /dev/urandom >events.out.tfevents.noise; touch events.out.tfevents.empty
            mkdir -m 000 closed""")
    began = time.monotonic()
    run, = runs(person)["runs"]
    assert run["step"] == 2 and run["event_files"] == 3
    assert folders(person, "~/r/")["here"]["event_files"] == 3
    assert [(f["name"], f["readable"]) for f in folders(person, "~/r/clo", complete=1)["folders"]] == [("closed", False)]
    assert time.monotonic() - began < 9
    does("chmod 700 r/closed")


@pytest.fixture
def huge(lab, person):
    """Ten thousand folders with a run in the last one; in memory, for speed."""
    lab.exec("sh", "-euc", 'mkdir /srv/huge; mount -t tmpfs -o mode=0755,uid="$(id -u "$1")" tmpfs /srv/huge', "mount", person.user)
    lab.exec("sh", "-euc", "cd /srv/huge; for a in $(seq 100); do mkdir $a; (cd $a; seq 100 | xargs mkdir); done; write-events . --run 100/100/run --points 2",
             user=person.user)
    yield "/srv/huge"
    lab.exec("sh", "-euc", "umount --lazy /srv/huge; rmdir /srv/huge")


def test_a_huge_tree_is_looked_at_within_bounds_and_says_how_far_it_came(person, huge):
    began = time.monotonic()
    events = look(person, root=huge)
    assert time.monotonic() - began < 20
    assert [data["name"] for name, data in events if name == "run"] == ["100/100/run"]
    end = events[-1][1]
    assert end["looked_at"] >= 10_000 and not end["truncated"]
    progress = [data["looked_at"] for name, data in events if name == "progress"]
    assert progress == sorted(progress)
    # The picker's search is short, and reports that it is incomplete.
    began = time.monotonic()
    assert len(folders(person, f"{huge}/")["folders"]) == 100
    assert time.monotonic() - began < 9
    row, = folders(person, huge, complete=1)["folders"]
    assert row["runs"] == 1 or not row["complete"]


def test_roots_are_what_the_site_says(settings, lab, person, does):
    lab.exec("install", "-d", "-m", "1777", "/srv/scratch")
    does("write-events /srv/scratch/$(id -un) --run far --points 2; write-events runs --run near --points 2; write-events other --run x --points 2")
    settings(run_roots="~/runs:/srv/scratch/%u:/srv/nowhere/%u")
    found = runs(person)
    assert found["roots"] == [f"/home/{person.user}/runs", f"/srv/scratch/{person.user}"]
    assert sorted(names(found)) == ["far", "near"]
    lab.exec("rm", "-r", "/srv/scratch")


# A sweep of 2,000 runs, newer than a run of another project, copies of one event file.
SWEEP = """
write-events . --run model --points 3 --into events.out.tfevents.1700000000.host.1.0
mkdir sweep; i=0; while [ $i -lt 2000 ]; do mkdir sweep/lr-$i; cp model/* sweep/lr-$i/events.out.tfevents.1800000000.host.$i.0; i=$((i+1)); done
rm -r model; write-events old/project --run first --points 7 --value 0.5; touch -d '90 days ago' old/project/first/*
"""


def test_a_search_covers_all_runs_and_pages_show_each_once(person, does):
    does(SWEEP)
    page = runs(person)
    assert (page["found"], page["all"], page["truncated"], len(page["runs"])) == (2001, 2001, False, 100)
    found = runs(person, query="FIRST project")
    assert names(found) == ["old/project/first"] and found["found"] == 1 and found["all"] == 2001 and found["cursor"] is None
    assert runs(person, query="nothing like it")["found"] == 0
    seen = names(page)
    while page["cursor"]:
        page = runs(person, cursor=page["cursor"])
        seen += names(page)
    assert len(seen) == len(set(seen)) == 2001
    assert names(runs(person, sort="name", limit=3)) == ["old/project/first", "sweep/lr-0", "sweep/lr-1"]
    assert names(runs(person, sort="-name", limit=2)) == ["sweep/lr-1999", "sweep/lr-1998"]
    # A sort that needs reading says how far it came, and goes on.
    read = until("all runs are read", lambda: (lambda answer: answer["sorted"] == 2001 and answer)(runs(person, sort="-value:loss", limit=1)), 60)
    assert names(read) == ["old/project/first"]
    assert names(runs(person, sort="-step", limit=1))[0].startswith("sweep/")


def test_a_sweep_is_one_row_and_does_not_hide_others(person, does):
    does(SWEEP)
    sweep, other = runs(person, folders=1)["runs"]
    assert (sweep["kind"], sweep["name"], sweep["runs"], sweep["open"]) == ("folder", "sweep", 2000, False)
    assert (other["kind"], other["name"], other["step"]) == ("run", "old/project/first", 6)
    inside = runs(person, root=sweep["path"], folders=1)
    assert inside["found"] == 2000 and {row["kind"] for row in inside["runs"]} == {"run"}
    few = runs(person, query="lr-177", folders=1)["runs"]
    assert few[0]["runs"] == 11 and few[0]["open"] and len(few) == 12


def test_what_pytorch_makes_below_a_run_is_part_of_it(person, does):
    does("""write-events . --run r --points 3; for n in $(seq 100); do mkdir -p r/loss_line$n; cp r/events* r/loss_line$n; done
            write-events . --run other --points 2; touch -d '30 days ago' other/*""")
    found = runs(person)
    assert names(found) == ["r", "other"] and found["found"] == 2
    assert found["runs"][0]["parts"] == 100 and found["runs"][0]["event_files"] == 101
    assert names(runs(person, query="line77")) == ["r"]


def test_runs_without_a_point_and_copies_are_counted(person, does):
    does("""write-events . --run good --points 3; touch -d '1 day ago' good/*
            for n in $(seq 20); do mkdir header$n; head -c 40 good/events* >header$n/events.out.tfevents.1; done
            mkdir -p exp/.summary/0 exp/.ipynb_checkpoints .snapshot/nightly/exp; cp good/events* exp/.summary/0
            cp good/events* exp/.ipynb_checkpoints; cp good/events* .snapshot/nightly/exp
            i=0; while [ $i -lt 360 ]; do : >good/events.out.tfevents.$i; i=$((i+1)); done""")
    found = runs(person)
    assert sorted(names(found)) == ["exp/.summary/0", "good"]
    assert (found["found"], found["without_points"], found["copies"]) == (2, 20, 2)
    assert len(names(runs(person, without_points=1))) == 20
    listed = folders(person, f"/home/{person.user}", complete=1)["folders"][0]
    assert listed["runs"] == 22, "the picker counts no copies either"


def test_a_row_knows_its_board_damage_and_whether_it_is_being_written(person, does, make_board):
    does("write-events . --run r --points 5 --into tfevents; write-events . --run s --points 5; printf '%0100d' 7 >>r/tfevents; touch -d '1 hour ago' s/*")
    board = make_board(person, f"/home/{person.user}/r/")
    rows = {row["name"]: row for row in runs(person)["runs"]}
    assert (rows["r"]["board"], rows["s"]["board"]) == (board["id"], None)
    assert rows["r"]["writing"] and not rows["s"]["writing"]
    assert rows["r"]["damaged"] and rows["r"]["damage"]["file"] == "tfevents" and rows["r"]["step"] == 4
    assert not rows["s"]["damaged"] and rows["s"]["step"] == 4


def test_a_second_search_finds_what_is_new(person, does):
    does("mkdir a b; write-events a --run one --points 2")
    assert names(runs(person)) == ["a/one"]
    does("write-events b --run two --points 2; write-events a --run one --first 2 --points 5 --into $(ls a/one)")
    found = runs(person)
    assert sorted(names(found)) == ["a/one", "b/two"]
    does("rm -r a")
    assert names(runs(person)) == ["b/two"]


# A file system in user space whose program never answers: a lost file server looks like this to everybody who touches it.
HUNG = r"""
import ctypes, os, sys
leader, path, uid = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)
fd = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={fd},rootmode=40000,user_id={uid},group_id={uid},allow_other"
into_lab = libc.setns(os.open(f"/proc/{leader}/ns/mnt", os.O_RDONLY), 0x20000)
if into_lab or libc.mount(b"hung", path.encode(), b"fuse", 0, options.encode()):
    raise OSError(ctypes.get_errno(), "mount")
print("mounted", flush=True)
sys.stdin.read()
"""


def test_a_file_system_that_does_not_answer_costs_only_its_own_folder(lab, person, does):
    does("mkdir hung; write-events runs --run good --points 3")
    home, uid = f"/home/{person.user}", str(person.get("/api/v1/session").json["uid"])
    if not os.path.exists("/dev/fuse"):
        pytest.skip("this machine has no /dev/fuse")
    leader = re.search(r"process (\d+)", lab.verb("status").stdout)[1]
    server = subprocess.Popen([sys.executable, "-c", HUNG, leader, f"{home}/hung", uid], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout.readline() == "mounted\n"
        found = runs(person)
        assert names(found) == ["runs/good"] and found["silent"] == [f"{home}/hung"] and found["truncated"]
        began = time.monotonic()
        assert names(runs(person)) == ["runs/good"]
        assert time.monotonic() - began < 9
    finally:
        server.communicate()  # the end of its file ends every wait
        lab.exec("umount", "--lazy", f"{home}/hung")


def test_a_person_whose_runs_are_elsewhere_sees_where(lab, person, does):
    lab.exec("install", "-d", "-m", "1777", "/data")
    does("write-events /data/$(id -un) --run far --points 2")
    try:
        assert runs(person)["elsewhere"] == [{"path": f"/data/{person.user}", "runs": 1, "complete": True}]
        told = lab.verb("exec", "runuser", "-u", person.user, "--", "boardgate", "doctor", check=False).stdout
        assert f"there is 1 run in /data/{person.user}: give start that folder" in told and "run_roots in boardgate.conf" in told, told
    finally:
        lab.exec("rm", "-r", "/data")


@pytest.mark.parametrize("query, code", [("logdirs?path=../bob", "logdir_relative"), ("logdirs?path=~bob/", "logdir_relative"),
                                         ("logdirs?path=/a%0Ab", "bad_field"), ("logdirs?path=/%FF", "bad_field"),
                                         ("logdirs?path=/home/alice/nothing", "logdir_missing"), ("logdirs?path=/dev/null", "logdir_not_a_folder"),
                                         ("logdirs?complete=1&path=/home/alice/nothing/x", "logdir_missing"),
                                         ("logdirs?path=/root", "logdir_unreadable"), ("runs?root=/nothing", "logdir_missing"),
                                         ("runs?root=../bob", "logdir_relative"), ("runs?limit=0", "bad_field"), ("runs?limit=501", "bad_field"),
                                         ("runs?limit=many", "bad_field"), ("runs?sort=loss", "bad_field"), ("runs?sort=value:", "bad_field"),
                                         ("runs?cursor=x", "bad_field"), ("runs?tags=a%0Ab%0Ac%0Ad%0Ae", "bad_field")])
def test_what_cannot_be_listed_says_why(alice, stranger, query, code):
    answer = alice.get(f"/api/v1/{query}")
    assert answer.code == code, answer
    assert stranger.get(f"/api/v1/{query}").code == "unauthenticated"


def test_a_home_that_hangs_holds_up_its_owner_only(lab, alice, person):
    """A stopped process behaves like a process that waits for a lost file system."""
    uid = person.get("/api/v1/session").json["uid"]
    folders(person)
    lab.systemctl("kill", "--signal=STOP", f"boardgate-logdirs@{uid}.service")
    with ThreadPoolExecutor(24) as pool:
        try:
            asked = [pool.submit(person.get, "/api/v1/logdirs") for _ in range(24)]
            until("what finds no place among 4 that run and 16 that wait is refused immediately",
                  lambda: any(a.done() and a.result().status == 503 for a in asked))
            for _ in range(5):
                began = time.monotonic()
                assert len(folders(alice)["folders"]) > 0 and len(runs(alice)["runs"]) >= 4
                assert time.monotonic() - began < 5
        finally:
            lab.systemctl("kill", "--signal=CONT", f"boardgate-logdirs@{uid}.service")
    assert [a.result().status for a in asked].count(503) == 4
    assert until("it is served again", lambda: person.get("/api/v1/logdirs").status == 200)


def test_folders_are_read_with_the_persons_own_rights(lab, person):
    uid = person.get("/api/v1/session").json["uid"]
    folders(person)
    unit = f"boardgate-logdirs@{uid}.service"
    pid = lab.property(unit, "MainPID")
    status = dict(line.split(":\t", 1) for line in lab.exec("cat", f"/proc/{pid}/status").splitlines() if ":\t" in line)
    assert set(status["Uid"].split()) == {str(uid)} and int(status["CapEff"], 16) == 0 and status["NoNewPrivs"] == "1"
    assert lab.property(unit, "Slice") == f"tensorboard-u{uid}.slice"


def test_the_command_line_shows_them(lab, person, does):
    does("write-events runs --run falling --points 8; write-events runs --run flat --points 2 --value 1")
    table = does("boardgate runs")
    assert table.splitlines()[0].split() == ["AGE", "STEP", "SIZE", "LOGDIR", "CURVE"]
    falling, = [line for line in table.splitlines() if "/runs/falling " in line]
    assert falling.endswith(" ▁▂▃▄▅▆▇█ loss") and falling.split()[2] == "7"
    assert does("boardgate runs runs/flat").splitlines()[1].split()[-3:] == [f"/home/{person.user}/runs/flat", "▅▅", "loss"]
    assert '"found":2' in does("boardgate runs --json")
    assert not lab.succeeds("boardgate", "runs", "/home/bob", user=person.user)

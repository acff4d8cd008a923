# SPDX-License-Identifier: MIT
"""Boards that run as jobs of Slurm: where they are, what others see of them, and that they live as boards on the server do."""
from fixtures import in_state
from machine import until
from slurm_lab import NODES, cluster, has_no_job, jobs, on_cluster, reads, ready_on_cluster, stem  # noqa: F401 (fixtures)


def processes_of_board(lab, board):
    """The processes of the board's job, on its node."""
    return lab.node(board["node"]).python(OF_JOB, board["job"])


# Everything below slurmstepd of this job.
OF_JOB = r"""
import json, os, sys
parents, about = {}, {}
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        status = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status") if ":" in line)
        words = open(f"/proc/{pid}/cmdline", "rb").read().decode("utf-8", "replace").split("\0")[:-1]
        spaces = {kind: os.readlink(f"/proc/{pid}/ns/{kind}") for kind in ("net", "mnt", "pid", "user")}
    except OSError:
        continue
    parents[pid] = status["PPid"].strip()
    about[pid] = {"name": status["Name"].strip(), "words": words, "uid": int(status["Uid"].split()[0]), "spaces": spaces,
                  "capabilities": int(status["CapEff"], 16), "no_new_privileges": status["NoNewPrivs"].strip() == "1"}
def below(pid):
    while pid in parents:
        if about[pid]["words"][:1] == [f"slurmstepd: [{sys.argv[1]}.batch]"]:
            return True
        pid = parents[pid]
    return False
here = {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in ("net", "mnt", "pid", "user")}
print(json.dumps({"here": here, "of_job": [a for pid, a in about.items() if below(parents[pid])]}))
"""


def test_a_board_without_a_choice_runs_on_the_server(lab, alice, ready_board):
    board = ready_board(alice)
    assert (board["engine"], board["node"], board["job"]) == ("systemd", None, None)
    assert alice.get("/api/v1/options").json["engines"] == ["systemd", "slurm"]
    assert not jobs(lab, board)


def test_a_board_on_the_cluster_is_read_through_its_address(lab, alice, ready_on_cluster):
    board = ready_on_cluster(alice)
    assert board["engine"] == "slurm" and board["node"] in NODES and board["memory"] is None, board
    assert reads(alice, board)
    assert jobs(lab, board) == [[board["job"], "RUNNING", board["node"]]]
    shown = lab.exec("boardgate", "ls", user="alice")
    assert board["node"] in shown and board["job"] in shown and "ENGINE" in shown


def test_nobody_reads_its_title_or_its_folder(lab, alice, ready_on_cluster):
    secret = "cold-fusion"
    lab.exec("cp", "-r", "/home/alice/runs", f"/home/alice/{secret}", user="alice")
    board = ready_on_cluster(alice, logdir=f"/home/alice/{secret}", title=f"about {secret}")
    row = lab.exec("scontrol", "show", "job", board["job"], user="bob")
    assert stem(board) in row and f"/b/{board['id']}/" in row
    seen = {"squeue": lab.exec("squeue", "--noheader", "--format=%all", user="bob"), "scontrol": row,
            "ps on the head": lab.exec("ps", "-eo", "args", user="bob"), "ps on the node": lab.node(board["node"]).exec("ps", "-eo", "args", user="bob")}
    for where, text in seen.items():
        assert secret not in text, f"{where} shows the folder"
    script = lab.verb("exec", "runuser", "-u", "bob", "--", "scontrol", "write", "batch_script", board["job"], "-", check=False)
    assert "Invalid user id" in script.stderr and secret not in script.stdout, script
    lab.exec("rm", "-r", f"/home/alice/{secret}")


def test_on_its_node_it_is_out_of_others_reach(lab, alice, ready_on_cluster):
    board = ready_on_cluster(alice)
    node = lab.node(board["node"])
    about = processes_of_board(lab, board)
    # boardgate-node stays, to wait for them.
    inside = [one for one in about["of_job"] if one["spaces"]["net"] != about["here"]["net"] and one["name"] != "boardgate-node"]
    assert {one["name"] for one in inside} & {"tensorboard", "boardgate-board"}, about
    for one in inside:
        assert one["uid"] == int(lab.exec("id", "-u", "alice")) and one["capabilities"] == 0 and one["no_new_privileges"], one
        assert all(one["spaces"][kind] != about["here"][kind] for kind in ("net", "mnt", "pid", "user")), one
    listening = node.exec("ss", "--listening", "--tcp", "--numeric", "--processes", "--no-header").splitlines()
    assert all("slurmd" in line for line in listening), listening
    for machine in (node, lab.node(next(n for n in NODES if n != board["node"]))):
        assert machine.connects("bob", "127.0.0.1", 6006) == "ECONNREFUSED"
    assert lab.connects("bob", "127.0.0.1", board["port"]) == "ECONNREFUSED", "its door on the head"


def test_it_sleeps_wakes_restarts_and_goes_as_others_do(lab, alice, ready_on_cluster):
    board = ready_on_cluster(alice, idle_sleep=600)
    first = board["job"]
    assert alice.post(f"/api/v1/boards/{board['id']}/sleep").status == 202
    asleep = in_state(alice, board, "asleep")
    assert asleep["job"] is None and asleep["failure"] is None
    has_no_job(lab, board)
    assert reads(alice, board), "a visit wakes it"
    second = alice.board(board["id"])["job"]
    assert alice.post(f"/api/v1/boards/{board['id']}/restart").status == 202
    third = until("another job", lambda: (now := alice.board(board["id"]))["state"] == "ready" and now["job"] != second and now["job"], 60)
    assert len({first, second, third}) == 3
    assert [job for job, *_ in jobs(lab, board)] == [third], "never two jobs of one board"
    assert alice.delete(f"/api/v1/boards/{board['id']}").status == 204
    has_no_job(lab, board)


def test_an_idle_one_sleeps_and_says_so(lab, alice, ready_on_cluster):
    board = ready_on_cluster(alice, idle_sleep=2)
    asleep = in_state(alice, board, "asleep")
    assert asleep["failure"] is None
    has_no_job(lab, board)


def test_it_moves_between_the_server_and_the_cluster(lab, alice, ready_board):
    board = ready_board(alice)
    moved = alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"engine": "slurm"})
    assert moved.status == 200 and moved.json["engine"] == "slurm", moved
    now = until("it is ready on a node", lambda: (b := alice.board(board["id"]))["state"] == "ready" and b["node"] and b, 60)
    assert now["url"] == board["url"] and now["port"] == board["port"]
    assert reads(alice, board)
    assert board["unit"] not in lab.units("tensorboard*") and now["unit"] in lab.units("tensorboard*")
    assert alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"engine": "systemd"}).status == 200
    until("it is ready on the server", lambda: (b := alice.board(board["id"]))["state"] == "ready" and b["engine"] == "systemd", 60)
    has_no_job(lab, now)


def test_what_restarts_beside_it_does_not_disturb_it(lab, alice, ready_on_cluster):
    board = ready_on_cluster(alice)
    lab.systemctl("restart", "boardgated.service", "boardgate-launcher.service", "slurmctld.service", "nginx.service")
    until("boardgate is back", lambda: alice.get("/api/v1/session").status == 200)
    now = in_state(alice, board, "ready")
    assert now["job"] == board["job"] and reads(alice, board)


def test_an_engine_that_there_is_not_is_refused(alice):
    answer = alice.post("/api/v1/boards", {"logdir": "/home/alice/runs", "new": True, "engine": "docker"})
    assert answer.status == 400 and answer.json["field"] == "engine", answer

# SPDX-License-Identifier: MIT
"""A board on several log directories, to compare runs of different folders."""
from machine import until


def runs_of(client, board):
    return set(client.get(f"/b/{board['id']}/data/runs").json)


def shows(client, board, expected):
    """TensorBoard reads while it serves."""
    until(f"the board shows {sorted(expected)}", lambda: runs_of(client, board) == expected)


def test_a_board_shows_several_folders_side_by_side(lab, alice, ready_board):
    lab.exec("sh", "-euc", "mkdir -p '/home/alice/apart/a,b' /home/alice/apart/c && cp -r /home/alice/runs '/home/alice/apart/a,b/' &&"
             "cp -r /home/alice/runs /home/alice/apart/c/ && chown -R alice: /home/alice/apart")
    try:
        plain = {"baseline", "sweep/lr-0.01", "sweep/lr-0.1", "wide"}
        shows(alice, ready_board(alice), plain)
        board = ready_board(alice, "/home/alice/apart/a,b/runs", more_logdirs=["/home/alice/apart/c/runs"])
        assert board["title"] == "runs + runs" and board["more_logdirs"] == ["/home/alice/apart/c/runs"]
        prefixed = lambda name: {name if run == "." else f"{name}/{run}" for run in plain}
        shows(alice, board, prefixed("a,b-runs") | prefixed("c-runs"))
        # After removing a folder, it restarts with the others.
        changed = alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"more_logdirs": []})
        assert changed.status == 200 and changed.json["title"] == "runs", changed
        shows(alice, board, plain)
    finally:
        lab.exec("rm", "-rf", "/home/alice/apart")


def test_each_folder_is_looked_at_before_the_board_is_made(alice):
    for folder, code in (("/home/bob/runs", "logdir_foreign"), ("/home/alice/nowhere", "logdir_missing")):
        answer = alice.post("/api/v1/boards", {"logdir": "/home/alice/runs", "more_logdirs": [folder]})
        assert answer.code == code and answer.problem["field"] == "more_logdirs" and folder in answer.problem["detail"], answer

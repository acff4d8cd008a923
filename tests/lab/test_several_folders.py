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
        prefixed = lambda name: {f"{name}/{run}" for run in plain}
        shows(alice, board, prefixed("a,b-runs") | prefixed("c-runs"))
        # After removing a folder, it restarts with the others.
        changed = alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"more_logdirs": []})
        assert changed.status == 200 and changed.json["title"] == "runs", changed
        shows(alice, board, plain)
    finally:
        lab.exec("rm", "-rf", "/home/alice/apart")


def test_a_board_of_a_run_calls_it_by_its_name(lab, alice, ready_board):
    board = ready_board(alice, "/home/alice/runs/wide")
    shows(alice, board, {"wide"})
    assert board["more_logdirs"] == []
    # The name is in no command line (ps).
    assert not any("wide" in word for process in lab.processes(board["unit"]) for word in process["argv"])


def test_each_folder_is_looked_at_before_the_board_is_made(alice):
    for folder, code in (("/home/bob/runs", "logdir_foreign"), ("/home/alice/nowhere", "logdir_missing")):
        answer = alice.post("/api/v1/boards", {"logdir": "/home/alice/runs", "more_logdirs": [folder]})
        assert answer.code == code and answer.problem["field"] == "more_logdirs" and folder in answer.problem["detail"], answer


def test_what_people_type_for_several_folders_is_understood(lab, alice, make_board):
    lab.exec("sh", "-euc", "mkdir -p /home/alice/typed/s1-a /home/alice/typed/s1-b /home/alice/typed/other && chown -R alice: /home/alice/typed")
    try:
        for typed, folders, names in (
                ("mine:/home/alice/runs,all:~/typed", ["/home/alice/runs", "/home/alice/typed"], ["mine", "all"]),
                ("/home/alice/runs,/home/alice/typed", ["/home/alice/runs", "/home/alice/typed"], ["runs", "typed"]),
                ("runs,typed/other", ["/home/alice/runs", "/home/alice/typed/other"], ["runs", "other"]),
                ("~/typed/s1-*", ["/home/alice/typed/s1-a", "/home/alice/typed/s1-b"], ["s1-a", "s1-b"])):
            board = make_board(alice, typed, wake=False)
            assert ([board["logdir"], *board["more_logdirs"]], board["names"]) == (folders, names), typed
        many = alice.post("/api/v1/boards", {"logdir": "/usr/share/*"})
        assert many.code == "bad_field" and "at most 11" in many.problem["detail"], many
    finally:
        lab.exec("rm", "-rf", "/home/alice/typed")


def test_names_stay_when_a_folder_is_added(lab, alice, make_board):
    """tensorboard#1708: colours and filters are by the names of runs."""
    lab.exec("sh", "-euc", "mkdir -p /home/alice/n/x/runs /home/alice/n/y/runs && chown -R alice: /home/alice/n")
    try:
        board = make_board(alice, "/home/alice/runs", more_logdirs=["/home/alice/n"], wake=False)
        assert board["names"] == ["runs", "n"]
        more = ["/home/alice/n", "/home/alice/n/x/runs", "/home/alice/n/y/runs"]
        changed = alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"more_logdirs": more}).json
        assert changed["names"][:2] == ["runs", "n"] and len(set(changed["names"])) == 4, changed["names"]
    finally:
        lab.exec("rm", "-rf", "/home/alice/n")

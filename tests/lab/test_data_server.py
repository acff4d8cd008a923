# SPDX-License-Identifier: MIT
"""boardgate-data beside TensorBoard's own data server: the same answers to every question; and what a board does when it does
not start, ends, or was not tested with this TensorBoard."""
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from fixtures import in_state
from machine import until

HERE = Path(__file__).parent
PROGRAM = "/usr/lib/boardgate/boardgate-data"
ODD = "/home/bob/odd"
FLAGS = {"defaults": [], "all": ["--samples-per-plugin=scalars=all,images=all,text=5,histograms=0"],
         "few": ["--samples-per-plugin=scalars=300,images=2,audio=all,histograms=all,own=7"], "checksums": ["--checksum"]}


@pytest.fixture(scope="module")
def tools(lab):
    """The generator and the comparison, inside."""
    for name in ("write-odd-events", "write-like-writers", "write-dashboards", "compare-data-servers", "compare-charts", "compare-dashboards"):
        lab.write(f"/usr/local/lib/tests/{name}", (HERE / name).read_text(), mode="0755")
    yield "/usr/local/lib/tests"
    lab.exec("rm", "-rf", "/usr/local/lib/tests", ODD)


@pytest.fixture(scope="module")
def odd(lab, tools):
    lab.exec(f"{tools}/write-odd-events", ODD, "--random", "40", user="bob", seconds=300)
    yield ODD


@pytest.fixture(scope="module")
def written(lab, tools):
    """By the writers themselves (record-writers has made it), and like other writers, whose packages are hard to come by."""
    top, there = HERE / "recorded", "/home/bob/recorded"
    for path in top.rglob("*"):
        if path.is_file():
            lab.write(f"{there}/{path.relative_to(top)}", path.read_bytes())
    lab.exec("chown", "-R", "bob:", there)
    lab.exec(f"{tools}/write-like-writers", there, user="bob")
    yield there
    lab.exec("rm", "-rf", there)


def compare(lab, tools, *words, cache=""):
    done = lab.verb("exec", "runuser", "-u", "bob", "--", "env", f"CACHE_DIRECTORY={cache}", "BOARDGATE_CACHE_LEAST=1", f"{tools}/compare-data-servers", PROGRAM, *words, seconds=600, check=False)
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    return json.loads(done.stdout.splitlines()[0])


@pytest.mark.parametrize("flags", FLAGS)
def test_both_data_servers_answer_the_same_about_odd_files(lab, tools, odd, flags):
    result = compare(lab, tools, odd, *[f"--flag={flag}" for flag in FLAGS[flags]])
    assert result["runs"] > 300 and result["answers"] > 2000 and result["different"] == 0, result
    assert not result["panics"], result
    assert len(result["explained"]) <= 2, result


def test_both_data_servers_answer_the_same_about_odd_files_from_the_cache(lab, tools, odd):
    folder = "/home/bob/odd-cache"
    lab.exec("mkdir", folder, user="bob")
    try:
        for _ in range(2):
            result = compare(lab, tools, odd, cache=folder)
            assert result["runs"] > 300 and result["different"] == 0, result
            assert len(lab.exec("ls", folder).split()) > 300
    finally:
        lab.exec("rm", "-rf", folder)


def test_both_data_servers_answer_the_same_about_what_tensorboards_writer_writes(lab, tools):
    result = compare(lab, tools, "/home/bob/runs")
    assert result["runs"] > 1 and result["different"] == 0, result


@pytest.mark.parametrize("flags", FLAGS)
def test_both_data_servers_answer_the_same_about_what_the_writers_wrote(lab, tools, written, flags):
    result = compare(lab, tools, written, *[f"--flag={flag}" for flag in FLAGS[flags]])
    assert result["runs"] > 25 and result["answers"] > 300 and result["different"] == 0, result


def test_my_runs_says_the_step_that_tensorboards_own_data_server_shows(lab, bob, ready_board, written, odd):
    for folder, least in (written, 5), (f"{odd}/scalars", 10):
        board = ready_board(bob, folder, loader="rustboard")
        until("it shows runs", lambda: runs(bob, board))
        data = f"{board['url']}data/plugin/scalars"
        shown = {}
        for run, tags in bob.get(f"{data}/tags").json.items():
            points = [bob.get(f"{data}/scalars?run={quote(run)}&tag={quote(tag)}").json for tag in tags]
            shown[f"{folder}/{run}"] = max((of_tag[-1][1] for of_tag in points if of_tag), default=None)
        said = {}
        cursor = ""
        while cursor is not None:
            page = bob.get(f"/api/v1/runs?root={quote(folder)}&cursor={cursor or 0}").json
            said |= {row["path"]: row["step"] for row in page["runs"] if row["read"]}
            cursor = page["cursor"]
        both = shown.keys() & said.keys()
        assert len(both) >= least and {path: said[path] for path in both} == {path: shown[path] for path in both}


def test_what_catboost_wrote_is_one_folder_with_two_runs(bob, written):
    """Its files have no time, host or process in their names, and no version record."""
    rows = bob.get(f"/api/v1/runs?folders=1&sort=name&root={written}").json["runs"]
    at = next(n for n, row in enumerate(rows) if row["path"] == f"{written}/catboost-info")
    assert [(row["kind"], row["name"], row["runs"]) for row in rows[at:at + 3]] == [("folder", "catboost-info", 2), ("run", "learn", 1), ("run", "test", 1)]
    assert rows[at + 1]["step"] == 6 and rows[at + 1]["curves"], rows[at + 1]


def test_both_data_servers_follow_a_growing_log_the_same_way(lab, tools):
    folder = "/home/bob/growing"
    # Whole files first; then parts of records, a second file that begins anew, a run that goes.
    lab.exec("sh", "-euc", f"""
        rm -rf {folder} {folder}-whole; {tools}/write-odd-events {folder}-whole --only-random --random 12 --seed 5
        mkdir -p {folder}
        cat >{folder}/step.sh <<'END'
        #!/bin/sh
        step=$1; [ "$step" -le 4 ] || exit 1
        cd {folder}-whole
        find . -name 'tfevents*' | while read -r file; do
            mkdir -p "{folder}/$(dirname "$file")"
            size=$(stat -c %s "$file"); have=$(stat -c %s "{folder}/$file" 2>/dev/null || echo 0)
            tail -c +$((have + 1)) "$file" | head -c $((size * step / 4 - have)) >>"{folder}/$file"
        done
        [ "$step" -ne 3 ] || rm -r {folder}/random/0
END
        sed -i 's/^        //' {folder}/step.sh; chmod +x {folder}/step.sh; {folder}/step.sh 1""", user="bob", seconds=300)
    try:
        result = compare(lab, tools, folder, "--reload")
        assert result["runs"] >= 11 and result["different"] == 0, result
    finally:
        lab.exec("rm", "-rf", folder, f"{folder}-whole")


def test_charts_are_the_same_bytes_as_tensorboards(lab, tools, odd, written):
    for folder, least in (odd, 300), ("/home/bob/runs", 30), (written, 50):
        done = lab.verb("exec", "runuser", "-u", "bob", "--", f"{tools}/compare-charts", PROGRAM, folder, seconds=600, check=False)
        assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
        result = json.loads(done.stdout.splitlines()[0])
        assert result["answered here"] > least and result["different"] == 0, result


@pytest.mark.parametrize("folder,without", [("dashboards", []), ("recorded", ["hparams"])])
def test_every_dashboard_gets_the_same_from_both_data_servers(lab, tools, written, folder, without):
    here = f"/home/bob/{folder}"
    if folder == "dashboards":
        lab.exec("sh", "-euc", f"rm -rf {here}; write-events {here}; {tools}/write-dashboards {here}", user="bob")
    done = lab.verb("exec", "runuser", "-u", "bob", "--", f"{tools}/compare-dashboards", PROGRAM, here, *without, seconds=600, check=False)
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    result = json.loads(done.stdout.splitlines()[0])
    assert result["different"] == 0 and result["answered"] > 80 and len(result["asked"]) >= 14, result
    lab.exec("rm", "-rf", "/home/bob/dashboards")


# ---- the board ------------------------------------------------------------------------------------------------------
def data_servers(lab, board):
    """The programs of the board's unit that are a data server."""
    words = [p["argv"][0] for p in lab.processes(board["unit"]) if any(word == "--die-after-stdin" for word in p["argv"])]
    return ["boardgate" if word == PROGRAM else "rustboard" for word in words]


def codes(client, board):
    return sorted(notice["code"] for notice in client.board(board["id"])["notices"])


def runs(client, board):
    answer = client.get(f"{board['url']}data/runs")
    return answer.json if answer.status == 200 else None


@pytest.mark.parametrize("loader,server", [("auto", ["boardgate"]), ("boardgate", ["boardgate"]), ("rustboard", ["rustboard"]), ("python", [])])
def test_a_board_has_the_loader_that_was_chosen(lab, bob, ready_board, loader, server):
    board = ready_board(bob, loader=loader)
    until("it shows runs", lambda: runs(bob, board))
    assert data_servers(lab, board) == server
    assert codes(bob, board) == []
    assert bob.board(board["id"])["loader"] == loader


def test_the_sites_loader_counts_where_the_owner_chose_none(lab, bob, ready_board, settings):
    def change(**keys):
        settings(**keys)
        lab.systemctl("restart", "boardgate-launcher.service")  # reads the configuration at its start

    change(loader="rustboard")
    try:
        assert data_servers(lab, ready_board(bob)) == ["rustboard"]
        assert data_servers(lab, ready_board(bob, loader="boardgate")) == ["boardgate"]
    finally:
        change()


def test_a_data_server_that_does_not_start_is_replaced_by_tensorboards_own(lab, bob, ready_board):
    lab.exec("mv", PROGRAM, f"{PROGRAM}.away")
    lab.write(PROGRAM, "#!/bin/sh\nexit 1\n", mode="0755")
    try:
        board = ready_board(bob)
        until("it shows runs", lambda: runs(bob, board))
        assert data_servers(lab, board) == ["rustboard"]
        until("the owner is warned", lambda: codes(bob, board) == ["data_server_fallback"])
    finally:
        lab.exec("mv", f"{PROGRAM}.away", PROGRAM)


def test_a_data_server_that_ends_is_replaced_by_tensorboards_own(lab, bob, ready_board):
    board = ready_board(bob)
    until("it shows runs", lambda: runs(bob, board))
    [server] = [p["pid"] for p in lab.processes(board["unit"]) if p["argv"][0] == PROGRAM]
    lab.exec("kill", "-KILL", str(server))
    until("another data server answers", lambda: data_servers(lab, board) == ["rustboard"] and runs(bob, board), 60)
    until("the owner is warned", lambda: codes(bob, board) == ["data_server_fallback"])


def test_what_was_read_is_kept_while_a_board_sleeps(lab, bob, ready_board):
    folder, cache = "/home/bob/kept", f"/var/cache/boardgate-boards/{lab.exec('id', '-u', 'bob').strip()}"
    lab.exec("sh", "-euc", f"""rm -rf {folder} {cache}/*; for run in open closed; do
        write-events {folder} --run $run --points 3000 --into tfevents.1; done; touch -d '1 hour ago' {folder}/*/*""", user="bob", seconds=60)
    points = lambda run: bob.get(f"{board['url']}data/plugin/scalars/scalars?run={run}&tag=loss").json  # noqa: E731
    try:
        board = ready_board(bob, folder, reload_interval=1)
        before = until("both runs are shown", lambda: sorted(runs(bob, board) or []) == ["closed", "open"] and points("open"))
        until("both runs are kept", lambda: len(lab.exec("find", cache, "-type", "f").split()) == 2)
        assert lab.exec("stat", "-c", "%U %a", cache).split() == ["bob", "700"]
        assert re.search(r"boards keep \d.* of \d+ people", lab.verb("exec", "boardgate", "doctor", check=False, seconds=120).stdout)
        # Other bytes that only reading would see.
        lab.exec("sh", "-euc", f"""cd {folder}/open; touch -r tfevents.1 time; printf xxxxxxxx | dd of=tfevents.1 bs=1 seek=5000 conv=notrunc
                 touch -r time tfevents.1""", user="bob")
        lab.exec("chmod", "0", f"{folder}/closed/tfevents.1")
        assert bob.post(f"/api/v1/boards/{board['id']}/sleep").status == 202
        in_state(bob, bob.post(f"/api/v1/boards/{board['id']}/wake").json, "ready")
        assert until("the run that may be read is shown", lambda: runs(bob, board) == ["open"] and points("open")) == before
        until("the owner is warned", lambda: codes(bob, board) == ["unreadable_event_files"])
    finally:
        lab.exec("rm", "-rf", folder)


def test_a_version_that_was_not_tested_keeps_tensorboards_own_data_server(lab, bob, ready_board):
    tested, other = (f"{lab.packages}/tensorboard-{version}.dist-info" for version in ("2.21.0", "2.99.0"))
    lab.exec("mv", tested, other)
    try:
        board = ready_board(bob)
        until("it shows runs", lambda: runs(bob, board))
        assert data_servers(lab, board) == ["rustboard"]
        assert codes(bob, board) == ["untested_tensorboard"]
    finally:
        lab.exec("mv", other, tested)


def test_many_processors_do_not_run_a_board_into_its_limit_of_tasks(lab, bob, ready_board):
    drop_in = "/etc/systemd/system/tensorboard-.service.d/90-threads.conf"
    lab.write(drop_in, "[Service]\nEnvironment=RAYON_NUM_THREADS=300\nTasksMax=256\n")
    lab.systemctl("daemon-reload")
    try:
        board = ready_board(bob, loader="rustboard")
        until("it shows runs", lambda: runs(bob, board))
    finally:
        lab.exec("rm", drop_in)
        lab.systemctl("daemon-reload")


def test_a_file_that_becomes_readable_is_shown(lab, bob, ready_board):
    folder = "/home/bob/shared"
    lab.exec("sh", "-euc", f"rm -rf {folder}; write-events {folder} --run open --points 3; write-events {folder} --run closed --points 3", user="bob")
    lab.exec("sh", "-euc", f"chown root: {folder}/closed/*; chmod 600 {folder}/closed/*")
    try:
        board = ready_board(bob, folder, reload_interval=1)
        until("the run that can be read is shown", lambda: runs(bob, board) == ["open"])
        lab.exec("sh", "-euc", f"chmod 644 {folder}/closed/*")
        until("the other run is shown, too", lambda: sorted(runs(bob, board) or []) == ["closed", "open"])
    finally:
        lab.exec("rm", "-rf", folder)

# SPDX-License-Identifier: MIT
"""The curves of a board as one file for people without an account."""
import re

from test_command_line import in_shell


def parts(page):
    assert "<script" not in page and not re.findall(r"(?:src|href)=|url\(|@import", page)
    return set(re.findall(r"<figure><h2>([^<]*)</h2>", page)), set(re.findall(r'<th scope="row"><span[^>]*></span>([^<]*)</th>', page))


def test_a_sleeping_boards_curves_are_downloaded(lab, alice, bob, make_board):
    board = make_board(alice, title="sweep <3>", wake=False)
    answer = alice.get(f"/api/v1/boards/{board['id']}/curves")
    assert answer.status == 200 and answer.header("Content-Type") == "text/html; charset=utf-8", answer
    assert answer.header("Content-Disposition") == f'attachment; filename="curves-{board["id"]}.html"'
    tags, runs = parts(answer.text)
    assert {"alice/loss", "alice/accuracy"} <= tags and "baseline" in runs, (tags, runs)
    assert "<h1>sweep &lt;3&gt;</h1>" in answer.text and "cannot be taken back" in answer.text and "of alice on" in answer.text
    assert alice.board(board["id"])["state"] == "asleep"
    assert bob.get(f"/api/v1/boards/{board['id']}/curves").code == "not_your_board"


def test_several_folders_have_their_names_before_their_runs(lab, alice, make_board):
    lab.exec("sh", "-euc", "cp -r /home/alice/runs /home/alice/more && chown -R alice /home/alice/more")
    try:
        board = make_board(alice, more_logdirs=["/home/alice/more"], wake=False)
        _, runs = parts(alice.get(f"/api/v1/boards/{board['id']}/curves").text)
        assert {"runs/baseline", "more/baseline"} <= runs, runs
    finally:
        lab.exec("rm", "-r", "/home/alice/more")


def test_from_the_command_line(lab, alice, make_board):
    board = make_board(alice, wake=False)
    done = lab.verb("exec", *in_shell(alice, "export", board["id"][:6]))
    assert done.stdout.startswith("<!doctype html>") and "alice/loss" in parts(done.stdout)[0]
    refused = lab.verb("exec", *in_shell(alice, "export", "nothing-like-this"), check=False)
    assert refused.returncode == 1 and not refused.stdout

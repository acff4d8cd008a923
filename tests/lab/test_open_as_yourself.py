# SPDX-License-Identifier: MIT
"""Somebody else's board: who may read its folder is offered a board of their own on it, and nobody else learns anything."""
import json
from contextlib import contextmanager

import pytest

from fixtures import in_state

TEAM = "/srv/team"
# alice and bob are in the group, carol is not.
GROUP = f"""
groupdel --force team || true; groupadd --users alice,bob team
install -d -o alice -g team -m 2750 {TEAM} {TEAM}/exp1
cp -r /home/alice/runs {TEAM}/exp1/ && chown -R alice:team {TEAM} && chmod -R g=rX,o= {TEAM}
"""


@pytest.fixture(scope="module")
def team(lab):
    lab.exec("sh", "-euc", GROUP)
    end_readers(lab)
    yield f"{TEAM}/exp1"
    lab.exec("sh", "-euc", f"rm -r {TEAM}; groupdel team")
    end_readers(lab)


def end_readers(lab):
    """The groups of a process are those of its start."""
    lab.systemctl("stop", "boardgate-logdirs@*.service")


@contextmanager
def alices_home(lab, mode):
    lab.exec("chmod", mode, "/home/alice")
    try:
        yield
    finally:
        lab.exec("chmod", "700", "/home/alice")


def offer(client, board):
    return client.get(f"/api/v1/boards/{board['id']}/offer")


def accept(client, offered, **more):
    body = {**offered["options"], "logdir": offered["logdir"], "more_logdirs": offered["more_logdirs"], "wake": True, **more}
    return client.post("/api/v1/boards", body)


def nothing_is_said(answer):
    assert (answer.status, answer.code) == (403, "not_your_board"), answer
    for known in ("alice", "team", "exp1", "sweep", "Permission", "exist"):
        assert known not in answer.text, answer


def forget(client, answer):
    client.delete(f"/api/v1/boards/{answer.json['id']}")


def test_a_group_folder(lab, alice, bob, carol, team, make_board):
    board = make_board(alice, team, title="sweep 3", reload_interval=77, priority=90, wake=False)
    offered = offer(bob, board).json
    assert (offered["owner"], offered["logdir"], offered["home_of"], offered["board"]) == ("alice", team, None, None)
    assert offered["options"]["title"] == "sweep 3" and "priority" not in offered["options"]
    made = accept(bob, offered)
    try:
        assert made.status == 201, made
        own = in_state(bob, made.json, "ready")
        assert (own["owner"], own["title"], own["reload_interval"], own["logdir"]) == ("bob", "sweep 3", 77, team)
        assert lab.property(own["unit"], "User") == lab.exec("id", "-u", "bob").strip()
        assert bob.get(f"{own['url']}data/plugin/scalars/tags").status == 200
        assert offer(bob, board).json["board"] == own["id"]
    finally:
        forget(bob, made)
    nothing_is_said(offer(carol, board))
    assert alice.board(board["id"])["state"] == "asleep", "a visitor wakes nothing of its owner's"


def test_the_page_is_the_same_for_all_visitors(alice, bob, carol, team, make_board):
    boards = [make_board(alice, team, title="sweep 3", wake=False), make_board(alice, "/home/alice/runs", title="hush", wake=False)]
    pages = [visitor.visit(board["url"]) for board in boards for visitor in (bob, carol)]
    assert {page.status for page in pages} == {403}
    texts = {page.text.replace(board["id"], "ID") for page, board in zip(pages, [boards[0]] * 2 + [boards[1]] * 2)}
    assert len(texts) == 1
    for known in ("alice", "sweep", "hush", "/srv", "/home"):
        assert known not in texts.copy().pop()


def test_a_folder_in_a_home_needs_its_permission_and_a_word(lab, alice, bob, make_board):
    board = make_board(alice, title="sweep 3", wake=False)
    nothing_is_said(offer(bob, board))
    with alices_home(lab, "711"):
        offered = offer(bob, board).json
        assert (offered["owner"], offered["home_of"]) == ("alice", "alice")
        refused = accept(bob, offered)
        assert (refused.status, refused.code) == (409, "logdir_foreign") and "--foreign" in refused.problem["detail"], refused
        made = accept(bob, offered, foreign=True)
        try:
            assert made.status == 201, made
            in_state(bob, made.json, "ready")
            changed = bob.send("PATCH", f"/api/v1/boards/{made.json['id']}", {"loader": "python", "title": "mine"})
            assert changed.status == 200, changed
        finally:
            forget(bob, made)
        # The folder's own permissions are the whole rule.
        lab.exec("chmod", "700", "/home/alice/runs")
        nothing_is_said(offer(bob, board))
        lab.exec("chmod", "755", "/home/alice/runs")


def test_it_is_judged_by_where_links_lead(lab, alice, bob, team, make_board):
    lab.exec("sh", "-euc", f"ln -sfn /home/alice/runs {TEAM}/link; ln -sfn exp1 {TEAM}/inside", user="alice")
    outside, inside = (make_board(alice, f"{TEAM}/{name}", wake=False) for name in ("link", "inside"))
    assert offer(bob, inside).json["home_of"] is None
    nothing_is_said(offer(bob, outside))
    with alices_home(lab, "711"):
        assert offer(bob, outside).json["home_of"] == "alice"
    # A board of several folders is offered to a person who may read all.
    both = make_board(alice, team, more_logdirs=["/home/alice/runs"], wake=False)
    nothing_is_said(offer(bob, both))
    with alices_home(lab, "711"):
        offered = offer(bob, both).json
        assert offered["more_logdirs"] == ["/home/alice/runs"]
        made = accept(bob, offered, foreign=True)
        try:
            assert made.status == 201 and offer(bob, both).json["board"] == made.json["id"], made
            in_state(bob, made.json, "ready")
            runs = bob.get(f"{made.json['url']}data/runs").json
            assert {run.split("/")[0] for run in runs} == {"exp1", "runs"}, runs
        finally:
            forget(bob, made)


def test_a_site_may_keep_homes_out(lab, alice, bob, team, settings, make_board):
    in_home, in_group = make_board(alice, wake=False), make_board(alice, team, wake=False)
    settings(offer_own_boards="no")
    with alices_home(lab, "711"):
        nothing_is_said(offer(bob, in_home))
        refused = bob.post("/api/v1/boards", {"logdir": "/home/alice/runs", "foreign": True})
        assert (refused.status, refused.code) == (409, "logdir_foreign"), refused
    assert offer(bob, in_group).status == 200


def test_from_the_command_line(lab, alice, bob, site, team, make_board):
    board = make_board(alice, team, title="sweep 3", wake=False)

    def boardgate(*words, user, check=True):
        return lab.verb("exec", "runuser", "-u", user, "--", "env", "-i", f"HOME=/home/{user}", "PATH=/usr/bin:/bin", "boardgate", *words,
                        check=check)

    address = f"{site[0]}{board['url']}"
    assert boardgate("open", address, "--as-myself", user="carol", check=False).returncode == 1
    done = boardgate("--json", "open", address, "--as-myself", user="bob")
    own = json.loads(done.stdout)
    try:
        assert own["owner"] == "bob" and own["title"] == "sweep 3"
        assert boardgate("open", board["id"], "--as-myself", user="bob").stdout.strip() == own["address"], "it is the same again"
        with alices_home(lab, "711"):
            assert "--foreign" in boardgate("start", "/home/alice/runs", user="bob", check=False).stderr
            foreign = json.loads(boardgate("--json", "start", "/home/alice/runs", "--foreign", user="bob").stdout)
            bob.delete(f"/api/v1/boards/{foreign['id']}")
    finally:
        bob.delete(f"/api/v1/boards/{own['id']}")

# SPDX-License-Identifier: MIT
"""A board on the cluster in a browser: where it is, why it waits, that its node is lost, and that it opens again."""
from fixtures import in_state
from slurm_lab import cluster, full, on_cluster, ready_on_cluster  # noqa: F401 (fixtures)


def test_the_card_and_the_page_say_why_it_waits_and_where_it_is(lab, page, alice, alices, on_cluster):
    with full(lab):
        board = on_cluster(alice, title="On the cluster")
        in_state(alice, board, "queued")
        alices.shown(".board-state", "Queued")
        alices.says("In Slurm's queue", "the nodes are busy")
        page.expect("status of 503").open(board["url"]).shown(".board-state", "Queued")
        page.says("the nodes are busy")
        page.shown("#sleep", "Sleep")
    page.says("TIME SERIES", seconds=60)
    page.expect("/frontend/", "/b/")  # TensorBoard's own messages
    now = in_state(alice, board, "ready")
    page.open("/boards").says(f"On node {now['node']}, job {now['job']} of Slurm")


def test_people_choose_where_a_board_runs(page, alice, alices, make_board):
    board = make_board(alice, wake=False, title="Here or there")
    alices.shown(".board-state", "Asleep")
    page.open(f"/boards?edit={board['id']}").click("#board-dialog summary", "Advanced")
    assert page.shown("select[name=engine]").get_attribute("value") == "systemd"


def test_a_board_whose_node_is_lost_opens_again(lab, page, alice, ready_on_cluster):
    board = ready_on_cluster(alice)
    page.enter(alice, board["url"]).says("TIME SERIES", seconds=40)
    page.expect("/frontend/", "/b/", "status of 5")
    node = lab.node(board["node"])
    try:
        node.kill()
        in_state(alice, board, "failed", seconds=100)
        page.open(board["url"]).says("node is gone", board["node"])
        page.click("#wake").says("TIME SERIES", seconds=60)
        assert in_state(alice, board, "ready")["node"] != board["node"]
    finally:
        node.boot()

# SPDX-License-Identifier: MIT
"""What Slurm does to a board's job, and what its owner reads: the queue, and ends that are a sleep."""
from fixtures import in_state
from machine import until
from slurm_lab import cluster, full, has_no_job, jobs, on_cluster, reads, ready_on_cluster, why_asleep  # noqa: F401 (fixtures)


def test_in_the_queue_it_says_why_and_starts_when_there_is_room(lab, alice, on_cluster):
    with full(lab):
        waits, goes = on_cluster(alice), on_cluster(alice)
        queued = in_state(alice, waits, "queued")
        assert queued["job"] and queued["node"] is None
        until("Slurm's reason", lambda: "busy" in (alice.board(waits["id"])["state_reason"] or ""))
        page = alice.visit(waits["url"])
        assert page.status == 503 and 'data-state="queued"' in page.text and "the nodes are busy" in page.text, page
        script = alice.get(f"{waits['url']}data/runs", timeout=30)
        assert script.status == 503 and script.code == "board_not_ready" and "queue" in script.json["detail"], script
        # Sleep takes the other one out of the queue.
        in_state(alice, goes, "queued")
        assert alice.post(f"/api/v1/boards/{goes['id']}/sleep").status == 202
        in_state(alice, goes, "asleep")
        has_no_job(lab, goes)
        assert alice.board(waits["id"])["state"] == "queued"
    ready = in_state(alice, waits, "ready", seconds=60)
    assert ready["job"] == queued["job"] and reads(alice, waits)


def test_a_job_that_is_cancelled_is_a_board_that_sleeps(lab, alice, ready_on_cluster):
    board = ready_on_cluster(alice)
    lab.exec("scancel", board["job"], user="alice")
    asleep = in_state(alice, board, "asleep")
    assert asleep["failure"] is None and "cancelled" in why_asleep(alice, board)


def test_a_time_limit_is_a_sleep_and_a_suspended_job_is_starting(lab, alice, bob, ready_on_cluster):
    """The two waits, for Slurm's look at limits and for the silence of a link, overlap."""
    limited, suspended = ready_on_cluster(alice), ready_on_cluster(bob)
    lab.exec("scontrol", "update", f"JobId={limited['job']}", "TimeLimit=1")
    lab.exec("scontrol", "suspend", suspended["job"])
    in_state(bob, suspended, "starting", seconds=40)
    lab.exec("scontrol", "resume", suspended["job"])
    asleep = in_state(alice, limited, "asleep", seconds=100)
    assert asleep["failure"] is None and "partition allows" in why_asleep(alice, limited)
    assert in_state(bob, suspended, "ready", seconds=40)["job"] == suspended["job"] and reads(bob, suspended)
    assert reads(alice, limited), "a visit wakes it"
    in_state(alice, limited, "ready")


def test_it_makes_room_for_a_job_of_higher_priority(lab, alice, ready_on_cluster):
    board = ready_on_cluster(alice)
    with full(lab, partition="urgent"):
        asleep = in_state(alice, board, "asleep")
        assert asleep["failure"] is None and "higher priority" in why_asleep(alice, board)
        assert not jobs(lab, board)


def test_a_job_that_an_administrator_requeues_comes_back(lab, alice, ready_on_cluster):
    board = ready_on_cluster(alice)
    lab.exec("scontrol", "requeue", board["job"], check=False)
    # --no-requeue: Slurm refuses, and nothing happens.
    assert in_state(alice, board, "ready")["job"] == board["job"] and reads(alice, board)

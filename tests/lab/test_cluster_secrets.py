# SPDX-License-Identifier: MIT
"""The link between a board's unit and its node: only the job of this run can be its other end."""
import re
import shlex

from fixtures import in_state
from machine import until
from slurm_lab import cluster, jobs, on_cluster, reads, ready_on_cluster  # noqa: F401 (fixtures)


def orders(lab, board):
    """The orders of a board's job, as root reads them in slurmd's folder: address, port, identity and secret of the link."""
    job = int(board["job"])
    script = lab.node(board["node"]).exec("cat", f"/var/lib/slurm/slurmd/job{job:05}/slurm_script")
    found = dict(re.findall(r"(?m)^(address|port|identity|key)=(.*)$", script))
    assert set(found) == {"address", "port", "identity", "key"}, sorted(found)
    found["secret"] = found.pop("key")
    return found


def shakes_hands(machine, told, user="bob", **changed):
    """Does a client with these values get a session of TLS?"""
    told = {**told, **changed}
    command = (f"timeout 5 openssl s_client -connect {told['address']}:{told['port']} -tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256 "
               f"-psk_identity {shlex.quote(told['identity'])} -psk {told['secret']} </dev/null 2>&1; true")
    said = machine.exec("sh", "-c", command, user=user)
    return "Reused, TLSv1.3" in said


def test_only_the_secret_of_this_run_opens_a_link(lab, alice, ready_on_cluster):
    board = ready_on_cluster(alice)
    told = orders(lab, board)
    node = lab.node(board["node"])
    wrong = {"secret": "0" * len(told["secret"])}, {"identity": "abcdefgh.1"}, {"identity": "../../etc/passwd"}, {"secret": "00"}
    for machine in (lab, node):
        assert not any(shakes_hands(machine, told, **change) for change in wrong)
    assert not shakes_hands(node, {**told, "secret": "f" * 64})
    assert in_state(alice, board, "ready")["job"] == board["job"] and reads(alice, board)
    # The secret of an earlier run.
    alice.post(f"/api/v1/boards/{board['id']}/restart")
    again = until("another job", lambda: (b := alice.board(board["id"]))["state"] == "ready" and b["job"] != board["job"] and b, 60)
    fresh = orders(lab, again)
    assert fresh["secret"] != told["secret"]
    assert not shakes_hands(lab, {**told, "address": fresh["address"], "port": fresh["port"]})
    assert reads(alice, board)


def test_a_flood_at_the_port_changes_nothing(lab, alice, ready_on_cluster):
    board = ready_on_cluster(alice)
    told = orders(lab, board)
    held = lab.python(FLOOD, told["address"], told["port"], user="bob")
    # Four that have begun TLS, and 32 that have not.
    assert held <= 36, f"{held} strangers are kept at the same time"
    assert in_state(alice, board, "ready")["job"] == board["job"] and reads(alice, board)


# Connections that say nothing; how many are still open after a second.
FLOOD = r"""
import json, select, socket, sys, time
sockets = []
for _ in range(200):
    s = socket.socket()
    s.settimeout(1)
    try:
        s.connect((sys.argv[1], int(sys.argv[2])))
        sockets.append(s)
    except OSError:
        pass
time.sleep(1)
closed = select.select(sockets, [], [], 0)[0]
print(json.dumps(len(sockets) - len(closed)))
"""


def test_a_listener_in_its_place_gets_nothing(lab, alice, ready_on_cluster):
    board = ready_on_cluster(alice)
    told = orders(lab, board)
    # Its standard input stays open; it ends when the node has come three times.
    server = f"timeout 15 openssl s_server -naccept 3 -accept {told['address']}:{told['port']} -tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256 -nocert -psk_identity {told['identity']} -psk {'0' * 64} < <(sleep 15 2>/dev/null) 2>&1"
    lab.systemctl("kill", "--signal=KILL", board["unit"])
    said = lab.exec("runuser", "-u", "bob", "--", "bash", "-c", f"{server}; true", seconds=40)
    assert "ERROR" in said or "error" in said, f"the node did not come, or took it for its unit: {said}"
    assert "BEGIN SSL SESSION" not in said and "HELLO" not in said, said
    assert told["secret"] not in said
    # Its node would wait for a unit for the rest of a minute (test_cluster_failures.py), and others for its place.
    lab.exec("scancel", board["job"])

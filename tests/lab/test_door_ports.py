# SPDX-License-Identifier: MIT
"""After a change of door_ports, no door is outside of the packet filter's ports."""
from fixtures import changing_settings, in_state, wait_for_gate

# Tries a port continuously, and prints each accepted connection.
KNOCK = """
import socket, sys
print("begun", flush=True)
while True:
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5).close()
        print("let in", flush=True)
    except OSError:
        pass
"""


def test_doors_move_with_the_packet_filter(lab, site, alice, ready_board):
    board = ready_board(alice)
    with lab.start("runuser", "-u", "bob", "--", "/usr/bin/python3", "-I", "-c", KNOCK, str(board["port"])) as bob:
        try:
            assert bob.stdout.readline() == "begun\n"
            with changing_settings(lab, site) as change:
                change(door_ports="17000-17099")
                # The packet filter still guards the old ports, so no door opens on new ones.
                answer = alice.post("/api/v1/boards", {"logdir": "/home/alice/runs", "new": True})
                assert answer.status == 503 and "boardgate.target" in answer.problem["detail"], answer
                assert alice.get(board["url"]).status == 503
                lab.systemctl("restart", "boardgate.target")
                wait_for_gate(lab)
                assert alice.get(board["url"]).status == 200, "opening it makes it a door again"
                moved = in_state(alice, board, "ready")
                assert 17000 < moved["port"] <= 17099
                assert lab.connects("bob", "127.0.0.1", moved["port"]) == "ECONNREFUSED"
        finally:
            bob.terminate()
            lab.systemctl("restart", "boardgate.target")
            wait_for_gate(lab)
        assert bob.stdout.read() == "", "another account reached the door while it moved"
    assert 16000 < in_state(alice, alice.board(board["id"]), "asleep", "off", "ready")["port"]

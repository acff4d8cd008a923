# SPDX-License-Identifier: MIT
"""The port at which the packet filter is tried stays boardgate's while the check starts anew."""
from fixtures import wait_for_gate
from machine import until

# Binds the port as soon as it is free, and says so.
BIND = r"""
import socket, time
end = time.monotonic() + 60
print("trying", flush=True)
while time.monotonic() < end:
    s = socket.socket()
    try:
        s.bind(("127.0.0.1", 16000))
        s.listen(1)
        print("taken", flush=True)
        time.sleep(60)
    except OSError:
        s.close()
"""


def test_nobody_gets_the_probes_port_when_the_check_starts_anew(lab):
    wait_for_gate(lab)
    squatter = lab.start("runuser", "-u", "bob", "--", "python3", "-c", BIND)
    try:
        assert squatter.stdout.readline() == "trying\n"
        for anew in (("nft", "flush", "ruleset"), ("systemctl", "kill", "--signal=KILL", "boardgate-gate"),
                     ("systemctl", "restart", "boardgate-gate"), ("systemctl", "restart", "boardgate.target")):
            before = lab.property("boardgate-gate.service", "InvocationID")
            lab.exec(*anew)
            until(f"the check starts anew after {anew}", lambda before=before: lab.property("boardgate-gate.service", "InvocationID") != before
                  and lab.property("boardgate-gate.service", "ActiveState") == "active", 30)
        wait_for_gate(lab)
        assert squatter.poll() is None, squatter.communicate()
    finally:
        squatter.terminate()
        said = squatter.communicate()[0]
    assert "taken" not in said

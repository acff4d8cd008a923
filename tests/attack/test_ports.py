# SPDX-License-Identifier: MIT
"""Ports of boardgate are nobody else's, also while its programs start anew."""
import threading

import pytest

from fixtures import wait_for_gate
from machine import LAB, until

TOP = LAB.parents[2]

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


# Tries all ports of doors again and again, each way of binding; says which it got.
BIND_ALL = r"""
import socket, sys, time
end, got = time.monotonic() + 90, []
print("trying", flush=True)
while time.monotonic() < end:
    for port in range(16001, 17000):
        s = socket.socket()
        if port % 2:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            s.bind(("127.0.0.1" if port % 3 else "0.0.0.0", port))
            print("taken", port, flush=True)
            got.append(s)
        except OSError:
            s.close()
"""


@pytest.fixture
def squatter(lab):
    """bob's program, which reads as a list of what it said once it is ended."""
    process = lab.start("runuser", "-u", "bob", "--", "prlimit", "--nofile=4096", "python3", "-c", BIND_ALL)
    assert process.stdout.readline() == "trying\n"
    said = []
    reader = threading.Thread(target=lambda: said.extend(process.stdout), daemon=True)
    reader.start()

    def end():
        assert process.poll() is None, said
        process.terminate()
        process.wait()
        reader.join(10)
        return said
    yield end
    process.kill()


def kept(lab):
    return lab.property("boardgate-ports.service", "StatusText")


def test_nobody_gets_a_port_of_a_door(lab, alice, make_board, squatter):
    until("all ports are kept", lambda: kept(lab) == "keeps 999 of 999 ports")
    for anew in (None, ("systemctl", "kill", "--signal=KILL", "boardgate-ports"), ("systemctl", "restart", "boardgate-ports"),
                 ("systemctl", "restart", "boardgate.target")):
        before = lab.property("boardgate-ports.service", "InvocationID")
        if anew:
            lab.exec(*anew)
            until("it starts anew", lambda before=before: lab.property("boardgate-ports.service", "InvocationID") != before
                  and lab.property("boardgate-ports.service", "ActiveState") == "active", 30)
            wait_for_gate(lab)
        board = make_board(alice, idle_sleep=60)
        assert alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"reload_interval": 30}).status == 200
        assert alice.delete(f"/api/v1/boards/{board['id']}").status == 204
        assert kept(lab) == "keeps 999 of 999 ports"
    assert squatter() == []


def test_no_two_doors_have_one_port(lab, alice, bob, make_board):
    """Both would be root's, so the kernel would allow it: a port with a listener is never given, also without a record."""
    board = make_board(alice, port=16700)
    lab.exec("mv", f"/var/lib/boardgate-root/doors/{board['id']}", "/root/kept-record")
    try:
        answer = bob.post("/api/v1/boards", {"logdir": "/home/bob/runs", "port": 16700})
        assert (answer.status, answer.code) == (409, "port_taken"), answer
    finally:
        lab.exec("mv", "/root/kept-record", f"/var/lib/boardgate-root/doors/{board['id']}")


# Listens on all ports of doors at addresses where no door is.
ELSEWHERE = r"""
import socket, time
held = []
for port in range(16000, 17000):
    for family, address in ((socket.AF_INET, "127.0.0.2"), (socket.AF_INET6, "::1"), (socket.AF_INET6, "::")):
        s = socket.socket(family)
        try:
            if address == "::":
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            s.bind((address, port))
            s.listen(1)
            held.append(s)
        except OSError:
            s.close()
print(len(held), flush=True)
time.sleep(120)
"""


def test_listeners_at_other_addresses_take_no_port_of_a_door(lab, alice, make_board):
    holder = lab.start("runuser", "-u", "bob", "--", "prlimit", "--nofile=4096", "python3", "-c", ELSEWHERE)
    try:
        assert int(holder.stdout.readline()) >= 2000
        board = make_board(alice, idle_sleep=60)
        assert alice.send("PATCH", f"/api/v1/boards/{board['id']}", {"reload_interval": 30}).status == 200
    finally:
        holder.terminate()
        holder.wait()


# Tries the probe's port and some of doors without a pause; says which it got.
BIND_SOME = r"""
import socket, time
end, got = time.monotonic() + 120, []
print("trying", flush=True)
while time.monotonic() < end:
    for port in (16000, 16001, 16002, 16500, 16999):
        s = socket.socket()
        try:
            s.bind(("127.0.0.1", port))
            print("taken", port, flush=True)
            got.append(s)
        except OSError:
            s.close()
"""


def test_nobody_gets_a_port_while_the_package_is_upgraded(lab, alice, make_board):
    """dpkg runs this script, and behind it what debhelper adds."""
    wait_for_gate(lab)
    lab.write("/root/postinst", (TOP / "debian/boardgate.postinst").read_text().replace(
        "#DEBHELPER#", "systemctl daemon-reload; deb-systemd-invoke start boardgate.target"))
    squatter = lab.start("runuser", "-u", "bob", "--", "python3", "-c", BIND_SOME)
    try:
        assert squatter.stdout.readline() == "trying\n"
        before = lab.property("boardgate-ports.service", "InvocationID"), lab.property("boardgate-gate.service", "InvocationID")
        lab.exec("timeout", "60", "sh", "/root/postinst", "configure", "0.1", seconds=90)
        until("all is new", lambda: all(lab.property(unit, "ActiveState") == "active" and lab.property(unit, "InvocationID") not in before
                                        for unit in ("boardgate-ports.service", "boardgate-gate.service")), 60)
        wait_for_gate(lab)
        assert squatter.poll() is None, squatter.communicate()
    finally:
        squatter.terminate()
        said = squatter.communicate()[0]
        lab.exec("rm", "/root/postinst")
    assert "taken" not in said
    make_board(alice)


def test_nobody_gets_a_port_at_boot(lab):
    """The jobs of people that run at boot (crontab(5), @reboot) begin behind boardgate's."""
    lab.write("/opt/at-boot.py", BIND_SOME)
    lab.write("/etc/systemd/system/cron.service", "[Unit]\nAfter=remote-fs.target nss-user-lookup.target\n[Service]\nUser=bob\n"
              "ExecStart=/usr/bin/python3 /opt/at-boot.py\n[Install]\nWantedBy=multi-user.target\n")
    lab.systemctl("enable", "cron.service")
    try:
        lab.verb("reboot", seconds=120)
        said = until("it tries", lambda: "trying" in (text := lab.journalctl("-b", "-o", "cat", "-u", "cron.service")) and text)
        assert "taken" not in said
        wait_for_gate(lab)
    finally:
        lab.systemctl("disable", "--now", "cron.service")
        lab.exec("rm", "/etc/systemd/system/cron.service", "/opt/at-boot.py")
        lab.systemctl("daemon-reload")
        lab.systemctl("restart", "boardgate.target")
        wait_for_gate(lab)

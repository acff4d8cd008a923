# SPDX-License-Identifier: MIT
"""boardgate doctor: on a good installation everything is fine; broken in one way, it names that one and a remedy."""
import json
from contextlib import contextmanager

import pytest

from fixtures import wait_until_sound
from machine import until


def doctor(lab, user=None):
    """Everything that is wrong, by root's or somebody's look."""
    words = ("runuser", "-u", user, "--") if user else ()
    done = lab.verb("exec", *words, "boardgate", "doctor", "--json", check=False)
    findings = json.loads(done.stdout)
    wrong = [f for f in findings if not f["fine"]]
    assert done.returncode == (1 if wrong else 0), f"status {done.returncode} says something else than {wrong}"
    assert all(bool(f["remedy"]) != f["fine"] for f in findings), findings
    return wrong


def sh(lab, script):
    return lab.exec("sh", "-euc", script)


@contextmanager
def broken(lab, breaks, mends):
    sh(lab, breaks)
    try:
        yield
    finally:
        sh(lab, mends)


# Of ended.example.org, for January and February 2020.
ENDED = """-----BEGIN CERTIFICATE-----
MIIBIzCBy6ADAgECAgEBMAoGCCqGSM49BAMCMBwxGjAYBgNVBAMMEWVuZGVkLmV4
YW1wbGUub3JnMB4XDTIwMDEwMTAwMDAwMFoXDTIwMDMwMTAwMDAwMFowHDEaMBgG
A1UEAwwRZW5kZWQuZXhhbXBsZS5vcmcwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AARWnx083QcuzpjtZKjSudwtB55QpSPZJYlc12984w5jjgXAgzYP4NCoX2qz7C5r
30VpWxVPrN2vV3w5jCDB+xh8MAoGCCqGSM49BAMCA0cAMEQCIQDD0R57fA76nA6q
1Rps3Bfa4wg9AwPKOkwkmOf0zugM5AIfBfwzrfnE/vYGWqHbzcS0jJW5J7nLuOUt
sijhofd+wA==
-----END CERTIFICATE-----"""

# name: how it is broken, how it is mended, a part of what is said, a part of the remedy
WAYS = {
    "no such tensorboard": (
        "cd /etc/boardgate; cp boardgate.conf kept; sed -i 's|^#\\?default = .*|default = /nowhere/tensorboard|' boardgate.conf",
        "cd /etc/boardgate; mv kept boardgate.conf", "/nowhere/tensorboard cannot be run", "[environments]"),
    "a tensorboard that cannot be imported": (
        "mkdir -p /opt/bad/bin; printf '#!/bin/sh\\necho No module named protobuf >&2; exit 1\\n' >/opt/bad/bin/tensorboard; chmod 755 /opt/bad/bin/tensorboard;"
        "cd /etc/boardgate; cp boardgate.conf kept; echo 'bad = /opt/bad/bin/tensorboard' >>boardgate.conf",
        "cd /etc/boardgate; mv kept boardgate.conf; rm -r /opt/bad", "No module named protobuf", "--version"),
    "a mistake in boardgate.conf": (
        "cd /etc/boardgate; cp boardgate.conf kept; sed -i '1i idle_slep = 5min' boardgate.conf",
        "cd /etc/boardgate; mv kept boardgate.conf", "idle_slep", "restart boardgated"),
    "a certificate that has ended": (
        f"cd /etc/boardgate; cp tls.crt kept; echo '{ENDED}' >tls.crt", "cd /etc/boardgate; mv kept tls.crt", "ended", "renew"),
    "a certificate that is none": (
        "cd /etc/boardgate; cp tls.crt kept; echo none >tls.crt", "cd /etc/boardgate; mv kept tls.crt", "cannot be read", "ssl_certificate"),
    "no PAM service": ("mv /etc/pam.d/boardgate /etc/kept", "mv /etc/kept /etc/pam.d/boardgate", "nobody can log in", "boardgate.pam"),
    "a PAM service without account checks": (
        "cp /etc/pam.d/boardgate /etc/kept; echo 'auth required pam_permit.so' >/etc/pam.d/boardgate", "mv /etc/kept /etc/pam.d/boardgate",
        "no account lines", "boardgate.pam"),
    "a journal in memory": ("mv /var/log/journal /var/log/kept", "mv /var/log/kept /var/log/journal", "gone after a reboot", "mkdir /var/log/journal"),
    "a socket that is not open": (
        "systemctl stop boardgate-login.socket", "systemctl start boardgate-login.socket", "boardgate-login.socket is inactive", "boardgate.target"),
    "a socket for everybody": (
        "chmod 666 /run/boardgate-root/launcher.sock", "chmod 660 /run/boardgate-root/launcher.sock", "0666", "restart boardgate.target"),
    "nginx's configuration": (
        "echo 'nonsense on;' >/etc/nginx/conf.d/bad.conf", "rm /etc/nginx/conf.d/bad.conf", "nonsense", "nginx -t"),
    "nginx without the site": (
        "mv /etc/nginx/sites-enabled/boardgate /etc/kept", "mv /etc/kept /etc/nginx/sites-enabled/boardgate", "does not include", "sites-available"),
    "somebody else as nginx's user": (
        "systemd-run -q --unit=squatter -p User=www-data sleep 600", "systemctl stop squatter", "sleep (1 of them) runs as www-data", "account of its own"),
    "ports that the kernel gives away": (
        "cd /etc/boardgate; cp boardgate.conf kept; sed -i 's|^#door_ports = .*|door_ports = 40000-40099|' boardgate.conf",
        "cd /etc/boardgate; mv kept boardgate.conf", "overlaps", "ip_local_reserved_ports"),
    "a program on a door's port": (
        "systemd-run -q --unit=squatter -p User=bob python3 -c 'import socket, time; s = socket.create_server((\"127.0.0.1\", 16500)); time.sleep(600)';"
        "for i in $(seq 100); do ss -ltn 'sport = :16500' | grep -q LISTEN && break; sleep 0.05; done",
        "systemctl stop squatter", "port 16500 of door_ports is held by a program of bob", "sport = :16500"),
    "a firewall in the way": (
        "nft 'table inet site { chain in { type filter hook input priority 0; policy drop; tcp dport 22 accept; ct state established accept; iif lo accept; }; }'",
        "nft delete table inet site", "firewall drops", "443"),
    "a full disk": (
        "mkdir -p /var/lib/boardgate-root; mount -t tmpfs -o size=1m,mode=700 tmpfs /var/lib/boardgate-root", "umount /var/lib/boardgate-root",
        "/var/lib/boardgate-root has", "make room"),
}


def test_a_good_installation_is_fine(lab):
    wait_until_sound(lab)
    assert doctor(lab) == []


@pytest.mark.parametrize("way", WAYS)
def test_broken_in_one_way_it_names_that_one(lab, way):
    breaks, mends, said, remedy = WAYS[way]
    with broken(lab, breaks, mends):
        wrong = doctor(lab)
        assert any(said in f["what"] and remedy in f["remedy"] for f in wrong), f"{way}: {wrong}"
        # Nothing that is fine is named beside it, but what follows from it.
        assert len(wrong) <= 2, wrong


def test_mended_everything_is_fine_again(lab):
    assert doctor(lab) == []


def test_doors_that_are_open_are_found_by_trying(lab):
    """The unit is active: it would repair the table within two seconds, were it not stopped from looking."""
    pid = lab.exec("systemctl", "show", "--value", "-p", "MainPID", "boardgate-gate.service").strip()
    with broken(lab, f"kill -STOP {pid}; nft delete table inet boardgate", f"kill -CONT {pid}; systemctl restart boardgate-gate"):
        (wrong,) = doctor(lab)
        assert "open to every local account" in wrong["what"] and "boardgate-gate" in wrong["remedy"]
        assert any("open to every local account" in f["what"] for f in doctor(lab, user="bob"))
    wait_until_sound(lab)


def test_a_person_is_told_about_their_own_boards(lab, alice, make_board):
    lab.exec("sh", "-euc", "mkdir -p /home/alice/going && chown alice: /home/alice/going")
    board = make_board(alice, "/home/alice/going")
    lab.exec("rmdir", "/home/alice/going")
    alice.post(f"/api/v1/boards/{board['id']}/restart")
    # At first systemd's word alone is known, and a moment later the board's own.
    until("doctor names board and folder",
          lambda: any(board["id"] in f["what"] and "going" in f["what"] for f in doctor(lab, user="alice")))

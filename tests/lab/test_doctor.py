# SPDX-License-Identifier: MIT
"""boardgate doctor: a good installation has no findings; a single fault is named with its remedy."""
import json
from contextlib import contextmanager

import pytest

from fixtures import wait_for_gate
from machine import until


def findings(lab, user=None):
    """The findings of root or of a user: those that are fine, and the wrong ones."""
    words = ("runuser", "-u", user, "--") if user else ()
    done = lab.verb("exec", *words, "boardgate", "doctor", "--json", check=False)
    found = json.loads(done.stdout)
    wrong = [f for f in found if not f["fine"]]
    assert done.returncode == (1 if wrong else 0), f"status {done.returncode} says something else than {wrong}"
    assert all(bool(f["remedy"]) != f["fine"] for f in found), found
    return [f for f in found if f["fine"]], wrong


def doctor(lab, user=None):
    """The wrong ones."""
    return findings(lab, user)[1]


def sh(lab, script):
    return lab.exec("sh", "-euc", script)


@contextmanager
def broken(lab, breaks, repairs):
    sh(lab, breaks)
    try:
        yield
    finally:
        sh(lab, repairs)


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
# Of begins.example.org, for the year 2120: what a clock that is a century late makes of any.
NOT_YET = """-----BEGIN CERTIFICATE-----
MIIBJjCBzAIBATAKBggqhkjOPQQDAjAdMRswGQYDVQQDDBJiZWdpbnMuZXhhbXBs
ZS5vcmcwIhgPMjEyMDAxMDEwMDAwMDBaGA8yMTIxMDEwMTAwMDAwMFowHTEbMBkG
A1UEAwwSYmVnaW5zLmV4YW1wbGUub3JnMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
QgAESVdTx4TpW4jaHwX5IFQWVUolsYQ5j4y/jr+ZpsMTM/SyqvKMx7FgC8AHTo4H
B48uhzGkuUGhr+E67RjUcABF3zAKBggqhkjOPQQDAgNJADBGAiEA8O5UkKG9h4qj
yNXW6lhJgeglwZjfCSqBlHGM7K8A9ykCIQDE0KUcvru3tsUQcOrU4G0RezG9EqGs
9zFJiLrvpmucUg==
-----END CERTIFICATE-----"""


def settings(change):
    """Another boardgate.conf, by a sed script."""
    return f"cd /etc/boardgate; cp boardgate.conf kept; sed -i '{change}' boardgate.conf", "cd /etc/boardgate; mv kept boardgate.conf"


def certificate(text):
    return f"cd /etc/boardgate; cp tls.crt kept; echo '{text}' >tls.crt", "cd /etc/boardgate; mv kept tls.crt"


def tensorboard(script):
    """Another environment, which is this script."""
    return (f"mkdir -p /opt/bad/bin; printf '#!/bin/sh\\n{script}\\n' >/opt/bad/bin/tensorboard; chmod 755 /opt/bad/bin/tensorboard;"
            "cd /etc/boardgate; cp boardgate.conf kept; echo 'bad = /opt/bad/bin/tensorboard' >>boardgate.conf",
            "cd /etc/boardgate; mv kept boardgate.conf; rm -r /opt/bad")


def firewall(chain):
    return f"nft 'table inet site {{ chain in {{ {chain} }}; }}'", "nft delete table inet site"


# name: how to break it, how to repair it, a part of the finding, a part of the remedy
WAYS = {
    "no such tensorboard": (
        *settings("s|^#\\?default = .*|default = /nowhere/tensorboard|"), "/nowhere/tensorboard cannot be run", "[environments]"),
    "a tensorboard that cannot be imported": (
        *tensorboard("echo No module named protobuf >&2; exit 1"), "No module named protobuf", "--version"),
    "a tensorboard that lets others read files": (*tensorboard("echo 2.20.0"), "TensorBoard 2.20.0, which lets", "2.21 or newer"),
    "a mistake in boardgate.conf": (*settings("1i idle_slep = 5min"), "idle_slep", "restart boardgated"),
    "administrators that are no group": (
        *settings("s|^#administrators =.*|administrators = nobodies-group|"), "there is no group nobodies-group", "groupadd"),
    "an account of nginx that is none": (*settings("s|^#nginx_user = .*|nginx_user = nobody-here|"), "there is no account nobody-here", "nginx_user"),
    "no address": (*settings("s|^address|#&|"), "has no `address`", "set `address`"),
    "an address that leads nowhere": (*settings("s|^address.*|address = https://127.0.0.1:1|"), "cannot reach the server", "nginx is running"),
    "an address that leads elsewhere": (
        "printf 'server { listen 8443 ssl; include /etc/boardgate/nginx-server.conf; }' >/etc/nginx/conf.d/other.conf; systemctl reload nginx;"
        "cd /etc/boardgate; cp boardgate.conf kept; sed -i 's|^address.*|&:8443|' boardgate.conf;"
        "for i in $(seq 100); do ss -ltn 'sport = :8443' | grep -q LISTEN && break; sleep 0.05; done",
        "cd /etc/boardgate; mv kept boardgate.conf; rm /etc/nginx/conf.d/other.conf; systemctl reload nginx",
        ":8443 does not lead to boardgate", "server_name"),
    "a certificate that nobody trusts": (
        f"cd /etc/boardgate; cp authority.crt kept; echo '{NOT_YET}' >authority.crt", "cd /etc/boardgate; mv kept authority.crt", "unable to get local issuer certificate", "certificate_authority"),
    "a certificate that has ended": (*certificate(ENDED), "expired", "renew"),
    "a clock that is late": (*certificate(NOT_YET), "is not valid yet: the certificate or the clock", "timedatectl"),
    "a certificate that is none": (*certificate("none"), "cannot be read", "ssl_certificate"),
    "no certificate": (
        "cd /etc/boardgate; cp nginx-server.conf kept; sed -i '/^ssl_certificate /d' nginx-server.conf",
        "cd /etc/boardgate; mv kept nginx-server.conf", "names no ssl_certificate", "nginx -t"),
    "no PAM service": ("mv /etc/pam.d/boardgate /etc/kept", "mv /etc/kept /etc/pam.d/boardgate", "nobody can log in", "boardgate.pam"),
    "a PAM service without account checks": (
        "cp /etc/pam.d/boardgate /etc/kept; echo 'auth required pam_permit.so' >/etc/pam.d/boardgate", "mv /etc/kept /etc/pam.d/boardgate",
        "no account lines", "boardgate.pam"),
    "a journal in memory": ("mv /var/log/journal /var/log/kept", "mv /var/log/kept /var/log/journal", "does not persist", "mkdir /var/log/journal"),
    "a program that cannot start": (
        "mkdir -p /run/systemd/system/boardgated.service.d; printf '[Service]\\nExecStart=\\nExecStart=/bin/sh -c \"exit 78\"\\n'"
        " >/run/systemd/system/boardgated.service.d/x.conf; systemctl daemon-reload; ! systemctl restart boardgated",
        "rm -r /run/systemd/system/boardgated.service.d; systemctl daemon-reload; systemctl restart boardgated",
        "boardgated.service cannot start", "journalctl -x -u boardgated"),
    "a socket that is not open": (
        "systemctl stop boardgate-login.socket", "systemctl start boardgate-login.socket", "boardgate-login.socket is inactive", "boardgate.target"),
    "a socket that was removed": (
        "mv /run/boardgate-root/journal.sock /run/kept", "mv /run/kept /run/boardgate-root/journal.sock", "journal.sock does not exist", "boardgate.target"),
    "a socket for everybody": (
        "chmod 666 /run/boardgate-root/launcher.sock", "chmod 660 /run/boardgate-root/launcher.sock", "0666", "restart boardgate.target"),
    "a socket for another group": (
        "chgrp daemon /run/boardgate-root/login.sock", "chgrp boardgate /run/boardgate-root/login.sock", "belongs to group daemon", "SocketGroup=boardgate"),
    "a socket for another account": (
        "chown daemon /run/boardgate/gate.sock", "chown www-data /run/boardgate/gate.sock", "belongs to account daemon", "SocketUser=www-data"),
    "nobody looks after the packet filter": (
        "systemctl stop boardgate-gate", "systemctl start boardgate-gate", "boardgate-gate.service is inactive", "boardgate.target"),
    "a packet filter for other ports": (
        *settings("s|^#door_ports = .*|door_ports = 17000-17099|"), "does not listen on port 17000", "restart boardgate.target"),
    "nginx does not run": ("systemctl stop nginx", "systemctl start nginx", "nginx.service is inactive", "enable --now"),
    "nginx's configuration": (
        "echo 'nonsense on;' >/etc/nginx/conf.d/bad.conf", "rm /etc/nginx/conf.d/bad.conf", "nonsense", "nginx -t"),
    "an environment that others can change": (
        "chmod o+w /opt/tensorboard/bin", "chmod o-w /opt/tensorboard/bin", "accounts other than root can change", "chmod -R go-w"),
    "nginx without the site": (
        "mv /etc/nginx/sites-enabled/boardgate /etc/kept", "mv /etc/kept /etc/nginx/sites-enabled/boardgate", "does not include", "boardgate-site enable"),
    "an nginx with few connections": (
        "cp /etc/nginx/nginx.conf /etc/kept; sed -i 's/worker_connections .*/worker_connections 200;/' /etc/nginx/nginx.conf",
        "mv /etc/kept /etc/nginx/nginx.conf", "200 connections for each worker", "worker_connections 760"),
    "an nginx of another account": (
        "cp /etc/nginx/nginx.conf /etc/kept; sed -i 's/^user .*/user daemon;/' /etc/nginx/nginx.conf; systemctl restart nginx",
        "mv /etc/kept /etc/nginx/nginx.conf; systemctl restart nginx", "nginx's workers run as daemon", "nginx_user = daemon"),
    "somebody else as nginx's user": (
        "systemd-run -q --unit=squatter -p User=www-data sleep 600", "systemctl stop squatter", "sleep (processes: 1) runs as www-data", "account of its own"),
    "ports that the kernel gives away": (
        *settings("s|^#door_ports = .*|door_ports = 40000-40099|"), "overlaps", "ip_local_reserved_ports"),
    "a program on a door's port": (
        "systemctl stop boardgate-ports; systemd-run -q --unit=squatter -p User=bob python3 -c 'import socket, time; s = socket.create_server((\"127.0.0.1\", 16500)); time.sleep(600)';"
        "for i in $(seq 100); do ss -ltn 'sport = :16500' | grep -q LISTEN && break; sleep 0.05; done;"
        "systemctl start boardgate-ports",
        "systemctl stop squatter; systemctl restart boardgate-ports", "a program of bob listens on port 16500 of door_ports: python3 (process",
        "sport = :16500"),
    "a port that a program has without listening": (
        "systemctl stop boardgate-ports; systemd-run -q --unit=squatter -p User=bob python3 -c 'import socket, time; s = socket.socket();"
        " s.bind((\"127.0.0.1\", 16501)); open(\"/tmp/bound\", \"w\"); time.sleep(600)';"
        "for i in $(seq 100); do [ -e /tmp/bound ] && break; sleep 0.05; done; systemctl start boardgate-ports",
        "systemctl stop squatter; rm /tmp/bound; systemctl restart boardgate-ports", "boardgate-ports.service: keeps 998 of 999 ports; other programs have 16501", "ss -tanp"),
    "a firewall that drops": (
        *firewall("type filter hook input priority 0; policy drop; tcp dport 22 accept; ct state established accept; iif lo accept;"),
        "refuses packets by default", "443"),
    "a firewall that rejects": (
        *firewall("type filter hook input priority 10; ct state { established, related } accept; iif lo accept; counter reject;"),
        "refuses packets by default", "443"),
    "no limit of memory": (
        "mkdir -p /etc/systemd/system/tensorboard.slice.d; printf '[Slice]\\nMemoryMax=infinity\\n' >/etc/systemd/system/tensorboard.slice.d/x.conf;"
        "systemctl daemon-reload", "rm -r /etc/systemd/system/tensorboard.slice.d; systemctl daemon-reload", "have no memory limit", "MemoryMax"),
    "a full disk": (
        "mkdir -p /var/lib/boardgate-root; mount -t tmpfs -o size=1m,mode=700 tmpfs /var/lib/boardgate-root", "umount /var/lib/boardgate-root",
        "/var/lib/boardgate-root has", "free some space"),
}


def test_a_good_installation_is_fine(lab):
    wait_for_gate(lab)
    assert doctor(lab) == []


@pytest.mark.parametrize("way", WAYS)
def test_broken_in_one_way_it_names_that_one(lab, way):
    breaks, repairs, said, remedy = WAYS[way]
    with broken(lab, breaks, repairs):
        wrong = doctor(lab)
        assert any(said in f["what"] and remedy in f["remedy"] for f in wrong), f"{way}: {wrong}"
        # Other findings are only consequences.
        assert len(wrong) <= 2, wrong


def test_environments_whose_boards_cannot_be_shown_to_others_are_named(lab):
    told = lambda: [f["what"] for f in findings(lab)[0] if "cannot be shown to others" in f["what"]]
    assert told() == []
    with broken(lab, *tensorboard("echo 2.21.0")):
        assert [what.partition(":")[0] for what in told()] == ["boards of environment bad cannot be shown to others"]
    with broken(lab, *settings("s|^#sharing = .*|sharing = off|")), broken(lab, "true", "true"):
        assert told() == []


def test_after_the_repair_everything_is_fine_again(lab):
    assert doctor(lab) == []


def test_doors_that_are_open_are_found_by_trying(lab):
    """The unit is active, but stopped: otherwise it would load the table again within two seconds."""
    pid = lab.exec("systemctl", "show", "--value", "-p", "MainPID", "boardgate-gate.service").strip()
    with broken(lab, f"systemctl service-watchdogs no; kill -STOP {pid}; nft delete table inet boardgate",
                f"kill -CONT {pid}; systemctl restart boardgate-gate; systemctl service-watchdogs yes"):
        (wrong,) = doctor(lab)
        assert "open to every local account" in wrong["what"] and "boardgate-gate" in wrong["remedy"]
        assert any("open to every local account" in f["what"] for f in doctor(lab, user="bob"))
    wait_for_gate(lab)


def test_a_person_reads_about_their_own_boards(lab, alice, make_board):
    lab.exec("sh", "-euc", "mkdir -p /home/alice/going && chown alice: /home/alice/going")
    board = make_board(alice, "/home/alice/going")
    lab.exec("rmdir", "/home/alice/going")
    alice.post(f"/api/v1/boards/{board['id']}/restart")
    # At first only systemd's result is known, a moment later the board's reason.
    def is_told():
        wrong = doctor(lab, user="alice")
        assert any(board["id"] in f["what"] and "going" in f["what"] for f in wrong), wrong
        return True
    until("doctor names board and folder", is_told)


# Root at a terminal; whether the program of an environment could open it.
AT_A_TERMINAL = r"""
import json, os, pty
pid, terminal = pty.fork()
if pid == 0:
    os.execvp("boardgate", ["boardgate", "doctor"])
try:
    while os.read(terminal, 4096):
        pass
except OSError:
    pass
os.waitpid(pid, 0)
print(json.dumps(open("/tmp/has-terminal").read().strip()))
"""


def test_the_program_of_an_environment_has_not_roots_terminal(lab):
    """doctor runs it as nobody; through the terminal it could type for root (TIOCSTI)."""
    breaks, repairs = tensorboard("(: </dev/tty) 2>/dev/null && echo yes >/tmp/has-terminal || echo no >/tmp/has-terminal; echo 2.21.0")
    with broken(lab, "install -m 666 /dev/null /tmp/has-terminal; " + breaks, repairs + "; rm /tmp/has-terminal"):
        assert lab.python(AT_A_TERMINAL, seconds=90) == "no"
